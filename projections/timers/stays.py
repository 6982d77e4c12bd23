"""Timers of a stay: when it begins, is earned, ends, and may be reviewed."""

from typing import Any, assert_never

from ledger.events import Recorded
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
from ledger.values.stay import EARNED_AFTER
from ledger.values.timers import TimerKind
from projections.projection import Rows
from projections.timers.table import begin, end, key, timers

OF_A_STAY = (TimerKind.START_STAY, TimerKind.COMPLETE_STAY, TimerKind.RECOGNIZE_EARNINGS)
"""What is set with a booking and armed when it is confirmed. An expired booking keeps them: its
money may still come, and then it is confirmed after all.
"""


def prepare(rows: Rows, recorded: Recorded[Any], event: BookingRequested) -> None:
    """Set what a booking's stay will need; it is armed when the booking is confirmed."""
    check_in_at = event.house.check_in_at(event.stay)
    begin(rows, recorded, TimerKind.START_STAY, check_in_at, armed=False)
    begin(
        rows, recorded, TimerKind.COMPLETE_STAY, event.house.check_out_at(event.stay), armed=False
    )
    if event.price.total.minor:
        begin(rows, recorded, TimerKind.RECOGNIZE_EARNINGS, check_in_at + EARNED_AFTER, armed=False)


def move(rows: Rows, recorded: Recorded[Any], event: BookingAltered) -> None:
    """Set what an altered stay still needs, be it that its guest has left by its new dates.

    An hour that has passed no alteration changes: what it asked for has been, and is not asked for
    again, or it is late and still to come.
    """
    check_in_at = event.house.check_in_at(event.stay)
    needed = {
        TimerKind.START_STAY: check_in_at,
        TimerKind.RECOGNIZE_EARNINGS: check_in_at + EARNED_AFTER,
        TimerKind.COMPLETE_STAY: event.house.check_out_at(event.stay),
    }
    for kind, fires_at in needed.items():
        if fires_at > recorded.occurred_at or kind is TimerKind.COMPLETE_STAY:
            end(rows, recorded.case_id, kind)
            begin(rows, recorded, kind, fires_at)
    if not event.price.total.minor:
        end(rows, recorded.case_id, TimerKind.RECOGNIZE_EARNINGS)


def fall_away(
    rows: Rows,
    recorded: Recorded[Any],
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


StayTimerEvent = (
    BookingRequested
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


def project(  # noqa: C901 - one case per event
    rows: Rows, recorded: Recorded[Any], event: StayTimerEvent
) -> None:
    """When it begins, is earned, ends, and may be reviewed."""
    booking = recorded.case_id
    match event:
        case BookingRequested():
            prepare(rows, recorded, event)
        case BookingConfirmed():
            for kind in OF_A_STAY if event.total.minor else OF_A_STAY[:2]:
                rows.change(timers, key(kind, booking), armed=True)
        case BookingAltered():
            move(rows, recorded, event)
        case BookingAbandoned() | BookingDeclined() | BookingWithdrawn():
            end(rows, booking, *OF_A_STAY)
        case CaptureFailedForBooking():
            if event.to == "declined":
                end(rows, booking, *OF_A_STAY)
        case StayStarted():
            end(rows, booking, TimerKind.START_STAY)
        case EarningsRecognized():
            end(rows, booking, TimerKind.RECOGNIZE_EARNINGS)
        case StayCompleted():
            is_over(rows, recorded)
        case BookingCancelled() | NoShowReported() | StayCurtailed():
            fall_away(rows, recorded, event)
        case NoShowReversed():
            go_on(rows, recorded, event)
        case _:
            assert_never(event)


def is_over(rows: Rows, recorded: Recorded[Any]) -> None:
    """Nothing ends it any more, and it may be reviewed."""
    end(rows, recorded.case_id, TimerKind.COMPLETE_STAY)
    begin(rows, recorded, TimerKind.OPEN_REVIEWS, recorded.occurred_at)


def go_on(rows: Rows, recorded: Recorded[Any], event: NoShowReversed) -> None:
    """They had come after all: it ends as it was to end, or has done so meanwhile."""
    if event.to == "in_stay":
        rows.change(timers, key(TimerKind.COMPLETE_STAY, recorded.case_id), armed=True)
    else:
        is_over(rows, recorded)
