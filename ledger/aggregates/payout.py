"""A payout: what one host is paid for one booking, and when."""

from collections.abc import Sequence
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
from ledger.errors import AmountsDiffer, NotFound, PayoutExceedsEntitlement, TooEarly
from ledger.events.payout import (
    PayoutCancelled,
    PayoutDue,
    PayoutEvent,
    PayoutRecalculated,
    PayoutReleased,
    PayoutScheduled,
    PayoutTransferred,
)
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, HostId, PayoutId
from ledger.values.money import Money
from ledger.values.stay import local_date

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Where a payout stands."""

    SCHEDULED = "scheduled"
    ON_HOLD = "on_hold"
    DUE = "due"
    RELEASING = "releasing"
    TRANSFERRED = "transferred"
    PARTLY_REVERSED = "partly_reversed"
    REVERSED = "reversed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Payout(Struct, frozen=True):
    """What the rules need to remember."""

    status: Status
    booking_id: BookingId
    host_id: HostId
    amount: Money
    release_at: Instant
    time_zone: str


# -- Commands ---------------------------------------------------------------------------


class SchedulePayout(Command, frozen=True, kw_only=True):
    """Promise a host what a confirmed booking will bring."""

    payout_id: PayoutId
    booking_id: BookingId
    host_id: HostId
    amount: Money
    release_at: Instant
    time_zone: str


class RecalculatePayout(Command, frozen=True, kw_only=True):
    """Work the payout out again, because the booking changed."""

    payout_id: PayoutId
    amount: Money
    release_at: Instant


class MaturePayout(Command, frozen=True, kw_only=True):
    """Let the payout fall due: its time has come."""

    payout_id: PayoutId


class ReleasePayout(Command, frozen=True, kw_only=True):
    """Order the transfer; `payable` is what the host has earned of this booking and not received."""

    payout_id: PayoutId
    payable: Money
    idempotency_key: str


class RecordTransfer(Command, frozen=True, kw_only=True):
    """Record that the host's account has the money."""

    payout_id: PayoutId
    amount: Money
    transfer: str


PayoutCommand = SchedulePayout | RecalculatePayout | MaturePayout | ReleasePayout | RecordTransfer

# -- Lifecycle --------------------------------------------------------------------------

S = Status
OPEN = states(S.SCHEDULED, S.ON_HOLD, S.DUE)

LIFECYCLE = Lifecycle(
    "payout",
    Step("PO1", SchedulePayout, states(None), actors("X"), PayoutScheduled, S.SCHEDULED,
         "something is owed"),
    Planned("PO2", "Hold", states(S.SCHEDULED, S.DUE), actors("XF"), ("PayoutHeld",), S.ON_HOLD),
    Planned("PO3", "Unhold", states(S.ON_HOLD), actors("XF"), ("PayoutHoldLifted",),
            (S.SCHEDULED, S.DUE)),
    Step("PO4", MaturePayout, states(S.SCHEDULED), actors("T"), PayoutDue, S.DUE,
         "the time of release has come"),
    Step("PO5", ReleasePayout, states(S.DUE), actors("XF"), PayoutReleased, S.RELEASING,
         "the host has earned it and not received it"),
    Step("PO6", RecordTransfer, states(S.RELEASING), actors("P"), PayoutTransferred, S.TRANSFERRED,
         "the amount is the one that was released"),
    Planned("PO7", "TransferFailed", states(S.RELEASING), actors("PT"), ("PayoutTransferFailed",),
            (S.FAILED, S.RELEASING)),
    Planned("PO8", "Retry", states(S.FAILED), actors("XF"), ("PayoutRetried",), S.RELEASING),
    Planned("PO9", "Reverse", states(S.TRANSFERRED, S.PARTLY_REVERSED), actors("XF"),
            ("PayoutReversed",), (S.PARTLY_REVERSED, S.REVERSED)),
    Step("PO10", RecalculatePayout, OPEN, actors("X"), PayoutRecalculated, SAME,
         "something is still owed"),
    Step("PO10z", RecalculatePayout, OPEN, actors("X"), PayoutCancelled, S.CANCELLED,
         "nothing is owed any more"),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def decide(payout: Payout | None, command: PayoutCommand, now: Instant) -> Sequence[PayoutEvent]:
    """What a command does to a payout. Raises Refused."""
    if isinstance(command, SchedulePayout):
        return schedule(command)
    if payout is None:
        raise NotFound(payout_id=command.payout_id)
    match command:
        case RecalculatePayout():
            return recalculate(payout, command)
        case MaturePayout():
            return mature(payout, now)
        case ReleasePayout():
            return release(payout, command)
        case RecordTransfer():
            return record_transfer(payout, command, now)
        case _:
            assert_never(command)


def schedule(command: SchedulePayout) -> Sequence[PayoutEvent]:
    """Promise an amount above zero. Raises AmountsDiffer."""
    if command.amount.minor <= 0:
        raise AmountsDiffer(amount=str(command.amount))
    return [
        PayoutScheduled(
            booking_id=command.booking_id,
            host_id=command.host_id,
            amount=command.amount,
            release_at=command.release_at,
            time_zone=command.time_zone,
        )
    ]


def recalculate(payout: Payout, command: RecalculatePayout) -> Sequence[PayoutEvent]:
    """Take over the new figure and time, if any; or end the payout where nothing is owed."""
    if command.amount.minor <= 0:
        return [PayoutCancelled()]
    if (command.amount, command.release_at) == (payout.amount, payout.release_at):
        return []
    return [PayoutRecalculated(amount=command.amount, release_at=command.release_at)]


def mature(payout: Payout, now: Instant) -> Sequence[PayoutEvent]:
    """Fall due, not before its time. Raises TooEarly."""
    if now < payout.release_at:
        raise TooEarly(not_before=payout.release_at)
    return [PayoutDue()]


def release(payout: Payout, command: ReleasePayout) -> Sequence[PayoutEvent]:
    """Order the transfer of no more than was earned.

    Raises PayoutExceedsEntitlement, CurrenciesDiffer.
    """
    if (command.payable - payout.amount).minor < 0:
        raise PayoutExceedsEntitlement(amount=str(payout.amount), payable=str(command.payable))
    return [PayoutReleased(amount=payout.amount, idempotency_key=command.idempotency_key)]


def record_transfer(payout: Payout, command: RecordTransfer, now: Instant) -> Sequence[PayoutEvent]:
    """The host has the money. Raises AmountsDiffer."""
    if command.amount != payout.amount:
        raise AmountsDiffer(released=str(payout.amount), transferred=str(command.amount))
    entry = postings.payout_transferred(payout.host_id, payout.booking_id, payout.amount)
    return [
        PayoutTransferred(
            booking_id=payout.booking_id,
            host_id=payout.host_id,
            amount=payout.amount,
            transfer=command.transfer,
            effective_on=local_date(now, payout.time_zone),
            entries=(entry,),
        )
    ]


# -- Evolution --------------------------------------------------------------------------


def evolve(payout: Payout | None, event: PayoutEvent) -> Payout:
    """The payout after an event."""
    status = LIFECYCLE.after(event, payout and payout.status)
    if isinstance(event, PayoutScheduled):
        return Payout(
            status=status,
            booking_id=event.booking_id,
            host_id=event.host_id,
            amount=event.amount,
            release_at=event.release_at,
            time_zone=event.time_zone,
        )
    assert payout is not None
    match event:
        case PayoutRecalculated():
            return replace(payout, amount=event.amount, release_at=event.release_at)
        case PayoutCancelled() | PayoutDue() | PayoutReleased() | PayoutTransferred():
            return replace(payout, status=status)
        case _:
            assert_never(event)


PAYOUT = Decider(
    lifecycle=LIFECYCLE,
    state=Payout,
    stream_of=lambda command: command.payout_id,
    decide=decide,
    evolve=evolve,
)
