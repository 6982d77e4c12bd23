"""Timers: what the clock must do, and when. History from outside sets none."""

from typing import assert_never, get_args

from sqlalchemy import Boolean, Column, DateTime, Index, MetaData, Table, Text, Uuid

from ledger.events import Recorded
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
from ledger.events.booking import (
    BookingAbandoned,
    BookingAltered,
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingRequested,
    BookingWithdrawn,
    CaptureFailedForBooking,
    EarningsRecognized,
    NoShowReported,
    NoShowReversed,
    StayCompleted,
    StayCurtailed,
    StayStarted,
)
from ledger.events.damage_claim import (
    DamageAsked,
    DamageCharged,
    DamageClaimAgreed,
    DamageClaimContested,
    DamageClaimEscalated,
    DamageClaimOpened,
    DamageClaimWithdrawn,
    DamageLeftUnpaid,
)
from ledger.events.document import (
    DocumentAccepted,
    DocumentExpired,
    DocumentRefused,
    DocumentWithdrawn,
)
from ledger.events.payment import FundsAvailable, PaymentAdopted, PaymentCompleted
from ledger.events.payout import (
    PayoutCancelled,
    PayoutDue,
    PayoutHoldLifted,
    PayoutRecalculated,
    PayoutScheduled,
)
from ledger.events.provider import (
    ProviderClosed,
    ProviderRejected,
    ProviderSuspended,
    ProviderVerified,
    ReverificationDue,
)
from ledger.events.review import ReviewsExpired, ReviewsOpened, ReviewsPublished, ReviewsVoided
from ledger.events.unapplied_receipt import (
    ReceiptAdopted,
    ReceiptDetected,
    ReceiptFundsAvailable,
)
from ledger.events.unit_calendar import (
    HoldExpired,
    HoldExtended,
    HoldPlaced,
    HoldReleased,
    ReservationMade,
)
from ledger.events.verification import (
    ChangesRequested,
    ReviewClaimed,
    ReviewReleased,
    VerificationApproved,
    VerificationRejected,
)
from ledger.values.change import PAID_WITHIN
from ledger.values.clock import Instant
from ledger.values.files import expires_at
from ledger.values.stay import EARNED_AFTER
from ledger.values.timers import TimerKind
from ledger.values.verification import RENEWED_BEFORE
from projections.projection import Projection, Rows

# -- Tables -----------------------------------------------------------------------------

tables = MetaData(schema="timers_v11")

timers = Table(
    "timers",
    tables,
    Column("timer", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("case_id", Uuid(as_uuid=False), nullable=False),
    Column("stream_id", Uuid(as_uuid=False), nullable=False),
    Column("fires_at", DateTime(timezone=True), nullable=False),
    Column("armed", Boolean, nullable=False),
    Column("set_by", Text, nullable=False),
    Index("timers_by_time", "fires_at"),
)
"""One row per timer that has not ended. `stream_id` is what it acts upon: the unit for a hold, the
payout for a payout, the payment or receipt for its funds, else the
booking. One that is not armed waits for its booking's confirmation, which may come after the
booking has expired: then its money came late. `set_by` names the event that set it, as
`stream/version`: what the timer causes follows from it.
"""

# -- Events -----------------------------------------------------------------------------

CalendarOrPayout = (
    HoldPlaced
    | HoldExtended
    | ReservationMade
    | HoldExpired
    | HoldReleased
    | PayoutScheduled
    | PayoutRecalculated
    | PayoutDue
    | PayoutHoldLifted
    | PayoutCancelled
)

FundsEvent = (
    PaymentCompleted
    | PaymentAdopted
    | FundsAvailable
    | ReceiptDetected
    | ReceiptAdopted
    | ReceiptFundsAvailable
)

AlterationTimerEvent = (
    AlterationProposed
    | AlterationAccepted
    | AlterationSettling
    | AlterationDeclined
    | AlterationWithdrawn
    | AlterationExpired
    | AlterationApplied
    | AlterationFailed
)

DamageTimerEvent = (
    DamageClaimOpened
    | DamageClaimAgreed
    | DamageClaimContested
    | DamageClaimEscalated
    | DamageClaimWithdrawn
    | DamageAsked
    | DamageCharged
    | DamageLeftUnpaid
)

ReviewTimerEvent = ReviewsOpened | ReviewsVoided | ReviewsPublished | ReviewsExpired

SupplyTimerEvent = (
    ReviewClaimed
    | ReviewReleased
    | ChangesRequested
    | VerificationApproved
    | VerificationRejected
    | ProviderVerified
    | ProviderRejected
    | ProviderSuspended
    | ProviderClosed
    | ReverificationDue
)

DocumentTimerEvent = DocumentAccepted | DocumentRefused | DocumentExpired | DocumentWithdrawn

TimerEvent = (
    CalendarOrPayout
    | SupplyTimerEvent
    | AlterationTimerEvent
    | ReviewTimerEvent
    | DamageTimerEvent
    | DocumentTimerEvent
    | FundsEvent
    | BookingRequested
    | BookingConfirmed
    | BookingAbandoned
    | BookingAltered
    | BookingDeclined
    | BookingWithdrawn
    | CaptureFailedForBooking
    | StayCurtailed
    | StayStarted
    | StayCompleted
    | BookingCancelled
    | NoShowReported
    | NoShowReversed
    | EarningsRecognized
)


OF_A_STAY = (TimerKind.START_STAY, TimerKind.COMPLETE_STAY, TimerKind.RECOGNIZE_EARNINGS)
"""What is set with a booking and armed when it is confirmed. An expired booking keeps them: its
money may still come, and then it is confirmed after all.
"""


def project(  # noqa: C901 - one case per event
    rows: Rows, recorded: Recorded[TimerEvent]
) -> None:
    """Set, move or end the timers that the event is about."""
    booking = recorded.case_id
    match recorded.event:
        case BookingRequested() as event:
            prepare(rows, recorded, event)
        case BookingConfirmed() as event:
            for kind in OF_A_STAY if event.total.minor else OF_A_STAY[:2]:
                rows.change(timers, key(kind, booking), armed=True)
        case StayStarted():
            end(rows, booking, TimerKind.START_STAY)
        case StayCompleted():
            end(rows, booking, TimerKind.COMPLETE_STAY)
            begin(rows, recorded, TimerKind.OPEN_REVIEWS, recorded.occurred_at)
        case BookingCancelled() | NoShowReported() | StayCurtailed() as event:
            fall_away(rows, recorded, event)
        case NoShowReversed(to="in_stay"):
            rows.change(timers, key(TimerKind.COMPLETE_STAY, booking), armed=True)
        case NoShowReversed():
            end(rows, booking, TimerKind.COMPLETE_STAY)
            begin(rows, recorded, TimerKind.OPEN_REVIEWS, recorded.occurred_at)
        case EarningsRecognized():
            end(rows, booking, TimerKind.RECOGNIZE_EARNINGS)
        case BookingAltered() as event:
            move(rows, recorded, event)
        case BookingAbandoned() | BookingDeclined() | BookingWithdrawn():
            end(rows, booking, *OF_A_STAY)
        case CaptureFailedForBooking() as event:
            if event.to == "declined":
                end(rows, booking, *OF_A_STAY)
        case PaymentCompleted() | PaymentAdopted() | FundsAvailable() as event:
            project_funds(rows, recorded, event)
        case ReceiptDetected() | ReceiptAdopted() | ReceiptFundsAvailable() as event:
            project_funds(rows, recorded, event)
        case _:
            project_rest(rows, recorded, recorded.event)


def project_rest(
    rows: Rows,
    recorded: Recorded[TimerEvent],
    event: CalendarOrPayout
    | AlterationTimerEvent
    | DamageTimerEvent
    | ReviewTimerEvent
    | SupplyTimerEvent
    | DocumentTimerEvent,
) -> None:
    """The timers of what is neither a stay nor a payment."""
    if isinstance(event, AlterationTimerEvent):
        project_alterations(rows, recorded, event)
    elif isinstance(event, ReviewTimerEvent):
        project_reviews(rows, recorded, event)
    elif isinstance(event, DamageTimerEvent):
        project_damage(rows, recorded, event)
    elif isinstance(event, SupplyTimerEvent):
        project_supply(rows, recorded, event)
    elif isinstance(event, DocumentTimerEvent):
        project_documents(rows, recorded, event)
    else:
        project_holds_and_payouts(rows, recorded, event)


def project_alterations(
    rows: Rows, recorded: Recorded[TimerEvent], event: AlterationTimerEvent
) -> None:
    """Until when the other side may answer, and then a difference be paid or approved."""
    of_alteration = (TimerKind.EXPIRE_ALTERATION, TimerKind.GIVE_UP_ALTERATION)
    end(rows, recorded.stream_id, *of_alteration)
    if isinstance(event, AlterationProposed):
        kind = TimerKind.EXPIRE_ALTERATION
        begin(rows, recorded, kind, event.expires_at, of=recorded.stream_id)
    elif isinstance(event, AlterationSettling):
        fires_at = event.waits_until
        if fires_at is None and event.payment_id:  # From before it was told.
            fires_at = recorded.occurred_at + PAID_WITHIN
        if fires_at is not None:
            begin(rows, recorded, TimerKind.GIVE_UP_ALTERATION, fires_at, of=recorded.stream_id)


def project_damage(rows: Rows, recorded: Recorded[TimerEvent], event: DamageTimerEvent) -> None:
    """Until when the guest may answer what is claimed of them, and then pay it."""
    end(rows, recorded.stream_id, TimerKind.ESCALATE_DAMAGE_CLAIM, TimerKind.GIVE_UP_DAMAGE)
    if isinstance(event, DamageClaimOpened):
        kind = TimerKind.ESCALATE_DAMAGE_CLAIM
        begin(rows, recorded, kind, event.answer_by, of=recorded.stream_id)
    elif isinstance(event, DamageAsked):
        begin(rows, recorded, TimerKind.GIVE_UP_DAMAGE, event.pay_by, of=recorded.stream_id)


def project_reviews(rows: Rows, recorded: Recorded[TimerEvent], event: ReviewTimerEvent) -> None:
    """Until when guest and host may review each other, once it is known that they may."""
    end(rows, recorded.case_id, TimerKind.OPEN_REVIEWS, TimerKind.CLOSE_REVIEWS)
    if isinstance(event, ReviewsOpened):
        begin(rows, recorded, TimerKind.CLOSE_REVIEWS, event.closes_at)


def project_supply(rows: Rows, recorded: Recorded[TimerEvent], event: SupplyTimerEvent) -> None:
    """Until when a reviewer has a review, and until when a host is verified."""
    of_host = (TimerKind.ASK_FOR_RENEWAL, TimerKind.MISS_RENEWAL)
    end(rows, recorded.stream_id, TimerKind.TIME_OUT_REVIEW, *of_host)
    if isinstance(event, ReviewClaimed):
        begin(rows, recorded, TimerKind.TIME_OUT_REVIEW, event.until, of=recorded.stream_id)
    elif isinstance(event, ProviderVerified) and event.valid_until is not None:
        fires_at = expires_at(event.valid_until - RENEWED_BEFORE)
        begin(rows, recorded, TimerKind.ASK_FOR_RENEWAL, fires_at, of=recorded.stream_id)
    elif isinstance(event, ReverificationDue):
        kind, fires_at = TimerKind.MISS_RENEWAL, expires_at(event.deadline)
        begin(rows, recorded, kind, fires_at, of=recorded.stream_id)


def project_documents(
    rows: Rows, recorded: Recorded[TimerEvent], event: DocumentTimerEvent
) -> None:
    """When a document expires that was accepted."""
    end(rows, recorded.stream_id, TimerKind.EXPIRE_DOCUMENT)
    if isinstance(event, DocumentAccepted) and event.expires_on is not None:
        kind, fires_at = TimerKind.EXPIRE_DOCUMENT, expires_at(event.expires_on)
        begin(rows, recorded, kind, fires_at, of=recorded.stream_id)


def project_funds(rows: Rows, recorded: Recorded[TimerEvent], event: FundsEvent) -> None:
    """When money can be used: a payment's, or a receipt's until a payment has it."""
    stream = recorded.stream_id
    match event:
        case PaymentCompleted() | PaymentAdopted():
            waits = not (isinstance(event, PaymentAdopted) and event.available)
            if event.available_at is not None and waits:
                begin(rows, recorded, TimerKind.RECORD_FUNDS, event.available_at, of=stream)
        case FundsAvailable():
            end(rows, stream, TimerKind.RECORD_FUNDS)
        case ReceiptDetected():
            if event.available_at is not None:
                begin(rows, recorded, TimerKind.RECORD_RECEIPT_FUNDS, event.available_at, of=stream)
        case ReceiptAdopted() | ReceiptFundsAvailable():
            end(rows, stream, TimerKind.RECORD_RECEIPT_FUNDS)
        case _:
            assert_never(event)


def project_holds_and_payouts(
    rows: Rows, recorded: Recorded[TimerEvent], event: CalendarOrPayout
) -> None:
    """The timers of one hold, or of one payout."""
    match event:
        case HoldPlaced() | HoldExtended():
            end(rows, recorded.case_id, TimerKind.EXPIRE_HOLD)
            begin(rows, recorded, TimerKind.EXPIRE_HOLD, event.expires_at)
        case ReservationMade() | HoldExpired() | HoldReleased():
            end(rows, recorded.case_id, TimerKind.EXPIRE_HOLD)
        case PayoutScheduled() | PayoutRecalculated():
            end(rows, recorded.stream_id, TimerKind.MATURE_PAYOUT)
            begin(rows, recorded, TimerKind.MATURE_PAYOUT, event.release_at, of=recorded.stream_id)
        case PayoutHoldLifted():
            if event.to == "due":  # A hold does not stop the clock.
                end(rows, recorded.stream_id, TimerKind.MATURE_PAYOUT)
        case PayoutDue() | PayoutCancelled():
            end(rows, recorded.stream_id, TimerKind.MATURE_PAYOUT)
        case _:
            assert_never(event)


def prepare(rows: Rows, recorded: Recorded[TimerEvent], event: BookingRequested) -> None:
    """Set what a booking's stay will need; it is armed when the booking is confirmed."""
    check_in_at = event.house.check_in_at(event.stay)
    begin(rows, recorded, TimerKind.START_STAY, check_in_at, armed=False)
    begin(
        rows, recorded, TimerKind.COMPLETE_STAY, event.house.check_out_at(event.stay), armed=False
    )
    if event.price.total.minor:
        begin(rows, recorded, TimerKind.RECOGNIZE_EARNINGS, check_in_at + EARNED_AFTER, armed=False)


def move(rows: Rows, recorded: Recorded[TimerEvent], event: BookingAltered) -> None:
    """Set what an altered stay still needs: what has been is not asked for again."""
    end(rows, recorded.case_id, *OF_A_STAY)
    check_in_at = event.house.check_in_at(event.stay)
    needed = {
        TimerKind.START_STAY: check_in_at,
        TimerKind.COMPLETE_STAY: event.house.check_out_at(event.stay),
    }
    if event.price.total.minor:
        needed[TimerKind.RECOGNIZE_EARNINGS] = check_in_at + EARNED_AFTER
    for kind, fires_at in needed.items():
        if fires_at > recorded.occurred_at:
            begin(rows, recorded, kind, fires_at)


def fall_away(
    rows: Rows,
    recorded: Recorded[TimerEvent],
    event: BookingCancelled | NoShowReported | StayCurtailed,
) -> None:
    """End the timers of a stay that does not happen; what is retained is earned at once.

    A no-show may turn out to be none: then the stay still ends when it was to end.
    """
    end(rows, recorded.case_id, TimerKind.START_STAY, TimerKind.RECOGNIZE_EARNINGS)
    if isinstance(event, NoShowReported):
        rows.change(timers, key(TimerKind.COMPLETE_STAY, recorded.case_id), armed=False)
    else:
        end(rows, recorded.case_id, TimerKind.COMPLETE_STAY)
        begin(rows, recorded, TimerKind.OPEN_REVIEWS, recorded.occurred_at)
    if not event.gives_back.kept.is_nothing:
        begin(rows, recorded, TimerKind.RECOGNIZE_EARNINGS, recorded.occurred_at)


def begin(
    rows: Rows,
    recorded: Recorded[TimerEvent],
    kind: TimerKind,
    fires_at: Instant,
    *,
    of: str | None = None,
    armed: bool = True,
) -> None:
    """Set a timer of the case, or of the stream `of`."""
    rows.insert(
        timers,
        timer=key(kind, of or recorded.case_id),
        kind=kind.value,
        case_id=recorded.case_id,
        stream_id=recorded.stream_id,
        fires_at=fires_at,
        armed=armed,
        set_by=recorded.event_id,
    )


def end(rows: Rows, of: str, *kinds: TimerKind) -> None:
    """End timers, if they are still set."""
    for kind in kinds:
        rows.remove(timers, key(kind, of))


def key(kind: TimerKind, of: str) -> str:
    """A timer's name: it never changes, so what it causes happens once."""
    return f"{kind}/{of}"


TIMERS = Projection("timers", 11, tables, get_args(TimerEvent), project, live_only=True)
