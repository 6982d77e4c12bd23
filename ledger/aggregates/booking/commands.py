"""What may be asked of a booking."""

from datetime import date
from enum import StrEnum

from ledger.aggregates.decider import (
    Command,
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
    QuoteId,
    RefundId,
    UnitId,
)
from ledger.values.money import Money
from ledger.values.penalty import BY_HOST, PenaltyRule
from ledger.values.policy import LineBack, Policy
from ledger.values.price import Price
from ledger.values.room import Room
from ledger.values.shares import Shares
from ledger.values.stay import House, Stay
from ledger.values.tariff import BookingMode


class PlatformReason(StrEnum):
    """Why the platform calls a stay off (spec: domain, BK16)."""

    SAFETY = "safety"
    FRAUD = "fraud"
    FORCE_MAJEURE = "force_majeure"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


class Book(Command, frozen=True, kw_only=True):
    """Ask for a stay, at a price and under a policy that the guest has seen.

    `hold_expires_at` is read off the hold of its nights, once that is placed. A price that was
    quoted names its quote, and the SHA-256 of the policy's text that the guest accepted. Somebody
    vouches for the property, or a `revision` of it was reviewed.
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
    vouched_by: AttestationId | None = None
    revision: int | None = None
    hold_expires_at: Instant | None = None
    mode: BookingMode = BookingMode.INSTANT
    quote_id: QuoteId | None = None
    policy_text: str | None = None


class Confirm(Command, frozen=True, kw_only=True):
    """Make the stay the guest's: it is paid.

    `settled` is what the processor holds for it, where that is in the listing's currency and the
    guest paid in another. Here and below, `hold_expires_at` is the end of the hold as the calendar
    has it, where that differs from what the booking began with.
    """

    booking_id: BookingId
    payment_id: PaymentId
    paid: Money
    settled: Money | None = None
    hold_expires_at: Instant | None = None


class ConfirmLate(Command, frozen=True, kw_only=True):
    """Make the stay the guest's after all: its money came late, and the nights were still free."""

    booking_id: BookingId
    payment_id: PaymentId
    paid: Money
    settled: Money | None = None


class ConfirmFree(Command, frozen=True, kw_only=True):
    """Make a stay the guest's that costs nothing."""

    booking_id: BookingId
    hold_expires_at: Instant | None = None


class AwaitHost(Command, frozen=True, kw_only=True):
    """Ask the host: the money is authorised, and the nights are held until `decide_by`."""

    booking_id: BookingId
    payment_id: PaymentId
    authorized: Money
    decide_by: Instant


class Accept(Command, frozen=True, kw_only=True):
    """Say that the guest is welcome, while the processor still holds the money for us."""

    booking_id: BookingId
    capture_before: Instant


class FailCapture(Command, frozen=True, kw_only=True):
    """Record that the authorised money could not be captured."""

    booking_id: BookingId
    reason: str
    may_retry: bool


class Decline(Command, frozen=True, kw_only=True):
    """Say that the guest is not welcome."""

    booking_id: BookingId
    reason: str


class Withdraw(Command, frozen=True, kw_only=True):
    """Take a request back that the host has not decided."""

    booking_id: BookingId


class Expire(Command, frozen=True, kw_only=True):
    """Give up on a booking whose hold ran out."""

    booking_id: BookingId
    hold_expires_at: Instant | None = None


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

    `accepted` is its digest: whatever has changed since then shows in it. `room` is what there is
    to give back, here as in all that follows; nothing where nothing was paid.
    """

    booking_id: BookingId
    accepted: str
    room: Room | None = None


class CancelByHost(Command, frozen=True, kw_only=True):
    """Call a guest's stay off: all goes back, and the host owes the penalty they were shown."""

    booking_id: BookingId
    reason: str
    accepted_penalty: Money
    penalty: PenaltyRule = BY_HOST
    room: Room | None = None


class CancelForHost(Command, frozen=True, kw_only=True):
    """Call a stay off for a host who cannot help it: support waives the penalty, and says why."""

    booking_id: BookingId
    reason: str
    room: Room | None = None


class CancelByPlatform(Command, frozen=True, kw_only=True):
    """Call a stay off for safety, fraud, force majeure, a duplicate or a conflict.

    `by_policy` gives back what the guest's own cancellation would; otherwise all that is not slept.
    Above `limit` somebody else must have approved.
    """

    booking_id: BookingId
    reason: PlatformReason
    requested_by: str
    by_policy: bool = False
    limit: Money | None = None
    approved_by: str | None = None
    room: Room | None = None


class Curtail(Command, frozen=True, kw_only=True):
    """End a stay on an earlier local date, for the settlement that was shown.

    `by_host` says that the host ends it, which support does for them.
    """

    booking_id: BookingId
    check_out: date
    accepted: str
    by_host: bool = False
    room: Room | None = None


class ReverseNoShow(Command, frozen=True, kw_only=True):
    """Take back that nobody came; `evidence` is the key of the object that shows it."""

    booking_id: BookingId
    evidence: str


class ApplyAlteration(Command, frozen=True, kw_only=True):
    """Make an agreed alteration so: its difference is paid, or its refund approved.

    `revision` is the one that the booking will have: an alteration of an older one comes too late.
    `settled` is as in `Confirm`.
    """

    booking_id: BookingId
    revision: int
    unit_id: UnitId
    stay: Stay
    party: Party
    price: Price
    payment_id: PaymentId | None = None
    paid: Money | None = None
    settled: Money | None = None


class GrantAllowance(Command, frozen=True, kw_only=True):
    """Count what an approved refund gives back beside the stay's end, line by line."""

    booking_id: BookingId
    refund_id: RefundId
    lines: tuple[LineBack, ...]
    back: Shares


class RevokeAllowance(Command, frozen=True, kw_only=True):
    """Count it no more: its refund was cancelled before it left."""

    booking_id: BookingId
    refund_id: RefundId


class ReportNoShow(Command, frozen=True, kw_only=True):
    """Say that nobody came."""

    booking_id: BookingId
    room: Room | None = None


class RecognizeEarnings(Command, frozen=True, kw_only=True):
    """Count what the stay brought, or what a cancellation retains, as earned.

    `lost` is what disputes took of it before it could be earned.
    """

    booking_id: BookingId
    lost: Shares | None = None


HostsWordCommand = AwaitHost | Accept | FailCapture | Decline | Withdraw
"""What is done between money that is held and the host's word."""

CheckoutCommand = Confirm | ConfirmLate | ConfirmFree | HostsWordCommand | Expire | Abandon
"""What is done until the nights are the guest's, or free again."""

TakingPlaceCommand = (
    StartStay
    | CompleteStay
    | ApplyAlteration
    | GrantAllowance
    | RevokeAllowance
    | RecognizeEarnings
)
"""What is done about a stay that takes place."""

FallingAwayCommand = (
    CancelByGuest
    | CancelByHost
    | CancelForHost
    | CancelByPlatform
    | Curtail
    | ReportNoShow
    | ReverseNoShow
)
"""What is done about a stay that does not take place, or not to its end."""

BookingCommand = Book | CheckoutCommand | TakingPlaceCommand | FallingAwayCommand
