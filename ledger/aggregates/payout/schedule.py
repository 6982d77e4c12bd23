"""Decisions until the payout falls due: how much it is, when, and what keeps it back."""

from collections.abc import Sequence

from ledger.aggregates.payout.commands import (
    HoldPayout,
    LiftPayoutHold,
    RecalculatePayout,
    SchedulePayout,
)
from ledger.aggregates.payout.state import Payout, Status
from ledger.errors import AmountsDiffer, PayoutIsHeld, TooEarly
from ledger.events.payout import (
    PayoutCancelled,
    PayoutDue,
    PayoutEvent,
    PayoutHeld,
    PayoutHoldLifted,
    PayoutRecalculated,
    PayoutScheduled,
)
from ledger.values.clearance import LIFTED_BY_PEOPLE
from ledger.values.clock import Instant


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
            tranche=command.tranche,
        )
    ]


def recalculate(payout: Payout, command: RecalculatePayout) -> Sequence[PayoutEvent]:
    """Take over the new figure and time, if any; or end the payout where nothing is owed."""
    if (command.amount - payout.netted).minor <= 0:
        return [PayoutCancelled()]
    if (command.amount, command.release_at) == (payout.amount, payout.release_at):
        return []
    return [PayoutRecalculated(amount=command.amount, release_at=command.release_at)]


def hold(payout: Payout, command: HoldPayout) -> Sequence[PayoutEvent]:
    """Keep the payout back; a reason that is there is not there twice for the same cause."""
    known = payout.causes.get(command.reason, frozenset())
    if command.reason in payout.holds and (not command.detail or command.detail in known):
        return []
    return [PayoutHeld(reason=command.reason, detail=command.detail)]


def lift(payout: Payout, command: LiftPayoutHold, now: Instant) -> Sequence[PayoutEvent]:
    """Let a reason go; after the last one the clock says where the payout stands.

    Raises PayoutIsHeld where the reason stands, or nobody of finance looked at it who must.
    """
    reason = command.reason
    if reason not in payout.holds:
        return []
    if command.still_stands or (reason in LIFTED_BY_PEOPLE and not command.reviewer):
        raise PayoutIsHeld(reasons=[reason.value])
    if len(payout.holds) > 1:
        return [PayoutHoldLifted(reason=reason, to=Status.ON_HOLD)]
    to = Status.DUE if now >= payout.release_at else Status.SCHEDULED
    return [PayoutHoldLifted(reason=reason, to=to)]


def mature(payout: Payout, now: Instant) -> Sequence[PayoutEvent]:
    """Fall due, not before its time. Raises TooEarly."""
    if now < payout.release_at:
        raise TooEarly(not_before=payout.release_at)
    return [PayoutDue()]
