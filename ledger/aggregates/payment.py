"""A payment: what one guest pays for one booking, from the claim to the last refund of it."""

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
from ledger.errors import (
    AmountsDiffer,
    NotFound,
    RefundExceedsCapture,
)
from ledger.events.payment import (
    FundsAvailable,
    PaymentCompleted,
    PaymentEvent,
    PaymentOpened,
    PaymentProcessing,
    PaymentRefundRecorded,
)
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, GuestId, PaymentId, RefundId
from ledger.values.money import Money, zero
from ledger.values.price import Price
from ledger.values.stay import local_date

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Where a payment stands. A dispute is no state of it, but lies over it."""

    PENDING = "pending"
    PROCESSING = "processing"
    REQUIRES_ACTION = "requires_action"
    AUTHORIZED = "authorized"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


class Payment(Struct, frozen=True):
    """What the rules need to remember."""

    status: Status
    booking_id: BookingId
    due: Money
    captured: Money
    refunded: Money
    time_zone: str
    billing: int
    attempts: int = 0
    available: bool = False
    refunds: frozenset[RefundId] = frozenset()

    @property
    def refundable(self) -> Money:
        """What could still go back to the guest."""
        return self.captured - self.refunded


# -- Commands ---------------------------------------------------------------------------


class OpenPayment(Command, frozen=True, kw_only=True):
    """Ask a guest for what a booking costs."""

    payment_id: PaymentId
    booking_id: BookingId
    guest_id: GuestId
    price: Price
    time_zone: str


class SubmitPayment(Command, frozen=True, kw_only=True):
    """Hand the payment to the processor; the key is stored before the call."""

    payment_id: PaymentId
    idempotency_key: str


class CompletePayment(Command, frozen=True, kw_only=True):
    """Record that the processor has the guest's money."""

    payment_id: PaymentId
    amount: Money
    charge: str


class RecordFunds(Command, frozen=True, kw_only=True):
    """Record that the captured money can be used."""

    payment_id: PaymentId


class RecordRefund(Command, frozen=True, kw_only=True):
    """Record that a refund of this payment reached the guest."""

    payment_id: PaymentId
    refund_id: RefundId
    amount: Money


PaymentCommand = OpenPayment | SubmitPayment | CompletePayment | RecordFunds | RecordRefund

# -- Lifecycle --------------------------------------------------------------------------

S = Status
CAPTURED = states(S.COMPLETED, S.PARTIALLY_REFUNDED)

LIFECYCLE = Lifecycle(
    "payment",
    Step("PM1", OpenPayment, states(None), actors("X"), PaymentOpened, S.PENDING,
         "something is due"),
    Step("PM2", SubmitPayment, states(S.PENDING), actors("GX"), PaymentProcessing, S.PROCESSING),
    Planned("PM3", "ActionRequired", states(S.PROCESSING), actors("P"),
            ("PaymentActionRequired",), S.REQUIRES_ACTION),
    Planned("PM4", "ActionDone", states(S.REQUIRES_ACTION), actors("PG"),
            ("PaymentProcessing",), S.PROCESSING),
    Planned("PM5", "Authorized", states(S.PROCESSING), actors("P"), ("PaymentAuthorized",),
            S.AUTHORIZED),
    Planned("PM6", "Capture", states(S.AUTHORIZED), actors("X"), ("CaptureRequested",),
            S.PROCESSING),
    Step("PM7", CompletePayment, states(S.PROCESSING), actors("P"), PaymentCompleted, S.COMPLETED,
         "the amount is the one that is due"),
    Planned("PM8", "Failed", states(S.PROCESSING, S.REQUIRES_ACTION), actors("P"),
            ("PaymentFailed",), S.FAILED),
    Planned("PM9", "Retry", states(S.FAILED), actors("G"), ("PaymentRetried",), S.PENDING),
    Planned("PM10", "Cancel", states(S.PENDING, S.REQUIRES_ACTION, S.PROCESSING), actors("GTX"),
            ("PaymentCancelled",), S.CANCELLED),
    Planned("PM11", "Void", states(S.AUTHORIZED), actors("XP"), ("PaymentCancelled",), S.CANCELLED),
    Step("PM12", RecordRefund, CAPTURED, actors("X"), PaymentRefundRecorded,
         (S.PARTIALLY_REFUNDED, S.REFUNDED), "never more than was captured; each refund once"),
    Planned("PM13", "RefundReversed", states(S.REFUNDED, S.PARTIALLY_REFUNDED), actors("P"),
            ("PaymentRefundReversed",), (S.PARTIALLY_REFUNDED, S.COMPLETED)),
    Planned("PM14", "OutcomeUnknown", states(S.PROCESSING), actors("T"),
            ("PaymentOutcomeUnknown",), SAME),
    Step("PM15", RecordFunds, CAPTURED | states(S.REFUNDED), actors("P"), FundsAvailable, SAME,
         "once"),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def decide(
    payment: Payment | None, command: PaymentCommand, now: Instant
) -> Sequence[PaymentEvent]:
    """What a command does to a payment. Raises Refused."""
    if isinstance(command, OpenPayment):
        return open_payment(command)
    if payment is None:
        raise NotFound(payment_id=command.payment_id)
    match command:
        case SubmitPayment():
            attempt = payment.attempts + 1
            return [PaymentProcessing(attempt=attempt, idempotency_key=command.idempotency_key)]
        case CompletePayment():
            return complete(payment, command, now)
        case RecordFunds():
            return record_funds(payment, now)
        case RecordRefund():
            return record_refund(payment, command)
        case _:
            assert_never(command)


def open_payment(command: OpenPayment) -> Sequence[PaymentEvent]:
    """Ask for the total of a price. Raises AmountsDiffer where nothing is due."""
    due = command.price.total
    if due.minor <= 0:
        raise AmountsDiffer(due=str(due))
    return [
        PaymentOpened(
            booking_id=command.booking_id,
            guest_id=command.guest_id,
            due=due,
            price=command.price,
            time_zone=command.time_zone,
        )
    ]


def complete(payment: Payment, command: CompletePayment, now: Instant) -> Sequence[PaymentEvent]:
    """Take the money in. Raises AmountsDiffer where it is not exactly what is due."""
    if command.amount != payment.due:
        raise AmountsDiffer(due=str(payment.due), paid=str(command.amount))
    return [
        PaymentCompleted(
            booking_id=payment.booking_id,
            amount=command.amount,
            charge=command.charge,
            effective_on=local_date(now, payment.time_zone),
            entries=(postings.payment_completed(command.payment_id, command.amount),),
        )
    ]


def record_funds(payment: Payment, now: Instant) -> Sequence[PaymentEvent]:
    """Count the captured money as usable, once. Raises TransitionNotAllowed."""
    if payment.available:
        LIFECYCLE.refuse(RecordFunds, payment.status)
    return [
        FundsAvailable(
            booking_id=payment.booking_id,
            amount=payment.captured,
            effective_on=local_date(now, payment.time_zone),
            entries=(postings.funds_available(payment.captured),),
        )
    ]


def record_refund(payment: Payment, command: RecordRefund) -> Sequence[PaymentEvent]:
    """Count a refund once, and never more than was captured.

    Raises RefundExceedsCapture, TransitionNotAllowed.
    """
    if command.refund_id in payment.refunds:
        LIFECYCLE.refuse(RecordRefund, payment.status)
    refunded = payment.refunded + command.amount
    if refunded.minor > payment.captured.minor:
        raise RefundExceedsCapture(captured=str(payment.captured), refunded=str(refunded))
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


# -- Evolution --------------------------------------------------------------------------


def evolve(payment: Payment | None, event: PaymentEvent) -> Payment:
    """The payment after an event."""
    status = LIFECYCLE.after(event, payment and payment.status)
    if isinstance(event, PaymentOpened):
        return Payment(
            status=status,
            booking_id=event.booking_id,
            due=event.due,
            captured=zero(event.due.currency),
            refunded=zero(event.due.currency),
            time_zone=event.time_zone,
            billing=event.price.billing,
        )
    assert payment is not None
    match event:
        case PaymentProcessing():
            return replace(payment, status=status, attempts=event.attempt)
        case PaymentCompleted():
            return replace(payment, status=status, captured=event.amount)
        case FundsAvailable():
            return replace(payment, available=True)
        case PaymentRefundRecorded():
            refunds = payment.refunds | {event.refund_id}
            return replace(payment, status=status, refunded=event.refunded, refunds=refunds)
        case _:
            assert_never(event)


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
)
