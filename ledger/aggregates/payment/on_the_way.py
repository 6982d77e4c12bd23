"""Decisions until the money is here, or will not come."""

from collections.abc import Sequence
from datetime import timedelta
from typing import assert_never

from ledger.aggregates import postings
from ledger.aggregates.payment.commands import (
    AdoptPayment,
    AskToCancel,
    AuthorizePayment,
    CancelPayment,
    CapturePayment,
    CloseIntent,
    CompletePayment,
    ExpireAuthorization,
    FailPayment,
    FinishAction,
    LinkIntent,
    OnTheWayCommand,
    OpenPayment,
    ReportUnknownOutcome,
    RequireAction,
    RetryPayment,
    SubmitPayment,
    VoidPayment,
)
from ledger.aggregates.payment.lifecycle import LIFECYCLE
from ledger.aggregates.payment.state import Payment, Status
from ledger.errors import (
    AmountsDiffer,
    AttemptsAreExhausted,
    BelowProcessorMinimum,
    HoldHasExpired,
    IntentsDiffer,
    NotWorthRetrying,
    TooEarly,
    TooLate,
)
from ledger.events.payment import (
    Capture,
    CaptureRequested,
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
    PaymentRetried,
)
from ledger.values.clock import Instant
from ledger.values.money import same_currency
from ledger.values.received import received
from ledger.values.stay import local_date

ATTEMPTS = 5
"""How often a guest may try to pay."""

ANSWERS_WITHIN = timedelta(seconds=60)
"""How long the processor may take to answer an attempt, before the outcome counts as unknown."""

LOOKS_AGAIN_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""How long we wait after each look at an unknown outcome; after the last one it is for people."""


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


def open_payment(command: OpenPayment) -> Sequence[PaymentEvent]:
    """Ask for the total of a price, or for the difference that it makes.

    Raises AmountsDiffer where nothing is due, BelowProcessorMinimum, CurrenciesDiffer.
    """
    due = command.due or command.price.total
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
            for_damage=command.for_damage,
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
    """Ask for what is held, or less, in time. Raises AmountsDiffer, CurrenciesDiffer, TooLate."""
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
    """Give up what has not begun; the processor ends the rest. Raises TransitionNotAllowed."""
    if payment.status is Status.PROCESSING and not command.confirmed_by_processor:
        LIFECYCLE.refuse(CancelPayment, payment.status)
    return [PaymentCancelled(booking_id=payment.booking_id, reason=command.reason)]


def report_unknown_outcome(payment: Payment, now: Instant) -> Sequence[PaymentEvent]:
    """Count a look, not before its time, and say when the next is; the last leaves it to people.

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
