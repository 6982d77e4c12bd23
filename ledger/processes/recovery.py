"""Recovery: what a host was paid and has to give back, because the money went back to the guest.

It is the host's debt first, which their next payouts pay (see `ledger.processes.payouts`).
"""

from ledger.aggregates.dispute import DISPUTE
from ledger.aggregates.host_debt import Cause, RaiseDebt
from ledger.aggregates.refund import REFUND
from ledger.draft import Draft
from ledger.errors import NotFound
from ledger.processes.names import PROCESS
from ledger.values.ids import DisputeId, RefundId


def raise_debt_of_dispute(draft: Draft, dispute_id: DisputeId) -> None:
    """Let the host owe what a lost dispute took of what they were paid; once. Raises NotFound."""
    dispute = draft.state(DISPUTE, dispute_id)
    if dispute is None:
        raise NotFound(dispute_id=dispute_id)
    if dispute.loss is None or not dispute.loss.debt.minor:
        return
    draft.do(
        PROCESS,
        RaiseDebt(
            host_id=dispute.host_id,
            amount=dispute.loss.debt,
            cause=Cause.DISPUTE_LOST,
            booking_id=dispute.booking_id,
            caused_by=dispute_id,
        ),
    )


def raise_debt_of_refund(draft: Draft, refund_id: RefundId) -> None:
    """Let the host owe what an approved refund gives back of what they were paid; once.

    Whoever approves or classifies a refund calls it in the same commit. Raises NotFound.
    """
    refund = draft.state(REFUND, refund_id)
    if refund is None:
        raise NotFound(refund_id=refund_id)
    if refund.host_id is None or refund.debt is None or not refund.debt.minor:
        return
    draft.do(
        PROCESS,
        RaiseDebt(
            host_id=refund.host_id,
            amount=refund.debt,
            cause=Cause.REFUND_AFTER_PAYOUT,
            booking_id=refund.booking_id,
            caused_by=refund_id,
        ),
    )
