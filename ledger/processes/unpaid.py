"""Unpaid: a guest was asked for money beside the booking's own, and nobody waits for it now."""

from ledger.aggregates.payment import AskToCancel, CancelPayment
from ledger.aggregates.payment import Status as Paying
from ledger.draft import Draft
from ledger.processes.found import payment_in
from ledger.processes.names import TIMER
from ledger.values.ids import PaymentId


def processor_has_the_word(draft: Draft, payment_id: PaymentId) -> bool:
    """Whether money may come at any moment, whatever we say."""
    return payment_in(draft, payment_id).status in (Paying.PROCESSING, Paying.REQUIRES_ACTION)


def give_up_payment(draft: Draft, payment_id: PaymentId, reason: str) -> None:
    """Let no money come by a payment, as far as that is ours to say."""
    payment = payment_in(draft, payment_id)
    if payment.status is Paying.PENDING:
        draft.do(TIMER, CancelPayment(payment_id=payment_id, reason=reason))
    elif payment.status in CAN_BE_GIVEN_UP and payment.intent and not payment.giving_up:
        draft.do(TIMER, AskToCancel(payment_id=payment_id, reason=reason))


CAN_BE_GIVEN_UP = (Paying.PROCESSING, Paying.REQUIRES_ACTION, Paying.FAILED)
