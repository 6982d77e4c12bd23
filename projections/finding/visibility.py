"""Visibility: why a property can be found or not, part by part, with the event that says so."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, Connection, Row, Select, select

from ledger.errors import NotFound
from ledger.values.clock import Instant
from ledger.values.hindrance import Hindrance
from ledger.values.ids import PropertyId
from ledger.values.listing import REGISTERED_IN
from projections.availability import units
from projections.finding.candidates import position_now
from projections.projection import Answer
from projections.search import MAY_HOST, arrivals, hosts, properties, rooms, tariffs, terms


class Part(BaseModel):
    """A part of the predicate of discovery: what stands in the way where it does not hold.

    `by` is the event that it holds or not by, as `stream/version`; nothing where there was none.
    """

    model_config = ConfigDict(frozen=True)

    hindrance: str
    holds: bool
    by: str | None


class Visibility(Answer):
    """Whether a property can be found now: only where each of the parts holds."""

    property_id: str
    can_be_found: bool
    parts: Sequence[Part]


def visibility_of(db: Connection, property_id: PropertyId, now: Instant) -> Visibility:
    """Why a property can be found now, or not. Raises NotFound."""
    position = position_now(db)
    row = db.execute(facts_of(property_id)).one_or_none()
    if row is None:
        raise NotFound(property_id=property_id, position=position)
    parts = _parts(row, now)
    return Visibility(
        position=position,
        property_id=property_id,
        can_be_found=all(part.holds for part in parts),
        parts=parts,
    )


def _parts(row: Row[Any], now: Instant) -> list[Part]:
    still_good = row.valid_until is None or row.valid_until > now
    verified = row.host_status in MAY_HOST
    registered = row.has_number or row.country not in REGISTERED_IN
    found = (
        (Hindrance.NOT_PUBLISHED, row.status == "published", row.status_by),
        (Hindrance.BLOCKED, not row.blocked, row.blocked_by),
        (Hindrance.NOT_VERIFIED, verified, row.host_status_by),
        (Hindrance.NOT_PAYABLE, row.standing == "enabled", row.standing_by),
        (Hindrance.NO_LEVIES, row.levies_by is not None, row.levies_by),
        (Hindrance.NO_RATES, row.rates_by is not None, row.rates_by),
        (Hindrance.NO_UNIT, row.has_unit or row.rates_by is None, row.stopped_by or row.rates_by),
        (Hindrance.NOT_REGISTERED, registered, row.facts_by),
        (Hindrance.RUN_OUT, still_good, row.facts_by),
    )
    return [Part(hindrance=hindrance.value, holds=holds, by=by) for hindrance, holds, by in found]


def facts_of(property_id: PropertyId) -> Select[Any]:
    """The statement that asks for all that decides whether a property can be found."""
    return (
        select(
            properties,
            hosts.c.status.label("host_status"),
            hosts.c.status_by.label("host_status_by"),
            hosts.c.standing,
            hosts.c.standing_by,
            terms.c.rates_by,
            terms.c.levies_by,
            _has_unit().label("has_unit"),
            _stopped_by().label("stopped_by"),
        )
        .outerjoin(hosts, hosts.c.host_id == properties.c.host_id)
        .outerjoin(tariffs, tariffs.c.property_id == properties.c.property_id)
        .outerjoin(terms, terms.c.property_id == properties.c.property_id)
        .where(properties.c.property_id == property_id)
    )


def _stopped_by() -> ColumnElement[str]:
    """The event by which the first of its units is let no more, where there is one."""
    stopped = select(units.c.active_by).where(units.c.property_id == properties.c.property_id)
    first = stopped.where(~units.c.active).order_by(units.c.room_type, units.c.number).limit(1)
    return first.correlate(properties).scalar_subquery()


def _has_unit() -> ColumnElement[bool]:
    """Whether a unit of the approved rooms is let and has a price."""
    return (
        select(units.c.unit_id)
        .join_from(units, rooms, rooms.c.room_type == units.c.room_type)
        .join(arrivals, arrivals.c.room_type == units.c.room_type)
        .where(units.c.property_id == properties.c.property_id, units.c.active)
        .where(rooms.c.property_id == units.c.property_id)
        .where(rooms.c.revision == properties.c.revision)
        .where(arrivals.c.property_id == units.c.property_id)
        .where(arrivals.c.rates_version == tariffs.c.rates_version)
        .correlate(properties, tariffs)
        .exists()
    )
