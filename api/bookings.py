"""Bookings: asking for a stay."""

from collections.abc import Sequence

from fastapi import APIRouter, Response

from api.asking import OnPremises
from api.availability import bounded_stay
from api.checkout import Booked, booking_plan
from api.commands import Commanding
from api.faults import KeyMissing
from api.premises import Premises
from api.problems import described
from api.wishes import BookingWish
from ledger import errors
from ledger.values.ids import BookingId, PropertyId, UnitId, derived_id
from ledger.values.stay import Stay
from projections.availability import free_units

router = APIRouter(tags=["bookings"])

MOST_CANDIDATES = 32
"""How many units are tried in turn, where the read model thinks they are free and they are not."""


@router.post(
    "/bookings",
    status_code=201,
    responses=described(
        KeyMissing,
        errors.Conflict,
        errors.CurrenciesDiffer,
        errors.NightsAreTaken,
        errors.NotDiscoverable,
        errors.NotFound,
        errors.NothingVouchedFor,
        errors.OwnListing,
        errors.RepeatedWithDifferences,
        errors.TooLate,
    ),
)
async def book(
    wish: BookingWish, command: Commanding, premises: OnPremises, response: Response
) -> Booked:
    """Keep a stay's nights and ask for it. A stay that costs nothing is confirmed at once."""
    stay = bounded_stay(wish.check_in, wish.check_out)
    booking_id = BookingId(derived_id(command.id, "booking"))
    plan = booking_plan(wish, stay, booking_id, await _candidates(premises, wish, stay))
    booked = await command.execute(booking_id, wish, plan, Booked)
    response.headers["Location"] = f"/trips/{booking_id}"
    return booked


async def _candidates(premises: Premises, wish: BookingWish, stay: Stay) -> Sequence[UnitId]:
    """The unit that was named; else those that the read model has as free, the best fit first."""
    if wish.unit_id is not None:
        return [UnitId(wish.unit_id)]
    assert wish.room_type is not None, "a wish names one of both"
    found = await premises.ask(free_units, PropertyId(wish.property_id), wish.room_type, stay)
    return [UnitId(unit.unit_id) for unit in found.units[:MOST_CANDIDATES]]
