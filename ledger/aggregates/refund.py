"""A refund: money of one payment on its way back to the guest."""

from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates import postings
from ledger.aggregates.decider import Command, Decider, Lifecycle, Planned, Step, actors, states
from ledger.errors import AmountsDiffer, NotFound, RefundExceedsCapture
from ledger.events.refund import (
    RefundApproved,
    RefundEvent,
    RefundPending,
    RefundRequested,
    RefundSubmitted,
    RefundSucceeded,
)
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, PaymentId, RefundId
from ledger.values.money import Money
from ledger.values.policy import LineBack
from ledger.values.shares import Shares
from ledger.values.stay import local_date

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Where a refund stands."""

    REQUESTED = "requested"
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    SUBMITTING = "submitting"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    NEEDS_ALTERNATIVE = "needs_alternative"
    SETTLED_ALTERNATIVELY = "settled_alternatively"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXTERNAL_DETECTED = "external_detected"


class Refund(Struct, frozen=True):
    """What the rules need to remember."""

    status: Status
    payment_id: PaymentId
    booking_id: BookingId
    amount: Money
    back: Shares
    time_zone: str


# -- Commands ---------------------------------------------------------------------------


class RequestRefund(Command, frozen=True, kw_only=True):
    """Ask that money goes back to the guest, line by line.

    `refundable` is what the payment can still give back, as its own stream says.
    """

    refund_id: RefundId
    payment_id: PaymentId
    booking_id: BookingId
    reason: str
    back: Shares
    lines: tuple[LineBack, ...]
    refundable: Money
    time_zone: str


class AutoApprove(Command, frozen=True, kw_only=True):
    """Approve a refund that the policy worked out."""

    refund_id: RefundId


class SubmitRefund(Command, frozen=True, kw_only=True):
    """Hand the refund to the processor; the key is stored before the call."""

    refund_id: RefundId
    idempotency_key: str


class AcceptRefund(Command, frozen=True, kw_only=True):
    """Record that the processor carries the refund out."""

    refund_id: RefundId
    processor_refund: str


class SucceedRefund(Command, frozen=True, kw_only=True):
    """Record that the guest has the money back."""

    refund_id: RefundId
    amount: Money


RefundCommand = RequestRefund | AutoApprove | SubmitRefund | AcceptRefund | SucceedRefund

# -- Lifecycle --------------------------------------------------------------------------

S = Status

LIFECYCLE = Lifecycle(
    "refund",
    Step("RF1", RequestRefund, states(None), actors("XSHF"), RefundRequested, S.REQUESTED,
         "lines sum to the amount, above zero; no more than can be given back"),
    Step("RF2", AutoApprove, states(S.REQUESTED), actors("X"), RefundApproved, S.APPROVED),
    Planned("RF3", "NeedsApproval", states(S.REQUESTED), actors("X"), ("RefundApprovalAsked",),
            S.AWAITING_APPROVAL),
    Planned("RF4", "Approve", states(S.AWAITING_APPROVAL), actors("FO"), ("RefundApproved",),
            S.APPROVED),
    Planned("RF5", "Reject", states(S.AWAITING_APPROVAL), actors("FO"), ("RefundRejected",),
            S.REJECTED),
    Step("RF6", SubmitRefund, states(S.APPROVED), actors("X"), RefundSubmitted, S.SUBMITTING),
    Step("RF7", AcceptRefund, states(S.SUBMITTING), actors("PT"), RefundPending, S.PENDING),
    Step("RF8", SucceedRefund, states(S.PENDING), actors("P"), RefundSucceeded, S.SUCCEEDED,
         "the amount is the one that was approved"),
    Planned("RF9", "Failed", states(S.PENDING, S.SUCCEEDED), actors("P"), ("RefundFailed",),
            S.FAILED),
    Planned("RF10", "Resubmit", states(S.FAILED), actors("F"), ("RefundResubmitted",),
            S.SUBMITTING),
    Planned("RF11", "UseAlternative", states(S.FAILED), actors("F"),
            ("RefundAlternativeChosen",), S.NEEDS_ALTERNATIVE),
    Planned("RF11s", "SettleAlternatively", states(S.NEEDS_ALTERNATIVE), actors("F"),
            ("RefundSettledAlternatively",), S.SETTLED_ALTERNATIVELY),
    Planned("RF12", "Cancel", states(S.REQUESTED, S.AWAITING_APPROVAL, S.APPROVED), actors("XF"),
            ("RefundCancelled",), S.CANCELLED),
    Planned("RF13", "ExternalSeen", states(None), actors("P"),
            ("ExternalRefundDetected",), S.EXTERNAL_DETECTED),
    Planned("RF13c", "Classify", states(S.EXTERNAL_DETECTED), actors("F"),
            ("ExternalRefundClassified",), S.SUCCEEDED),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def decide(refund: Refund | None, command: RefundCommand, now: Instant) -> Sequence[RefundEvent]:
    """What a command does to a refund. Raises Refused."""
    if isinstance(command, RequestRefund):
        return request(command)
    if refund is None:
        raise NotFound(refund_id=command.refund_id)
    match command:
        case AutoApprove():
            return approve(refund, command, now)
        case SubmitRefund():
            return [RefundSubmitted(idempotency_key=command.idempotency_key)]
        case AcceptRefund():
            return [RefundPending(processor_refund=command.processor_refund)]
        case SucceedRefund():
            return succeed(refund, command, now)
        case _:
            assert_never(command)


def request(command: RequestRefund) -> Sequence[RefundEvent]:
    """Ask for a refund that its lines explain.

    Raises AmountsDiffer, RefundExceedsCapture, CurrenciesDiffer.
    """
    amount = command.back.total
    explained = sum(line.minor for line in command.lines)
    if explained != amount.minor or amount.minor <= 0:
        raise AmountsDiffer(amount=str(amount), lines_minor=explained)
    if (command.refundable - amount).minor < 0:
        raise RefundExceedsCapture(amount=str(amount), refundable=str(command.refundable))
    return [
        RefundRequested(
            payment_id=command.payment_id,
            booking_id=command.booking_id,
            reason=command.reason,
            amount=amount,
            back=command.back,
            lines=command.lines,
            time_zone=command.time_zone,
        )
    ]


def approve(refund: Refund, command: AutoApprove, now: Instant) -> Sequence[RefundEvent]:
    """Owe the amount to the guest from now on."""
    entry = postings.refund_approved(command.refund_id, refund.booking_id, refund.back)
    return [
        RefundApproved(
            booking_id=refund.booking_id,
            amount=refund.amount,
            effective_on=local_date(now, refund.time_zone),
            entries=(entry,),
        )
    ]


def succeed(refund: Refund, command: SucceedRefund, now: Instant) -> Sequence[RefundEvent]:
    """The guest has the money. Raises AmountsDiffer."""
    if command.amount != refund.amount:
        raise AmountsDiffer(approved=str(refund.amount), returned=str(command.amount))
    return [
        RefundSucceeded(
            payment_id=refund.payment_id,
            booking_id=refund.booking_id,
            amount=refund.amount,
            effective_on=local_date(now, refund.time_zone),
            entries=(postings.refund_succeeded(command.refund_id, refund.amount),),
        )
    ]


# -- Evolution --------------------------------------------------------------------------


def evolve(refund: Refund | None, event: RefundEvent) -> Refund:
    """The refund after an event."""
    status = LIFECYCLE.after(event, refund and refund.status)
    if isinstance(event, RefundRequested):
        return Refund(
            status=status,
            payment_id=event.payment_id,
            booking_id=event.booking_id,
            amount=event.amount,
            back=event.back,
            time_zone=event.time_zone,
        )
    assert refund is not None
    match event:
        case RefundApproved() | RefundSubmitted() | RefundPending() | RefundSucceeded():
            return replace(refund, status=status)
        case _:
            assert_never(event)


REFUND = Decider(
    lifecycle=LIFECYCLE,
    state=Refund,
    stream_of=lambda command: command.refund_id,
    decide=decide,
    evolve=evolve,
)
