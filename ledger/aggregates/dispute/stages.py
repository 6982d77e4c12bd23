"""Decisions on the way from stage to stage, and what we answer."""

from collections.abc import Sequence

from ledger.aggregates.dispute.commands import (
    AcceptDispute,
    CloseDispute,
    EscalateDispute,
    FailEvidence,
    OpenDispute,
    RecordEvidence,
    ReopenDispute,
    SubmitEvidence,
)
from ledger.aggregates.dispute.lifecycle import LIFECYCLE
from ledger.aggregates.dispute.state import NEXT_STAGE, Dispute, Status
from ledger.errors import AmountsDiffer, SecondPersonRequired, SelfApproval, TooLate
from ledger.events.dispute import (
    DisputeAccepted,
    DisputeEvent,
    DisputeOpened,
    DisputeReopened,
    EvidenceDelivered,
    EvidenceFailed,
    EvidenceSubmitted,
    Stage,
)
from ledger.values.clock import Instant


def open_(command: OpenDispute) -> Sequence[DisputeEvent]:
    """Begin a dispute of an amount above zero. Raises AmountsDiffer."""
    if command.amount.minor <= 0:
        raise AmountsDiffer(amount=str(command.amount))
    return [
        DisputeOpened(
            stage=command.stage,
            payment_id=command.payment_id,
            booking_id=command.booking_id,
            host_id=command.host_id,
            amount=command.amount,
            reason=command.reason,
            due_by=command.due_by,
            processor_dispute=command.processor_dispute,
            time_zone=command.time_zone,
            receipt_id=command.receipt_id,
            to=Status.OPENED if command.stage is Stage.INQUIRY else Status.EVIDENCE_DUE,
        )
    ]


def refuse_unless_inquiry(dispute: Dispute, command: EscalateDispute | CloseDispute) -> None:
    """Only an inquiry becomes a chargeback, or is let go. Raises TransitionNotAllowed."""
    if dispute.stage is not Stage.INQUIRY:
        LIFECYCLE.refuse(type(command), dispute.status)


def submit(dispute: Dispute, command: SubmitEvidence, now: Instant) -> Sequence[DisputeEvent]:
    """Hand the evidence in, while there is time. Raises TooLate."""
    if now >= dispute.due_by:
        raise TooLate(not_after=dispute.due_by)
    return [EvidenceSubmitted(digest=command.digest)]


def record_evidence(dispute: Dispute, command: RecordEvidence) -> Sequence[DisputeEvent]:
    """The bank decides now. Raises TransitionNotAllowed for an answer that is known."""
    if command.answers <= dispute.answers:
        LIFECYCLE.refuse(RecordEvidence, dispute.status)
    return [EvidenceDelivered(answers=command.answers)]


def fail_evidence(dispute: Dispute, command: FailEvidence) -> Sequence[DisputeEvent]:
    """What speaks for the charge may be handed in again, while there is time."""
    to = Status.OPENED if dispute.stage is Stage.INQUIRY else Status.EVIDENCE_DUE
    return [EvidenceFailed(reason=command.reason, to=to)]


def accept(command: AcceptDispute) -> Sequence[DisputeEvent]:
    """Give the money up, two persons together. Raises SecondPersonRequired, SelfApproval."""
    if not (command.proposer and command.approver):
        raise SecondPersonRequired(proposer=command.proposer, approver=command.approver)
    if command.proposer == command.approver:
        raise SelfApproval(approver=command.approver)
    return [DisputeAccepted(proposer=command.proposer, approver=command.approver)]


def reopen(dispute: Dispute, command: ReopenDispute) -> Sequence[DisputeEvent]:
    """Go to the next stage. Raises TransitionNotAllowed where there is none."""
    stage = NEXT_STAGE.get(dispute.stage)
    if stage is None:
        LIFECYCLE.refuse(ReopenDispute, dispute.status)
    return [DisputeReopened(stage=stage, due_by=command.due_by)]
