"""Matters: what staff may have to look at, which event brings it up, and which one ends it."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple, assert_never

from ledger.events import Event
from ledger.events.correction import CorrectionApplied, CorrectionRefused, CorrectionSubmitted
from ledger.events.damage_claim import (
    DamageAsked,
    DamageClaimContested,
    DamageClaimDecided,
    DamageClaimDismissed,
    DamageClaimEscalated,
    DamageClaimWithdrawn,
    DamageLeftUnpaid,
)
from ledger.events.difference import (
    DifferenceCorrected,
    DifferenceExplained,
    DifferenceFound,
    DifferenceMatched,
    DifferenceWrittenOff,
)
from ledger.events.dispute import (
    DisputeAccepted,
    DisputeClosed,
    DisputeEscalated,
    DisputeLost,
    DisputeOpened,
    DisputePrevented,
    DisputeReopened,
    DisputeWon,
    EvidenceFailed,
    EvidenceSubmitted,
)
from ledger.events.host_debt import (
    DebtWrittenOff,
    WriteOffProposed,
    WriteOffRejected,
)
from ledger.events.payment import (
    PaymentActionRequired,
    PaymentAuthorized,
    PaymentCancelled,
    PaymentCompleted,
    PaymentFailed,
    PaymentOutcomeUnknown,
    PaymentProcessing,
)
from ledger.events.payout import (
    PayoutCancelled,
    PayoutHeld,
    PayoutHoldLifted,
    PayoutNetted,
    PayoutRetried,
    PayoutTransferFailed,
    PayoutTransferred,
)
from ledger.events.provider import (
    BankAccountChanged,
    BankAccountFailed,
    PayoutAccountChanged,
    ProviderClosed,
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
    RefundRejected,
    RefundResubmitted,
    RefundSettledAlternatively,
    RefundSettledByDispute,
    RefundSettledElsewhere,
)
from ledger.events.support_case import (
    CaseAnswerAsked,
    CaseAnswered,
    CaseOpened,
    CaseReopened,
    CaseResolved,
)
from ledger.events.unapplied_receipt import (
    ReceiptAdopted,
    ReceiptAlternativeChosen,
    ReceiptDetected,
    ReceiptReturned,
    ReceiptReturnFailed,
    ReceiptReturning,
    ReceiptReturnReversed,
    ReceiptSettledAlternatively,
    ReceiptSettledByDispute,
)
from ledger.events.unit_calendar import (
    ExternalBlockAdded,
    ExternalBlockRemoved,
    FeedConflictDetected,
    FeedConflictEnded,
)
from ledger.events.verification import ReviewClaimed, ReviewReleased, VerificationSubmitted
from ledger.values.money import Money
from ledger.values.verification import ANSWERED_WITHIN


class Matter(StrEnum):
    """What staff may have to do something about."""

    REFUND_TO_APPROVE = "refund_to_approve"
    REFUND_FAILED = "refund_failed"
    REFUND_TO_SETTLE = "refund_to_settle"
    REFUND_TO_CLASSIFY = "refund_to_classify"
    DISPUTE_TO_ANSWER = "dispute_to_answer"
    RECEIPT_UNAPPLIED = "receipt_unapplied"
    RETURN_FAILED = "return_failed"
    RETURN_TO_SETTLE = "return_to_settle"
    PAYMENT_UNANSWERED = "payment_unanswered"
    DIFFERENCE_OPEN = "difference_open"
    PAYOUT_HELD = "payout_held"
    PAYOUT_FAILED = "payout_failed"
    PAYOUT_ACCOUNT_CLOSED = "payout_account_closed"
    BANK_ACCOUNT_FAILED = "bank_account_failed"
    CORRECTION_TO_APPROVE = "correction_to_approve"
    WRITE_OFF_TO_APPROVE = "write_off_to_approve"
    DAMAGE_TO_DECIDE = "damage_to_decide"
    DAMAGE_UNPAID = "damage_unpaid"
    CASE_TO_ANSWER = "case_to_answer"
    SOLD_TWICE = "sold_twice"
    REVIEW_OVERDUE = "review_overdue"


M = Matter

ENDS: Mapping[type[Event], tuple[Matter, ...]] = {
    RefundApproved: (M.REFUND_TO_APPROVE,),
    RefundRejected: (M.REFUND_TO_APPROVE,),
    RefundCancelled: (M.REFUND_TO_APPROVE, M.REFUND_FAILED, M.REFUND_TO_SETTLE),
    RefundResubmitted: (M.REFUND_FAILED,),
    RefundAlternativeChosen: (M.REFUND_FAILED,),
    RefundSettledAlternatively: (M.REFUND_TO_SETTLE,),
    RefundSettledByDispute: (M.REFUND_FAILED, M.REFUND_TO_SETTLE),
    RefundSettledElsewhere: (M.REFUND_FAILED, M.REFUND_TO_SETTLE),
    RefundLessened: (M.REFUND_TO_SETTLE,),
    ExternalRefundMatched: (M.REFUND_TO_CLASSIFY,),
    ExternalRefundReversed: (M.REFUND_TO_CLASSIFY,),
    ExternalRefundClassified: (M.REFUND_TO_CLASSIFY,),
    EvidenceSubmitted: (M.DISPUTE_TO_ANSWER,),
    DisputeAccepted: (M.DISPUTE_TO_ANSWER,),
    DisputeWon: (M.DISPUTE_TO_ANSWER,),
    DisputeLost: (M.DISPUTE_TO_ANSWER,),
    DisputeClosed: (M.DISPUTE_TO_ANSWER,),
    DisputePrevented: (M.DISPUTE_TO_ANSWER,),
    ReceiptReturning: (M.RETURN_FAILED,),
    ReceiptReturned: (M.RECEIPT_UNAPPLIED, M.RETURN_FAILED),
    ReceiptSettledByDispute: (M.RECEIPT_UNAPPLIED, M.RETURN_FAILED, M.RETURN_TO_SETTLE),
    ReceiptAlternativeChosen: (M.RETURN_FAILED,),
    ReceiptSettledAlternatively: (M.RECEIPT_UNAPPLIED, M.RETURN_TO_SETTLE),
    ReceiptAdopted: (M.RECEIPT_UNAPPLIED, M.RETURN_FAILED),
    PaymentProcessing: (M.PAYMENT_UNANSWERED,),
    PaymentActionRequired: (M.PAYMENT_UNANSWERED,),
    PaymentAuthorized: (M.PAYMENT_UNANSWERED,),
    PaymentCompleted: (M.PAYMENT_UNANSWERED,),
    PaymentFailed: (M.PAYMENT_UNANSWERED,),
    PaymentCancelled: (M.PAYMENT_UNANSWERED,),
    DifferenceExplained: (M.DIFFERENCE_OPEN,),
    DifferenceCorrected: (M.DIFFERENCE_OPEN,),
    DifferenceMatched: (M.DIFFERENCE_OPEN,),
    DifferenceWrittenOff: (M.DIFFERENCE_OPEN,),
    PayoutHoldLifted: (M.PAYOUT_HELD,),
    PayoutCancelled: (M.PAYOUT_HELD, M.PAYOUT_FAILED),
    PayoutRetried: (M.PAYOUT_FAILED,),
    PayoutNetted: (M.PAYOUT_FAILED,),
    PayoutTransferred: (M.PAYOUT_FAILED,),
    PayoutAccountChanged: (M.PAYOUT_ACCOUNT_CLOSED,),
    BankAccountChanged: (M.BANK_ACCOUNT_FAILED,),
    ProviderClosed: (M.PAYOUT_ACCOUNT_CLOSED, M.BANK_ACCOUNT_FAILED),
    CorrectionApplied: (M.CORRECTION_TO_APPROVE,),
    CorrectionRefused: (M.CORRECTION_TO_APPROVE,),
    WriteOffRejected: (M.WRITE_OFF_TO_APPROVE,),
    DebtWrittenOff: (M.WRITE_OFF_TO_APPROVE,),
    DamageClaimDecided: (M.DAMAGE_TO_DECIDE,),
    DamageClaimDismissed: (M.DAMAGE_TO_DECIDE, M.DAMAGE_UNPAID),
    DamageClaimWithdrawn: (M.DAMAGE_TO_DECIDE,),
    DamageAsked: (M.DAMAGE_UNPAID,),
    CaseAnswerAsked: (M.CASE_TO_ANSWER,),
    CaseResolved: (M.CASE_TO_ANSWER,),
    ExternalBlockAdded: (M.SOLD_TWICE,),
    ExternalBlockRemoved: (M.SOLD_TWICE,),
    FeedConflictEnded: (M.SOLD_TWICE,),
    ReviewClaimed: (M.REVIEW_OVERDUE,),
}
"""Which matters of its stream an event ends; the same event may open the next one."""


class Opened(NamedTuple):
    """A matter that came up. `reason` tells those of one stream apart, and is empty otherwise.

    It lies on the desk only once it was not dealt with for `after`.
    """

    matter: Matter
    detail: str = ""
    reason: str = ""
    amount: Money | None = None
    after: timedelta = timedelta()


OpeningEvent = (
    RefundApprovalAsked
    | RefundFailed
    | RefundLessened
    | RefundAlternativeChosen
    | ExternalRefundDetected
    | ExternalRefundMatched
    | DisputeOpened
    | DisputeEscalated
    | DisputeReopened
    | EvidenceFailed
    | ReceiptDetected
    | ReceiptReturnFailed
    | ReceiptReturnReversed
    | ReceiptAlternativeChosen
    | PaymentOutcomeUnknown
    | DifferenceFound
    | PayoutHeld
    | PayoutTransferFailed
    | PayoutAccountChanged
    | BankAccountFailed
    | CorrectionSubmitted
    | WriteOffProposed
    | DamageClaimContested
    | DamageClaimEscalated
    | DamageLeftUnpaid
    | CaseOpened
    | CaseAnswered
    | CaseReopened
    | FeedConflictDetected
    | VerificationSubmitted
    | ReviewReleased
)


def opened(event: OpeningEvent) -> Opened | None:  # noqa: C901 - one case per event
    """The matter that an event brings up; None where there is nothing for people to do."""
    match event:
        case RefundApprovalAsked():
            return Opened(M.REFUND_TO_APPROVE, ", ".join(event.reasons))
        case RefundFailed():
            return Opened(M.REFUND_FAILED, event.reason, amount=event.amount)
        case ExternalRefundDetected() | RefundLessened() | ExternalRefundMatched():
            return opened_about_what_was_made_elsewhere(event)
        case DisputeOpened():
            return Opened(M.DISPUTE_TO_ANSWER, event.reason)
        case DisputeEscalated() | DisputeReopened():
            return Opened(M.DISPUTE_TO_ANSWER, event.stage)
        case EvidenceFailed():
            return Opened(M.DISPUTE_TO_ANSWER, event.reason)
        case ReceiptDetected():
            return Opened(M.RECEIPT_UNAPPLIED, event.why)
        case ReceiptReturnFailed() | ReceiptReturnReversed():
            return Opened(M.RETURN_FAILED, event.reason)
        case RefundAlternativeChosen() | ReceiptAlternativeChosen():
            return Opened(TO_SETTLE[type(event)], event.reason)
        case PaymentOutcomeUnknown():
            given_up = event.look_again_at is None
            return Opened(M.PAYMENT_UNANSWERED, f"looks: {event.looks}") if given_up else None
        case DifferenceFound():
            return Opened(M.DIFFERENCE_OPEN, f"{event.kind}: {event.object_id}")
        case PayoutHeld():
            return Opened(M.PAYOUT_HELD, event.detail, reason=event.reason.value)
        case PayoutTransferFailed():
            return Opened(M.PAYOUT_FAILED, event.reason)
        case PayoutAccountChanged():
            why = ", ".join(event.requirements) or event.disabled_reason or ""
            return Opened(M.PAYOUT_ACCOUNT_CLOSED, why) if event.to in CLOSED_ACCOUNT else None
        case BankAccountFailed():
            return Opened(M.BANK_ACCOUNT_FAILED, event.bank_account)
        case CorrectionSubmitted():
            return Opened(M.CORRECTION_TO_APPROVE)
        case WriteOffProposed():
            return Opened(M.WRITE_OFF_TO_APPROVE, event.reason, amount=event.amount)
        case _:
            return opened_between_people(event)


def opened_about_what_was_made_elsewhere(
    event: ExternalRefundDetected | RefundLessened | ExternalRefundMatched,
) -> Opened | None:
    """What is to be done about a refund made elsewhere, or about the rest of it, or of ours."""
    match event:
        case ExternalRefundDetected():
            return Opened(M.REFUND_TO_CLASSIFY, event.processor_refund)
        case ExternalRefundMatched():
            rest = Opened(M.REFUND_TO_CLASSIFY, "the rest of it", amount=event.left)
            return rest if event.left.minor else None
        case RefundLessened():
            return Opened(M.REFUND_FAILED, "the rest of it", amount=event.left)
        case _:
            assert_never(event)


def opened_between_people(
    event: DamageClaimContested
    | DamageClaimEscalated
    | DamageLeftUnpaid
    | CaseOpened
    | CaseAnswered
    | CaseReopened
    | FeedConflictDetected
    | VerificationSubmitted
    | ReviewReleased,
) -> Opened:
    """What people cannot settle by themselves: who pays for damage, what is asked of support, which
    of two guests has the nights, and whether a host or a house is as they say."""
    match event:
        case VerificationSubmitted() | ReviewReleased():
            return opened_about_a_review(event)
        case FeedConflictDetected():
            return Opened(M.SOLD_TWICE, ", ".join(event.bookings), reason=event.block_id)
        case CaseOpened():
            return Opened(M.CASE_TO_ANSWER, event.kind.value)
        case CaseAnswered() | CaseReopened():
            return Opened(M.CASE_TO_ANSWER, f"from the {event.speaker.value}")
        case DamageClaimContested():
            return Opened(M.DAMAGE_TO_DECIDE, event.reason)
        case DamageClaimEscalated():
            return Opened(M.DAMAGE_TO_DECIDE, "not answered")
        case DamageLeftUnpaid():
            return Opened(M.DAMAGE_UNPAID, event.reason, amount=event.amount)
        case _:
            assert_never(event)


def opened_about_a_review(event: VerificationSubmitted | ReviewReleased) -> Opened:
    """A review that waits for too long; at once, where somebody had it and let it lie."""
    if isinstance(event, VerificationSubmitted):
        return Opened(M.REVIEW_OVERDUE, event.subject.value, after=ANSWERED_WITHIN)
    after = timedelta() if event.timed_out else ANSWERED_WITHIN
    return Opened(M.REVIEW_OVERDUE, "given back", after=after)


TO_SETTLE: Mapping[type[Event], Matter] = {
    RefundAlternativeChosen: M.REFUND_TO_SETTLE,
    ReceiptAlternativeChosen: M.RETURN_TO_SETTLE,
}
"""What our bank is to pay."""

CLOSED_ACCOUNT = ("restricted", "disabled")
"""The words for a payout account that was open, and pays out nothing now."""
