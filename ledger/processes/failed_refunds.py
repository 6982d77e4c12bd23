"""Refunds that failed: sent once more, or paid by our bank, whose proof a second person saw."""

from ledger.aggregates.payment import RecordRefund
from ledger.aggregates.refund import ResubmitRefund, SettleAlternatively, UseAlternative
from ledger.draft import Draft
from ledger.events import Actor
from ledger.events.refund import Funding
from ledger.processes.found import payment_in, refund_in
from ledger.processes.names import PROCESS
from ledger.processes.refunds import reserve
from ledger.values.ids import RefundId


def send_again(draft: Draft, staff: Actor, refund_id: RefundId) -> None:
    """Hand a refund that failed to the processor once more.

    Raises RefundExceedsCapture where others took its room meanwhile, RefundBlockedByDispute.
    """
    refund = refund_in(draft, refund_id)
    payment = payment_in(draft, refund.payment_id)
    draft.do(
        staff,
        ResubmitRefund(
            refund_id=refund_id,
            idempotency_key=f"{refund_id}/{len(refund.keys) + 1}",
            refundable=payment.refundable,
            disputed=bool(payment.disputed),
        ),
    )
    reserve(draft, refund_id)


def use_alternative(draft: Draft, staff: Actor, refund_id: RefundId, reason: str) -> None:
    """Give up the guest's card, and let our bank pay. Raises RefundExceedsCapture."""
    refund = refund_in(draft, refund_id)
    payment = payment_in(draft, refund.payment_id)
    draft.do(
        staff,
        UseAlternative(
            refund_id=refund_id,
            reason=reason,
            chosen_by=staff.id,
            refundable=payment.refundable,
        ),
    )
    if refund.funded_by is Funding.BOOKING:
        reserve(draft, refund_id)


def settle_alternatively(draft: Draft, staff: Actor, paid: SettleAlternatively) -> None:
    """Take in that our bank has paid, as another person than who chose that way.

    Raises SelfApproval, NothingVouchedFor, CurrenciesDiffer, AmountsDiffer.
    """
    draft.do(staff, paid)
    refund = refund_in(draft, paid.refund_id)
    if refund.funded_by is Funding.BOOKING:
        record = RecordRefund(
            payment_id=refund.payment_id, refund_id=paid.refund_id, amount=refund.amount
        )
        draft.do(PROCESS, record)
