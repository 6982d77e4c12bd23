"""A payment's rules, whole: which decision answers a command, and what follows from an event."""

from collections.abc import Sequence
from typing import TypeVar, assert_never

from msgspec.structs import replace

from ledger.aggregates.decider import Decider
from ledger.aggregates.payment.afterwards import (
    clear_dispute,
    mark_disputed,
    record_funds,
    record_refund,
    release_refund,
    reserve_refund,
    reverse_refund,
)
from ledger.aggregates.payment.commands import (
    AdoptPayment,
    ClearDispute,
    MarkDisputed,
    OpenPayment,
    PaymentCommand,
    RecordFunds,
    RecordRefund,
    ReleaseRefund,
    ReserveRefund,
    ReverseRefund,
)
from ledger.aggregates.payment.lifecycle import LIFECYCLE
from ledger.aggregates.payment.on_the_way import adopt, decide_on_the_way, open_payment
from ledger.aggregates.payment.state import Held, Payment, Status
from ledger.errors import NotFound
from ledger.events.payment import (
    CaptureRequested,
    DisputedAmountReinstated,
    DisputedAmountWithdrawn,
    FundsAvailable,
    PaymentActionRequired,
    PaymentAdopted,
    PaymentAuthorized,
    PaymentCancellationAsked,
    PaymentCancelled,
    PaymentCompleted,
    PaymentEvent,
    PaymentFailed,
    PaymentIntentClosed,
    PaymentIntentLinked,
    PaymentOpened,
    PaymentOutcomeUnknown,
    PaymentProcessing,
    PaymentRefundRecorded,
    PaymentRefundReversed,
    PaymentRetried,
    RefundReservationReleased,
    RefundReserved,
)
from ledger.values.clock import Instant
from ledger.values.money import Money, zero
from ledger.values.received import Received

# -- Decisions --------------------------------------------------------------------------


def decide(
    payment: Payment | None, command: PaymentCommand, now: Instant
) -> Sequence[PaymentEvent]:
    """What a command does to a payment. Raises Refused."""
    if isinstance(command, OpenPayment):
        return open_payment(command)
    if isinstance(command, AdoptPayment):
        return adopt(command, now)
    if payment is None:
        raise NotFound(payment_id=command.payment_id)
    match command:
        case RecordFunds():
            return record_funds(payment, now)
        case ReserveRefund():
            return reserve_refund(payment, command)
        case ReleaseRefund():
            return release_refund(payment, command)
        case RecordRefund():
            return record_refund(payment, command)
        case ReverseRefund():
            return reverse_refund(payment, command)
        case MarkDisputed():
            return mark_disputed(payment, command)
        case ClearDispute():
            return clear_dispute(payment, command)
        case _:
            return decide_on_the_way(payment, command, now)


# -- Evolution --------------------------------------------------------------------------


def evolve(payment: Payment | None, event: PaymentEvent) -> Payment:
    """The payment after an event."""
    status = LIFECYCLE.after(event, payment and payment.status)
    if isinstance(event, PaymentOpened | PaymentAdopted):
        return begun(status, event)
    assert payment is not None
    payment = replace(payment, status=status)
    match event:
        case PaymentCompleted():
            charge = Received(event.amount, event.settled, event.fee)
            return replace(
                answered(payment),
                captured=event.amount,
                charge=event.charge,
                intent=event.intent,
                received=charge,
            )
        case FundsAvailable():
            return replace(payment, available=True)
        case RefundReserved():
            reserved = payment.reserved | {event.refund_id: event.amount}
            return replace(payment, reserved=reserved)
        case RefundReservationReleased():
            return replace(payment, reserved=without(payment.reserved, event.refund_id))
        case PaymentRefundRecorded():
            refunds = payment.refunds | {event.refund_id: event.amount}
            reserved = without(payment.reserved, event.refund_id)
            return replace(payment, refunds=refunds, reserved=reserved)
        case PaymentRefundReversed():
            refunds = without(payment.refunds, event.refund_id)
            return replace(
                payment, refunds=refunds, came_back=payment.came_back | {event.refund_id}
            )
        case DisputedAmountWithdrawn():
            return replace(payment, disputed=payment.disputed | {event.dispute_id: event.amount})
        case DisputedAmountReinstated():
            return replace(payment, disputed=without(payment.disputed, event.dispute_id))
        case _:
            return evolve_on_the_way(payment, event)


def evolve_on_the_way(
    payment: Payment,
    event: PaymentIntentLinked
    | PaymentProcessing
    | PaymentActionRequired
    | PaymentAuthorized
    | CaptureRequested
    | PaymentOutcomeUnknown
    | PaymentFailed
    | PaymentRetried
    | PaymentCancellationAsked
    | PaymentIntentClosed
    | PaymentCancelled,
) -> Payment:
    """The payment, its status already taken over, after an event before its money was here."""
    match event:
        case PaymentIntentLinked():
            return replace(payment, intent=event.intent)
        case PaymentProcessing(attempt=attempt, idempotency_key=key, answer_due_at=due_at):
            return replace(payment, attempts=attempt, key=key, answer_due_at=due_at, looks=0)
        case PaymentActionRequired():
            return answered(payment)
        case PaymentAuthorized():
            return replace(answered(payment), held=Held(event.amount, event.capture_before))
        case CaptureRequested():
            return replace(payment, asked=event.amount, answer_due_at=event.answer_due_at, looks=0)
        case PaymentOutcomeUnknown():
            return replace(payment, looks=event.looks, answer_due_at=event.look_again_at)
        case PaymentFailed():
            return answered(failed(payment, event))
        case PaymentCancellationAsked():
            return replace(payment, giving_up=True)
        case PaymentIntentClosed():
            return replace(payment, closed=True)
        case PaymentRetried():
            return payment
        case PaymentCancelled():
            return replace(answered(payment), held=None)
        case _:
            assert_never(event)


def failed(payment: Payment, event: PaymentFailed) -> Payment:
    """All is due again, and we know by which name the processor calls this failure."""
    return replace(
        payment,
        asked=payment.due,
        held=None,
        retryable=event.retryable,
        failed_charge=event.charge,
    )


def begun(status: Status, event: PaymentOpened | PaymentAdopted) -> Payment:
    """A payment that is still to come, or that is here from the start."""
    payment = Payment(
        status=status,
        booking_id=event.booking_id,
        due=event.due,
        asked=event.due,
        captured=zero(event.due.currency),
        time_zone=event.time_zone,
        billing=event.price.billing,
    )
    if isinstance(event, PaymentOpened):
        return replace(
            payment,
            capture=event.capture,
            for_alteration=event.for_alteration,
            for_damage=event.for_damage,
        )
    return replace(
        payment,
        captured=event.due,
        charge=event.charge,
        intent=event.intent,
        received=Received(event.due, event.settled, event.fee),
        available=event.available,
    )


def answered(payment: Payment) -> Payment:
    """Nobody waits for the processor any more."""
    return replace(payment, answer_due_at=None, looks=0)


K = TypeVar("K")


def without(amounts: dict[K, Money], key: K) -> dict[K, Money]:
    """The same amounts but one, which need not be there: history is never refused."""
    return {other: amount for other, amount in amounts.items() if other != key}


def billing_of(payment: Payment) -> int:
    """The billing version of the price that is paid."""
    return payment.billing


PAYMENT = Decider(
    lifecycle=LIFECYCLE,
    state=Payment,
    stream_of=lambda command: command.payment_id,
    decide=decide,
    evolve=evolve,
    billing_of=billing_of,
    evolution=4,
)
