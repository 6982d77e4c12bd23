"""A payout's rules, whole: which decision answers a command, and what follows from an event."""

from collections.abc import Sequence
from typing import assert_never

from msgspec.structs import replace

from ledger.aggregates.decider import Decider
from ledger.aggregates.payout.commands import (
    FailReversal,
    FailTransfer,
    HoldPayout,
    LiftPayoutHold,
    MaturePayout,
    OrderReversal,
    PayoutCommand,
    RecalculatePayout,
    RecordReversal,
    RecordTransfer,
    ReleasePayout,
    ReportUnknownTransfer,
    RetryPayout,
    SchedulePayout,
)
from ledger.aggregates.payout.lifecycle import LIFECYCLE
from ledger.aggregates.payout.reversal import fail_reversal, order_reversal, record_reversal
from ledger.aggregates.payout.schedule import hold, lift, mature, recalculate, schedule
from ledger.aggregates.payout.state import Payout
from ledger.aggregates.payout.transfer import record_transfer, release
from ledger.errors import NotFound
from ledger.events.payout import (
    PayoutCancelled,
    PayoutDue,
    PayoutEvent,
    PayoutHeld,
    PayoutHoldLifted,
    PayoutNetted,
    PayoutRecalculated,
    PayoutReleased,
    PayoutRetried,
    PayoutReversed,
    PayoutScheduled,
    PayoutTransferFailed,
    PayoutTransferred,
    ReversalFailed,
    ReversalOrdered,
    TransferOutcomeUnknown,
)
from ledger.values.clock import Instant
from ledger.values.money import zero

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
        case HoldPayout():
            return hold(payout, command)
        case LiftPayoutHold():
            return lift(payout, command, now)
        case MaturePayout():
            return mature(payout, now)
        case ReleasePayout() | RetryPayout():
            return release(payout, command, now)
        case RecordTransfer():
            return record_transfer(payout, command, now)
        case FailTransfer():
            return [PayoutTransferFailed(reason=command.reason)]
        case ReportUnknownTransfer():
            return [] if payout.unknown else [TransferOutcomeUnknown()]
        case OrderReversal():
            return order_reversal(payout, command)
        case RecordReversal():
            return record_reversal(payout, command, now)
        case FailReversal():
            return fail_reversal(payout, command)
        case _:
            assert_never(command)


# -- Evolution --------------------------------------------------------------------------


def evolve(payout: Payout | None, event: PayoutEvent) -> Payout:
    """The payout after an event."""
    status = LIFECYCLE.after(event, payout and payout.status)
    if isinstance(event, PayoutScheduled):
        nothing = zero(event.amount.currency)
        return Payout(
            status=status,
            booking_id=event.booking_id,
            host_id=event.host_id,
            amount=event.amount,
            release_at=event.release_at,
            time_zone=event.time_zone,
            tranche=event.tranche,
            netted=nothing,
            sent=nothing,
            reversed=nothing,
            owed_again=nothing,
        )
    assert payout is not None
    match event:
        case PayoutRecalculated():
            return replace(payout, amount=event.amount, release_at=event.release_at)
        case PayoutHeld() | PayoutHoldLifted():
            return held_or_not(replace(payout, status=status), event)
        case TransferOutcomeUnknown():
            return replace(payout, unknown=True)
        case PayoutReleased() | PayoutRetried() | PayoutNetted():
            return ordered_out(replace(payout, status=status), event)
        case ReversalOrdered() | PayoutReversed() | ReversalFailed():
            return turned_back(replace(payout, status=status), event)
        case PayoutTransferFailed():
            nothing = zero(payout.amount.currency)
            return replace(payout, status=status, unknown=False, sent=nothing)
        case PayoutTransferred():
            return replace(payout, status=status, unknown=False, transfer=event.transfer)
        case PayoutCancelled() | PayoutDue():
            return replace(payout, status=status, unknown=False)
        case _:
            assert_never(event)


def held_or_not(payout: Payout, event: PayoutHeld | PayoutHoldLifted) -> Payout:
    """The payout when there is a reason to keep it back, one more cause of it, or none any more."""
    others = {of: causes for of, causes in payout.causes.items() if of is not event.reason}
    if isinstance(event, PayoutHoldLifted):
        return replace(payout, holds=payout.holds - {event.reason}, causes=others)
    told = payout.causes.get(event.reason, frozenset()) | {event.detail}
    causes = {**others, event.reason: told} if event.detail else payout.causes
    return replace(payout, holds=payout.holds | {event.reason}, causes=causes)


def ordered_out(payout: Payout, event: PayoutReleased | PayoutRetried | PayoutNetted) -> Payout:
    """The payout when its transfer was ordered, or is not needed."""
    netted = payout.netted + event.netted
    if isinstance(event, PayoutNetted):
        return replace(payout, netted=netted)
    return replace(payout, netted=netted, sent=event.amount, orders=payout.orders + 1)


def turned_back(payout: Payout, event: ReversalOrdered | PayoutReversed | ReversalFailed) -> Payout:
    """The payout when a part of it is on its way back, came, or does not come."""
    key = event.idempotency_key
    if isinstance(event, ReversalOrdered):
        coming_back = {**payout.coming_back, key: event.amount}
        return replace(payout, coming_back=coming_back, reversals=payout.reversals + 1)
    coming_back = {of: amount for of, amount in payout.coming_back.items() if of != key}
    payout = replace(payout, coming_back=coming_back)
    if isinstance(event, ReversalFailed):
        return payout
    return replace(
        payout,
        reversed=payout.reversed + event.amount,
        owed_again=payout.owed_again + event.amount - event.to_debt,
    )


PAYOUT = Decider(
    lifecycle=LIFECYCLE,
    state=Payout,
    stream_of=lambda command: command.payout_id,
    decide=decide,
    evolve=evolve,
    evolution=5,
)
