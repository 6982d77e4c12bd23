"""Money without a place: taken in as nobody's, then its booking's after all, or sent back."""

from contextlib import suppress
from typing import NamedTuple

from ledger.aggregates.booking import Booking
from ledger.aggregates.booking import Status as Stands
from ledger.aggregates.payment import AdoptPayment
from ledger.aggregates.unapplied_receipt import (
    UNAPPLIED_RECEIPT,
    AdoptReceipt,
    DetectReceipt,
    FailReturn,
    RecordReceiptFunds,
    RecordReturn,
    ReturnReceipt,
    ReverseReturn,
    SettleReceiptAlternatively,
    SettleReceiptByDispute,
    UnappliedReceipt,
    UseReceiptAlternative,
    receipt_of,
)
from ledger.aggregates.unapplied_receipt import Status as Receiving
from ledger.draft import Draft
from ledger.errors import NotFound, RefundBlockedByDispute, Refused
from ledger.events import Actor
from ledger.events.unapplied_receipt import Why
from ledger.gateways.stripe.payments import Succeeded
from ledger.gateways.stripe.refunds import RefundFact, RefundStatus
from ledger.processes.checkout import confirm_late, take_nights_again
from ledger.processes.coupons import coupon_is_back
from ledger.processes.discovery import refuse_unless_let_as_before
from ledger.processes.found import booking_in, calendar_in, dispute_in, payment_in
from ledger.processes.names import PROCESS, PROCESSOR, late_payment_of
from ledger.processes.outcome import Outcome
from ledger.processes.room_rates import rules_of
from ledger.values.ids import BookingId, PaymentId, ReceiptId
from ledger.values.money import Money


class PaidByBank(NamedTuple):
    """What our bank did: its `reference`, the SHA-256 of its document, and what it `cost`.

    The cost is told where the money was exchanged when it came, in the currency that it became.
    """

    reference: str
    proof: str
    cost: Money | None = None


def is_receipt(draft: Draft, charge: str) -> bool:
    """Whether the money of a charge was taken in as nobody's before."""
    return draft.state(UNAPPLIED_RECEIPT, receipt_of(charge)) is not None


def take_in_receipt(
    draft: Draft, payment_id: PaymentId, paid: Succeeded, intent: str, why: Why
) -> Outcome:
    """Take the money in as nobody's; then let its booking have it after all, or give it back."""
    assert paid.movement is not None, "what is not booked yet is taken in later"
    payment = payment_in(draft, payment_id)
    receipt_id = receipt_of(paid.charge)
    gross = paid.movement.amount
    draft.do(
        PROCESSOR,
        DetectReceipt(
            receipt_id=receipt_id,
            booking_id=payment.booking_id,
            payment_id=payment_id,
            amount=paid.amount,
            charge=paid.charge,
            why=why,
            time_zone=payment.time_zone,
            intent=intent,
            balance_transaction=paid.movement.movement_id,
            settled=None if gross.currency == paid.amount.currency else gross,
            fee=paid.movement.fee,
            available_at=paid.movement.available_on,
        ),
    )
    if why is not Why.LATE_SUCCESS or not _adopted(draft, payment.booking_id, receipt_id):
        key = f"{receipt_id}/1"
        draft.do(PROCESS, ReturnReceipt(receipt_id=receipt_id, idempotency_key=key))
    return Outcome.TAKEN_IN


def _adopted(draft: Draft, booking_id: BookingId, receipt_id: ReceiptId) -> bool:
    """Whether the booking could have the money: it could be made now, and it is what is due.

    Whatever refuses that, the money is here, and goes back. A price that a coupon lessened is not
    due any more where the coupon was given back.
    """
    booking = booking_in(draft, booking_id)
    receipt = draft.state(UNAPPLIED_RECEIPT, receipt_id)
    assert receipt is not None, "it was detected a line ago"
    if booking.status is not Stands.EXPIRED or receipt.received.amount != booking.price.total:
        return False
    if coupon_is_back(draft, booking_id):
        return False
    try:
        _take_nights_late(draft, booking, booking_id)
    except Refused:
        return False
    payment_id = late_payment_of(booking_id, receipt.charge)
    draft.do(
        PROCESS,
        AdoptReceipt(receipt_id=receipt_id, payment_id=payment_id, due=booking.price.total),
    )
    draft.do(
        PROCESS,
        AdoptPayment(
            payment_id=payment_id,
            booking_id=booking_id,
            guest_id=booking.guest_id,
            price=booking.price,
            time_zone=booking.house.time_zone,
            receipt_id=receipt_id,
            amount=receipt.received.amount,
            charge=receipt.charge,
            intent=receipt.intent,
            settled=receipt.received.settled,
            fee=receipt.received.fee,
            available=receipt.available,
            available_at=receipt.available_at,
        ),
    )
    confirm_late(draft, booking_id, payment_id)
    return True


def _take_nights_late(draft: Draft, booking: Booking, booking_id: BookingId) -> None:
    """Reserve the nights of an expired booking, judged as any that is made now (UC7).

    Only how many holds its guest has is not asked. Raises what `refuse_unless_let_as_before` and
    `take_nights_again` raise.
    """
    room_type = calendar_in(draft, booking.unit_id).room_type
    refuse_unless_let_as_before(draft, booking, room_type)
    rules = rules_of(draft, booking.unit_id, booking.stay)
    take_nights_again(draft, booking_id, rules.buffer_nights if rules else 0, rules)


def receipt_funds_have_arrived(draft: Draft, receipt_id: ReceiptId) -> None:
    """Count money without a place as usable."""
    draft.do(PROCESSOR, RecordReceiptFunds(receipt_id=receipt_id))


def take_in_return(draft: Draft, receipt_id: ReceiptId, fact: RefundFact) -> Outcome:
    """Take in that money without a place is on its way back, or there."""
    receipt = draft.state(UNAPPLIED_RECEIPT, receipt_id)
    if receipt is None or fact.attempt != receipt.attempts:
        return Outcome.NOTHING_NEW  # of another attempt: it failed, and was sent again since
    if fact.status in (RefundStatus.FAILED, RefundStatus.CANCELLED):
        return _return_failed(draft, receipt_id, receipt.status, fact)
    if fact.status is not RefundStatus.SUCCEEDED or receipt.status is not Receiving.RETURNING:
        return Outcome.NOTHING_NEW  # where it is under way, another notice tells that it is there
    return _record_return(draft, receipt_id, fact)


def _return_failed(
    draft: Draft, receipt_id: ReceiptId, status: Receiving, fact: RefundFact
) -> Outcome:
    """Take in that the guest does not have the money; perhaps it had left our balance before."""
    reason = fact.failure or fact.status.value
    if status is Receiving.RETURNING and fact.returned is None:
        return_declined(draft, receipt_id, reason)
        return Outcome.TAKEN_IN
    if status not in (Receiving.RETURNING, Receiving.RETURNED):
        return Outcome.NOTHING_NEW
    if fact.returned is None:
        return Outcome.LATER
    if status is Receiving.RETURNING:
        _record_return(draft, receipt_id, fact)
    back = fact.returned.amount
    draft.do(
        PROCESSOR,
        ReverseReturn(
            receipt_id=receipt_id,
            amount=fact.amount,
            reason=reason,
            balance_transaction=fact.returned.movement_id,
            settled=None if back.currency == fact.amount.currency else back,
        ),
    )
    settle_receipt_by_disputes(draft, receipt_id)
    return Outcome.TAKEN_IN


def _record_return(draft: Draft, receipt_id: ReceiptId, fact: RefundFact) -> Outcome:
    if fact.taken is None:
        return Outcome.LATER
    paid = -fact.taken.amount
    draft.do(
        PROCESSOR,
        RecordReturn(
            receipt_id=receipt_id,
            amount=fact.amount,
            processor_refund=fact.refund,
            balance_transaction=fact.taken.movement_id,
            settled=None if paid.currency == fact.amount.currency else paid,
        ),
    )
    return Outcome.TAKEN_IN


def receipt_in(draft: Draft, receipt_id: ReceiptId) -> UnappliedReceipt:
    """Money without a place as the draft leaves it so far. Raises NotFound."""
    receipt = draft.state(UNAPPLIED_RECEIPT, receipt_id)
    if receipt is None:
        raise NotFound(receipt_id=receipt_id)
    return receipt


def return_again(draft: Draft, staff: Actor, receipt_id: ReceiptId) -> None:
    """Send money without a place back once more. Raises RefundBlockedByDispute, NotFound."""
    receipt = receipt_in(draft, receipt_id)
    draft.do(
        staff,
        ReturnReceipt(
            receipt_id=receipt_id,
            idempotency_key=f"{receipt_id}/{receipt.attempts + 1}",
            disputed=_is_disputed(draft, receipt),
        ),
    )


def return_by_bank(draft: Draft, staff: Actor, receipt_id: ReceiptId, reason: str) -> None:
    """Give up sending it back: our bank pays. Raises RefundBlockedByDispute, NotFound."""
    draft.do(
        staff,
        UseReceiptAlternative(
            receipt_id=receipt_id,
            reason=reason,
            chosen_by=staff.id,
            disputed=_is_disputed(draft, receipt_in(draft, receipt_id)),
        ),
    )


def bank_has_returned(draft: Draft, staff: Actor, receipt_id: ReceiptId, paid: PaidByBank) -> None:
    """Take in that our bank has paid, as another person than who chose that way.

    Raises SelfApproval, NothingVouchedFor, AmountsDiffer, CurrenciesDiffer.
    """
    draft.do(
        staff,
        SettleReceiptAlternatively(
            receipt_id=receipt_id,
            settled_by=staff.id,
            reference=paid.reference,
            proof=paid.proof,
            settled=paid.cost,
        ),
    )


def _is_disputed(draft: Draft, receipt: UnappliedReceipt) -> bool:
    """Whether a bank may still decide about it; what one has taken is not in the rest any more."""
    return any(dispute_in(draft, of).is_open for of in receipt.disputes)


def return_declined(draft: Draft, receipt_id: ReceiptId, reason: str) -> None:
    """The processor does not give money without a place back: it is for people now."""
    draft.do(PROCESSOR, FailReturn(receipt_id=receipt_id, reason=reason))
    settle_receipt_by_disputes(draft, receipt_id)


# -- Disputed -----------------------------------------------------------------------------


def disputed_receipt(draft: Draft, charge: str) -> ReceiptId | None:
    """The receipt that has a charge's money, if no payment has it."""
    return receipt_of(charge) if is_receipt(draft, charge) else None


def settle_receipt_by_disputes(draft: Draft, receipt_id: ReceiptId) -> None:
    """Owe so much less of money without a place as the guest has by disputes that were lost.

    What a dispute of a part leaves is for people: the processor gives none of such a charge back.
    """
    for dispute_id in receipt_in(draft, receipt_id).disputes:
        receipt = receipt_in(draft, receipt_id)
        if receipt.status not in OWED or dispute_id in receipt.settled_by:
            continue
        dispute = dispute_in(draft, dispute_id)
        if dispute.loss is None or not dispute.loss.borne.minor:
            continue
        draft.do(
            PROCESS,
            SettleReceiptByDispute(
                receipt_id=receipt_id,
                dispute_id=dispute_id,
                amount=dispute.amount,
                lost=dispute.loss.borne,
            ),
        )


OWED = (Receiving.DETECTED, Receiving.RETURN_FAILED, Receiving.NEEDS_ALTERNATIVE)
"""Where the money is here, and nobody has asked the processor to send it."""


def return_what_came_back(draft: Draft, receipt_id: ReceiptId) -> None:
    """A dispute is won, and the processor gave the money back: it is the guest's still."""
    if receipt_in(draft, receipt_id).status is Receiving.RETURN_FAILED:
        with suppress(RefundBlockedByDispute):
            return_again(draft, PROCESS, receipt_id)
