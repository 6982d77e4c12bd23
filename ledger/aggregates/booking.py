"""A booking: one guest, one unit, one stay, from the request to the last night."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates import postings
from ledger.aggregates.decider import (
    SAME,
    Command,
    Decider,
    Lifecycle,
    Planned,
    Step,
    actors,
    states,
)
from ledger.errors import (
    AmountsDiffer,
    HoldHasExpired,
    NotFound,
    NothingVouchedFor,
    OwnListing,
    RefundChanged,
    TooEarly,
    TooLate,
)
from ledger.events.booking import (
    BookingAbandoned,
    BookingCancelled,
    BookingConfirmed,
    BookingEvent,
    BookingExpired,
    BookingRequested,
    EarningsRecognized,
    NoShowReported,
    StayCompleted,
    StayStarted,
)
from ledger.values.clock import Instant
from ledger.values.guests import Party
from ledger.values.ids import (
    AttestationId,
    BookingId,
    GuestId,
    HostId,
    PaymentId,
    PropertyId,
    UnitId,
)
from ledger.values.money import Money
from ledger.values.policy import Ending, Occupancy, Policy, Settlement, settle
from ledger.values.price import Price
from ledger.values.stay import House, Stay, local_date

NO_SHOW_FROM, NO_SHOW_UNTIL = timedelta(hours=6), timedelta(hours=48)
"""When a host may say that nobody came, counted from check-in (spec: domain, BK18)."""

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Where a booking stands; of its money the payment, the refund and the payout tell."""

    PENDING_PAYMENT = "pending_payment"
    AWAITING_HOST = "awaiting_host"
    ACCEPTING = "accepting"
    CONFIRMED = "confirmed"
    IN_STAY = "in_stay"
    COMPLETED = "completed"
    EXPIRED = "expired"
    ABANDONED = "abandoned"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    CANCELLED_BY_GUEST = "cancelled_by_guest"
    CANCELLED_BY_HOST = "cancelled_by_host"
    CANCELLED_BY_PLATFORM = "cancelled_by_platform"
    CURTAILED = "curtailed"
    NO_SHOW = "no_show"


class Booking(Struct, frozen=True):
    """What the rules need to remember, and nothing for display."""

    status: Status
    guest_id: GuestId
    host_id: HostId
    unit_id: UnitId
    stay: Stay
    house: House
    price: Price
    policy: Policy
    hold_expires_at: Instant
    booked_at: Instant
    payment_id: PaymentId | None = None
    settlement: Settlement | None = None
    recognized: bool = False

    @property
    def earned_at(self) -> Instant:
        """When a stay that takes place is earned."""
        return self.house.earned_at(self.stay)

    def settled(self, ending: Ending, at: Instant) -> Settlement:
        """Who would get what if the stay fell away now, under the policy that it was booked with."""
        occupancy = Occupancy(self.stay, self.house, self.booked_at, at)
        return settle(self.price, self.policy, ending, occupancy)


# -- Commands ---------------------------------------------------------------------------


class Book(Command, frozen=True, kw_only=True):
    """Ask for a stay, at a price and under a policy that the guest has seen.

    `hold_expires_at` is read off the hold of its nights, once that is placed.
    """

    booking_id: BookingId
    guest_id: GuestId
    host_id: HostId
    property_id: PropertyId
    unit_id: UnitId
    room_type: str
    stay: Stay
    house: House
    party: Party
    price: Price
    policy: Policy
    vouched_by: AttestationId | None
    hold_expires_at: Instant | None = None


class Confirm(Command, frozen=True, kw_only=True):
    """Make the stay the guest's: it is paid."""

    booking_id: BookingId
    payment_id: PaymentId
    paid: Money


class ConfirmFree(Command, frozen=True, kw_only=True):
    """Make a stay the guest's that costs nothing."""

    booking_id: BookingId


class Expire(Command, frozen=True, kw_only=True):
    """Give up on a booking whose hold ran out."""

    booking_id: BookingId


class Abandon(Command, frozen=True, kw_only=True):
    """Give up before paying."""

    booking_id: BookingId


class StartStay(Command, frozen=True, kw_only=True):
    """Begin the stay: the guest may come (so says the clock), or came (so says the host)."""

    booking_id: BookingId
    by_clock: bool


class CompleteStay(Command, frozen=True, kw_only=True):
    """End the stay: the guest must have left (so says the clock), or left (so says the host)."""

    booking_id: BookingId
    by_clock: bool


class CancelByGuest(Command, frozen=True, kw_only=True):
    """Call a stay off before it begins, for the settlement that the guest was shown.

    `accepted` is its digest: whatever has changed since then shows in it.
    """

    booking_id: BookingId
    accepted: str


class ReportNoShow(Command, frozen=True, kw_only=True):
    """Say that nobody came."""

    booking_id: BookingId


class RecognizeEarnings(Command, frozen=True, kw_only=True):
    """Count what the stay brought, or what a cancellation retains, as earned."""

    booking_id: BookingId


BookingCommand = (
    Book
    | Confirm
    | ConfirmFree
    | Expire
    | Abandon
    | StartStay
    | CompleteStay
    | CancelByGuest
    | ReportNoShow
    | RecognizeEarnings
)

# -- Lifecycle --------------------------------------------------------------------------

S = Status
CANCELLED = states(S.CANCELLED_BY_GUEST, S.CANCELLED_BY_HOST, S.CANCELLED_BY_PLATFORM)
EARNING = states(S.IN_STAY, S.COMPLETED, S.CURTAILED, S.NO_SHOW) | CANCELLED

LIFECYCLE = Lifecycle(
    "booking",
    Step("BK1", Book, states(None), actors("G"), BookingRequested, S.PENDING_PAYMENT,
         "guest is not host; somebody vouches for quote and property; UC1 in the same commit"),
    Step("BK2", Confirm, states(S.PENDING_PAYMENT), actors("X"), BookingConfirmed, S.CONFIRMED,
         "paid exactly the total; the hold has not run out; UC4 in the same commit"),
    Step("BK2z", ConfirmFree, states(S.PENDING_PAYMENT), actors("X"), BookingConfirmed, S.CONFIRMED,
         "the total is nothing; the hold has not run out"),
    Planned("BK3", "AwaitHost", states(S.PENDING_PAYMENT), actors("X"),
            ("HostDecisionRequested",), S.AWAITING_HOST),
    Planned("BK4", "Accept", states(S.AWAITING_HOST), actors("HO"), ("HostAccepted",), S.ACCEPTING),
    Planned("BK5", "CaptureOk", states(S.ACCEPTING), actors("X"), ("BookingConfirmed",),
            S.CONFIRMED),
    Planned("BK6", "CaptureFailed", states(S.ACCEPTING), actors("X"),
            ("CaptureFailedForBooking",), (S.AWAITING_HOST, S.DECLINED)),
    Planned("BK7", "Decline", states(S.AWAITING_HOST), actors("HO"), ("BookingDeclined",),
            S.DECLINED),
    Planned("BK8", "Withdraw", states(S.AWAITING_HOST), actors("G"), ("BookingWithdrawn",),
            S.WITHDRAWN),
    Step("BK9", Expire, states(S.PENDING_PAYMENT, S.AWAITING_HOST), actors("T"), BookingExpired,
         S.EXPIRED, "the hold has run out"),
    Step("BK10", Abandon, states(S.PENDING_PAYMENT), actors("G"), BookingAbandoned, S.ABANDONED),
    Planned("BK11", "ApplyAlteration", states(S.CONFIRMED, S.IN_STAY), actors("X"),
            ("BookingAltered",), SAME),
    Step("BK12", StartStay, states(S.CONFIRMED), actors("TH"), StayStarted, S.IN_STAY,
         "check-in has come, or the host says so on the local day of arrival"),
    Step("BK13", CompleteStay, states(S.IN_STAY), actors("TH"), StayCompleted, S.COMPLETED,
         "the guest left: a host may say so during the stay, the clock says so at check-out"),
    Step("BK14", CancelByGuest, states(S.CONFIRMED), actors("G"), BookingCancelled,
         (S.CANCELLED_BY_GUEST,), "before check-in; the refund is the one that was accepted"),
    Planned("BK15", "CancelByHost", states(S.CONFIRMED), actors("H"), ("BookingCancelled",),
            (S.CANCELLED_BY_HOST,)),
    Planned("BK16", "CancelByPlatform", states(S.CONFIRMED, S.IN_STAY), actors("SO"),
            ("BookingCancelled",), (S.CANCELLED_BY_PLATFORM,)),
    Planned("BK17", "Curtail", states(S.IN_STAY), actors("GS"), ("StayCurtailed",), S.CURTAILED),
    Step("BK18", ReportNoShow, states(S.IN_STAY), actors("H"), NoShowReported, S.NO_SHOW,
         "from 6 to 48 hours after check-in; the stay is not earned yet"),
    Planned("BK19", "ReverseNoShow", states(S.NO_SHOW), actors("S"), ("NoShowReversed",),
            (S.IN_STAY, S.COMPLETED)),
    Step("BK20", RecognizeEarnings, EARNING, actors("TX"), EarningsRecognized, SAME,
         "once; something was earned; 24 hours after check-in, or at once when nobody will come"),
)  # fmt: skip

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
        case ConfirmFree():
            return confirm_free(booking, now)
        case Expire():
            return expire(booking, now)
        case Abandon():
            return [BookingAbandoned()]
        case StartStay():
            return start_stay(booking, command, now)
        case CompleteStay():
            return complete_stay(booking, command, now)
        case CancelByGuest():
            return cancel_by_guest(booking, command, now)
        case ReportNoShow():
            return report_no_show(booking, now)
        case RecognizeEarnings():
            return recognize_earnings(booking, command, now)
        case _:
            assert_never(command)


def book(command: Book, now: Instant) -> Sequence[BookingEvent]:
    """Ask for a stay. Raises OwnListing, NothingVouchedFor."""
    if str(command.guest_id) == str(command.host_id):
        raise OwnListing(property_id=command.property_id)
    if command.vouched_by is None:
        raise NothingVouchedFor(property_id=command.property_id)
    assert command.hold_expires_at is not None, "the nights are held before they are asked for"
    return [
        BookingRequested(
            guest_id=command.guest_id,
            host_id=command.host_id,
            property_id=command.property_id,
            unit_id=command.unit_id,
            room_type=command.room_type,
            stay=command.stay,
            house=command.house,
            party=command.party,
            price=command.price,
            policy=command.policy,
            vouched_by=command.vouched_by,
            hold_expires_at=command.hold_expires_at,
            booked_at=now,
        )
    ]


def confirm(booking: Booking, command: Confirm, now: Instant) -> Sequence[BookingEvent]:
    """Confirm a paid booking. Raises AmountsDiffer, HoldHasExpired."""
    refuse_expired(booking, now)
    total = booking.price.total
    if command.paid != total:
        raise AmountsDiffer(due=str(total), paid=str(command.paid))
    entry = postings.booking_confirmed(command.booking_id, command.payment_id, booking.price.shares)
    return [
        BookingConfirmed(
            payment_id=command.payment_id,
            total=total,
            effective_on=local_date(now, booking.house.time_zone),
            entries=(entry,),
        )
    ]


def confirm_free(booking: Booking, now: Instant) -> Sequence[BookingEvent]:
    """Confirm a booking that costs nothing. Raises AmountsDiffer, HoldHasExpired."""
    refuse_expired(booking, now)
    total = booking.price.total
    if total.minor:
        raise AmountsDiffer(due=str(total), paid=None)
    effective_on = local_date(now, booking.house.time_zone)
    return [BookingConfirmed(payment_id=None, total=total, effective_on=effective_on, entries=())]


def refuse_expired(booking: Booking, now: Instant) -> None:
    """Let a booking pass whose hold is alive. Raises HoldHasExpired."""
    if now >= booking.hold_expires_at:
        raise HoldHasExpired(expired_at=booking.hold_expires_at)


def expire(booking: Booking, now: Instant) -> Sequence[BookingEvent]:
    """Give up on a booking whose hold ran out. Raises TooEarly."""
    if now < booking.hold_expires_at:
        raise TooEarly(not_before=booking.hold_expires_at)
    return [BookingExpired()]


def start_stay(booking: Booking, command: StartStay, now: Instant) -> Sequence[BookingEvent]:
    """Begin the stay: the clock at check-in, the host on the local day of it. Raises TooEarly."""
    check_in_at = booking.house.check_in_at(booking.stay)
    if local_date(now, booking.house.time_zone) < booking.stay.check_in:
        raise TooEarly(not_before=check_in_at)
    refuse_early_clock(command, check_in_at, now)
    return [StayStarted()]


def complete_stay(booking: Booking, command: CompleteStay, now: Instant) -> Sequence[BookingEvent]:
    """End the stay: the clock at check-out, the host whenever the guest left. Raises TooEarly."""
    refuse_early_clock(command, booking.house.check_out_at(booking.stay), now)
    return [StayCompleted()]


def refuse_early_clock(
    command: StartStay | CompleteStay, not_before: Instant, now: Instant
) -> None:
    """Let pass what a person says, who may know better than the clock. Raises TooEarly."""
    if command.by_clock and now < not_before:
        raise TooEarly(not_before=not_before)


def cancel_by_guest(
    booking: Booking, command: CancelByGuest, now: Instant
) -> Sequence[BookingEvent]:
    """Call the stay off for the refund the guest was shown. Raises TooLate, RefundChanged."""
    check_in_at = booking.house.check_in_at(booking.stay)
    if now >= check_in_at:
        raise TooLate(check_in_at=check_in_at)
    settlement = booking.settled(Ending.BY_GUEST, now)
    if settlement.digest != command.accepted:
        raise RefundChanged(refund=str(settlement.refund), preview=settlement.digest)
    return [BookingCancelled(to=Status.CANCELLED_BY_GUEST.value, settlement=settlement)]


def report_no_show(booking: Booking, now: Instant) -> Sequence[BookingEvent]:
    """Say that nobody came, in the window for it and before the stay is earned.

    What was earned is the host's; to take it back asks for J10, which is not built yet.
    Raises TooEarly, TooLate.
    """
    check_in_at = booking.house.check_in_at(booking.stay)
    if now < check_in_at + NO_SHOW_FROM:
        raise TooEarly(not_before=check_in_at + NO_SHOW_FROM)
    if now > check_in_at + NO_SHOW_UNTIL:
        raise TooLate(not_after=check_in_at + NO_SHOW_UNTIL)
    if booking.recognized:
        raise TooLate(earned_since=booking.earned_at)
    return [NoShowReported(settlement=booking.settled(Ending.NO_SHOW, now))]


def recognize_earnings(
    booking: Booking, command: RecognizeEarnings, now: Instant
) -> Sequence[BookingEvent]:
    """Count the stay as earned, once. Raises TransitionNotAllowed, TooEarly."""
    if booking.settlement is None and now < booking.earned_at:
        raise TooEarly(not_before=booking.earned_at)
    fell_away = booking.settlement is not None
    earned = booking.settlement.kept if booking.settlement else booking.price.shares
    if booking.recognized or earned.is_nothing:
        LIFECYCLE.refuse(RecognizeEarnings, booking.status)
    entry = postings.earnings_recognized(
        "J9" if fell_away else "J5", command.booking_id, booking.host_id, earned
    )
    return [
        EarningsRecognized(
            earned=earned,
            effective_on=local_date(now, booking.house.time_zone),
            entries=(entry,),
        )
    ]


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
        case BookingCancelled() | NoShowReported():
            return replace(booking, status=status, settlement=event.settlement)
        case EarningsRecognized():
            return replace(booking, recognized=True)
        case BookingExpired() | BookingAbandoned() | StayStarted() | StayCompleted():
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
