"""Reading calendars elsewhere as the service does: on time, later after a failure, never again."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from ledger.aggregates.calendar_feed import CALENDAR_FEED, RegisterFeed, RemoveFeed
from ledger.aggregates.decider import Command
from ledger.aggregates.unit_calendar import UNIT_CALENDAR, Deactivate, ReopenCalendar
from ledger.application import Ledger
from ledger.draft import Request
from ledger.events import Actor
from ledger.gateways.fetching import Fetcher
from ledger.gateways.ical import written
from ledger.reactions import Inside
from ledger.store import EventStore
from ledger.values.clock import StandingClock
from ledger.values.feed import FeedItem
from ledger.values.ids import CommandId, fresh_id
from projections.feeds import FEEDS
from replay.feeds import EVERY, FeedDesk
from tests.conftest import Database
from tests.facts import FEED, HOST, NOW, PROCESS, RUI, UNIT, a_stay, to_open_calendar
from tests.ledger.gateways.elsewhere import Elsewhere, elsewhere
from tests.projections.story import asking, drive_to_end

MINUTE = timedelta(minutes=1)


class Hourly:
    """A room with a calendar elsewhere, and the desk that reads it."""

    def __init__(self, database: Database, platform: Elsewhere) -> None:
        self.url, self.platform = database.url, platform
        self.store = EventStore(database.url)
        self.clock = StandingClock(NOW)
        self.ledger = Ledger(self.store, self.clock)
        self.desk = FeedDesk(Inside(self.ledger, fresh_id), Fetcher(at_home=True))
        self.do(UNIT, PROCESS, to_open_calendar())
        address = self.store.keep_text(CommandId(fresh_id()), RUI, platform.address)
        self.do(FEED, HOST, RegisterFeed(feed_id=FEED, unit_id=UNIT, host_id=RUI, address=address))

    def do(self, case_id: str, actor: Actor, command: Command) -> None:
        request = Request(command_id=CommandId(fresh_id()), case_id=case_id, content=b"")
        self.ledger.execute(request, lambda draft: draft.do(actor, command))

    def read(self, after: timedelta = timedelta()) -> int:
        """Read what is due, so much later; how many there were."""
        self.clock.now += after
        drive_to_end(self.url, FEEDS)
        with asking(self.url) as db, psycopg.connect(self.url) as kept:
            return self.desk.run(db, kept, self.clock.now)

    def ledger_says(self) -> str:
        """How the feed stands."""
        feed = self.ledger.state(CALENDAR_FEED, FEED)
        assert feed is not None
        return feed.status

    @property
    def blocks(self) -> int:
        calendar = self.ledger.state(UNIT_CALENDAR, UNIT)
        assert calendar is not None
        return len(calendar.claims)


@pytest.fixture
def hourly(database: Database) -> Iterator[Hourly]:
    with elsewhere() as platform:
        platform.content = written([FeedItem("one", a_stay())], NOW)
        hourly = Hourly(database, platform)
        yield hourly
        hourly.store.close()


def test_a_calendar_is_read_every_hour_and_asked_whether_there_is_anything_new(
    hourly: Hourly,
) -> None:
    assert (hourly.read(), hourly.blocks) == (1, 1)
    assert hourly.read(EVERY - MINUTE) == 0
    assert hourly.read(MINUTE) == 1

    assert [asked.get("If-None-Match") for asked in hourly.platform.asked] == [
        None,
        hourly.platform.etag,
    ]


def test_case_n8_a_calendar_that_fails_is_read_later_each_time_and_keeps_its_blocks(
    hourly: Hourly,
) -> None:
    hourly.read()
    hourly.platform.status = 500

    for hours in (1, 1, 2, 4):
        assert hourly.read(hours * EVERY - MINUTE) == 0
        before = len(hourly.platform.asked)
        hourly.read(MINUTE)
        assert len(hourly.platform.asked) == before + 1

    assert hourly.blocks == 1
    assert hourly.ledger_says() == "failing"
    hourly.platform.status = 200
    assert hourly.read(8 * EVERY) == 1
    assert hourly.ledger_says() == "reading"


def test_a_removed_calendar_is_cleared_away_once(hourly: Hourly) -> None:
    hourly.read()
    hourly.do(FEED, HOST, RemoveFeed(feed_id=FEED))

    assert (hourly.read(MINUTE), hourly.blocks) == (1, 0)
    assert hourly.read(100 * EVERY) == 0


def test_what_stands_beside_the_history_may_be_lost(hourly: Hourly, database: Database) -> None:
    hourly.read()
    with psycopg.connect(database.url, autocommit=True) as db:
        db.execute("UPDATE ledger.calendar_reads SET due_at = '-infinity', etag = ''")
    before = hourly.store.head()

    assert hourly.read() == 1
    assert hourly.store.head() == before


def test_an_address_is_erased_with_its_host_and_not_read_any_more(hourly: Hourly) -> None:
    hourly.read()
    hourly.store.erase_texts(RUI)
    asked = len(hourly.platform.asked)

    assert hourly.read(EVERY) == 0
    assert len(hourly.platform.asked) == asked


def test_a_room_that_is_let_again_is_not_sold_for_long_by_what_its_calendar_said_before(
    hourly: Hourly,
) -> None:
    hourly.do(UNIT, HOST, Deactivate(unit_id=UNIT))
    for _ in range(30):
        hourly.read(after=EVERY)
    assert hourly.ledger_says() == "reading", "nothing is wrong with it"
    assert hourly.platform.asked == []

    hourly.do(UNIT, HOST, ReopenCalendar(unit_id=UNIT))
    hourly.read(after=EVERY)

    assert hourly.blocks == 1
