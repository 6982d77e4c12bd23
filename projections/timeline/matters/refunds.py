"""What the timeline tells of the money that goes back, and of what banks take back."""

from ledger.events.dispute import (
    DisputeAccepted,
    DisputeClosed,
    DisputeEscalated,
    DisputeFeeCharged,
    DisputeFundsReinstated,
    DisputeFundsWithdrawn,
    DisputeLost,
    DisputeOpened,
    DisputePrevented,
    DisputeReopened,
    DisputeWon,
    EvidenceDelivered,
    EvidenceFailed,
    EvidenceSubmitted,
)
from ledger.events.refund import (
    ExternalRefundClassified,
    ExternalRefundDetected,
    ExternalRefundMatched,
    ExternalRefundReversed,
    RefundAlternativeChosen,
    RefundApprovalAsked,
    RefundApproved,
    RefundCancelled,
    RefundFailed,
    RefundLessened,
    RefundPending,
    RefundRejected,
    RefundRequested,
    RefundResubmitted,
    RefundSettledAlternatively,
    RefundSettledByDispute,
    RefundSettledElsewhere,
    RefundSubmitted,
    RefundSucceeded,
)
from projections.timeline.telling import (
    NOTHING_ELSE,
    Facts,
    Telling,
    Told,
    its_amount,
    its_amount_and_reason,
    its_reason,
    of_amount,
)


def of_pending(event: RefundPending) -> Facts:
    """A refund under way says what it waits for, if anything."""
    if event.pending_reason:
        return Facts(detail=f", waiting: {event.pending_reason}")
    return NOTHING_ELSE if event.processor_refund else Facts(detail=", no answer yet")


REFUNDS: Telling = {
    ExternalRefundClassified: Told(
        "Refund made elsewhere, of {amount}, accounted for: {detail}", its_amount_and_reason
    ),
    ExternalRefundDetected: Told(
        "Refund of {amount} made elsewhere found at the processor", its_amount
    ),
    ExternalRefundMatched: Told(
        "{amount} of it was the money of a refund that we owed", its_amount
    ),
    ExternalRefundReversed: Told(
        "Refund of {amount} that we had not asked for came back", its_amount_and_reason
    ),
    RefundAlternativeChosen: Told("Refund will be paid by bank transfer: {detail}", its_reason),
    RefundApprovalAsked: Told(
        "Refund waits for a person to approve it: {detail}",
        lambda event: Facts(detail=", ".join(event.reasons)),
    ),
    RefundApproved: Told("Refund of {amount} approved", its_amount),
    RefundCancelled: Told("Refund of {amount} cancelled: {detail}", its_amount_and_reason),
    RefundFailed: Told("Refund of {amount} failed: {detail}", its_amount_and_reason),
    RefundLessened: Told(
        "{amount} of the refund had reached the guest by one made at the processor's own desk",
        its_amount,
    ),
    RefundPending: Told("Refund under way at the processor{detail}", of_pending),
    RefundRejected: Told("Refund rejected: {detail}", its_reason),
    RefundRequested: Told("Refund of {amount} requested: {detail}", its_amount_and_reason),
    RefundResubmitted: Told("Refund handed to the processor once more"),
    RefundSettledAlternatively: Told(
        "Refund of {amount} reached the guest by bank transfer", its_amount
    ),
    RefundSettledByDispute: Told("Refund of {amount} reached the guest by the dispute", its_amount),
    RefundSettledElsewhere: Told(
        "Refund of {amount} had reached the guest by one made at the processor's own desk",
        its_amount,
    ),
    RefundSubmitted: Told("Refund handed to the processor"),
    RefundSucceeded: Told("Refund of {amount} reached the guest", its_amount),
    DisputeAccepted: Told("Dispute given up by two persons"),
    DisputeClosed: Told("Dispute closed, no money was taken"),
    DisputeEscalated: Told(
        "Dispute became a {detail}; an answer is due by {due_at}",
        lambda event: Facts(due_at=event.due_by, detail=event.stage),
    ),
    EvidenceDelivered: Told("Evidence for the dispute arrived at the processor"),
    EvidenceFailed: Told(
        "Evidence for the dispute not taken by the processor: {detail}", its_reason
    ),
    DisputeFeeCharged: Told(
        "Fee of {amount} for the dispute taken by the processor", lambda event: of_amount(event.fee)
    ),
    DisputeFundsReinstated: Told("Disputed {amount} given back by the processor", its_amount),
    DisputeFundsWithdrawn: Told(
        "Disputed {amount} taken by the processor; {detail} of the host's held",
        lambda event: of_amount(event.amount, detail=str(event.held)),
    ),
    DisputeLost: Told(
        "Dispute lost, and with it {amount}; the host owes {detail} of it",
        lambda event: of_amount(event.amount, detail=str(event.loss.debt)),
    ),
    DisputeOpened: Told(
        "Dispute of {amount} opened: {detail}; an answer is due by {due_at}",
        lambda event: of_amount(event.amount, event.due_by, event.reason),
    ),
    DisputePrevented: Told("Dispute prevented by a refund of the processor"),
    DisputeReopened: Told(
        "Dispute goes on as {detail}; an answer is due by {due_at}",
        lambda event: Facts(due_at=event.due_by, detail=event.stage),
    ),
    DisputeWon: Told("Dispute won"),
    EvidenceSubmitted: Told("Evidence handed in for the dispute"),
}
