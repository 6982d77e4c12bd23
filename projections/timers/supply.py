"""Timers of reviews by staff, and of what they found as long as its papers are good."""

from typing import Any

from ledger.events import Recorded
from ledger.events.property import (
    PropertyApproved,
    PropertyArchived,
    RenewalRequested,
    RevisionApproved,
)
from ledger.events.provider import (
    ProviderClosed,
    ProviderReinstated,
    ProviderRejected,
    ProviderReminded,
    ProviderSuspended,
    ProviderVerified,
    ReverificationDue,
)
from ledger.events.verification import (
    ChangesRequested,
    ReviewClaimed,
    ReviewReleased,
    VerificationApproved,
    VerificationRejected,
)
from ledger.values.clock import Instant
from ledger.values.files import expires_at
from ledger.values.timers import TimerKind
from ledger.values.verification import REMINDED_BEFORE, RENEWED_BEFORE
from projections.projection import Rows
from projections.timers.table import begin, end

ReviewerEvent = (
    ReviewClaimed | ReviewReleased | ChangesRequested | VerificationApproved | VerificationRejected
)
HostEvent = (
    ProviderVerified
    | ProviderRejected
    | ProviderSuspended
    | ProviderReinstated
    | ProviderClosed
    | ReverificationDue
)
HouseEvent = PropertyApproved | RevisionApproved | RenewalRequested | PropertyArchived
SupplyTimerEvent = ReviewerEvent | HostEvent | ProviderReminded | HouseEvent


def project(rows: Rows, recorded: Recorded[Any], event: SupplyTimerEvent) -> None:
    """Until when a reviewer has a review, and until when a host is verified, or a house."""
    if isinstance(event, ReviewerEvent):
        of_review(rows, recorded, event)
    elif isinstance(event, HouseEvent):
        of_house(rows, recorded, event)
    elif isinstance(event, ProviderReminded):
        end(rows, recorded.stream_id, TimerKind.REMIND_OF_RENEWAL)
    else:
        of_host(rows, recorded, event)


def of_review(rows: Rows, recorded: Recorded[Any], event: ReviewerEvent) -> None:
    """A reviewer has it for a while."""
    end(rows, recorded.stream_id, TimerKind.TIME_OUT_REVIEW)
    if isinstance(event, ReviewClaimed):
        begin(rows, recorded, TimerKind.TIME_OUT_REVIEW, event.until, of=recorded.stream_id)


def of_host(rows: Rows, recorded: Recorded[Any], event: HostEvent) -> None:
    """They are asked to renew, reminded once if there is time for it, and stopped."""
    kinds = (TimerKind.ASK_FOR_RENEWAL, TimerKind.REMIND_OF_RENEWAL, TimerKind.MISS_RENEWAL)
    end(rows, recorded.stream_id, *kinds)
    if isinstance(event, ProviderVerified | ProviderReinstated):
        ends_on = event.valid_until if isinstance(event, ProviderVerified) else event.renew_by
        if ends_on is not None:
            fires_at = not_before(recorded, expires_at(ends_on - RENEWED_BEFORE))
            begin(rows, recorded, TimerKind.ASK_FOR_RENEWAL, fires_at, of=recorded.stream_id)
    elif isinstance(event, ReverificationDue):
        reminded_at = expires_at(event.deadline - REMINDED_BEFORE)
        if recorded.occurred_at < reminded_at:
            begin(rows, recorded, TimerKind.REMIND_OF_RENEWAL, reminded_at, of=recorded.stream_id)
        fires_at = not_before(recorded, expires_at(event.deadline))
        begin(rows, recorded, TimerKind.MISS_RENEWAL, fires_at, of=recorded.stream_id)


def of_house(rows: Rows, recorded: Recorded[Any], event: HouseEvent) -> None:
    """Its host is asked for other papers."""
    end(rows, recorded.stream_id, TimerKind.ASK_FOR_PAPERS)
    if isinstance(event, PropertyArchived):
        return
    if isinstance(event, RenewalRequested):
        ask_on = event.next_on
    else:
        ask_on = event.valid_until and event.valid_until - RENEWED_BEFORE
    if ask_on is not None:
        fires_at = not_before(recorded, expires_at(ask_on))
        begin(rows, recorded, TimerKind.ASK_FOR_PAPERS, fires_at, of=recorded.stream_id)


def not_before(recorded: Recorded[Any], fires_at: Instant) -> Instant:
    """A time that has passed is now: who is reinstated may have missed it before, and the same
    timer at the same time would be the same command."""
    return max(fires_at, recorded.occurred_at)
