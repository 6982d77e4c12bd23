"""Decisions about money that is here: its use, its refunds, its disputes."""

from collections.abc import Sequence

from ledger.aggregates import postings
from ledger.aggregates.payment.commands import (
    ClearDispute,
    MarkDisputed,
    RecordFunds,
    RecordRefund,
    ReleaseRefund,
    ReserveRefund,
    ReverseRefund,
)
from ledger.aggregates.payment.lifecycle import CAPTURED, LIFECYCLE
from ledger.aggregates.payment.state import Payment, Status
from ledger.errors import AmountsDiffer, PaymentNotCompleted, RefundExceedsCapture
from ledger.events.payment import (
    DisputedAmountReinstated,
    DisputedAmountWithdrawn,
    FundsAvailable,
    PaymentEvent,
    PaymentRefundRecorded,
    PaymentRefundReversed,
    RefundReservationReleased,
    RefundReserved,
)
from ledger.values.clock import Instant
from ledger.values.money import Money, same_currency
from ledger.values.stay import local_date


def record_funds(payment: Payment, now: Instant) -> Sequence[PaymentEvent]:
    """Count what is left of the captured money as usable, once. Raises TransitionNotAllowed."""
    if payment.available:
        LIFECYCLE.refuse(RecordFunds, payment.status)
    assert payment.received is not None, "what was captured was received"
    net = payment.received.net
    return [
        FundsAvailable(
            booking_id=payment.booking_id,
            amount=net,
            effective_on=local_date(now, payment.time_zone),
            entries=(postings.funds_available(net),),
        )
    ]


def reserve_refund(payment: Payment, command: ReserveRefund) -> Sequence[PaymentEvent]:
    """Set aside what no other refund has. The first of two that do not both fit gets it.

    Raises PaymentNotCompleted, RefundExceedsCapture, AmountsDiffer, TransitionNotAllowed.
    """
    if payment.status not in CAPTURED:
        raise PaymentNotCompleted(payment=payment.status.value)
    if command.refund_id in payment.reserved or command.refund_id in payment.refunds:
        LIFECYCLE.refuse(ReserveRefund, payment.status)
    refuse_more_than_is_refundable(payment, command.amount)
    return [RefundReserved(refund_id=command.refund_id, amount=command.amount)]


def refuse_more_than_is_refundable(payment: Payment, amount: Money) -> None:
    """Let a refund of something pass that fits. Raises RefundExceedsCapture, AmountsDiffer."""
    if amount.minor <= 0:
        raise AmountsDiffer(amount=str(amount))
    if amount.minor > same_currency(amount, payment.refundable).minor:
        raise RefundExceedsCapture(amount=str(amount), refundable=str(payment.refundable))


def release_refund(payment: Payment, command: ReleaseRefund) -> Sequence[PaymentEvent]:
    """Free what a refund had set aside. Raises TransitionNotAllowed where it had not."""
    reserved = payment.reserved.get(command.refund_id)
    if reserved is None:
        LIFECYCLE.refuse(ReleaseRefund, payment.status)
    return [RefundReservationReleased(refund_id=command.refund_id, amount=reserved)]


def record_refund(payment: Payment, command: RecordRefund) -> Sequence[PaymentEvent]:
    """Count a refund once: as it was reserved or, in history from outside, if it fits.

    What went out without us is counted whether or not it fits: it is gone.

    Raises AmountsDiffer, RefundExceedsCapture, CurrenciesDiffer, TransitionNotAllowed.
    """
    if command.refund_id in payment.refunds:
        LIFECYCLE.refuse(RecordRefund, payment.status)
    reserved = payment.reserved.get(command.refund_id)
    if reserved is None:
        if not command.outside:
            refuse_more_than_is_refundable(payment, command.amount)
    elif command.amount != reserved:
        raise AmountsDiffer(reserved=str(reserved), refunded=str(command.amount))
    refunded = payment.refunded + command.amount
    to = Status.REFUNDED if refunded == payment.captured else Status.PARTIALLY_REFUNDED
    return [
        PaymentRefundRecorded(
            booking_id=payment.booking_id,
            refund_id=command.refund_id,
            amount=command.amount,
            refunded=refunded,
            to=to.value,
        )
    ]


def reverse_refund(payment: Payment, command: ReverseRefund) -> Sequence[PaymentEvent]:
    """Count a refund that came back as not given. Raises TransitionNotAllowed if unknown."""
    amount = payment.refunds.get(command.refund_id)
    if amount is None:
        LIFECYCLE.refuse(ReverseRefund, payment.status)
    refunded = payment.refunded - amount
    to = Status.PARTIALLY_REFUNDED if refunded.minor else Status.COMPLETED
    return [
        PaymentRefundReversed(
            booking_id=payment.booking_id,
            refund_id=command.refund_id,
            amount=amount,
            refunded=refunded,
            to=to.value,
        )
    ]


def mark_disputed(payment: Payment, command: MarkDisputed) -> Sequence[PaymentEvent]:
    """Count what a dispute took, which may be more than is left: a bank asks nobody.

    Raises AmountsDiffer, CurrenciesDiffer, TransitionNotAllowed.
    """
    if command.dispute_id in payment.disputed:
        LIFECYCLE.refuse(MarkDisputed, payment.status)
    if same_currency(payment.captured, command.amount).minor <= 0:
        raise AmountsDiffer(disputed=str(command.amount))
    return [DisputedAmountWithdrawn(dispute_id=command.dispute_id, amount=command.amount)]


def clear_dispute(payment: Payment, command: ClearDispute) -> Sequence[PaymentEvent]:
    """Count what a dispute took as ours again. Raises TransitionNotAllowed if it took nothing."""
    amount = payment.disputed.get(command.dispute_id)
    if amount is None:
        LIFECYCLE.refuse(ClearDispute, payment.status)
    return [DisputedAmountReinstated(dispute_id=command.dispute_id, amount=amount)]
