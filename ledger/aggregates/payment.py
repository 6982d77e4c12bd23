"""A payment: what one guest pays for one booking, from the claim to the last refund of it."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar, assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates import postings
from ledger.aggregates.decider import SAME, Command, Decider, Lifecycle, Step, actors, states
from ledger.errors import (
    AmountsDiffer,
    AttemptsAreExhausted,
    BelowProcessorMinimum,
    HoldHasExpired,
    IntentsDiffer,
    NotFound,
    NotWorthRetrying,
    PaymentNotCompleted,
    RefundExceedsCapture,
    TooEarly,
    TooLate,
)
from ledger.events.payment import (
    Capture,
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
from ledger.values.ids import BookingId, DisputeId, GuestId, PaymentId, ReceiptId, RefundId
from ledger.values.money import Money, same_currency, total, zero
from ledger.values.price import Price
from ledger.values.received import Received, received
from ledger.values.stay import local_date

ATTEMPTS = 5
"""How often a guest may try to pay."""

ANSWERS_WITHIN = timedelta(seconds=60)
"""How long the processor may take to answer an attempt, before the outcome counts as unknown."""

LOOKS_AGAIN_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""How long we wait after each look at an unknown outcome; after the last one it is for people."""

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


class Held(Struct, frozen=True):
    """What the guest's bank holds for us, and until when it can be captured."""

    amount: Money
    capture_before: Instant


class Payment(Struct, frozen=True):
    """What the rules need to remember.

    `asked` is what success must bring: what is due, or what of a hold was asked to be captured.
    `answer_due_at` is when to look, `looks` how often we did; `refunds`, `reserved` and `disputed`
    are amounts by refund and by dispute.
    """

    status: Status
    booking_id: BookingId
    due: Money
    asked: Money
    captured: Money
    time_zone: str
    billing: int
    capture: Capture = Capture.AUTOMATIC
    intent: str | None = None
    attempts: int = 0
    key: str = ""
    answer_due_at: Instant | None = None
    looks: int = 0
    held: Held | None = None
    retryable: bool = False
    failed_charge: str | None = None
    giving_up: bool = False
    closed: bool = False
    received: Received | None = None
    charge: str | None = None
    available: bool = False
    refunds: dict[RefundId, Money] = {}
    reserved: dict[RefundId, Money] = {}
    disputed: dict[DisputeId, Money] = {}

    @property
    def refunded(self) -> Money:
        """What went back to the guest by refunds."""
        return total(list(self.refunds.values()), self.due.currency)

    @property
    def refundable(self) -> Money:
        """What could still go back: no refund has it, none has reserved it, and no dispute took it."""
        taken = [*self.refunds.values(), *self.reserved.values(), *self.disputed.values()]
        left = self.captured - total(taken, self.due.currency)
        return left if left.minor > 0 else zero(left.currency)

    @property
    def outcome_unknown(self) -> bool:
        """Whether the processor did not answer the last call in time, and has not since."""
        return self.looks > 0


# -- Commands ---------------------------------------------------------------------------


class OpenPayment(Command, frozen=True, kw_only=True):
    """Ask a guest for what a booking, or one alteration of it, costs.

    `minimum` is the least that the processor takes in this currency.
    """

    payment_id: PaymentId
    booking_id: BookingId
    guest_id: GuestId
    price: Price
    time_zone: str
    capture: Capture = Capture.AUTOMATIC
    for_alteration: int | None = None
    minimum: Money | None = None


class LinkIntent(Command, frozen=True, kw_only=True):
    """Remember the intent that the processor opened for the payment."""

    payment_id: PaymentId
    intent: str


class SubmitPayment(Command, frozen=True, kw_only=True):
    """Hand the payment to the processor; the key is stored before the call."""

    payment_id: PaymentId
    idempotency_key: str


class RequireAction(Command, frozen=True, kw_only=True):
    """Record that the guest's bank wants to hear from the guest."""

    payment_id: PaymentId


class FinishAction(Command, frozen=True, kw_only=True):
    """Record that the guest has answered their bank; the same attempt goes on."""

    payment_id: PaymentId


class AuthorizePayment(Command, frozen=True, kw_only=True):
    """Record that the guest's bank holds the money for us."""

    payment_id: PaymentId
    amount: Money
    capture_before: Instant


class CapturePayment(Command, frozen=True, kw_only=True):
    """Ask for what is held, or a part of it; the key is stored before the call."""

    payment_id: PaymentId
    amount: Money
    idempotency_key: str


class CompletePayment(Command, frozen=True, kw_only=True):
    """Record that the processor has the guest's money.

    `settled` and `fee` are in the currency that the processor settled in.
    """

    payment_id: PaymentId
    amount: Money
    charge: str
    intent: str | None = None
    balance_transaction: str | None = None
    settled: Money | None = None
    fee: Money | None = None
    available_at: Instant | None = None


class AdoptPayment(Command, frozen=True, kw_only=True):
    """Begin a payment with money that came without a place, and is due after all.

    What is told of the money is that of the receipt, as its own stream says.
    """

    payment_id: PaymentId
    booking_id: BookingId
    guest_id: GuestId
    price: Price
    time_zone: str
    receipt_id: ReceiptId
    amount: Money
    charge: str
    intent: str | None = None
    settled: Money | None = None
    fee: Money | None = None
    available: bool = False
    available_at: Instant | None = None


class FailPayment(Command, frozen=True, kw_only=True):
    """Record that the attempt came to nothing."""

    payment_id: PaymentId
    decline_code: str
    retryable: bool
    charge: str | None = None


class AskToCancel(Command, frozen=True, kw_only=True):
    """Let the processor give the payment up, because nobody waits for it any more."""

    payment_id: PaymentId
    reason: str


class CloseIntent(Command, frozen=True, kw_only=True):
    """Record that the processor takes no more money for it."""

    payment_id: PaymentId


class RetryPayment(Command, frozen=True, kw_only=True):
    """Try once more: `due` is what the booking asks for, `hold_alive` whether it has its nights."""

    payment_id: PaymentId
    due: Money
    hold_alive: bool


class CancelPayment(Command, frozen=True, kw_only=True):
    """Give the payment up; while it is processed, only as the processor's own confirmation."""

    payment_id: PaymentId
    reason: str
    confirmed_by_processor: bool = False


class VoidPayment(Command, frozen=True, kw_only=True):
    """Let go of what the guest's bank holds."""

    payment_id: PaymentId
    reason: str


class ExpireAuthorization(Command, frozen=True, kw_only=True):
    """Record that the guest's bank holds nothing any more."""

    payment_id: PaymentId


class ReportUnknownOutcome(Command, frozen=True, kw_only=True):
    """Record that we looked, and there is no answer to the last call yet."""

    payment_id: PaymentId


class RecordFunds(Command, frozen=True, kw_only=True):
    """Record that the captured money can be used."""

    payment_id: PaymentId


class ReserveRefund(Command, frozen=True, kw_only=True):
    """Set aside what an approved refund will give back, so that no other refund can."""

    payment_id: PaymentId
    refund_id: RefundId
    amount: Money


class ReleaseRefund(Command, frozen=True, kw_only=True):
    """Free what was set aside for a refund that will not take place."""

    payment_id: PaymentId
    refund_id: RefundId


class RecordRefund(Command, frozen=True, kw_only=True):
    """Record that a refund of this payment reached the guest."""

    payment_id: PaymentId
    refund_id: RefundId
    amount: Money


class ReverseRefund(Command, frozen=True, kw_only=True):
    """Record that a refund which had reached the guest came back."""

    payment_id: PaymentId
    refund_id: RefundId


class MarkDisputed(Command, frozen=True, kw_only=True):
    """Record that the guest's bank took money back over a dispute."""

    payment_id: PaymentId
    dispute_id: DisputeId
    amount: Money


class ClearDispute(Command, frozen=True, kw_only=True):
    """Record that what was taken over a dispute is ours again."""

    payment_id: PaymentId
    dispute_id: DisputeId


OnTheWayCommand = (
    LinkIntent
    | SubmitPayment
    | RequireAction
    | FinishAction
    | AuthorizePayment
    | CapturePayment
    | CompletePayment
    | FailPayment
    | AskToCancel
    | CloseIntent
    | RetryPayment
    | CancelPayment
    | VoidPayment
    | ExpireAuthorization
    | ReportUnknownOutcome
)
"""What is done until the money is here, or will not come."""

AfterwardsCommand = (
    RecordFunds
    | ReserveRefund
    | ReleaseRefund
    | RecordRefund
    | ReverseRefund
    | MarkDisputed
    | ClearDispute
)
"""What is done with money that is here."""

PaymentCommand = OpenPayment | AdoptPayment | OnTheWayCommand | AfterwardsCommand

# -- Lifecycle --------------------------------------------------------------------------

S = Status
CAPTURED = states(S.COMPLETED, S.PARTIALLY_REFUNDED)
EVER_CAPTURED = CAPTURED | states(S.REFUNDED)

LIFECYCLE = Lifecycle(
    "payment",
    Step("PM1", OpenPayment, states(None), actors("X"), PaymentOpened, S.PENDING,
         "something is due, and no less than the processor takes"),
    Step("PM2", SubmitPayment, states(S.PENDING), actors("GX"), PaymentProcessing, S.PROCESSING),
    Step("PM3", RequireAction, states(S.PROCESSING), actors("P"), PaymentActionRequired,
         S.REQUIRES_ACTION),
    Step("PM4", FinishAction, states(S.REQUIRES_ACTION), actors("PG"), PaymentProcessing,
         S.PROCESSING),
    Step("PM5", AuthorizePayment, states(S.PROCESSING), actors("P"), PaymentAuthorized,
         S.AUTHORIZED, "captured by hand, not authorized before; the amount is the one due"),
    Step("PM6", CapturePayment, states(S.AUTHORIZED), actors("X"), CaptureRequested, S.PROCESSING,
         "no more than is held, and in time"),
    Step("PM7", CompletePayment, states(S.PROCESSING), actors("P"), PaymentCompleted, S.COMPLETED,
         "the amount is the one that was asked for, by the payment's own intent"),
    Step("PM8", FailPayment, states(S.PROCESSING, S.REQUIRES_ACTION), actors("P"), PaymentFailed,
         S.FAILED),
    Step("PM9", RetryPayment, states(S.FAILED), actors("G"), PaymentRetried, S.PENDING,
         "the nights are held; the same is due; declined for now; fewer than five attempts"),
    Step("PM10", CancelPayment, states(S.PENDING, S.REQUIRES_ACTION, S.PROCESSING), actors("GTX"),
         PaymentCancelled, S.CANCELLED, "while processing, only if the processor confirms it"),
    Step("PM11", VoidPayment, states(S.AUTHORIZED), actors("X"), PaymentCancelled, S.CANCELLED),
    Step("PM11e", ExpireAuthorization, states(S.AUTHORIZED), actors("P"), PaymentCancelled,
         S.CANCELLED),
    Step("PM12", RecordRefund, CAPTURED, actors("X"), PaymentRefundRecorded,
         (S.PARTIALLY_REFUNDED, S.REFUNDED),
         "as reserved, or no more than is refundable; each refund once"),
    Step("PM13", ReverseRefund, states(S.REFUNDED, S.PARTIALLY_REFUNDED), actors("P"),
         PaymentRefundReversed, (S.PARTIALLY_REFUNDED, S.COMPLETED), "the refund was recorded"),
    Step("PM14", ReportUnknownOutcome, states(S.PROCESSING), actors("T"), PaymentOutcomeUnknown,
         SAME, "a minute after the call, then 1, 5, 15 and 60 minutes after each look"),
    Step("PM15", RecordFunds, EVER_CAPTURED, actors("P"), FundsAvailable, SAME, "once"),
    Step("PM16", ReserveRefund, frozenset(S), actors("X"), RefundReserved, SAME,
         "completed or partially refunded; no more than is refundable; each refund once"),
    Step("PM17", ReleaseRefund, CAPTURED, actors("X"), RefundReservationReleased, SAME,
         "it is reserved"),
    Step("PM18", MarkDisputed, EVER_CAPTURED, actors("X"), DisputedAmountWithdrawn, SAME,
         "each dispute once at a time"),
    Step("PM19", ClearDispute, EVER_CAPTURED, actors("X"), DisputedAmountReinstated, SAME,
         "it was withdrawn"),
    Step("PM20", LinkIntent, states(S.PENDING), actors("X"), PaymentIntentLinked, SAME,
         "one intent for all attempts"),
    Step("PM22", AskToCancel, states(S.PROCESSING, S.REQUIRES_ACTION, S.FAILED), actors("GTX"),
         PaymentCancellationAsked, SAME, "once"),
    Step("PM23", CloseIntent, states(S.CANCELLED, S.FAILED), actors("P"), PaymentIntentClosed, SAME,
         "once"),
    Step("PM21", AdoptPayment, states(None), actors("X"), PaymentAdopted, S.COMPLETED,
         "amount and currency are those that are due"),
)  # fmt: skip

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


def decide_on_the_way(
    payment: Payment, command: OnTheWayCommand, now: Instant
) -> Sequence[PaymentEvent]:
    """What a command does to a payment whose money is not here yet. Raises Refused."""
    match command:
        case LinkIntent():
            return link_intent(payment, command)
        case SubmitPayment():
            return [hand_over(payment.attempts + 1, command.idempotency_key, now)]
        case RequireAction():
            return [PaymentActionRequired(attempt=payment.attempts)]
        case FinishAction():
            return [hand_over(payment.attempts, payment.key, now)]
        case AuthorizePayment():
            return authorize(payment, command)
        case CapturePayment():
            return capture(payment, command, now)
        case CompletePayment():
            return complete(payment, command, now)
        case FailPayment():
            return fail(payment, command)
        case AskToCancel():
            return ask_to_cancel(payment, command)
        case CloseIntent():
            return close_intent(payment)
        case RetryPayment():
            return retry(payment, command)
        case CancelPayment():
            return cancel(payment, command)
        case VoidPayment():
            return [PaymentCancelled(booking_id=payment.booking_id, reason=command.reason)]
        case ExpireAuthorization():
            return [PaymentCancelled(booking_id=payment.booking_id, reason="authorization_expired")]
        case ReportUnknownOutcome():
            return report_unknown_outcome(payment, now)
        case _:
            assert_never(command)


# ... until the money is here ...


def open_payment(command: OpenPayment) -> Sequence[PaymentEvent]:
    """Ask for the total of a price.

    Raises AmountsDiffer where nothing is due, BelowProcessorMinimum, CurrenciesDiffer.
    """
    due = command.price.total
    if due.minor <= 0:
        raise AmountsDiffer(due=str(due))
    if command.minimum is not None and due.minor < same_currency(due, command.minimum).minor:
        raise BelowProcessorMinimum(due=str(due), minimum=str(command.minimum))
    return [
        PaymentOpened(
            booking_id=command.booking_id,
            guest_id=command.guest_id,
            due=due,
            price=command.price,
            time_zone=command.time_zone,
            capture=command.capture,
            for_alteration=command.for_alteration,
        )
    ]


def link_intent(payment: Payment, command: LinkIntent) -> Sequence[PaymentEvent]:
    """Keep to one intent, so that no two of them can both take the money. Raises IntentsDiffer."""
    if payment.intent == command.intent:
        return []
    refuse_another_intent(payment, command.intent)
    return [PaymentIntentLinked(intent=command.intent)]


def refuse_another_intent(payment: Payment, intent: str | None) -> None:
    """Let the payment's own intent pass, and one that is not known of. Raises IntentsDiffer."""
    if payment.intent and intent and payment.intent != intent:
        raise IntentsDiffer(expected=payment.intent, came=intent)


def hand_over(attempt: int, key: str, now: Instant) -> PaymentProcessing:
    """An attempt is with the processor, who has a minute to answer."""
    return PaymentProcessing(
        attempt=attempt, idempotency_key=key, answer_due_at=now + ANSWERS_WITHIN
    )


def authorize(payment: Payment, command: AuthorizePayment) -> Sequence[PaymentEvent]:
    """Take note of a hold of exactly what is due.

    Raises TransitionNotAllowed where it is a second one or nobody wants it held, AmountsDiffer,
    CurrenciesDiffer.
    """
    if payment.capture is not Capture.MANUAL or payment.held is not None:
        LIFECYCLE.refuse(AuthorizePayment, payment.status)
    if same_currency(payment.due, command.amount) != payment.due:
        raise AmountsDiffer(due=str(payment.due), authorized=str(command.amount))
    return [PaymentAuthorized(amount=command.amount, capture_before=command.capture_before)]


def capture(payment: Payment, command: CapturePayment, now: Instant) -> Sequence[PaymentEvent]:
    """Ask for no more than is held, while it is. Raises AmountsDiffer, CurrenciesDiffer, TooLate."""
    held = payment.held
    assert held is not None, "an authorized payment holds something"
    if not 0 < same_currency(held.amount, command.amount).minor <= held.amount.minor:
        raise AmountsDiffer(authorized=str(held.amount), asked=str(command.amount))
    if now >= held.capture_before:
        raise TooLate(capture_before=held.capture_before)
    return [
        CaptureRequested(
            amount=command.amount,
            idempotency_key=command.idempotency_key,
            answer_due_at=now + ANSWERS_WITHIN,
        )
    ]


def complete(payment: Payment, command: CompletePayment, now: Instant) -> Sequence[PaymentEvent]:
    """Take the money in, where it is exactly what was asked for.

    Raises AmountsDiffer, CurrenciesDiffer, IntentsDiffer.
    """
    refuse_another_intent(payment, command.intent)
    if same_currency(payment.asked, command.amount) != payment.asked:
        raise AmountsDiffer(due=str(payment.asked), paid=str(command.amount))
    charge = received(command.amount, command.settled, command.fee)
    return [
        PaymentCompleted(
            booking_id=payment.booking_id,
            amount=command.amount,
            charge=command.charge,
            intent=command.intent or payment.intent,
            balance_transaction=command.balance_transaction,
            settled=command.settled,
            fee=command.fee,
            available_at=command.available_at,
            effective_on=local_date(now, payment.time_zone),
            entries=postings.payment_received(command.payment_id, payment.booking_id, charge),
        )
    ]


def adopt(command: AdoptPayment, now: Instant) -> Sequence[PaymentEvent]:
    """Take over a receipt of exactly what is due. Raises AmountsDiffer, CurrenciesDiffer."""
    due = command.price.total
    if same_currency(due, command.amount) != due or due.minor <= 0:
        raise AmountsDiffer(due=str(due), came=str(command.amount))
    received(command.amount, command.settled, command.fee)
    return [
        PaymentAdopted(
            booking_id=command.booking_id,
            guest_id=command.guest_id,
            due=due,
            price=command.price,
            time_zone=command.time_zone,
            receipt_id=command.receipt_id,
            charge=command.charge,
            intent=command.intent,
            settled=command.settled,
            fee=command.fee,
            available=command.available,
            available_at=command.available_at,
            effective_on=local_date(now, command.time_zone),
            entries=(postings.receipt_adopted(command.receipt_id, command.payment_id, due),),
        )
    ]


def fail(payment: Payment, command: FailPayment) -> Sequence[PaymentEvent]:
    """Keep why the attempt came to nothing."""
    return [
        PaymentFailed(
            attempt=payment.attempts,
            decline_code=command.decline_code,
            retryable=command.retryable,
            charge=command.charge,
        )
    ]


def ask_to_cancel(payment: Payment, command: AskToCancel) -> Sequence[PaymentEvent]:
    """Ask once. Raises TransitionNotAllowed where it was asked, or nothing was opened yet."""
    if payment.giving_up or payment.intent is None:
        LIFECYCLE.refuse(AskToCancel, payment.status)
    return [PaymentCancellationAsked(reason=command.reason)]


def close_intent(payment: Payment) -> Sequence[PaymentEvent]:
    """Be sure that nothing comes any more, once. Raises TransitionNotAllowed."""
    if payment.closed:
        LIFECYCLE.refuse(CloseIntent, payment.status)
    return [PaymentIntentClosed()]


def retry(payment: Payment, command: RetryPayment) -> Sequence[PaymentEvent]:
    """Let the guest try again to pay the same.

    Raises HoldHasExpired, AmountsDiffer, CurrenciesDiffer, NotWorthRetrying, AttemptsAreExhausted.
    """
    if not command.hold_alive:
        raise HoldHasExpired()
    if same_currency(payment.due, command.due) != payment.due:
        raise AmountsDiffer(due=str(command.due), opened_for=str(payment.due))
    if not payment.retryable:
        raise NotWorthRetrying()
    if payment.attempts >= ATTEMPTS:
        raise AttemptsAreExhausted(attempts=payment.attempts)
    return [PaymentRetried(attempt=payment.attempts + 1)]


def cancel(payment: Payment, command: CancelPayment) -> Sequence[PaymentEvent]:
    """Give up what has not begun; what has is the processor's to end. Raises TransitionNotAllowed."""
    if payment.status is Status.PROCESSING and not command.confirmed_by_processor:
        LIFECYCLE.refuse(CancelPayment, payment.status)
    return [PaymentCancelled(booking_id=payment.booking_id, reason=command.reason)]


def report_unknown_outcome(payment: Payment, now: Instant) -> Sequence[PaymentEvent]:
    """Count a look, not before its time, and say when the next one is; the last leaves it to people.

    Raises TooEarly, TransitionNotAllowed.
    """
    if payment.looks > len(LOOKS_AGAIN_AFTER):
        LIFECYCLE.refuse(ReportUnknownOutcome, payment.status)
    if payment.answer_due_at is not None and now < payment.answer_due_at:
        raise TooEarly(not_before=payment.answer_due_at)
    waits = LOOKS_AGAIN_AFTER[payment.looks :]
    return [
        PaymentOutcomeUnknown(
            attempt=payment.attempts,
            looks=payment.looks + 1,
            look_again_at=now + waits[0] if waits else None,
        )
    ]


# ... and afterwards ...


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

    Raises AmountsDiffer, RefundExceedsCapture, CurrenciesDiffer, TransitionNotAllowed.
    """
    if command.refund_id in payment.refunds:
        LIFECYCLE.refuse(RecordRefund, payment.status)
    reserved = payment.reserved.get(command.refund_id)
    if reserved is None:
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
    """Count a refund that came back as not given. Raises TransitionNotAllowed for an unknown one."""
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
    """Count what a dispute took as ours again. Raises TransitionNotAllowed where it took nothing."""
    amount = payment.disputed.get(command.dispute_id)
    if amount is None:
        LIFECYCLE.refuse(ClearDispute, payment.status)
    return [DisputedAmountReinstated(dispute_id=command.dispute_id, amount=amount)]


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
            return replace(payment, refunds=without(payment.refunds, event.refund_id))
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
        return replace(payment, capture=event.capture)
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
    evolution=2,
)
