"""A dispute's rules, whole: which decision answers a command, and what follows from an event."""

from collections.abc import Sequence
from typing import assert_never

from msgspec.structs import replace

from ledger.aggregates.decider import Decider
from ledger.aggregates.dispute.commands import (
    AcceptDispute,
    ChargeFee,
    CloseDispute,
    DisputeCommand,
    EscalateDispute,
    FailEvidence,
    LapseDispute,
    LoseDispute,
    OpenDispute,
    PreventDispute,
    RecordEvidence,
    ReinstateFunds,
    ReopenDispute,
    SubmitEvidence,
    WinDispute,
    WithdrawFunds,
)
from ledger.aggregates.dispute.funds import charge_fee, reinstate, withdraw
from ledger.aggregates.dispute.lifecycle import LIFECYCLE
from ledger.aggregates.dispute.outcome import lapse, lose, prevent, win
from ledger.aggregates.dispute.stages import (
    accept,
    fail_evidence,
    open_,
    record_evidence,
    refuse_unless_inquiry,
    reopen,
    submit,
)
from ledger.aggregates.dispute.state import Dispute
from ledger.errors import NotFound
from ledger.events.dispute import (
    DisputeAccepted,
    DisputeClosed,
    DisputeEscalated,
    DisputeEvent,
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
    Stage,
)
from ledger.values.clock import Instant
from ledger.values.money import zero

# -- Decisions --------------------------------------------------------------------------


def decide(
    dispute: Dispute | None, command: DisputeCommand, now: Instant
) -> Sequence[DisputeEvent]:
    """What a command does to a dispute. Raises Refused."""
    if isinstance(command, OpenDispute):
        return open_(command)
    if dispute is None:
        raise NotFound(dispute_id=command.dispute_id)
    match command:
        case EscalateDispute():
            refuse_unless_inquiry(dispute, command)
            return [DisputeEscalated(stage=Stage.CHARGEBACK, due_by=command.due_by)]
        case SubmitEvidence():
            return submit(dispute, command, now)
        case RecordEvidence():
            return record_evidence(dispute, command)
        case FailEvidence():
            return fail_evidence(dispute, command)
        case AcceptDispute():
            return accept(command)
        case WithdrawFunds():
            return withdraw(dispute, command, now)
        case ReinstateFunds():
            return reinstate(dispute, command, now)
        case ChargeFee():
            return charge_fee(dispute, command, now)
        case WinDispute():
            return win(dispute, command, now)
        case LoseDispute():
            return lose(dispute, command, now)
        case LapseDispute():
            return lapse(dispute, command, now)
        case CloseDispute():
            refuse_unless_inquiry(dispute, command)
            return [DisputeClosed()]
        case PreventDispute():
            return prevent(dispute, command, now)
        case ReopenDispute():
            return reopen(dispute, command)
        case _:
            assert_never(command)


# -- Evolution --------------------------------------------------------------------------


def evolve(dispute: Dispute | None, event: DisputeEvent) -> Dispute:
    """The dispute after an event."""
    status = LIFECYCLE.after(event, dispute and dispute.status)
    if isinstance(event, DisputeOpened):
        return Dispute(
            status=status,
            stage=event.stage,
            payment_id=event.payment_id,
            booking_id=event.booking_id,
            host_id=event.host_id,
            amount=event.amount,
            due_by=event.due_by,
            time_zone=event.time_zone,
            processor_dispute=event.processor_dispute,
            receipt_id=event.receipt_id,
        )
    assert dispute is not None
    match event:
        case DisputeEscalated() | DisputeReopened():
            return replace(dispute, status=status, stage=event.stage, due_by=event.due_by)
        case DisputeFundsWithdrawn() | DisputeFundsReinstated() | DisputeFeeCharged():
            return funds_moved(dispute, event)
        case DisputeWon() | DisputePrevented():
            return replace(dispute, status=status, held=None)
        case DisputeLost():
            return replace(dispute, status=status, withdrawn=None, held=None, loss=event.loss)
        case EvidenceSubmitted():
            return replace(dispute, status=status, digest=event.digest)
        case EvidenceDelivered():
            return replace(dispute, status=status, answers=event.answers)
        case DisputeAccepted() | DisputeClosed() | EvidenceFailed():
            return replace(dispute, status=status)
        case _:
            assert_never(event)


def funds_moved(
    dispute: Dispute, event: DisputeFundsWithdrawn | DisputeFundsReinstated | DisputeFeeCharged
) -> Dispute:
    """The dispute when the processor took money for it, or gave it back."""
    known = dispute.balance_transactions.union(event.balance_transactions)
    if isinstance(event, DisputeFeeCharged):
        fees = event.fee + dispute.fees if dispute.fees else event.fee
        return replace(dispute, fees=fees, balance_transactions=known)
    if isinstance(event, DisputeFundsWithdrawn):
        return replace(
            dispute,
            withdrawn=event.amount,
            fees=event.fee + dispute.fees if dispute.fees else event.fee,
            held=event.held,
            balance_transactions=known,
        )
    assert dispute.fees is not None, "the fee was taken before"
    return replace(
        dispute,
        withdrawn=zero(event.amount.currency),
        fees=dispute.fees - event.fee,
        balance_transactions=known,
    )


DISPUTE = Decider(
    lifecycle=LIFECYCLE,
    state=Dispute,
    stream_of=lambda command: command.dispute_id,
    decide=decide,
    evolve=evolve,
    evolution=3,
)
