"""Properties: which there are, and what units they have. A question over availability's tables."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, func, select

from projections.availability import AVAILABILITY, names, units
from projections.projection import Answer, position_of


class PropertyListed(BaseModel):
    """A property, as far as its units tell; `room_types` counts the units of each type."""

    model_config = ConfigDict(frozen=True)

    property_id: str
    host_id: str
    name: str | None
    time_zone: str
    room_types: dict[str, int]


class Properties(Answer):
    """All properties that have units."""

    properties: Sequence[PropertyListed]


def properties(db: Connection) -> Properties:
    """All properties that have units, by name."""
    position = position_of(db, AVAILABILITY)
    named = (
        select(names.c.name)
        .where(names.c.property_id == units.c.property_id)
        .order_by(names.c.named_at.desc(), names.c.version.desc())
        .limit(1)
        .scalar_subquery()
        .label("name")
    )
    place = (units.c.property_id, units.c.host_id, units.c.time_zone)
    query = (
        select(*place, named, units.c.room_type, func.count().label("units"))
        .where(units.c.active)
        .group_by(*place, units.c.room_type)
        .order_by(named, units.c.property_id, units.c.room_type)
    )
    found: dict[str, PropertyListed] = {}
    for row in db.execute(query):
        listed = PropertyListed(
            property_id=row.property_id,
            host_id=row.host_id,
            name=row.name,
            time_zone=row.time_zone,
            room_types={},
        )
        found.setdefault(row.property_id, listed).room_types[row.room_type] = row.units
    return Properties(position=position, properties=list(found.values()))
