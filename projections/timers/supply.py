"""Timers of reviews by staff, and of what they found."""

from typing import Any

from ledger.events import Recorded
from ledger.events.provider import (
    ProviderClosed,
    ProviderReinstated,
    ProviderRejected,
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
from ledger.values.verification import RENEWED_BEFORE
from projections.projection import Rows
from projections.timers.table import begin, end

SupplyTimerEvent = (
    ReviewClaimed
    | ReviewReleased
    | ChangesRequested
    | VerificationApproved
    | VerificationRejected
    | ProviderVerified
    | ProviderRejected
    | ProviderSuspended
    | ProviderReinstated
    | ProviderClosed
    | ReverificationDue
)


def project(rows: Rows, recorded: Recorded[Any], event: SupplyTimerEvent) -> None:
    """Until when a reviewer has a review, and until when a host is verified."""
    of_host = (TimerKind.ASK_FOR_RENEWAL, TimerKind.MISS_RENEWAL)
    end(rows, recorded.stream_id, TimerKind.TIME_OUT_REVIEW, *of_host)
    if isinstance(event, ReviewClaimed):
        begin(rows, recorded, TimerKind.TIME_OUT_REVIEW, event.until, of=recorded.stream_id)
    elif isinstance(event, ProviderVerified | ProviderReinstated):
        ends_on = event.valid_until if isinstance(event, ProviderVerified) else event.renew_by
        if ends_on is not None:
            fires_at = not_before(recorded, expires_at(ends_on - RENEWED_BEFORE))
            begin(rows, recorded, TimerKind.ASK_FOR_RENEWAL, fires_at, of=recorded.stream_id)
    elif isinstance(event, ReverificationDue):
        fires_at = not_before(recorded, expires_at(event.deadline))
        begin(rows, recorded, TimerKind.MISS_RENEWAL, fires_at, of=recorded.stream_id)


def not_before(recorded: Recorded[Any], fires_at: Instant) -> Instant:
    """A time that has passed is now: who is reinstated may have missed it before, and the same
    timer at the same time would be the same command."""
    return max(fires_at, recorded.occurred_at)
