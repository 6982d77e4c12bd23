"""Timers of reviews by staff, and of what they found."""

from typing import Any

from ledger.events import Recorded
from ledger.events.provider import (
    ProviderClosed,
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
    | ProviderClosed
    | ReverificationDue
)


def project(rows: Rows, recorded: Recorded[Any], event: SupplyTimerEvent) -> None:
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
