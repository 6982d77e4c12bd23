"""Timers that fire into a real ledger: what they cause belongs to the history like all else."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from ledger.reactions import DueTimer, fire
from ledger.values.ids import BookingId
from ledger.values.timers import TimerKind
from projections.timers import TIMERS
from replay.audit import audit
from replay.timers import due
from tests.conftest import Database
from tests.facts import BOOKING, HOLD_ENDS, UNIT, an_id
from tests.projections.story import asking, drive_to_end
from tests.replay.small_history import History

HOLD = DueTimer(
    timer=f"expire_hold/{BOOKING}",
    kind=TimerKind.EXPIRE_HOLD,
    case_id=BOOKING,
    stream_id=UNIT,
    fires_at=HOLD_ENDS,
    set_by=f"{UNIT}/2",
)
LATER = BookingId(an_id("later"))
A_YEAR = timedelta(days=365)


def fire_all(history: History, url: str) -> list[str]:
    """Let time pass until no timer is left; which kinds of timers fired, in order."""
    fired: list[str] = []
    while True:
        drive_to_end(url, TIMERS)
        with asking(url) as db:
            found = due(db, history.clock.now + A_YEAR)
        if not found:
            return fired
        history.clock.now = max(history.clock.now, found[0].fires_at)
        fire(history.ledger, found[0])
        fired.append(found[0].kind)


def test_what_timers_cause_follows_from_the_events_that_set_them(
    lived: Database, history: History
) -> None:
    history.book(history.to_book(LATER, "2025-08-01"))

    fired = fire_all(history, lived.url)

    assert fired.index("expire_hold") < fired.index("start_stay")
    assert {"start_stay", "recognize_earnings", "complete_stay"} <= set(fired)
    assert audit(lived.url).violations == ()


def test_a_timer_is_the_same_command_in_every_time_zone() -> None:
    in_lisbon = replace(HOLD, fires_at=HOLD_ENDS.astimezone(ZoneInfo("Europe/Lisbon")))

    assert in_lisbon.time == HOLD.time
    assert in_lisbon.command_id == HOLD.command_id
