"""A booking's rules, whole: which decision answers a command, and what follows from an event."""

from collections.abc import Sequence
from typing import assert_never

from msgspec.structs import replace

from ledger.aggregates.booking.checkout import (
    book,
    decide_checkout,
)
from ledger.aggregates.booking.commands import (
    Book,
    BookingCommand,
    CheckoutCommand,
    FallingAwayCommand,
)
from ledger.aggregates.booking.falling_away import (
    decide_falling_away,
)
from ledger.aggregates.booking.lifecycle import LIFECYCLE
from ledger.aggregates.booking.state import Booking
from ledger.aggregates.booking.taking_place import decide_taking_place
from ledger.aggregates.decider import (
    Decider,
)
from ledger.errors import (
    NotFound,
)
from ledger.events.booking import (
    AllowanceGranted,
    AllowanceRevoked,
    BookingAbandoned,
    BookingAltered,
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingEvent,
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
from ledger.values.allowance import Allowance
from ledger.values.clock import Instant
from ledger.values.shares import Shares

# -- Decisions --------------------------------------------------------------------------


def decide(
    booking: Booking | None, command: BookingCommand, now: Instant
) -> Sequence[BookingEvent]:
    """What a command does to a booking. Raises Refused."""
    if isinstance(command, Book):
        return book(command, now)
    if booking is None:
        raise NotFound(booking_id=command.booking_id)
    if isinstance(command, CheckoutCommand):
        return decide_checkout(booking, command, now)
    if isinstance(command, FallingAwayCommand):
        return decide_falling_away(booking, command, now)
    return decide_taking_place(booking, command, now)


QuietEvent = (
    BookingExpired
    | BookingAbandoned
    | BookingDeclined
    | BookingWithdrawn
    | HostAccepted
    | CaptureFailedForBooking
    | PenaltyCharged
    | StayStarted
    | StayCompleted
)
"""What changes nothing but where the booking stands."""

# -- Evolution --------------------------------------------------------------------------


def evolve(booking: Booking | None, event: BookingEvent) -> Booking:
    """The booking after an event."""
    status = LIFECYCLE.after(event, booking and booking.status)
    if isinstance(event, BookingRequested):
        return Booking(
            status=status,
            guest_id=event.guest_id,
            host_id=event.host_id,
            property_id=event.property_id,
            unit_id=event.unit_id,
            stay=event.stay,
            house=event.house,
            party=event.party,
            price=event.price,
            policy=event.policy,
            hold_expires_at=event.hold_expires_at,
            booked_at=event.booked_at,
            mode=event.mode,
            vouched_by=event.vouched_by,
        )
    assert booking is not None
    booking = replace(booking, status=status)
    match event:
        case BookingConfirmed():
            return replace(booking, payment_id=event.payment_id)
        case HostDecisionRequested():
            return replace(booking, hold_expires_at=event.decide_by)
        case BookingCancelled() | NoShowReported() | StayCurtailed():
            reason = event.reason if isinstance(event, BookingCancelled) else None
            booking = replace(booking, cancelled_for=reason)
            return replace(booking, settlement=event.settlement, capped=event.capped)
        case NoShowReversed():
            return evolve_going_on(booking)
        case BookingAltered():
            return evolve_altered(booking, event)
        case EarningsRecognized() | AllowanceGranted() | AllowanceRevoked():
            return evolve_parts(booking, event)
        case _:
            return evolve_quietly(booking, event)


def evolve_going_on(booking: Booking) -> Booking:
    """The booking, its status already taken over, as if nobody had said that nobody came."""
    granted = booking.allowances.items()
    went_on = {of: replace(one, after_end=False) for of, one in granted if not one.revoked}
    return replace(
        booking, settlement=None, capped=None, allowances=went_on, ending=booking.ending + 1
    )


def evolve_altered(booking: Booking, event: BookingAltered) -> Booking:
    """The booking as it was agreed; what was earned of nights that are gone went back.

    What gets dearer while the whole gets cheaper was earned as the rest went back (J10).
    """
    paid_by = (event.payment_id,) if event.payment_id else ()
    altered = replace(
        booking,
        stay=event.stay,
        unit_id=event.unit_id,
        party=event.party,
        price=event.price,
        revision=event.revision,
        differences=booking.differences + paid_by,
    )
    still = booking.still_earned.at_most(altered.left)
    if (event.price.total - booking.price.total).minor < 0:
        still += (altered.left - booking.left).above_nothing
    return replace(altered, unearned=booking.earned and booking.earned - still)


def evolve_parts(
    booking: Booking, event: EarningsRecognized | AllowanceGranted | AllowanceRevoked
) -> Booking:
    """The booking, its status already taken over, after an event that moves somebody's part of it.

    An allowance of what was earned takes it back; one granted before is never earned.
    """
    earned, nothing = booking.earned, Shares(booking.price.currency)
    match event:
        case EarningsRecognized():
            began = booking.earned_on or event.effective_on
            so_far = earned + event.earned if earned else event.earned
            return replace(booking, earned=so_far, earned_on=began)
        case AllowanceGranted():
            ended = booking.settlement is not None
            # What a stay's end keeps is earned with it.
            left = nothing if ended else booking.deferred
            taken = event.back - event.back.above_nothing.at_most(left)
            taken = taken if earned else nothing
            granted = Allowance(event.lines, event.back, taken, after_end=ended)
            allowances = {**booking.allowances, event.refund_id: granted}
        case AllowanceRevoked():
            allowances = {**booking.allowances}
            revoked = allowances.pop(event.refund_id)
            if booking.settlement is not None and not revoked.after_end:
                allowances[event.refund_id] = replace(revoked, revoked=True)
            taken = nothing - revoked.earned if revoked.earned else nothing
        case _:
            assert_never(event)
    unearned = booking.unearned or nothing
    return replace(booking, allowances=allowances, unearned=unearned + taken)


def evolve_quietly(booking: Booking, event: QuietEvent) -> Booking:
    """The booking, its status already taken over, after an event that it remembers no more of."""
    match event:
        case (
            BookingExpired()
            | BookingAbandoned()
            | BookingDeclined()
            | BookingWithdrawn()
            | HostAccepted()
            | CaptureFailedForBooking()
            | PenaltyCharged()
            | StayStarted()
            | StayCompleted()
        ):
            return booking
        case _:
            assert_never(event)


def policy_of(booking: Booking) -> str:
    """The policy that the booking keeps from its beginning to its end."""
    return booking.policy.label


def billing_of(booking: Booking) -> int:
    """The billing version that the booking keeps."""
    return booking.price.billing


BOOKING = Decider(
    lifecycle=LIFECYCLE,
    state=Booking,
    stream_of=lambda command: command.booking_id,
    decide=decide,
    evolve=evolve,
    policy_of=policy_of,
    billing_of=billing_of,
    evolution=5,
)
