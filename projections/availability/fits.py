"""Fits: which units a guest can have for a stay, the best first."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, Date, func, literal, select

from ledger.values.ids import PropertyId
from ledger.values.nights import FAR
from ledger.values.stay import Stay
from projections.availability import AVAILABILITY
from projections.availability.elsewhere import is_sold_elsewhere
from projections.availability.letting import units
from projections.availability.taking import nights
from projections.projection import Answer, position_of


class Unit(BaseModel):
    """A physical unit; `number` counts within its property and room type."""

    model_config = ConfigDict(frozen=True)

    unit_id: str
    property_id: str
    room_type: str
    number: int


class FreeUnits(Answer):
    """Units that are free for a stay, the best fit first."""

    units: Sequence[Unit]


def free_units(
    db: Connection, property_id: PropertyId, room_type: str, stay: Stay, buffer_nights: int = 0
) -> FreeUnits:
    """The units of a room type that are free for a stay, and for so many nights after it.

    In the order of the free gap that takes the stay, the smallest first: so long stretches stay
    whole. A side on which nothing is taken counts as `FAR`, as it does where the import and the
    rules reckon (`ledger.values.nights`). Ties go by the unit's number.
    """
    position = position_of(db, AVAILABILITY)
    kept = stay.kept(buffer_nights)
    of_unit = nights.c.unit_id == units.c.unit_id
    before = select(func.max(nights.c.night)).where(of_unit, nights.c.night < stay.check_in)
    after = select(func.min(nights.c.night)).where(of_unit, nights.c.night >= stay.check_in)
    last_before, next_after = before.scalar_subquery(), after.scalar_subquery()
    begins = func.coalesce(last_before + 1, stay.check_in - FAR)
    ends = func.coalesce(next_after, kept.check_out + FAR)
    query = (
        select(units.c.unit_id, units.c.property_id, units.c.room_type, units.c.number)
        .where(units.c.property_id == property_id, units.c.room_type == room_type)
        .where(units.c.active)
        .where(ends >= kept.check_out)
        .where(~is_sold_elsewhere(literal(stay.check_in, Date), literal(stay.check_out, Date)))
        .order_by(ends - begins, units.c.number)
    )
    return FreeUnits(position=position, units=[Unit(**row._mapping) for row in db.execute(query)])
