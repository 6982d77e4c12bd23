"""Decisions about parts of a transfer that are ordered back."""

from collections.abc import Sequence

from ledger.aggregates import postings
from ledger.aggregates.payout.commands import FailReversal, OrderReversal, RecordReversal
from ledger.aggregates.payout.lifecycle import LIFECYCLE
from ledger.aggregates.payout.state import Payout, Status
from ledger.errors import AmountsDiffer, ReversalExceedsTransfer
from ledger.events.payout import PayoutEvent, PayoutReversed, ReversalFailed, ReversalOrdered
from ledger.values.clock import Instant
from ledger.values.money import Money
from ledger.values.stay import local_date


def order_reversal(payout: Payout, command: OrderReversal) -> Sequence[PayoutEvent]:
    """Order a part back, however the host stands. Raises AmountsDiffer, ReversalExceedsTransfer."""
    if command.amount.minor <= 0:
        raise AmountsDiffer(amount=str(command.amount))
    if (payout.reversible - command.amount).minor < 0:
        raise ReversalExceedsTransfer(amount=str(command.amount), reversible=str(payout.reversible))
    key = f"{command.payout_id}/reversal/{payout.reversals + 1}"
    return [ReversalOrdered(amount=command.amount, cause=command.cause, idempotency_key=key)]


def record_reversal(payout: Payout, command: RecordReversal, now: Instant) -> Sequence[PayoutEvent]:
    """A part came back: what the host owes comes first. Raises AmountsDiffer, CurrenciesDiffer."""
    amount = ordered(payout, command)
    if command.amount != amount:
        raise AmountsDiffer(ordered=str(amount), reversed=str(command.amount))
    to_debt = amount.at_most(command.debt)
    whole = payout.reversed + amount == payout.sent
    host_id, booking_id = payout.host_id, payout.booking_id
    return [
        PayoutReversed(
            booking_id=booking_id,
            host_id=host_id,
            amount=amount,
            to_debt=to_debt,
            reversal=command.reversal,
            idempotency_key=command.idempotency_key,
            to=Status.REVERSED if whole else Status.PARTLY_REVERSED,
            effective_on=local_date(now, payout.time_zone),
            entries=(postings.payout_reversed(host_id, booking_id, amount, to_debt),),
        )
    ]


def fail_reversal(payout: Payout, command: FailReversal) -> Sequence[PayoutEvent]:
    """A part does not come back; what the host owes of it stays owed."""
    key = command.idempotency_key
    return [
        ReversalFailed(amount=ordered(payout, command), reason=command.reason, idempotency_key=key)
    ]


def ordered(payout: Payout, command: RecordReversal | FailReversal) -> Money:
    """What was ordered back under a key, and has not come or failed yet.

    Raises TransitionNotAllowed.
    """
    amount = payout.coming_back.get(command.idempotency_key)
    if amount is None:
        LIFECYCLE.refuse(type(command), payout.status)
    return amount
