"""Timeline: everything that happened in one case, over all its streams, in plain language."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Index,
    MetaData,
    Row,
    Table,
    Text,
    Uuid,
    select,
)

from ledger.events import AnyEvent, Event, Recorded, Role
from ledger.events.alteration import (
    AlterationAccepted,
    AlterationApplied,
    AlterationDeclined,
    AlterationExpired,
    AlterationFailed,
    AlterationProposed,
    AlterationSettling,
    AlterationWithdrawn,
)
from ledger.events.attestation import PropertyAttested
from ledger.events.bank_payout import (
    BankPayoutCancelled,
    BankPayoutFailed,
    BankPayoutPaid,
    BankPayoutSeen,
    BankPayoutSent,
)
from ledger.events.booking import (
    AllowanceGranted,
    AllowanceRevoked,
    BookingAbandoned,
    BookingAltered,
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingExpired,
    BookingRequested,
    BookingWithdrawn,
    CaptureFailedForBooking,
    EarningsRecognized,
    FallenAway,
    HostAccepted,
    HostDecisionRequested,
    NoShowReported,
    NoShowReversed,
    PenaltyCharged,
    StayCompleted,
    StayCurtailed,
    StayStarted,
)
from ledger.events.calendar_feed import (
    FeedFailed,
    FeedItemsMissed,
    FeedRecovered,
    FeedRegistered,
    FeedRemoved,
)
from ledger.events.conversation import (
    ConversationLocked,
    ConversationOpened,
    MessageWritten,
)
from ledger.events.correction import (
    CorrectionApplied,
    CorrectionDrafted,
    CorrectionRefused,
    CorrectionSubmitted,
)
from ledger.events.coupon import (
    CouponClosed,
    CouponIssued,
    CouponRedeemed,
    CouponRestored,
)
from ledger.events.damage_claim import (
    DamageAsked,
    DamageCharged,
    DamageClaimAgreed,
    DamageClaimContested,
    DamageClaimDecided,
    DamageClaimDismissed,
    DamageClaimEscalated,
    DamageClaimOpened,
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
from ledger.events.document import (
    DocumentAccepted,
    DocumentAnnounced,
    DocumentExpired,
    DocumentPurged,
    DocumentRefused,
    DocumentScanned,
    DocumentUploaded,
    DocumentViewed,
    DocumentWithdrawn,
    UploadDiscarded,
)
from ledger.events.host_debt import (
    DebtCollected,
    DebtDropped,
    DebtNetted,
    DebtRaised,
    DebtWrittenOff,
    WriteOffProposed,
    WriteOffRejected,
)
from ledger.events.own_transfer import OwnTransferMade, OwnTransferReturned
from ledger.events.payment import (
    CaptureRequested,
    DisputedAmountReinstated,
    DisputedAmountWithdrawn,
    FundsAvailable,
    PaymentActionRequired,
    PaymentAdopted,
    PaymentAuthorized,
    PaymentCancellationAsked,
    PaymentCancelled,
    PaymentCompleted,
    PaymentFailed,
    PaymentIntentClosed,
    PaymentIntentLinked,
    PaymentOpened,
    PaymentOutcomeUnknown,
    PaymentProcessing,
    PaymentRefundRecorded,
    PaymentRefundReversed,
    PaymentRetried,
    RefundReservationReleased,
    RefundReserved,
)
from ledger.events.payout import (
    PayoutCancelled,
    PayoutDue,
    PayoutHeld,
    PayoutHoldLifted,
    PayoutNetted,
    PayoutRecalculated,
    PayoutReleased,
    PayoutRetried,
    PayoutReversed,
    PayoutScheduled,
    PayoutTransferFailed,
    PayoutTransferred,
    ReversalFailed,
    ReversalOrdered,
    TransferOutcomeUnknown,
)
from ledger.events.property import (
    ListingBlocked,
    ListingUnblocked,
    PropertyApproved,
    PropertyArchived,
    PropertyDescribed,
    PropertyDrafted,
    PropertyFactsStated,
    PropertyPublished,
    PropertyReinstated,
    PropertyRejected,
    PropertySuspended,
    PropertyUnlisted,
    PropertyVouchedFor,
    RevisionApproved,
    RevisionProposed,
    RevisionRejected,
)
from ledger.events.provider import (
    BankAccountChanged,
    BankAccountFailed,
    BankAccountReviewed,
    PayoutAccountChanged,
    PayoutAccountOpened,
    PayoutAccountSeen,
    ProviderClosed,
    ProviderRegistered,
    ProviderReinstated,
    ProviderRejected,
    ProviderReopened,
    ProviderSuspended,
    ProviderVerified,
    ProviderVouchedFor,
    ReverificationDue,
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
from ledger.events.review import (
    GuestReviewed,
    GuestReviewEdited,
    ReviewAnswered,
    ReviewHidden,
    ReviewsExpired,
    ReviewShown,
    ReviewsOpened,
    ReviewsPublished,
    ReviewsVoided,
    StayReviewed,
    StayReviewEdited,
)
from ledger.events.support_case import (
    CaseAnswerAsked,
    CaseAnswered,
    CaseOpened,
    CaseReopened,
    CaseResolved,
)
from ledger.events.tariff import LeviesSet, RatesSet
from ledger.events.tax_account import (
    RemittanceProposed,
    RemittanceRejected,
    TaxAccountEvent,
    TaxGivenBack,
    TaxOwedAgain,
    TaxRemitted,
)
from ledger.events.unapplied_receipt import (
    ReceiptAdopted,
    ReceiptAlternativeChosen,
    ReceiptDetected,
    ReceiptDisputed,
    ReceiptFundsAvailable,
    ReceiptLessened,
    ReceiptReturned,
    ReceiptReturnFailed,
    ReceiptReturning,
    ReceiptReturnReversed,
    ReceiptSettledAlternatively,
    ReceiptSettledByDispute,
)
from ledger.events.unit_calendar import (
    CalendarOpened,
    ExternalBlockAdded,
    ExternalBlockRemoved,
    FeedConflictDetected,
    FeedConflictEnded,
    HoldExpired,
    HoldExtended,
    HoldPlaced,
    HoldReleased,
    NightsBlocked,
    NightsUnblocked,
    ReservationMade,
    ReservationMoved,
    ReservationReleased,
    UnitDeactivated,
)
from ledger.events.verification import (
    ChangesRequested,
    ReviewClaimed,
    ReviewReleased,
    VerificationApproved,
    VerificationRejected,
    VerificationSubmitted,
)
from ledger.values.clock import Instant
from ledger.values.money import Money
from ledger.values.stay import Stay
from projections.projection import (
    NOT_IN_DIGEST,
    ONLY_INSERTED,
    Answer,
    Projection,
    Rows,
    position_of,
)
from projections.sentences import sentence_of

# -- Tables -----------------------------------------------------------------------------

tables = MetaData(schema="timeline_v2")

timeline = Table(
    "timeline",
    tables,
    Column("stream_id", Uuid(as_uuid=False), primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("case_id", Uuid(as_uuid=False), nullable=False),
    Column("position", BigInteger, nullable=False, info=NOT_IN_DIGEST),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, info=NOT_IN_DIGEST),
    Column("topic", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("amount_minor", BigInteger),
    Column("currency", Text),
    Column("check_in", Date),
    Column("check_out", Date),
    Column("due_at", DateTime(timezone=True)),
    Column("detail", Text),
    Index("timeline_by_case", "case_id"),
    info=ONLY_INSERTED,
)
"""One row per event, with the facts that its sentence is made of when somebody asks.

The sentence itself is not stored (`projections.sentences`).
"""

# -- Events -----------------------------------------------------------------------------


class Facts(NamedTuple):
    """What a sentence needs to know beside who, when and what; the columns after `actor`."""

    amount_minor: int | None = None
    currency: str | None = None
    check_in: date | None = None
    check_out: date | None = None
    due_at: datetime | None = None
    detail: str | None = None


NOTHING_ELSE = Facts()

Spoken = MessageWritten | CaseOpened | CaseAnswered | CaseReopened
"""What somebody said in words of their own."""


def project(rows: Rows, recorded: Recorded[AnyEvent]) -> None:
    """Add the event to the timeline of its case."""
    event = recorded.event
    amount_minor, currency, check_in, check_out, due_at, detail = FACTS[type(event)](event)
    rows.insert(
        timeline,
        stream_id=recorded.stream_id,
        version=recorded.version,
        case_id=recorded.case_id,
        position=recorded.position,
        occurred_at=recorded.occurred_at,
        recorded_at=recorded.recorded_at,
        topic=event.topic,
        actor=recorded.envelope.actor.role,
        amount_minor=amount_minor,
        currency=currency,
        check_in=check_in,
        check_out=check_out,
        due_at=due_at,
        detail=detail,
    )


def nothing_else(_event: AnyEvent) -> Facts:
    """The sentence says it all."""
    return NOTHING_ELSE


def until(day: date | None) -> str:
    """Until when something is good, in words."""
    return "for good" if day is None else f"until {day}"


def of_amount(amount: Money, due_at: datetime | None = None, detail: str | None = None) -> Facts:
    """What is about money."""
    return Facts(amount.minor, amount.currency, None, None, due_at, detail)


def of_tax(event: TaxAccountEvent, detail: str) -> Facts:
    """What is about an authority's money."""
    return of_amount(event.amount, detail=f"{event.jurisdiction}, {detail}")


def of_nights(stay: Stay, due_at: datetime | None = None, detail: str | None = None) -> Facts:
    """What is about nights."""
    return Facts(None, None, stay.check_in, stay.check_out, due_at, detail)


def _from(stay: Stay) -> str:
    return f"{stay.check_in} to {stay.check_out}"


def of_stay(amount: Money, stay: Stay) -> Facts:
    """What is about a stay and what it costs."""
    return Facts(amount.minor, amount.currency, stay.check_in, stay.check_out)


def of_proposal(event: AlterationProposed) -> Facts:
    """A proposal is about a stay, a difference, and a time to answer."""
    stay, by = event.stay, Role(event.proposed_by).word
    amount = event.difference
    return Facts(amount.minor, amount.currency, stay.check_in, stay.check_out, event.expires_at, by)


def of_difference(event: AlterationSettling) -> Facts:
    """A difference goes one way or the other, or there is none."""
    if event.payment_id is not None:
        return Facts(detail="the guest pays it")
    return Facts(detail="it goes back to the guest" if event.refund_id else "there is none")


def of_claim(event: PaymentOpened) -> Facts:
    """A payment is for the booking, which goes without saying, for an alteration, or for damage."""
    if event.for_damage:
        return of_amount(event.due, detail="for damage")
    return of_amount(event.due, detail="for the alteration" if event.for_alteration else None)


def of_request(event: BookingRequested) -> Facts:
    """A request is about both."""
    total, stay = event.price.total, event.stay
    until, policy = event.hold_expires_at, event.policy.label
    return Facts(total.minor, total.currency, stay.check_in, stay.check_out, until, policy)


def of_account(event: PayoutAccountChanged) -> Facts:
    """A payout account is told with what keeps it from being paid to."""
    asked = f"asked for {', '.join(event.requirements)}" if event.requirements else ""
    told = (event.to, event.disabled_reason, asked)
    return Facts(detail="; ".join(part for part in told if part))


def of_end(event: FallenAway, detail: str = "") -> Facts:
    """What goes back at a stay's end, and why it is not all that the policy gives back."""
    if event.capped is not None:
        detail += f", the policy gives back {event.settlement.refund}, no more is left"
    return of_amount(event.gives_back.refund, detail=detail or None)


def of_pending(event: RefundPending) -> Facts:
    """A refund under way says what it waits for, if anything."""
    if event.pending_reason:
        return Facts(detail=f", waiting: {event.pending_reason}")
    return NOTHING_ELSE if event.processor_refund else Facts(detail=", no answer yet")


def of_words(event: Spoken) -> Facts:
    """Who spoke, and the id of what they said: the words are in the vault."""
    return Facts(detail=_by(event))


def _by(event: Spoken) -> str:
    return f"{event.speaker.value} ({event.text.text_id})"


def of_reviews(event: ReviewsPublished) -> Facts:
    """Who wrote one. What they wrote stands where reviews are read, and may be hidden there."""
    wrote = {"guest": event.of_stay, "host": event.of_guest}
    return Facts(detail=" and ".join(side for side, review in wrote.items() if review))


FACTS: Mapping[type[Event], Callable[[Any], Facts]] = {
    AlterationAccepted: nothing_else,
    AlterationApplied: lambda event: Facts(detail=str(event.revision)),
    AlterationDeclined: lambda event: Facts(detail=event.reason),
    AlterationExpired: nothing_else,
    AlterationFailed: lambda event: Facts(detail=event.reason),
    AlterationProposed: of_proposal,
    AlterationSettling: of_difference,
    AlterationWithdrawn: nothing_else,
    AllowanceGranted: lambda event: of_amount(event.back.total),
    AllowanceRevoked: nothing_else,
    BookingAltered: lambda event: of_stay(event.price.total, event.stay),
    BookingDeclined: lambda event: Facts(detail=event.reason),
    BookingWithdrawn: nothing_else,
    CaptureFailedForBooking: lambda event: Facts(detail=event.reason),
    HostAccepted: nothing_else,
    HostDecisionRequested: lambda event: Facts(due_at=event.decide_by),
    NoShowReversed: lambda event: Facts(detail=event.to),
    PenaltyCharged: lambda event: of_amount(event.penalty),
    StayCurtailed: lambda event: of_end(event, str(event.check_out)),
    BankAccountChanged: nothing_else,
    BankAccountFailed: nothing_else,
    BankAccountReviewed: lambda event: Facts(detail=event.reason or ""),
    BankPayoutCancelled: nothing_else,
    BankPayoutFailed: lambda event: of_amount(event.amount, detail=event.reason),
    BankPayoutPaid: nothing_else,
    BankPayoutSeen: lambda event: of_amount(event.amount, detail=event.arrives_on.isoformat()),
    BankPayoutSent: nothing_else,
    BookingAbandoned: nothing_else,
    BookingCancelled: lambda event: of_end(event, event.to),
    BookingConfirmed: lambda event: of_amount(event.total),
    BookingExpired: nothing_else,
    BookingRequested: of_request,
    CalendarOpened: lambda event: Facts(detail=f"{event.room_type} {event.number}"),
    CaptureRequested: lambda event: of_amount(event.amount),
    CouponClosed: lambda event: Facts(detail=event.reason),
    CouponIssued: lambda event: Facts(due_at=event.valid_until, detail=str(event.uses)),
    CouponRedeemed: lambda event: of_amount(event.amount),
    CouponRestored: lambda event: Facts(detail=event.reason.value),
    DisputedAmountReinstated: lambda event: of_amount(event.amount),
    DisputedAmountWithdrawn: lambda event: of_amount(event.amount),
    CaseAnswerAsked: lambda event: Facts(detail=f"{event.of.value} ({event.text.text_id})"),
    CaseAnswered: of_words,
    CaseOpened: lambda event: Facts(detail=f"{event.kind.value}, by the {_by(event)}"),
    CaseReopened: of_words,
    CaseResolved: lambda event: Facts(detail=f"{event.outcome} ({event.text.text_id})"),
    ConversationLocked: lambda event: Facts(detail=event.reason),
    ConversationOpened: nothing_else,
    MessageWritten: of_words,
    CorrectionApplied: lambda event: Facts(detail=event.wrong_stream),
    CorrectionDrafted: lambda event: Facts(detail=event.reason),
    CorrectionRefused: lambda event: Facts(detail=event.reason),
    CorrectionSubmitted: nothing_else,
    DamageAsked: lambda event: of_amount(event.amount, event.pay_by),
    DamageCharged: lambda event: of_amount(event.paid),
    DamageClaimAgreed: nothing_else,
    DamageClaimContested: lambda event: Facts(detail=event.reason),
    DamageClaimDecided: lambda event: of_amount(event.amount, detail=event.reason),
    DamageClaimDismissed: lambda event: Facts(detail=event.reason),
    DamageClaimEscalated: nothing_else,
    DamageClaimOpened: lambda event: of_amount(event.amount, event.answer_by, event.reason),
    DamageClaimWithdrawn: nothing_else,
    DamageLeftUnpaid: lambda event: of_amount(event.amount, detail=event.reason),
    DifferenceCorrected: nothing_else,
    DifferenceExplained: lambda event: Facts(detail=event.reason),
    DifferenceFound: lambda event: Facts(detail=f"{event.kind.value}, {event.object_id}"),
    DifferenceMatched: nothing_else,
    DifferenceWrittenOff: lambda event: of_amount(event.amount, detail=event.reason),
    DocumentAccepted: lambda event: Facts(detail=f"until {event.expires_on or 'further notice'}"),
    DocumentAnnounced: lambda event: Facts(due_at=event.upload_until, detail=event.purpose.value),
    DocumentExpired: lambda event: Facts(detail=event.purpose.value),
    DocumentPurged: nothing_else,
    DocumentRefused: lambda event: Facts(detail=event.reason.value),
    DocumentScanned: lambda event: Facts(detail=event.scanned_by or "no engine"),
    DocumentUploaded: nothing_else,
    DocumentViewed: lambda event: Facts(due_at=event.until, detail=event.reason.value),
    DocumentWithdrawn: nothing_else,
    UploadDiscarded: nothing_else,
    EarningsRecognized: lambda event: of_amount(event.earned.host),
    ExternalBlockAdded: lambda event: of_nights(event.stay),
    ExternalBlockRemoved: lambda event: of_nights(event.stay),
    FeedConflictDetected: lambda event: of_nights(event.stay),
    FeedConflictEnded: lambda event: of_nights(event.stay),
    FeedFailed: lambda event: Facts(detail=event.reason),
    FeedItemsMissed: lambda event: Facts(detail=str(len(event.missing))),
    FeedRecovered: nothing_else,
    FeedRegistered: lambda event: Facts(detail=event.unit_id),
    FeedRemoved: nothing_else,
    DebtCollected: lambda event: of_amount(event.amount),
    DebtDropped: lambda event: of_amount(event.amount),
    DebtNetted: lambda event: of_amount(event.amount),
    DebtRaised: lambda event: of_amount(event.amount, detail=event.cause),
    DebtWrittenOff: lambda event: of_amount(event.amount),
    ExternalRefundClassified: lambda event: of_amount(event.amount, detail=event.reason),
    ExternalRefundDetected: lambda event: of_amount(event.amount),
    ExternalRefundMatched: lambda event: of_amount(event.amount),
    ExternalRefundReversed: lambda event: of_amount(event.amount, detail=event.reason),
    DisputeAccepted: nothing_else,
    DisputeClosed: nothing_else,
    DisputeEscalated: lambda event: Facts(due_at=event.due_by, detail=event.stage),
    EvidenceDelivered: nothing_else,
    EvidenceFailed: lambda event: Facts(detail=event.reason),
    DisputeFeeCharged: lambda event: of_amount(event.fee),
    DisputeFundsReinstated: lambda event: of_amount(event.amount),
    DisputeFundsWithdrawn: lambda event: of_amount(event.amount, detail=str(event.held)),
    DisputeLost: lambda event: of_amount(event.amount, detail=str(event.loss.debt)),
    DisputeOpened: lambda event: of_amount(event.amount, event.due_by, event.reason),
    DisputePrevented: nothing_else,
    DisputeReopened: lambda event: Facts(due_at=event.due_by, detail=event.stage),
    DisputeWon: nothing_else,
    EvidenceSubmitted: nothing_else,
    FundsAvailable: lambda event: of_amount(event.amount),
    HoldExpired: lambda event: of_nights(event.stay),
    HoldExtended: lambda event: of_nights(event.stay, event.expires_at),
    HoldPlaced: lambda event: of_nights(event.stay, event.expires_at),
    HoldReleased: lambda event: of_nights(event.stay),
    LeviesSet: lambda event: Facts(detail=str(event.version)),
    NightsBlocked: lambda event: of_nights(event.stay, detail=event.kind.value),
    NightsUnblocked: lambda event: of_nights(event.stay),
    OwnTransferMade: lambda event: of_amount(
        event.amount, detail=event.way.value.replace("_", " ")
    ),
    OwnTransferReturned: lambda event: of_amount(event.amount, detail=event.reason),
    NoShowReported: of_end,
    PaymentActionRequired: nothing_else,
    PaymentAdopted: lambda event: of_amount(event.due),
    PaymentAuthorized: lambda event: of_amount(event.amount, event.capture_before),
    PaymentCancelled: lambda event: Facts(detail=event.reason),
    PaymentCompleted: lambda event: of_amount(event.amount),
    PaymentCancellationAsked: lambda event: Facts(detail=event.reason),
    PaymentIntentClosed: nothing_else,
    PaymentFailed: lambda event: Facts(detail=event.decline_code),
    PaymentIntentLinked: nothing_else,
    PaymentOpened: of_claim,
    PaymentOutcomeUnknown: lambda event: Facts(detail=str(event.looks)),
    PaymentProcessing: lambda event: Facts(detail=str(event.attempt)),
    PaymentRefundRecorded: lambda event: of_amount(event.amount, detail=event.to),
    PaymentRefundReversed: lambda event: of_amount(event.amount, detail=event.to),
    PaymentRetried: lambda event: Facts(detail=str(event.attempt)),
    PayoutAccountChanged: of_account,
    PayoutAccountOpened: lambda event: Facts(detail=f"{event.country}, {event.currency}"),
    PayoutAccountSeen: nothing_else,
    PayoutCancelled: nothing_else,
    PayoutDue: nothing_else,
    PayoutHeld: lambda event: Facts(detail=event.reason),
    PayoutHoldLifted: lambda event: Facts(detail=event.reason),
    PayoutNetted: lambda event: of_amount(event.netted),
    PayoutRecalculated: lambda event: of_amount(event.amount, event.release_at),
    PayoutReleased: lambda event: of_amount(event.amount),
    PayoutRetried: lambda event: of_amount(event.amount),
    PayoutReversed: lambda event: of_amount(event.amount),
    PayoutScheduled: lambda event: of_amount(event.amount, event.release_at),
    PayoutTransferFailed: lambda event: Facts(detail=event.reason),
    PayoutTransferred: lambda event: of_amount(event.amount),
    PropertyAttested: lambda event: Facts(detail=event.source),
    RatesSet: lambda event: Facts(detail=str(event.version)),
    ReceiptAdopted: nothing_else,
    ReceiptAlternativeChosen: lambda event: Facts(detail=event.reason),
    ReceiptDetected: lambda event: of_amount(event.amount, detail=event.why),
    ReceiptDisputed: nothing_else,
    ReceiptLessened: lambda event: of_amount(event.amount, detail=str(event.left)),
    ReceiptSettledAlternatively: lambda event: of_amount(event.amount, detail=event.reference),
    ReceiptSettledByDispute: lambda event: of_amount(event.amount),
    ReceiptFundsAvailable: lambda event: of_amount(event.amount),
    ReceiptReturnFailed: lambda event: Facts(detail=event.reason),
    ReceiptReturned: lambda event: of_amount(event.amount),
    ReceiptReturnReversed: lambda event: of_amount(event.amount, detail=event.reason),
    ReceiptReturning: lambda event: Facts(detail=str(event.attempt)),
    ChangesRequested: lambda event: Facts(detail=", ".join(one.reason for one in event.changes)),
    ListingBlocked: lambda event: Facts(detail=event.reason),
    ListingUnblocked: lambda event: Facts(detail=event.cleared_by),
    PropertyApproved: lambda event: Facts(detail=event.facts.place.city),
    PropertyArchived: nothing_else,
    PropertyVouchedFor: lambda event: Facts(
        detail=f"{', '.join(event.items)} ({event.source}: {event.reason})"
    ),
    PropertyDescribed: lambda event: Facts(detail=str(len(event.description.photos))),
    PropertyDrafted: lambda event: Facts(detail=event.currency),
    PropertyFactsStated: lambda event: Facts(detail=event.facts.place.city),
    PropertyPublished: nothing_else,
    PropertyReinstated: lambda event: Facts(detail=event.cleared_by),
    PropertyRejected: lambda event: Facts(detail=event.reason),
    PropertySuspended: lambda event: Facts(detail=event.reason),
    PropertyUnlisted: nothing_else,
    ReviewClaimed: lambda event: Facts(due_at=event.until),
    ReviewReleased: lambda event: Facts(detail="too long" if event.timed_out else "undecided"),
    RevisionApproved: lambda event: Facts(detail=str(event.number)),
    RevisionProposed: lambda event: Facts(detail=str(event.number)),
    RevisionRejected: lambda event: Facts(detail=f"{event.number}, {event.reason}"),
    VerificationApproved: lambda event: Facts(detail=until(event.valid_until)),
    VerificationRejected: lambda event: Facts(detail=event.reason),
    VerificationSubmitted: lambda event: Facts(detail=event.subject),
    ProviderClosed: nothing_else,
    ProviderRegistered: lambda event: Facts(detail=event.country),
    ProviderReinstated: lambda event: Facts(detail=event.cleared_by),
    ProviderRejected: lambda event: Facts(detail=event.reason),
    ProviderReopened: lambda event: Facts(detail=event.appeal),
    ProviderSuspended: lambda event: Facts(detail=event.reason),
    ProviderVerified: lambda event: Facts(detail=until(event.valid_until)),
    ReverificationDue: lambda event: Facts(detail=str(event.deadline)),
    ProviderVouchedFor: lambda event: Facts(detail=f"{event.source}: {event.reason}"),
    RefundAlternativeChosen: lambda event: Facts(detail=event.reason),
    RefundApprovalAsked: lambda event: Facts(detail=", ".join(event.reasons)),
    RefundApproved: lambda event: of_amount(event.amount),
    RefundCancelled: lambda event: of_amount(event.amount, detail=event.reason),
    RefundFailed: lambda event: of_amount(event.amount, detail=event.reason),
    RefundLessened: lambda event: of_amount(event.amount),
    RefundPending: of_pending,
    RefundRejected: lambda event: Facts(detail=event.reason),
    RefundRequested: lambda event: of_amount(event.amount, detail=event.reason),
    RefundReservationReleased: lambda event: of_amount(event.amount),
    RefundReserved: lambda event: of_amount(event.amount),
    RefundResubmitted: nothing_else,
    RefundSettledAlternatively: lambda event: of_amount(event.amount),
    RefundSettledByDispute: lambda event: of_amount(event.amount),
    RefundSettledElsewhere: lambda event: of_amount(event.amount),
    RefundSubmitted: nothing_else,
    RefundSucceeded: lambda event: of_amount(event.amount),
    ReservationMade: lambda event: of_nights(event.stay),
    ReservationMoved: lambda event: of_nights(event.stay, detail=_from(event.moved_from)),
    ReservationReleased: lambda event: of_nights(event.stay),
    ReviewAnswered: lambda event: Facts(detail=event.by.other.value),
    ReviewHidden: lambda event: Facts(detail=f"by the {event.by.value}, {event.reason}"),
    ReviewShown: lambda event: Facts(detail=f"by the {event.by.value}, {event.reason}"),
    ReviewsExpired: nothing_else,
    ReviewsOpened: lambda event: Facts(due_at=event.closes_at),
    ReviewsPublished: of_reviews,
    ReviewsVoided: lambda event: Facts(detail=event.reason.replace("_", " ")),
    GuestReviewed: nothing_else,
    GuestReviewEdited: nothing_else,
    StayReviewed: nothing_else,
    StayReviewEdited: nothing_else,
    ReversalFailed: lambda event: of_amount(event.amount, detail=event.reason),
    ReversalOrdered: lambda event: of_amount(event.amount),
    StayCompleted: nothing_else,
    StayStarted: nothing_else,
    UnitDeactivated: nothing_else,
    RemittanceProposed: lambda event: of_tax(event, f"up to {event.until}"),
    RemittanceRejected: lambda event: of_tax(event, event.reason.replace("_", " ")),
    TaxGivenBack: lambda event: of_tax(
        event, "remitted before" if event.recoverable else "payable"
    ),
    TaxOwedAgain: lambda event: of_tax(
        event, "remitted before" if event.recoverable else "payable"
    ),
    TaxRemitted: lambda event: of_tax(event, f"up to {event.until}"),
    WriteOffProposed: lambda event: of_amount(event.amount, detail=event.reason),
    WriteOffRejected: lambda event: of_amount(event.amount),
    TransferOutcomeUnknown: nothing_else,
}
"""What each event's sentence needs. A table and not a match: it is looked at for every event there
is, and a test holds its keys against the union.
"""

TIMELINE = Projection("timeline", 2, tables, get_args(AnyEvent), project)

# -- Questions --------------------------------------------------------------------------


class Happening(BaseModel):
    """One event, said in plain language. `actor` is the word for who acted, such as `guest`.

    `amount_minor` is in minor units of `currency`, where the event is about an amount.
    """

    model_config = ConfigDict(frozen=True)

    position: int
    stream_id: str
    version: int
    topic: str
    occurred_at: Instant
    recorded_at: Instant
    actor: str
    sentence: str
    amount_minor: int | None
    currency: str | None


class Timeline(Answer):
    """What happened, in order. `case_id` is None where all of one stream was told instead."""

    case_id: str | None
    happenings: Sequence[Happening]


def timeline_of(db: Connection, any_id: str) -> Timeline:
    """What happened in a case, by its own id or by that of any stream that belongs to it alone.

    A stream that many cases share, such as a unit's calendar, is told by itself. In order of
    business time, and of recording where that is equal; nothing for an id that nobody knows.
    """
    position = position_of(db, TIMELINE)
    case_id = _case_of(db, any_id)
    where = timeline.c.stream_id == any_id if case_id is None else timeline.c.case_id == case_id
    return Timeline(position=position, case_id=case_id, happenings=_happenings(db, where))


def _case_of(db: Connection, any_id: str) -> str | None:
    known = select(timeline.c.case_id).where(timeline.c.case_id == any_id).limit(1)
    of_stream = select(timeline.c.case_id).where(timeline.c.stream_id == any_id).distinct().limit(2)
    if db.execute(known).first() is not None:
        return any_id
    cases = db.scalars(of_stream).all()
    return cases[0] if len(cases) == 1 else None


def _happenings(db: Connection, where: ColumnElement[bool]) -> list[Happening]:
    query = select(timeline).where(where).order_by(timeline.c.occurred_at, timeline.c.position)
    latest: dict[str, str] = {}
    told = []
    for row in db.execute(query):
        told.append(_happening(row, latest.get(row.stream_id)))
        latest[row.stream_id] = row.topic
    return told


def _happening(row: Row[tuple[object, ...]], after: str | None) -> Happening:
    return Happening(
        position=row.position,
        stream_id=row.stream_id,
        version=row.version,
        topic=row.topic,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        actor=Role(row.actor).word,
        sentence=sentence_of(row, after),
        amount_minor=row.amount_minor,
        currency=row.currency,
    )
