"""Units: those of a room type that a quote may name."""

from sqlalchemy import Connection, select

from ledger.values.ids import PropertyId
from ledger.values.stay import Stay
from projections.availability.fits import FreeUnits, free_units
from projections.search import arrivals, tariffs


def units_to_quote(
    db: Connection, property_id: PropertyId, room_type: str, stay: Stay
) -> FreeUnits:
    """The units that are free for a stay and for the nights that are kept after it, the best fit
    first.
    """
    buffer_nights = db.scalar(
        select(arrivals.c.buffer_nights)
        .join(tariffs, tariffs.c.property_id == arrivals.c.property_id)
        .where(arrivals.c.property_id == property_id, arrivals.c.room_type == room_type)
        .where(arrivals.c.rates_version == tariffs.c.rates_version)
        .where(arrivals.c.begins <= stay.check_in, arrivals.c.ends > stay.check_in)
    )
    return free_units(db, property_id, room_type, stay, buffer_nights or 0)
