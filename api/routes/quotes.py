"""Quotes: what a stay costs, why, and until when we keep our word."""

from collections.abc import Sequence

from fastapi import APIRouter, Request

from api.answers.quotes import Quoted, quoted
from api.asking import OnPremises, stated
from api.candidates import candidates_of
from api.faults import NoQuoteKeys
from api.premises import Premises
from api.problems import described
from api.windows import bounded_stay
from api.wishes.stays import QuoteWish
from ledger import errors
from ledger.application import Ledger
from ledger.draft import Draft
from ledger.quotes import Wish, make_quote
from ledger.store import EventStore
from ledger.values.guests import Party
from ledger.values.ids import GuestId, PropertyId, UnitId
from ledger.values.quote import Quote, sealed
from ledger.values.stay import Stay
from projections.finding.units import units_to_quote

router = APIRouter(tags=["quotes"])


@router.post(
    "/quotes",
    responses=described(
        NoQuoteKeys,
        errors.AboveProcessorMaximum,
        errors.BelowProcessorMinimum,
        errors.CouponNotValid,
        errors.FinerThanProcessorStep,
        errors.NightsAreTaken,
        errors.NoArrivalThatDay,
        errors.NoDepartureThatDay,
        errors.NoNights,
        errors.NotDiscoverable,
        errors.NotFound,
        errors.NotOffered,
        errors.NoticeIsTooShort,
        errors.OwnListing,
        errors.PartyExceedsCapacity,
        errors.PetsNotAllowed,
        errors.StayIsTooLong,
        errors.StayIsTooShort,
        errors.TooFarAhead,
        errors.TooLate,
        errors.UnknownCurrency,
    ),
)
async def quote(wish: QuoteWish, request: Request, premises: OnPremises) -> Quoted:
    """Work out what a stay costs, line by line and night by night. Nothing is kept: to book it at
    this price, send `quote` back before it expires."""
    keys = premises.quoting.keys
    stay = bounded_stay(wish.check_in, wish.check_out)
    property_id, room_type, unit_id = wish.property_id, wish.room_type, wish.unit_id
    units = await candidates_of(premises, property_id, room_type, unit_id, stay, units_to_quote)
    position, made = await premises.look(
        lambda store, ledger: _made(store, ledger, premises, _asked(wish, stay, units))
    )
    stated(request, position)
    return quoted(made, sealed(made, keys), position)


def _asked(wish: QuoteWish, stay: Stay, units: Sequence[UnitId]) -> Wish:
    return Wish(
        guest_id=GuestId(wish.guest_id),
        property_id=PropertyId(wish.property_id),
        candidates=units,
        any_of_type=wish.unit_id is None,
        stay=stay,
        party=Party(**wish.party.model_dump()),
        pets=wish.pets,
        currency=wish.currency,
        coupon_code=wish.coupon,
        non_refundable=wish.non_refundable,
    )


def _made(store: EventStore, ledger: Ledger, premises: Premises, wish: Wish) -> tuple[int, Quote]:
    """The quote, and a position that it reflects at least."""
    position = store.head()
    made: list[Quote] = []

    def plan(draft: Draft) -> None:
        made.append(make_quote(draft, wish, premises.quoting.reference.newest(draft.now)))

    ledger.rehearse(plan)
    return position, made[-1]
