"""Timers of payouts."""

from typing import Any, assert_never

from ledger.events import Recorded
from ledger.events.payout import (
    PayoutCancelled,
    PayoutDue,
    PayoutHoldLifted,
    PayoutRecalculated,
    PayoutScheduled,
)
from ledger.values.timers import TimerKind
from projections.projection import Rows
from projections.timers.table import begin, end

PayoutTimerEvent = (
    PayoutScheduled | PayoutRecalculated | PayoutDue | PayoutHoldLifted | PayoutCancelled
)


def project(rows: Rows, recorded: Recorded[Any], event: PayoutTimerEvent) -> None:
    """When a payout may go out."""
    match event:
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
