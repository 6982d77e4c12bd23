"""A refund's rules, whole: which decision answers a command, and what follows from an event."""

from collections.abc import Sequence
from typing import assert_never

from msgspec.structs import replace

from ledger.aggregates.decider import Decider
from ledger.aggregates.refund.approval import (
    approve_as_second,
    approve_by_policy,
    ask_for_approval,
    cancel,
)
from ledger.aggregates.refund.at_the_processor import accept, fail, resubmit, submit, succeed
from ledger.aggregates.refund.by_bank import (
    settle_alternatively,
    settle_by_dispute,
    use_alternative,
)
from ledger.aggregates.refund.commands import (
    AcceptRefund,
    ApproveRefund,
    AskForApproval,
    AutoApprove,
    CancelRefund,
    ClassifyRefund,
    FailRefund,
    MatchExternalRefund,
    RefundCommand,
    RejectRefund,
    RequestRefund,
    ResubmitRefund,
    ReverseExternalRefund,
    SeeExternalRefund,
    SettleAlternatively,
    SettleByDispute,
    SettleElsewhere,
    SubmitRefund,
    SucceedRefund,
    UseAlternative,
)
from ledger.aggregates.refund.external import explain_external, see_external
from ledger.aggregates.refund.lifecycle import LIFECYCLE
from ledger.aggregates.refund.request import request
from ledger.aggregates.refund.state import Part, Refund, Status
from ledger.errors import NotFound
from ledger.events.refund import (
    ExternalRefundClassified,
    ExternalRefundDetected,
    ExternalRefundMatched,
    ExternalRefundReversed,
    Funding,
    RefundAlternativeChosen,
    RefundApprovalAsked,
    RefundApproved,
    RefundCancelled,
    RefundEvent,
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
from ledger.values.clock import Instant
from ledger.values.consent import told
from ledger.values.shares import Shares

# -- Decisions --------------------------------------------------------------------------


def decide(refund: Refund | None, command: RefundCommand, now: Instant) -> Sequence[RefundEvent]:
    """What a command does to a refund. Raises Refused."""
    if isinstance(command, RequestRefund):
        return request(command)
    if isinstance(command, SeeExternalRefund):
        return see_external(command, now)
    if refund is None:
        raise NotFound(refund_id=command.refund_id)
    match command:
        case AskForApproval():
            return ask_for_approval(refund, command)
        case AutoApprove():
            return approve_by_policy(refund, command, now)
        case ApproveRefund():
            return approve_as_second(refund, command, now)
        case RejectRefund():
            return [RefundRejected(reason=told(command.reason))]
        case SubmitRefund():
            return submit(refund, command)
        case AcceptRefund():
            return accept(refund, command)
        case SucceedRefund():
            return succeed(refund, command, now)
        case FailRefund():
            return fail(refund, command, now)
        case ResubmitRefund():
            return resubmit(refund, command)
        case UseAlternative():
            return use_alternative(refund, command)
        case SettleByDispute():
            return settle_by_dispute(refund, command, now)
        case SettleAlternatively():
            return settle_alternatively(refund, command, now)
        case CancelRefund():
            return cancel(refund, command, now)
        case ClassifyRefund() | MatchExternalRefund() | ReverseExternalRefund() | SettleElsewhere():
            return explain_external(refund, command, now)
        case _:
            assert_never(command)


# -- Evolution --------------------------------------------------------------------------


def evolve(refund: Refund | None, event: RefundEvent) -> Refund:
    """The refund after an event."""
    status = LIFECYCLE.after(event, refund and refund.status)
    if isinstance(event, RefundRequested):
        return _requested(status, event)
    if isinstance(event, ExternalRefundDetected):
        return _detected(status, event)
    assert refund is not None
    refund = replace(refund, status=status)
    match event:
        case RefundApproved():
            return _approved(refund, event)
        case RefundSubmitted() | RefundResubmitted():
            return _handed_over(refund, event.idempotency_key)
        case RefundPending():
            return replace(
                refund,
                processor_refund=event.processor_refund,
                pending_reason=event.pending_reason,
            )
        case RefundSucceeded():
            return _succeeded(refund, event)
        case RefundFailed():
            return replace(refund, settled=None, position=refund.position or event.settled)
        case RefundAlternativeChosen():
            return replace(refund, chosen_by=event.chosen_by)
        case RefundLessened() | ExternalRefundMatched() | ExternalRefundClassified():
            return _explained(refund, event)
        case (
            RefundApprovalAsked()
            | RefundRejected()
            | RefundSettledAlternatively()
            | RefundSettledElsewhere()
            | ExternalRefundReversed()
            | RefundCancelled()
        ):
            return refund
        case RefundSettledByDispute():
            return replace(refund, settled_by=event.dispute_id)
        case _:
            assert_never(event)


def _requested(status: Status, event: RefundRequested) -> Refund:
    return Refund(
        status=status,
        payment_id=event.payment_id,
        booking_id=event.booking_id,
        host_id=event.host_id,
        amount=event.amount,
        back=event.back,
        lines=event.lines,
        funded_by=event.funded_by,
        preview=event.preview,
        requested_by=event.requested_by,
        time_zone=event.time_zone,
    )


def _detected(status: Status, event: ExternalRefundDetected) -> Refund:
    return Refund(
        status=status,
        payment_id=event.payment_id,
        booking_id=event.booking_id,
        host_id=None,
        amount=event.amount,
        back=Shares(event.amount.currency),
        lines=(),
        funded_by=Funding.BOOKING,
        preview=None,
        requested_by=None,
        time_zone=event.time_zone,
        processor_refund=event.processor_refund,
        settled=event.settled,
    )


def _explained(
    refund: Refund, event: RefundLessened | ExternalRefundMatched | ExternalRefundClassified
) -> Refund:
    match event:
        case RefundLessened():
            return _lessened(refund, event)
        case ExternalRefundMatched():
            part = Part(event.amount, event.settled or event.amount)
            return replace(refund, pays=refund.pays | {event.pays: part})
        case ExternalRefundClassified():
            return _classified(refund, event)
        case _:
            assert_never(event)


def _lessened(refund: Refund, event: RefundLessened) -> Refund:
    part = refund.share(refund.worth, event.amount)
    position = refund.position
    return replace(
        refund,
        amount=event.left,
        had=refund.had | {event.external_refund: part},
        position=position - event.position if position and event.position else position,
    )


def _approved(refund: Refund, event: RefundApproved) -> Refund:
    approved = replace(refund, approval=event.entries, debt=event.debt, gift=event.worth)
    abroad = approved.worth.currency != event.amount.currency
    return replace(approved, position=approved.worth) if abroad else approved


def _classified(refund: Refund, event: ExternalRefundClassified) -> Refund:
    return replace(
        refund,
        host_id=event.host_id,
        back=event.back,
        lines=event.lines,
        funded_by=event.funded_by,
        approval=event.entries,
        debt=event.debt,
        gift=refund.unexplained.taken if event.funded_by is Funding.PLATFORM else None,
    )


def _handed_over(refund: Refund, key: str) -> Refund:
    """Each attempt is another refund to the processor, under another key."""
    return replace(refund, keys=refund.keys | {key}, processor_refund=None, pending_reason=None)


def _succeeded(refund: Refund, event: RefundSucceeded) -> Refund:
    position, settled = refund.position, event.settled
    closed = position and settled and position.currency == settled.currency
    return replace(
        refund,
        processor_refund=event.processor_refund,
        settled=settled,
        position=None if closed else position,
    )


REFUND = Decider(
    lifecycle=LIFECYCLE,
    state=Refund,
    stream_of=lambda command: command.refund_id,
    decide=decide,
    evolve=evolve,
    evolution=4,
)
