"""Inês's booking, from the request to the last night, or to whatever comes in between."""

from datetime import date, timedelta
from typing import Any

from ledger.aggregates import postings
from ledger.aggregates.booking import Book
from ledger.events.booking import (
    AllowanceGranted,
    AllowanceRevoked,
    BookingAbandoned,
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingExpired,
    BookingRequested,
    BookingWithdrawn,
    CaptureFailedForBooking,
    EarningsRecognized,
    HostAccepted,
    HostDecisionRequested,
    NoShowReported,
    NoShowReversed,
    PenaltyCharged,
    StayCompleted,
    StayCurtailed,
    StayStarted,
)
from ledger.values.allowance import parts_of
from ledger.values.clock import Instant
from ledger.values.guests import Party
from ledger.values.ids import QuoteId
from ledger.values.policy import Ending, LineBack, Occupancy, Policy, Settlement, settle
from ledger.values.price import Price
from tests.facts.listing import JUNE_FIRST
from tests.facts.story import (
    ATTESTATION,
    BOOKING,
    CHECK_IN,
    HOLD_ENDS,
    INES,
    LISBON,
    NOW,
    PAYMENT,
    PROPERTY,
    REFUND,
    RUI,
    THE_DIGEST,
    UNIT,
    an_id,
)
from tests.facts.values import HALF, a_price, a_stay, money

DECIDE_BY = NOW + timedelta(hours=24)
"""When Rui must have decided, where the house asks its host first."""


def to_book(**changed: Any) -> Book:
    """Ask for three nights from 2 July, at 120 euros each, under a policy that keeps half."""
    told: dict[str, Any] = {
        "booking_id": BOOKING,
        "guest_id": INES,
        "host_id": RUI,
        "property_id": PROPERTY,
        "unit_id": UNIT,
        "room_type": "sea view",
        "stay": a_stay(),
        "house": LISBON,
        "party": Party(adults=2, children=1),
        "price": a_price(),
        "policy": HALF,
        "vouched_by": ATTESTATION,
        "hold_expires_at": HOLD_ENDS,
        "quote_id": QuoteId(an_id("quote")),
        "policy_text": THE_DIGEST,
    }
    return Book(**told | changed)


def a_booking(**changed: Any) -> BookingRequested:
    """Inês asked for three nights."""
    told = to_book(**changed)
    fields: dict[str, Any] = {
        name: getattr(told, name, NOW) for name in BookingRequested.__struct_fields__
    }
    return BookingRequested(**fields)


def confirmed(price: Price | None = None) -> BookingConfirmed:
    """The stay is paid and the nights are hers."""
    price = price or a_price()
    return BookingConfirmed(
        payment_id=PAYMENT,
        total=price.total,
        effective_on=JUNE_FIRST,
        entries=(postings.booking_confirmed(BOOKING, PAYMENT, price.shares),),
    )


def confirmed_free() -> BookingConfirmed:
    """The stay costs nothing and the nights are hers."""
    return BookingConfirmed(
        payment_id=None, total=money("0.00 EUR"), effective_on=JUNE_FIRST, entries=()
    )


def expired() -> BookingExpired:
    """She did not pay in time."""
    return BookingExpired()


def abandoned() -> BookingAbandoned:
    """She gave up before paying."""
    return BookingAbandoned()


def host_asked() -> HostDecisionRequested:
    """Her money is authorised, and Rui decides."""
    return HostDecisionRequested(payment_id=PAYMENT, decide_by=DECIDE_BY)


def host_accepted() -> HostAccepted:
    """Rui wants her."""
    return HostAccepted()


def a_failed_capture(to: str = "declined") -> CaptureFailedForBooking:
    """The authorised money could not be had."""
    return CaptureFailedForBooking(to=to, reason="insufficient funds")


def declined() -> BookingDeclined:
    """Rui does not want her."""
    return BookingDeclined(reason="the roof leaks")


def withdrawn() -> BookingWithdrawn:
    """She took the request back."""
    return BookingWithdrawn()


def curtailed(check_out: str = "2026-07-04") -> StayCurtailed:
    """She leaves a night early."""
    price, settlement = a_price(), a_curtailment(check_out)
    assert settlement.refund.minor <= price.total.minor
    return StayCurtailed(
        check_out=date.fromisoformat(check_out),
        ending=Ending.BY_GUEST,
        settlement=settlement,
        capped=None,
    )


def a_curtailment(check_out: str = "2026-07-04", at: Instant = CHECK_IN) -> Settlement:
    """Who gets what when she leaves on an earlier date, said on the day of arrival."""
    day = date.fromisoformat(check_out)
    last_begins_at = LISBON.days_before_check_in(a_stay(), 1 - (day - a_stay().check_in).days)
    return a_settlement(HALF, Ending.BY_GUEST, max(at, last_begins_at))


def a_penalty(penalty: str = "36.00 EUR") -> PenaltyCharged:
    """Rui owes a tenth of the subtotal, because he called the stay off a month ahead."""
    owed = money(penalty)
    return PenaltyCharged(
        host_id=RUI,
        penalty=owed,
        effective_on=JUNE_FIRST,
        entries=(postings.penalty_charged(RUI, owed),),
    )


def an_allowance() -> AllowanceGranted:
    """50 of the first night go back, because there was no hot water; she stays all the same."""
    lines = (LineBack("night", "2026-07-02", 5_000),)
    return AllowanceGranted(refund_id=REFUND, lines=lines, back=parts_of(a_price(), lines))


def a_revoked_allowance() -> AllowanceRevoked:
    """The water was hot all the time."""
    return AllowanceRevoked(refund_id=REFUND)


def a_reversed_no_show(to: str = "in_stay") -> NoShowReversed:
    """She did come, and the key box says so."""
    return NoShowReversed(to=to, evidence="evidence/key-box-log")


def started() -> StayStarted:
    """She came."""
    return StayStarted()


def completed_stay() -> StayCompleted:
    """She left."""
    return StayCompleted()


def a_settlement(
    policy: Policy = HALF, ending: Ending = Ending.BY_GUEST, at: Instant = NOW
) -> Settlement:
    """Who gets what of the usual price when the stay falls away."""
    return settle(a_price(), policy, ending, Occupancy(a_stay(), LISBON, NOW, at))


def cancelled(policy: Policy = HALF) -> BookingCancelled:
    """She called the stay off."""
    return BookingCancelled(
        to="cancelled_by_guest",
        ending=Ending.BY_GUEST,
        settlement=a_settlement(policy),
        capped=None,
        reason="",
    )


def a_no_show(policy: Policy = HALF) -> NoShowReported:
    """Nobody came."""
    return NoShowReported(settlement=a_settlement(policy, Ending.NO_SHOW), capped=None)


def recognized() -> EarningsRecognized:
    """The stay was earned."""
    earned = a_price().shares
    return EarningsRecognized(
        earned=earned,
        effective_on=date(2026, 7, 3),
        entries=(postings.earnings_recognized("J5", BOOKING, RUI, earned),),
    )
