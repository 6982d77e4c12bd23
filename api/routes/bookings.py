"""Bookings: asking for a stay, by a quote of ours or at a stated price."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Body, Response

from api import speakers
from api.answers import bookings as answers
from api.answers.bookings import Booked
from api.asking import OnPremises
from api.candidates import candidates_of
from api.commands import Commanding
from api.faults import KeyMissing, NoQuoteKeys
from api.premises import Premises
from api.problems import described
from api.stated_price import booking_plan
from api.windows import bounded_stay
from api.wishes.stays import AnyBookingWish, BookingWish, QuotedWish
from ledger import errors, processes
from ledger.draft import Draft, Plan
from ledger.quotes import book_quoted, booking_of
from ledger.values.ids import BookingId, GuestId, UnitId, derived_id
from ledger.values.quote import Quote, in_time, verified
from projections.availability.fits import free_units

router = APIRouter(tags=["bookings"])


@router.post(
    "/bookings",
    status_code=201,
    responses=described(
        KeyMissing,
        NoQuoteKeys,
        errors.Conflict,
        errors.CouponNotValid,
        errors.CurrenciesDiffer,
        errors.NightsAreTaken,
        errors.NotDiscoverable,
        errors.NotFound,
        errors.NothingVouchedFor,
        errors.NoticeIsTooShort,
        errors.OwnListing,
        errors.PartyExceedsCapacity,
        errors.PolicyNotAccepted,
        errors.QuoteExpired,
        errors.QuoteNotOurs,
        errors.QuoteOfAnotherGuest,
        errors.RepeatedWithDifferences,
        errors.TooLate,
        errors.TooManyHolds,
        errors.TransitionNotAllowed,
    ),
)
async def book(
    wish: Annotated[AnyBookingWish, Body()],
    command: Commanding,
    premises: OnPremises,
    response: Response,
) -> Booked:
    """Keep a stay's nights and ask for it: by a quote, which becomes one booking at most, or at a
    stated price. A stay that costs nothing is confirmed at once."""
    if isinstance(wish, QuotedWish):
        booking_id, plan = await _by_quote(wish, premises)
    else:
        booking_id = BookingId(derived_id(command.id, "booking"))
        plan = await _at_stated_price(wish, premises, booking_id)
    booked = await command.execute(booking_id, wish, plan, Booked)
    response.headers["Location"] = f"/trips/{booking_id}"
    return booked


async def _at_stated_price(wish: BookingWish, premises: Premises, booking_id: BookingId) -> Plan:
    stay = bounded_stay(wish.check_in, wish.check_out)
    candidates = await candidates_of(premises, wish.property_id, wish.room_type, wish.unit_id, stay)
    return booking_plan(wish, stay, booking_id, candidates)


async def _by_quote(wish: QuotedWish, premises: Premises) -> tuple[BookingId, Plan]:
    quote = verified(wish.quote, premises.quoting.keys)
    unit_id = None if quote.any_of_type else quote.unit_id
    ask = partial(free_units, buffer_nights=quote.rules.buffer_nights)
    others = await candidates_of(
        premises, quote.property_id, quote.room_type, unit_id, quote.stay, ask
    )
    return booking_of(quote.quote_id), _quoted_plan(wish, quote, others)


def _quoted_plan(wish: QuotedWish, quote: Quote, others: Sequence[UnitId]) -> Plan:
    """The plan that books a quote which we signed, in time and for the guest that it was made for.

    A stay that costs nothing is confirmed at once. Raises QuoteExpired, QuoteOfAnotherGuest,
    PolicyNotAccepted, NightsAreTaken, CouponNotValid, TransitionNotAllowed for a second booking.
    """

    def plan(draft: Draft) -> None:
        in_time(quote, draft.now, GuestId(wish.guest_id) if wish.guest_id else None)
        guest = speakers.guest(quote.guest_id)
        booked = book_quoted(draft, guest, quote, wish.accepted_policy, others)
        if not booked.price.total.minor:
            processes.confirm(draft, booked.booking_id)
        answers.answer(draft, booked)

    return plan
