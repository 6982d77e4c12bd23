"""Paying: where a payment stands in our words, and what that asks of the guest."""

from typing import Any, Literal, TypeAlias

from api.commands import answered
from api.shapes import Amount, amount_of
from ledger import processes
from ledger.aggregates.alteration import ALTERATION
from ledger.aggregates.alteration import Status as Altering
from ledger.aggregates.booking import BOOKING
from ledger.aggregates.booking import Status as Stands
from ledger.aggregates.damage_claim import DAMAGE_CLAIM
from ledger.aggregates.payment import ATTEMPTS, PAYMENT, Payment
from ledger.aggregates.payment import Status as Paying
from ledger.application import Ledger
from ledger.draft import Draft
from ledger.errors import NotFound
from ledger.events.payment import PaymentFailed
from ledger.store import EventStore
from ledger.values.ids import PaymentId, StreamId
from projections.projection import Answer

Next: TypeAlias = Literal["wait", "confirm", "authenticate", "retry", "nothing"]
"""What the guest must do: `confirm` and `authenticate` in the browser, with the client secret."""

IN_THE_BROWSER: tuple[Next, ...] = ("confirm", "authenticate")

UNTOLD = "declined"
"""Instead of a reason that is about who is paying: a thief need not hear that a theft is known."""


class PaymentAsked(Answer):
    """The payment of a booking, as a command left it."""

    payment_id: str
    booking_id: str
    status: str
    due: Amount


class PaymentNow(PaymentAsked):
    """Where a payment stands, and what the guest must do next.

    `client_secret` is for the guest's browser alone; where one is needed and cannot be had,
    `secret_missing` says why. `decline_reason` is why the last attempt failed.
    """

    paid: Amount
    attempts_left: int
    decline_reason: str | None
    next: Next
    client_secret: str | None = None
    secret_missing: str | None = None


def answer(draft: Draft, payment_id: PaymentId) -> None:
    """Answer a command by a payment: it is stored, so nothing in it is a secret."""
    payment = _found(draft.state(PAYMENT, payment_id), payment_id)
    asked = PaymentAsked(position=0, **_said(payment, payment_id))
    answered(draft, asked)


def looked_up(
    store: EventStore, ledger: Ledger, payment_id: PaymentId
) -> tuple[PaymentNow, str | None]:
    """A payment as the ledger has it now, and its intent at the processor. Raises NotFound."""
    position = store.head()
    payment = _found(ledger.state(PAYMENT, payment_id), payment_id)
    shown = PaymentNow(
        position=position,
        **_said(payment, payment_id),
        paid=amount_of(payment.captured),
        attempts_left=max(ATTEMPTS - payment.attempts, 0),
        decline_reason=_decline_reason(store, payment_id, payment),
        next=_next(payment, waited_for=_is_waited_for(ledger, payment_id, payment)),
    )
    return shown, payment.intent


def _is_waited_for(ledger: Ledger, payment_id: PaymentId, payment: Payment) -> bool:
    """Whether the booking waits for it, an alteration of it, or a claim for damage."""
    if payment.for_damage is not None:
        claim = ledger.state(DAMAGE_CLAIM, payment.for_damage)
        return claim is not None and processes.is_charging(claim) and claim.payment_id == payment_id
    if payment.for_alteration is None:
        booking = ledger.state(BOOKING, payment.booking_id)
        return booking is not None and booking.status is Stands.PENDING_PAYMENT
    altering = ledger.state(ALTERATION, processes.alteration_of(payment.booking_id))
    settles = altering is not None and altering.status is Altering.SETTLING
    return settles and altering is not None and altering.payment_id == payment_id


def _said(payment: Payment, payment_id: PaymentId) -> dict[str, Any]:
    return {
        "payment_id": payment_id,
        "booking_id": payment.booking_id,
        "status": payment.status.value,
        "due": amount_of(payment.due),
    }


def _next(payment: Payment, *, waited_for: bool) -> Next:
    if payment.giving_up and payment.status is not Paying.FAILED:
        return "wait"
    match payment.status:
        case Paying.PENDING if payment.intent is not None:
            return "confirm"
        case Paying.PENDING | Paying.PROCESSING | Paying.AUTHORIZED:
            return "wait"
        case Paying.REQUIRES_ACTION:
            return "authenticate"
        case Paying.FAILED if waited_for and _may_retry(payment):
            return "retry"
        case _:
            return "nothing"


def _may_retry(payment: Payment) -> bool:
    return payment.retryable and payment.attempts < ATTEMPTS and not payment.giving_up


def _decline_reason(store: EventStore, payment_id: PaymentId, payment: Payment) -> str | None:
    if payment.status is not Paying.FAILED:
        return None
    history = store.read(StreamId(payment_id))
    failed = [one.event for one in history if isinstance(one.event, PaymentFailed)]
    # The rules forget why: only whoever is declined wants to know.
    return failed[-1].decline_code if payment.retryable else UNTOLD


def _found(payment: Payment | None, payment_id: PaymentId) -> Payment:
    if payment is None:
        raise NotFound(payment_id=payment_id)
    return payment
