"""Timers of nights that are kept for a booking."""

from typing import Any

from ledger.events import Recorded
from ledger.events.unit_calendar import (
    HoldExpired,
    HoldExtended,
    HoldPlaced,
    HoldReleased,
    ReservationMade,
)
from ledger.values.timers import TimerKind
from projections.projection import Rows
from projections.timers.table import begin, end

HoldTimerEvent = HoldPlaced | HoldExtended | ReservationMade | HoldExpired | HoldReleased


def project(rows: Rows, recorded: Recorded[Any], event: HoldTimerEvent) -> None:
    """Until when nights are kept for a booking that is not confirmed."""
    end(rows, recorded.case_id, TimerKind.EXPIRE_HOLD)
    if isinstance(event, HoldPlaced | HoldExtended):
        begin(rows, recorded, TimerKind.EXPIRE_HOLD, event.expires_at)
