"""Candidates: the units that may be a stay's, where a room type is asked for and not a unit."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from api.premises import Premises
from ledger.values.ids import PropertyId, UnitId
from ledger.values.stay import Stay
from projections.availability.fits import FreeUnits, free_units

MOST_CANDIDATES = 32
"""How many units are tried in turn, where the read model thinks they are free and they are not."""

AskForUnits = Callable[[Connection, PropertyId, str, Stay], FreeUnits]


async def candidates_of(
    premises: Premises,
    property_id: str,
    room_type: str | None,
    unit_id: str | None,
    stay: Stay,
    ask: AskForUnits = free_units,
) -> Sequence[UnitId]:
    """The unit that was named; else those that the read model has as free, the best fit first."""
    if unit_id is not None:
        return [UnitId(unit_id)]
    assert room_type is not None, "a wish names one of both"
    found = await premises.ask(ask, PropertyId(property_id), room_type, stay)
    return [UnitId(unit.unit_id) for unit in found.units[:MOST_CANDIDATES]]
