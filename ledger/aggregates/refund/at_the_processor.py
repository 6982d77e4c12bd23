"""Decisions while the processor carries the refund out."""

from collections.abc import Sequence

from ledger.aggregates import postings
from ledger.aggregates.refund.commands import (
    AcceptRefund,
    FailRefund,
    ResubmitRefund,
    SubmitRefund,
    SucceedRefund,
)
from ledger.aggregates.refund.lifecycle import LIFECYCLE
from ledger.aggregates.refund.limits import within
from ledger.aggregates.refund.state import Refund, Status
from ledger.errors import AmountsDiffer, RefundBlockedByDispute, RepeatedWithDifferences
from ledger.events.refund import (
    RefundEvent,
    RefundFailed,
    RefundPending,
    RefundResubmitted,
    RefundSubmitted,
    RefundSucceeded,
)
from ledger.values.clock import Instant
from ledger.values.ids import RefundId
from ledger.values.journal import Entry
from ledger.values.money import Money
from ledger.values.stay import local_date


def submit(refund: Refund, command: SubmitRefund) -> Sequence[RefundEvent]:
    """Hand the refund over. Raises RefundBlockedByDispute."""
    if command.disputed:
        raise RefundBlockedByDispute(amount=str(refund.amount))
    return [RefundSubmitted(idempotency_key=command.idempotency_key)]


def resubmit(refund: Refund, command: ResubmitRefund) -> Sequence[RefundEvent]:
    """Hand the refund over once more: while it had failed, others could use the room it left.

    Raises RefundBlockedByDispute, RepeatedWithDifferences, RefundExceedsCapture.
    """
    if command.disputed:
        raise RefundBlockedByDispute(amount=str(refund.amount))
    if command.idempotency_key in refund.keys:
        raise RepeatedWithDifferences(idempotency_key=command.idempotency_key)
    within(refund.amount, command.refundable)
    return [RefundResubmitted(idempotency_key=command.idempotency_key)]


def accept(refund: Refund, command: AcceptRefund) -> Sequence[RefundEvent]:
    """Remember what the processor says of the refund, if it says anything new.

    Raises TransitionNotAllowed where it is another refund that it speaks of.
    """
    _same_refund(refund, command)
    named = command.processor_refund or refund.processor_refund
    news = RefundPending(processor_refund=named, pending_reason=command.pending_reason)
    known = refund.processor_refund, refund.pending_reason
    if refund.status is Status.PENDING and known == (named, news.pending_reason):
        return []
    return [news]


def succeed(refund: Refund, command: SucceedRefund, now: Instant) -> Sequence[RefundEvent]:
    """The guest has the money.

    Raises AmountsDiffer, and TransitionNotAllowed where it is another refund that succeeded.
    """
    _same_refund(refund, command)
    if command.amount != refund.amount:
        raise AmountsDiffer(approved=str(refund.amount), returned=str(command.amount))
    settled = settled_as(refund.amount, command.settled)
    if settled is None:
        entry = postings.refund_succeeded(command.refund_id, refund.amount)
    else:
        entry = postings.refund_exchanged(
            command.refund_id, refund.booking_id, refund.amount, settled, refund.position
        )
    return [
        RefundSucceeded(
            payment_id=refund.payment_id,
            booking_id=refund.booking_id,
            amount=refund.amount,
            processor_refund=command.processor_refund or refund.processor_refund,
            balance_transaction=command.balance_transaction,
            settled=settled,
            effective_on=local_date(now, refund.time_zone),
            entries=(entry,),
        )
    ]


def fail(refund: Refund, command: FailRefund, now: Instant) -> Sequence[RefundEvent]:
    """Owe the amount still, or, where it had succeeded, again.

    Raises AmountsDiffer, and TransitionNotAllowed where it is another refund that failed.
    """
    _same_refund(refund, command)
    came_back: Money | None = None
    entries: tuple[Entry, ...] = ()
    if refund.status is Status.SUCCEEDED:
        # Where nobody tells what came back, it is what had gone out.
        came_back = settled_as(refund.amount, command.settled) or refund.settled
        entries = (_came_back(refund, command.refund_id, came_back),)
    return [
        RefundFailed(
            payment_id=refund.payment_id,
            booking_id=refund.booking_id,
            amount=refund.amount,
            reason=command.reason,
            balance_transaction=command.balance_transaction,
            settled=came_back,
            effective_on=local_date(now, refund.time_zone),
            entries=entries,
        )
    ]


def _came_back(refund: Refund, refund_id: RefundId, settled: Money | None) -> Entry:
    if settled is None:
        return postings.refund_came_back(refund_id, refund.amount)
    return postings.refund_came_back_exchanged(refund_id, refund.booking_id, refund.amount, settled)


def _same_refund(refund: Refund, command: AcceptRefund | SucceedRefund | FailRefund) -> None:
    """Refuse what the processor tells of another refund than the one that it took on."""
    known, named = refund.processor_refund, command.processor_refund
    if known is not None and named is not None and known != named:
        LIFECYCLE.refuse(type(command), refund.status, known=known, named=named)


def settled_as(amount: Money, settled: Money | None) -> Money | None:
    """What an amount was settled as, if that is another currency. Raises AmountsDiffer."""
    if settled is None or settled == amount:
        return None
    if settled.currency == amount.currency:
        raise AmountsDiffer(amount=str(amount), settled=str(settled))
    return settled
