"""Timers of what is to be altered, and answered, paid or approved in time."""

from typing import Any

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
from ledger.values.change import PAID_WITHIN
from ledger.values.timers import TimerKind
from projections.projection import Rows
from projections.timers.table import begin, end

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


def project(rows: Rows, recorded: Recorded[Any], event: AlterationTimerEvent) -> None:
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
