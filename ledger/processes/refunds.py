"""Refunds: asked for line by line, approved with their place in the books, and on their way."""

from ledger.aggregates.booking import Booking
from ledger.aggregates.payment import (
    RecordRefund,
    ReleaseRefund,
    ReserveRefund,
    ReverseRefund,
)
from ledger.aggregates.payout import PAYOUT
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.refund import (
    REFUND,
    AcceptRefund,
    AskForApproval,
    AutoApprove,
    FailRefund,
    Refund,
    RequestRefund,
    SubmitRefund,
    SucceedRefund,
)
from ledger.aggregates.refund import Status as Refunding
from ledger.draft import Draft
from ledger.errors import NotFound
from ledger.events.refund import Doubt, Funding
from ledger.gateways.stripe.refunds import RefundFact, RefundStatus
from ledger.processes.checkout import payment_in
from ledger.processes.earnings import blocks_refunds
from ledger.processes.names import PROCESS, PROCESSOR, Outcome, payout_of, refund_of
from ledger.values.ids import BookingId, RefundId
from ledger.values.money import Money, zero
from ledger.values.policy import LineBack, Settlement


def refund_settlement(
    draft: Draft, booking: Booking, booking_id: BookingId, settlement: Settlement, reason: str
) -> RefundId:
    """Ask for what a settlement gives back, and approve it, unless the host has the money already.

    Then a person looks at it first (RF3), because it becomes the host's debt. What is approved is
    set aside in its payment, so that no other refund can have it.
    """
    refund_id = refund_of(booking_id)
    request = _request(draft, booking, booking_id, settlement, reason)
    draft.do(PROCESS, request)
    if _is_paid_out(draft, booking_id):
        doubts = (Doubt.PAYOUT_TRANSFERRED,)
        draft.do(PROCESS, AskForApproval(refund_id=refund_id, reasons=doubts))
        return refund_id
    draft.do(
        PROCESS,
        AutoApprove(
            refund_id=refund_id,
            preview=settlement.digest,
            refundable=payment_in(draft, request.payment_id).refundable,
            earned=booking.earned is not None,
            payable=payable_of(draft, booking, booking_id),
            remitted=False,
        ),
    )
    reserve(draft, refund_id)
    return refund_id


def _request(
    draft: Draft, booking: Booking, booking_id: BookingId, settlement: Settlement, reason: str
) -> RequestRefund:
    assert booking.payment_id is not None, "what was not paid is not refunded"
    return RequestRefund(
        refund_id=refund_of(booking_id),
        payment_id=booking.payment_id,
        booking_id=booking_id,
        host_id=booking.host_id,
        reason=reason,
        amount=settlement.refund,
        back=settlement.back,
        lines=settlement.lines,
        funded_by=Funding.BOOKING,
        preview=settlement.digest,
        requested_by=PROCESS.id,
        refundable=payment_in(draft, booking.payment_id).refundable,
        left_on_lines=lines_of(booking),
        time_zone=booking.house.time_zone,
    )


def lines_of(booking: Booking) -> tuple[LineBack, ...]:
    """What the guest paid, line by line, as they paid it: what a first refund can give back."""
    lines = zip(booking.price.lines(), booking.price.paid_minors, strict=True)
    return tuple(LineBack(line.code, line.of, minor) for line, minor in lines)


def payable_of(draft: Draft, booking: Booking, booking_id: BookingId) -> Money:
    """What the host has earned of a booking and not received."""
    if booking.earned is None or _is_paid_out(draft, booking_id):
        return zero(booking.price.currency)
    return booking.earned.host


def _is_paid_out(draft: Draft, booking_id: BookingId) -> bool:
    payout = draft.state(PAYOUT, payout_of(booking_id))
    return payout is not None and payout.status in PAID_OUT


PAID_OUT = (Payable.RELEASING, Payable.TRANSFERRED)
"""Where the host has the money, or will have it before anybody could say otherwise."""


def reserve(draft: Draft, refund_id: RefundId) -> None:
    """Set an approved refund's amount aside in its payment. Raises RefundExceedsCapture."""
    refund = refund_in(draft, refund_id)
    draft.do(
        PROCESS,
        ReserveRefund(payment_id=refund.payment_id, refund_id=refund_id, amount=refund.amount),
    )


def submit_refund(draft: Draft, refund_id: RefundId) -> None:
    """Hand an approved refund to the processor. Raises RefundBlockedByDispute."""
    refund = refund_in(draft, refund_id)
    key = f"{refund_id}/{len(refund.keys) + 1}"
    disputed = blocks_refunds(draft, payment_in(draft, refund.payment_id))
    draft.do(PROCESS, SubmitRefund(refund_id=refund_id, idempotency_key=key, disputed=disputed))


def refund_declined(draft: Draft, refund_id: RefundId, reason: str) -> None:
    """The processor will not carry a refund out: it has failed before it was on its way."""
    refund = refund_in(draft, refund_id)
    draft.do(PROCESSOR, AcceptRefund(refund_id=refund_id, processor_refund=None))
    draft.do(PROCESSOR, FailRefund(refund_id=refund_id, reason=reason))
    draft.do(PROCESS, ReleaseRefund(payment_id=refund.payment_id, refund_id=refund_id))


def take_in_refund(draft: Draft, fact: RefundFact) -> Outcome:
    """Bring a refund, and its payment, to where the processor's object stands."""
    refund = draft.state(REFUND, fact.refund_id) if fact.refund_id else None
    if fact.refund_id is None or refund is None:
        return Outcome.NOT_OURS
    outcome = Outcome.NOTHING_NEW
    if refund.status is Refunding.SUBMITTING:
        draft.do(
            PROCESSOR,
            AcceptRefund(
                refund_id=fact.refund_id,
                processor_refund=fact.refund,
                pending_reason=fact.waits_for,
            ),
        )
        outcome = Outcome.TAKEN_IN
    match fact.status:
        case RefundStatus.SUCCEEDED:
            return _succeeded(draft, fact.refund_id, fact) or outcome
        case RefundStatus.FAILED | RefundStatus.CANCELLED:
            return _failed(draft, fact.refund_id, fact) or outcome
        case RefundStatus.PENDING | RefundStatus.REQUIRES_ACTION:
            return outcome


def _succeeded(draft: Draft, refund_id: RefundId, fact: RefundFact) -> Outcome | None:
    refund = refund_in(draft, refund_id)
    if refund.status is not Refunding.PENDING:
        return None
    if fact.taken is None:
        return Outcome.LATER
    paid = -fact.taken.amount
    draft.do(
        PROCESSOR,
        SucceedRefund(
            refund_id=refund_id,
            amount=fact.amount,
            processor_refund=fact.refund,
            balance_transaction=fact.taken.movement_id,
            settled=None if paid.currency == fact.amount.currency else paid,
        ),
    )
    draft.do(
        PROCESS,
        RecordRefund(payment_id=refund.payment_id, refund_id=refund_id, amount=refund.amount),
    )
    return Outcome.TAKEN_IN


def _failed(draft: Draft, refund_id: RefundId, fact: RefundFact) -> Outcome | None:
    refund = refund_in(draft, refund_id)
    if refund.status not in (Refunding.PENDING, Refunding.SUCCEEDED):
        return None
    if refund.status is Refunding.SUCCEEDED and fact.returned is None:
        return Outcome.LATER
    returned = fact.returned if refund.status is Refunding.SUCCEEDED else None
    back = returned.amount if returned else None
    draft.do(
        PROCESSOR,
        FailRefund(
            refund_id=refund_id,
            reason=fact.failure or fact.status.value,
            processor_refund=fact.refund,
            balance_transaction=returned.movement_id if returned else None,
            settled=None if back is None or back.currency == fact.amount.currency else back,
        ),
    )
    if refund.status is Refunding.SUCCEEDED:
        draft.do(PROCESSOR, ReverseRefund(payment_id=refund.payment_id, refund_id=refund_id))
    else:
        draft.do(PROCESS, ReleaseRefund(payment_id=refund.payment_id, refund_id=refund_id))
    return Outcome.TAKEN_IN


def refund_in(draft: Draft, refund_id: RefundId) -> Refund:
    """A refund as the draft leaves it so far. Raises NotFound."""
    refund = draft.state(REFUND, refund_id)
    if refund is None:
        raise NotFound(refund_id=refund_id)
    return refund
