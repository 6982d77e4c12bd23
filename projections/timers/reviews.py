"""Timers of what guest and host say of each other."""

from typing import Any

from ledger.events import Recorded
from ledger.events.review import ReviewsExpired, ReviewsOpened, ReviewsPublished, ReviewsVoided
from ledger.values.timers import TimerKind
from projections.projection import Rows
from projections.timers.table import begin, end

ReviewTimerEvent = ReviewsOpened | ReviewsVoided | ReviewsPublished | ReviewsExpired


def project(rows: Rows, recorded: Recorded[Any], event: ReviewTimerEvent) -> None:
    """Until when guest and host may review each other, once it is known that they may."""
    end(rows, recorded.case_id, TimerKind.OPEN_REVIEWS, TimerKind.CLOSE_REVIEWS)
    if isinstance(event, ReviewsOpened):
        begin(rows, recorded, TimerKind.CLOSE_REVIEWS, event.closes_at)
