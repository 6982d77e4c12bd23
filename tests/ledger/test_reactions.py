"""Reactions: each kind of timer does its one thing, once, and gives way to what came before it."""

from collections.abc import Iterator
from functools import partial

import pytest

from ledger import processes
from ledger.errors import Refused
from ledger.reactions import WHEN_DUE, DueTimer, fire
from ledger.store import EventStore
from ledger.values.clock import instant
from ledger.values.ids import BookingId
from ledger.values.policy import FREE
from ledger.values.timers import TimerKind
from projections.timers import TIMERS
from replay.timers import due
from tests.conftest import Database
from tests.facts import GUEST, an_id
from tests.projections.story import asking, drive_to_end
from tests.replay.small_history import History

STAY = BookingId(an_id("stay"))
FAR_AHEAD = instant("2035-01-01T00:00:00Z")


@pytest.fixture
def history(database: Database) -> Iterator[History]:
    """A house with one room, and its nights open."""
    history = History(EventStore(database.url))
    history.open()
    yield history
    history.store.close()


def test_every_kind_of_timer_asks_for_something() -> None:
    assert set(WHEN_DUE) == set(TimerKind)


def next_timer(history: History, database: Database) -> DueTimer:
    """The timer that comes next; it is its time now."""
    drive_to_end(database.url, TIMERS)
    with asking(database.url) as db:
        timer = due(db, FAR_AHEAD)[0]
    history.clock.now = max(history.clock.now, timer.fires_at)
    return timer


@pytest.mark.parametrize("kind", TimerKind)
def test_a_timer_of_each_kind_fires_once_however_often_it_is_fired(
    history: History, database: Database, kind: TimerKind
) -> None:
    wish = history.to_book(STAY, "2025-07-02")
    if kind is TimerKind.EXPIRE_HOLD:
        history.book(wish)
    else:
        history.sell(wish)
    timer = next_timer(history, database)
    while timer.kind is not kind:
        fire(history.ledger, timer)
        timer = next_timer(history, database)

    first = fire(history.ledger, timer)
    head = history.store.head()
    again = fire(history.ledger, timer)

    assert first.position == again.position == head
    drive_to_end(database.url, TIMERS)
    with asking(database.url) as db:
        assert kind not in {left.kind for left in due(db, FAR_AHEAD)}


@pytest.mark.parametrize("kind", [TimerKind.EXPIRE_HOLD, TimerKind.START_STAY])
def test_a_timer_whose_booking_has_moved_on_is_refused_and_stays_so(
    history: History, database: Database, kind: TimerKind
) -> None:
    if kind is TimerKind.EXPIRE_HOLD:
        history.book(history.to_book(STAY, "2025-07-02"))
        timer = next_timer(history, database)
        history.do(STAY, partial(processes.abandon, guest=GUEST, booking_id=STAY))
    else:
        history.sell(history.to_book(STAY, "2025-07-02"))
        timer = next_timer(history, database)
        history.cancel(STAY, FREE, at=instant("2025-06-10T09:00:00Z"))
    assert timer.kind is kind
    head = history.store.head()

    with pytest.raises(Refused) as refused:
        fire(history.ledger, timer)
    with pytest.raises(Refused) as again:
        fire(history.ledger, timer)

    assert refused.value.code == again.value.code
    assert history.store.head() == head
