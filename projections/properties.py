"""Properties: which there are to be booked, and what units they have. A question over the tables of
availability and search; no tables of its own.
"""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, Connection, Label, Select, func, or_, select

from ledger.values.clock import Instant
from projections.availability import AVAILABILITY, names, units
from projections.finding.conditions import published
from projections.projection import Answer, position_of
from projections.search import MAY_HOST, SEARCH, arrivals, hosts, rooms, tariffs
from projections.search import properties as described

CAME_WITH_HISTORY = (*MAY_HOST, "draft")
"""Whoever somebody vouches for has let before they asked us to host, and may go on."""


class PropertyListed(BaseModel):
    """A property, as far as its units tell; `room_types` counts the units of each type."""

    model_config = ConfigDict(frozen=True)

    property_id: str
    host_id: str
    name: str | None
    time_zone: str
    room_types: dict[str, int]


class Properties(Answer):
    """Properties that can be booked, by their ids."""

    properties: Sequence[PropertyListed]


def properties(db: Connection, now: Instant, at_most: int, after: str | None = None) -> Properties:
    """The properties that can be booked now, those after one of them if it is named.

    They are those that can be found, and those that somebody vouches for: these have no place on
    any map, so no search finds them.
    """
    position = min(position_of(db, AVAILABILITY), position_of(db, SEARCH))
    place = (units.c.property_id, units.c.host_id, units.c.time_zone)
    page = select(units.c.property_id).distinct().where(units.c.active, _can_be_booked())
    if after is not None:
        page = page.where(units.c.property_id > after)
    page = page.order_by(units.c.property_id).limit(at_most)
    query = (
        select(*place, _name(), units.c.room_type, func.count().label("units"))
        .where(units.c.active, units.c.property_id.in_(page))
        .group_by(*place, units.c.room_type)
        .order_by(units.c.property_id, units.c.room_type)
    )
    found: dict[str, PropertyListed] = {}
    for row in db.execute(query, {"at": now}):
        listed = PropertyListed(
            property_id=row.property_id,
            host_id=row.host_id,
            name=row.name,
            time_zone=row.time_zone,
            room_types={},
        )
        found.setdefault(row.property_id, listed).room_types[row.room_type] = row.units
    return Properties(position=position, properties=list(found.values()))


def _name() -> Label[str]:
    """What somebody who vouches for a property called it last."""
    query = (
        select(names.c.name)
        .where(names.c.property_id == units.c.property_id)
        .order_by(names.c.named_at.desc(), names.c.version.desc())
        .limit(1)
    )
    return query.scalar_subquery().label("name")


def _can_be_booked() -> ColumnElement[bool]:
    """The predicate of discovery (spec: domain, section 2), or that somebody vouches for it."""
    is_described = select(described.c.property_id).where(
        described.c.property_id == units.c.property_id
    )
    is_vouched_for = select(names.c.name).where(names.c.property_id == units.c.property_id)
    may_not_host = select(hosts.c.host_id).where(
        hosts.c.host_id == units.c.host_id, hosts.c.status.not_in(CAME_WITH_HISTORY)
    )
    vouched = ~_any(is_described) & _any(is_vouched_for) & ~_any(may_not_host)
    return or_(_any(_found()), vouched)


def _any(query: Select[Any]) -> ColumnElement[bool]:
    """Whether there is any row, asked unit by unit: as EXISTS it would be answered for all at once.

    A page needs few of them.
    """
    return query.limit(1).scalar_subquery().is_not(None)


def _found() -> Select[Any]:
    """A property that can be found by a unit: by its approved facts, its host and its prices."""
    return (
        select(described.c.property_id)
        .join(hosts, hosts.c.host_id == described.c.host_id)
        .join(tariffs, tariffs.c.property_id == described.c.property_id)
        .join(rooms, rooms.c.property_id == described.c.property_id)
        .join(arrivals, arrivals.c.property_id == described.c.property_id)
        .where(
            described.c.property_id == units.c.property_id,
            *published(),
            hosts.c.status.in_(MAY_HOST),
            hosts.c.standing == "enabled",
            tariffs.c.levies_version > 0,
            rooms.c.revision == described.c.revision,
            rooms.c.room_type == units.c.room_type,
            arrivals.c.rates_version == tariffs.c.rates_version,
            arrivals.c.room_type == units.c.room_type,
        )
    )
