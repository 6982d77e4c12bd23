"""Money in: what the processor says of a payment, made into what it means for the booking.

What it says is the state of its object now, read anew whenever somebody tells us of it. So a notice
that comes twice, late or in any order leads to the same: each step is taken once, from wherever the
payment stands.
"""

from typing import assert_never

from ledger.aggregates.booking import BOOKING
from ledger.aggregates.booking import Status as Stands
from ledger.aggregates.payment import (
    ATTEMPTS,
    PAYMENT,
    AskToCancel,
    AuthorizePayment,
    CancelPayment,
    CloseIntent,
    CompletePayment,
    ExpireAuthorization,
    FailPayment,
    FinishAction,
    LinkIntent,
    Payment,
    RecordFunds,
    ReportUnknownOutcome,
    RequireAction,
    RetryPayment,
    SubmitPayment,
)
from ledger.aggregates.payment import Status as Paying
from ledger.aggregates.unit_calendar import UNIT_CALENDAR
from ledger.draft import Draft
from ledger.errors import HoldHasExpired
from ledger.events import Actor, Role
from ledger.events.unapplied_receipt import Why
from ledger.gateways.stripe.payments import (
    Authorized,
    Cancelled,
    Failed,
    NeedsConfirmation,
    NeedsMethod,
    PaymentFact,
    Processing,
    RequiresAction,
    Succeeded,
)
from ledger.processes.alterations import (
    apply_paid_alteration,
    could_be_applied,
    end_the_wait,
    waits_for,
)
from ledger.processes.checkout import (
    ask_the_host,
    capture_failed,
    confirm,
    confirm_at_last,
    expire,
    is_alive,
)
from ledger.processes.damages import charge_damage, leave_unpaid, waits_for_damage
from ledger.processes.found import booking_in, payment_in
from ledger.processes.names import (
    PROCESS,
    PROCESSOR,
    TIMER,
    payment_of,
)
from ledger.processes.outcome import Outcome
from ledger.processes.receipts import is_receipt, take_in_receipt
from ledger.values.ids import BookingId, PaymentId

NotHere = (
    NeedsMethod | NeedsConfirmation | RequiresAction | Processing | Authorized | Cancelled | Failed
)
"""Whatever the processor says of a payment whose money it has not taken."""


def take_in(draft: Draft, fact: PaymentFact) -> Outcome:
    """Bring a payment, and its booking, to where the processor's object stands.

    Answers LATER where the processor has the money but has not booked it: then ask again soon.
    """
    payment = draft.state(PAYMENT, fact.payment_id) if fact.payment_id else None
    if fact.payment_id is None or payment is None:
        return Outcome.NOT_OURS
    if payment.intent is None and payment.status is Paying.PENDING:
        draft.do(PROCESS, LinkIntent(payment_id=fact.payment_id, intent=fact.intent))
    if isinstance(fact.status, Succeeded):
        return _succeeded(draft, fact.payment_id, fact.status, fact.intent)
    if payment.intent not in (None, fact.intent):
        # What becomes of an intent that took nothing says nothing of the payment's own one.
        return Outcome.NOTHING_NEW
    return _not_here(draft, fact.payment_id, fact.status)


def funds_have_arrived(draft: Draft, payment_id: PaymentId) -> None:
    """Count the captured money as usable: the day that the processor named has come."""
    draft.do(PROCESSOR, RecordFunds(payment_id=payment_id))


def outcome_is_unknown(draft: Draft, payment_id: PaymentId) -> None:
    """Remember that we looked and found no answer."""
    draft.do(TIMER, ReportUnknownOutcome(payment_id=payment_id))


def _not_here(draft: Draft, payment_id: PaymentId, status: NotHere) -> Outcome:
    """What the processor says while it has no money for us."""
    match status:
        case RequiresAction():
            return _action_required(draft, payment_id)
        case Processing():
            return _begun(draft, payment_id)
        case Authorized():
            return _authorized(draft, payment_id, status)
        case Failed():
            return _failed(draft, payment_id, status)
        case Cancelled():
            return _cancelled(draft, payment_id, status)
        case NeedsMethod() | NeedsConfirmation():
            return Outcome.NOTHING_NEW
        case _:
            assert_never(status)


def nothing_is_open(draft: Draft, payment_id: PaymentId) -> None:
    """The processor never heard of a payment that was given up: it can take nothing for it."""
    draft.do(PROCESSOR, CloseIntent(payment_id=payment_id))


def capture_declined(draft: Draft, payment_id: PaymentId, reason: str) -> None:
    """The processor holds the money, and will not let us have it."""
    payment = payment_in(draft, payment_id)
    draft.do(PROCESSOR, FailPayment(payment_id=payment_id, decline_code=reason, retryable=False))
    capture_failed(draft, payment.booking_id, reason)


# -- On the way -----------------------------------------------------------------------------


def _begun(draft: Draft, payment_id: PaymentId) -> Outcome:
    """What the processor is doing was handed over by somebody, if not by us then in the browser."""
    payment = payment_in(draft, payment_id)
    if payment.status is Paying.FAILED and _may_retry(draft, payment_id, payment):
        _guest_retries(draft, payment_id, payment)
        payment = payment_in(draft, payment_id)
    if payment.status is Paying.PENDING:
        key = f"{payment_id}/{payment.attempts + 1}"
        draft.do(PROCESS, SubmitPayment(payment_id=payment_id, idempotency_key=key))
        return Outcome.TAKEN_IN
    return Outcome.NOTHING_NEW


def _may_retry(draft: Draft, payment_id: PaymentId, payment: Payment) -> bool:
    """Whether another attempt makes sense: somebody waits for it, and it is one of the five."""
    booking_id = payment.booking_id
    if payment.for_damage is not None:
        waits = waits_for_damage(draft, booking_id, payment_id)
    elif payment.for_alteration is None:
        waits = booking_in(draft, booking_id).status is Stands.PENDING_PAYMENT
    else:
        waits = waits_for(draft, booking_id, payment_id)
    return waits and payment.retryable and payment.attempts < ATTEMPTS


def _guest_retries(draft: Draft, payment_id: PaymentId, payment: Payment) -> None:
    """A guest who confirms again in the browser tries again, whether they told us or not."""
    booking = booking_in(draft, payment.booking_id)
    guest = Actor(Role.GUEST.value, booking.guest_id)
    draft.do(guest, RetryPayment(payment_id=payment_id, due=payment.due, hold_alive=True))


def _going_on(draft: Draft, payment_id: PaymentId) -> Outcome:
    """Bring the payment to where the processor has the word."""
    outcome = _begun(draft, payment_id)
    if payment_in(draft, payment_id).status is Paying.REQUIRES_ACTION:
        draft.do(PROCESSOR, FinishAction(payment_id=payment_id))
        return Outcome.TAKEN_IN
    return outcome


def _action_required(draft: Draft, payment_id: PaymentId) -> Outcome:
    outcome = _begun(draft, payment_id)
    if payment_in(draft, payment_id).status is Paying.PROCESSING:
        draft.do(PROCESSOR, RequireAction(payment_id=payment_id))
        return Outcome.TAKEN_IN
    return outcome


def _authorized(draft: Draft, payment_id: PaymentId, held: Authorized) -> Outcome:
    payment = payment_in(draft, payment_id)
    if payment.status is Paying.AUTHORIZED or payment.held is not None:
        return Outcome.NOTHING_NEW
    if payment.status not in WAITING or held.capture_before is None:
        return Outcome.NOT_OURS
    _going_on(draft, payment_id)
    if payment_in(draft, payment_id).status is Paying.FAILED:
        return Outcome.NOTHING_NEW  # nobody wants it held, and the processor is asked to let it go
    draft.do(
        PROCESSOR,
        AuthorizePayment(
            payment_id=payment_id, amount=held.amount, capture_before=held.capture_before
        ),
    )
    ask_the_host(draft, payment.booking_id)
    return Outcome.TAKEN_IN


def _failed(draft: Draft, payment_id: PaymentId, failure: Failed) -> Outcome:
    """Take a failed attempt in once: the processor tells of the last one until there is another.

    Where there is nothing left to try, the processor is asked to take no more money for it.
    """
    payment = payment_in(draft, payment_id)
    if payment.status not in WAITING or _is_known(payment, failure):
        return Outcome.NOTHING_NEW
    capturing = payment.held is not None
    _begun(draft, payment_id)
    if payment_in(draft, payment_id).status is Paying.FAILED:
        return Outcome.NOTHING_NEW
    draft.do(
        PROCESSOR,
        FailPayment(
            payment_id=payment_id,
            decline_code=failure.decline_code or failure.reason,
            retryable=failure.retryable,
            charge=failure.charge,
        ),
    )
    failed = payment_in(draft, payment_id)
    if capturing:
        capture_failed(draft, payment.booking_id, failure.decline_code or failure.reason)
    elif not (_may_retry(draft, payment_id, failed) or failed.giving_up):
        draft.do(PROCESS, AskToCancel(payment_id=payment_id, reason="nothing left to try"))
        end_the_wait(draft, payment.booking_id, payment_id, "the difference could not be paid")
        leave_unpaid(draft, payment.booking_id, payment_id, "nothing left to try")
    return Outcome.TAKEN_IN


def _is_known(payment: Payment, failure: Failed) -> bool:
    """Whether a failure is the one that was told before; one without a charge has no name."""
    if failure.charge is not None:
        return failure.charge == payment.failed_charge
    return payment.status is Paying.FAILED or (
        payment.status is Paying.PENDING and payment.attempts > 0
    )


WAITING = (Paying.PENDING, Paying.PROCESSING, Paying.REQUIRES_ACTION, Paying.FAILED)
"""Where a payment may still take its money."""


def _cancelled(draft: Draft, payment_id: PaymentId, ended: Cancelled) -> Outcome:
    """The processor takes no money any more: let what waits for it end."""
    return _over(draft, payment_id, ended.reason or "cancelled by the processor")


def _over(draft: Draft, payment_id: PaymentId, reason: str) -> Outcome:
    """Nothing will come of the payment's intent for this payment: it ends, if it has not ended."""
    payment = payment_in(draft, payment_id)
    outcome = Outcome.NOTHING_NEW
    if payment.status is Paying.AUTHORIZED:
        draft.do(PROCESSOR, ExpireAuthorization(payment_id=payment_id))
        outcome = Outcome.TAKEN_IN
    elif payment.status in (Paying.PENDING, Paying.PROCESSING, Paying.REQUIRES_ACTION):
        draft.do(
            PROCESS,
            CancelPayment(
                payment_id=payment_id,
                reason=reason,
                confirmed_by_processor=True,
            ),
        )
        outcome = Outcome.TAKEN_IN
    now = payment_in(draft, payment_id)
    if now.status in (Paying.CANCELLED, Paying.FAILED) and not now.closed:
        draft.do(PROCESSOR, CloseIntent(payment_id=payment_id))
        outcome = Outcome.TAKEN_IN
    _end_the_wait(draft, payment_id, payment)
    return outcome


def _end_the_wait(draft: Draft, payment_id: PaymentId, payment: Payment) -> None:
    """A booking whose hold has run out waited for the processor's last word only; so did what else
    a guest was asked for."""
    end_the_wait(draft, payment.booking_id, payment_id, "the difference was not paid")
    leave_unpaid(draft, payment.booking_id, payment_id, "not paid")
    booking = draft.state(BOOKING, payment.booking_id)
    if booking is None or payment_id != payment_of(payment.booking_id):
        return
    if booking.status is Stands.ACCEPTING:
        capture_failed(draft, payment.booking_id, "the authorisation ended")
    elif booking.status in (Stands.PENDING_PAYMENT, Stands.AWAITING_HOST):
        calendar = draft.state(UNIT_CALENDAR, booking.unit_id)
        claim = calendar.claims.get(payment.booking_id) if calendar else None
        if claim and claim.expires_at and draft.now >= claim.expires_at:
            expire(draft, payment.booking_id)


# -- Here it is -----------------------------------------------------------------------------


def _succeeded(draft: Draft, payment_id: PaymentId, paid: Succeeded, intent: str) -> Outcome:
    payment = payment_in(draft, payment_id)
    if payment.charge == paid.charge or is_receipt(draft, paid.charge):
        return Outcome.NOTHING_NEW
    if paid.movement is None:
        return Outcome.LATER
    misfit = _misfit(draft, payment_id, payment, paid, intent)
    if misfit is not None:
        if payment.intent in (None, intent):
            _over(draft, payment_id, f"its intent was spent: {misfit.value}")
        return take_in_receipt(draft, payment_id, paid, intent, misfit)
    _going_on(draft, payment_id)
    gross = paid.movement.amount
    draft.do(
        PROCESSOR,
        CompletePayment(
            payment_id=payment_id,
            amount=paid.amount,
            charge=paid.charge,
            intent=intent,
            balance_transaction=paid.movement.movement_id,
            settled=None if gross.currency == paid.amount.currency else gross,
            fee=paid.movement.fee,
            available_at=paid.movement.available_on,
        ),
    )
    if payment_id == payment_of(payment.booking_id):
        _confirm_somehow(draft, payment.booking_id)
    elif payment.for_alteration is not None:
        apply_paid_alteration(draft, payment.booking_id)
    elif payment.for_damage is not None:
        charge_damage(draft, payment.booking_id, payment_id)
    return Outcome.TAKEN_IN


def _misfit(
    draft: Draft, payment_id: PaymentId, payment: Payment, paid: Succeeded, intent: str
) -> Why | None:
    """Why this money has no place in its payment, if it has none."""
    ended = payment.status is Paying.FAILED and not _may_retry(draft, payment_id, payment)
    its_own = payment.intent in (None, intent)
    if its_own and (ended or payment.status is Paying.CANCELLED):
        return Why.LATE_SUCCESS
    if its_own and payment.status in WAITING and _stay_was_missed(draft, payment):
        return Why.LATE_SUCCESS
    if not its_own or payment.status not in WAITING:
        return Why.DOUBLE_CAPTURE
    if paid.amount.currency != payment.asked.currency:
        return Why.WRONG_CURRENCY
    if paid.amount != payment.asked:
        return Why.WRONG_AMOUNT
    return None if _is_wanted(draft, payment_id, payment) else Why.LATE_SUCCESS


def _is_wanted(draft: Draft, payment_id: PaymentId, payment: Payment) -> bool:
    """Whether what is asked for beside the booking's own money is still asked for."""
    if payment.for_damage is not None:
        return waits_for_damage(draft, payment.booking_id, payment_id)
    if payment.for_alteration is not None:
        return could_be_applied(draft, payment.booking_id, payment_id)
    return True


def _stay_was_missed(draft: Draft, payment: Payment) -> bool:
    """Whether the hold ran out and check-in has come before the money did: nobody can come now."""
    booking = booking_in(draft, payment.booking_id)
    if booking.status not in (Stands.PENDING_PAYMENT, Stands.ACCEPTING):
        return False
    check_in_at = booking.house.check_in_at(booking.stay)
    return draft.now >= check_in_at and not is_alive(draft, booking, payment.booking_id)


def _confirm_somehow(draft: Draft, booking_id: BookingId) -> None:
    """Confirm with the hold as it is or, where it ran out meanwhile, with the nights taken anew."""
    try:
        confirm(draft, booking_id)
    except HoldHasExpired:
        confirm_at_last(draft, booking_id)
