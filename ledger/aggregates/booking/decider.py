"""A booking's rules, whole: which decision answers a command, and what follows from an event."""

from collections.abc import Sequence
from typing import assert_never

from msgspec.structs import replace

from ledger.aggregates.booking.checkout import (
    book,
    confirm,
    confirm_free,
    confirm_paid,
    decide_request,
    expire,
)
from ledger.aggregates.booking.commands import (
    Abandon,
    Accept,
    ApplyAlteration,
    AwaitHost,
    Book,
    BookingCommand,
    CancelByGuest,
    CancelByHost,
    CancelByPlatform,
    CancelForHost,
    CompleteStay,
    Confirm,
    ConfirmFree,
    ConfirmLate,
    Curtail,
    Decline,
    Expire,
    FailCapture,
    RecognizeEarnings,
    ReportNoShow,
    ReverseNoShow,
    StartStay,
    Withdraw,
)
from ledger.aggregates.booking.falling_away import (
    cancel_by_guest,
    cancel_by_host,
    cancel_by_platform,
    cancel_for_host,
    curtail,
    report_no_show,
    reverse_no_show,
)
from ledger.aggregates.booking.lifecycle import LIFECYCLE
from ledger.aggregates.booking.state import Booking
from ledger.aggregates.booking.taking_place import (
    alter,
    complete_stay,
    recognize_earnings,
    start_stay,
)
from ledger.aggregates.decider import (
    Decider,
)
from ledger.errors import (
    NotFound,
)
from ledger.events.booking import (
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
from ledger.values.clock import Instant

# -- Decisions --------------------------------------------------------------------------


def decide(
    booking: Booking | None, command: BookingCommand, now: Instant
) -> Sequence[BookingEvent]:
    """What a command does to a booking. Raises Refused."""
    if isinstance(command, Book):
        return book(command, now)
    if booking is None:
        raise NotFound(booking_id=command.booking_id)
    match command:
        case Confirm():
            return confirm(booking, command, now)
        case ConfirmLate():
            return confirm_paid(booking, command, now)
        case ConfirmFree():
            return confirm_free(booking, command, now)
        case AwaitHost() | Accept() | FailCapture() | Decline() | Withdraw():
            return decide_request(booking, command, now)
        case Expire():
            return expire(booking, command, now)
        case Abandon():
            return [BookingAbandoned()]
        case StartStay():
            return start_stay(booking, command, now)
        case CompleteStay():
            return complete_stay(booking, command, now)
        case CancelByGuest():
            return cancel_by_guest(booking, command, now)
        case CancelByHost():
            return cancel_by_host(booking, command, now)
        case CancelForHost():
            return cancel_for_host(booking, command, now)
        case CancelByPlatform():
            return cancel_by_platform(booking, command, now)
        case Curtail():
            return curtail(booking, command, now)
        case ReportNoShow():
            return report_no_show(booking, now)
        case ReverseNoShow():
            return reverse_no_show(booking, command, now)
        case ApplyAlteration():
            return alter(booking, command, now)
        case RecognizeEarnings():
            return recognize_earnings(booking, command, now)
        case _:
            assert_never(command)


# -- Evolution --------------------------------------------------------------------------


def evolve(booking: Booking | None, event: BookingEvent) -> Booking:
    """The booking after an event."""
    status = LIFECYCLE.after(event, booking and booking.status)
    if isinstance(event, BookingRequested):
        return Booking(
            status=status,
            guest_id=event.guest_id,
            host_id=event.host_id,
            unit_id=event.unit_id,
            stay=event.stay,
            house=event.house,
            price=event.price,
            policy=event.policy,
            hold_expires_at=event.hold_expires_at,
            booked_at=event.booked_at,
        )
    assert booking is not None
    match event:
        case BookingConfirmed():
            return replace(booking, status=status, payment_id=event.payment_id)
        case HostDecisionRequested():
            return replace(booking, status=status, hold_expires_at=event.decide_by)
        case BookingCancelled() | NoShowReported() | StayCurtailed():
            return replace(booking, status=status, settlement=event.settlement)
        case NoShowReversed():
            return replace(booking, status=status, settlement=None)
        case BookingAltered():
            return replace(
                booking,
                stay=event.stay,
                unit_id=event.unit_id,
                price=event.price,
                revision=event.revision,
            )
        case EarningsRecognized():
            earned = booking.earned + event.earned if booking.earned else event.earned
            return replace(booking, earned=earned)
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
            return replace(booking, status=status)
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
)
