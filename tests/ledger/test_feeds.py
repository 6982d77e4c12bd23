"""Calendars elsewhere: their items become blocks, or conflicts; and what fails removes nothing."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count

import pytest
from msgspec.structs import replace

from ledger.aggregates.calendar_feed import CALENDAR_FEED, NoteFailure, RemoveFeed, Status
from ledger.aggregates.decider import Command
from ledger.aggregates.unit_calendar import (
    UNIT_CALENDAR,
    BlockNights,
    Deactivate,
    PlaceHold,
    Reacquire,
    ReleaseReservation,
    ReopenCalendar,
    UnblockNights,
    UnitCalendar,
    block_of,
    shared_items,
)
from ledger.application import Ledger
from ledger.draft import Draft, Request
from ledger.errors import FeedUnavailable, FeedUnreadable, NightsAreTaken, TransitionNotAllowed
from ledger.events import Actor, Event
from ledger.events.calendar_feed import FeedFailed, FeedItemsMissed, FeedRecovered
from ledger.events.unit_calendar import (
    ExternalBlockAdded,
    ExternalBlockRemoved,
    FeedConflictDetected,
    FeedConflictEnded,
)
from ledger.gateways.fetching import Fetcher, Validators
from ledger.gateways.ical import LARGEST_BYTES, MOST_ITEMS, written
from ledger.processes import register_feed
from ledger.reactions import Inside, Source, clear_away, note_failure, read_feed
from ledger.values.clock import StandingClock
from ledger.values.feed import FeedItem
from ledger.values.ids import BookingId, CommandId
from ledger.values.stay import ONE_DAY, Stay
from tests.facts import (
    BLOCK,
    BOOKING,
    FEED,
    FEED_ADDRESS,
    HOST,
    NOW,
    PROCESS,
    UNIT,
    a_failed_feed,
    a_feed,
    a_recovered_feed,
    a_stay,
    an_id,
    missed_items,
    to_open_calendar,
    to_register_feed,
)
from tests.given import given
from tests.ledger.gateways.elsewhere import Elsewhere, elsewhere
from tests.ledger.memory import MemoryStore

STAY = a_stay()
LATER = a_stay("2026-08-02")
RESERVE = Reacquire(unit_id=UNIT, booking_id=BOOKING, stay=STAY)


class Killed(BaseException):
    """The reader died."""


class House:
    """A room, its calendar on another platform, and whoever reads it."""

    def __init__(self, platform: Elsewhere) -> None:
        self.platform = platform
        self.store = MemoryStore()
        self.clock = StandingClock(NOW)
        self.ledger = Ledger(self.store, self.clock)
        self.dies_at: int | None = None
        self.known = Validators()
        self._ids = count()
        self.do(UNIT, PROCESS, to_open_calendar())
        self.do(FEED, HOST, to_register_feed())

    def do(self, case_id: str, actor: Actor, command: Command) -> None:
        request = Request(command_id=self.an_id(), case_id=case_id, content=b"")
        self.ledger.execute(request, lambda draft: draft.do(actor, command))

    def an_id(self) -> CommandId:
        number = next(self._ids)
        if number == self.dies_at:
            raise Killed
        return CommandId(an_id(f"command {number}"))

    def dies_after(self, commits: int) -> None:
        """The reader will die when it has done so much more."""
        self.dies_at = next(self._ids) + 1 + commits

    @property
    def inside(self) -> Inside:
        return Inside(self.ledger, self.an_id)

    def says(self, **sold: Stay) -> None:
        """The calendar elsewhere says that these nights are sold."""
        items = [FeedItem(uid, stay) for uid, stay in sold.items()]
        self.platform.content = written(items, NOW)

    def told(self) -> dict[str, Stay]:
        """What we tell other platforms of the room."""
        return {item.uid: item.stay for item in shared_items(self.calendar)}

    def read(self, **sold: Stay) -> list[Event]:
        """The calendar says this, and is read; what came of it."""
        self.says(**sold)
        return self.read_again()

    def read_again(self) -> list[Event]:
        before = len(self.store.history)
        source = Source(FEED, self.platform.address, self.known)
        self.known = read_feed(self.inside, Fetcher(at_home=True), source, self.clock.now)
        return [recorded.event for recorded in self.store.history[before:]]

    @property
    def calendar(self) -> UnitCalendar:
        calendar = self.ledger.state(UNIT_CALENDAR, UNIT)
        assert calendar is not None
        return calendar

    @property
    def blocked(self) -> list[Stay]:
        claims = self.calendar.claims.values()
        nights = [part for one in claims if one.feed_id for part in one.nights]
        return sorted(nights, key=lambda part: part.check_in)

    @property
    def status(self) -> Status:
        feed = self.ledger.state(CALENDAR_FEED, FEED)
        assert feed is not None
        return feed.status


@pytest.fixture(scope="module")
def platform() -> Iterator[Elsewhere]:
    with elsewhere() as platform:
        yield platform


@pytest.fixture
def house(platform: Elsewhere) -> House:
    platform.status, platform.headers, platform.content = 200, {}, b""
    platform.asked.clear()
    return House(platform)


# -- What is sold elsewhere ----------------------------------------------------------------


def test_what_is_sold_elsewhere_is_blocked_here(house: House) -> None:
    events = house.read(one=STAY, two=LATER)

    assert [type(event) for event in events] == [ExternalBlockAdded] * 2
    assert house.blocked == [STAY, LATER]


def test_a_calendar_that_says_the_same_changes_nothing(house: House) -> None:
    house.read(one=STAY)
    assert house.read_again() == []
    assert "If-None-Match" in house.platform.asked[-1]

    house.known = Validators()
    assert house.read_again() == []


def test_nights_that_are_sold_otherwise_are_blocked_otherwise(house: House) -> None:
    house.read(one=STAY)
    house.read(one=LATER)

    assert house.blocked == [LATER]


def test_an_item_is_gone_when_two_readings_were_without_it(house: House) -> None:
    house.read(one=STAY, two=LATER)

    assert [type(event) for event in house.read(two=LATER)] == [FeedItemsMissed]
    assert house.blocked == [STAY, LATER]
    gone = house.read_again()
    assert [type(event) for event in gone] == [ExternalBlockRemoved, FeedItemsMissed]
    assert house.blocked == [LATER]


def test_an_item_that_comes_back_is_missed_anew(house: House) -> None:
    house.read(one=STAY, two=LATER)
    house.read(two=LATER)
    house.read(one=STAY, two=LATER)

    house.read(two=LATER)

    assert house.blocked == [STAY, LATER]


def test_what_came_in_the_place_of_an_item_has_its_nights_as_soon_as_that_is_gone(
    house: House,
) -> None:
    house.read(one=STAY)
    house.read(another=STAY)
    assert house.blocked == [STAY]

    events = house.read_again()

    assert [type(event) for event in events][:2] == [ExternalBlockRemoved, ExternalBlockAdded]
    assert house.blocked == [STAY]


def test_an_item_of_nights_that_are_over_is_not_missed(house: House) -> None:
    house.read(one=STAY, two=LATER)
    house.clock.now = NOW + timedelta(days=45)

    assert house.read(two=LATER) == []


# -- N8 ------------------------------------------------------------------------------------


def test_case_n8_what_a_booking_has_is_told_as_a_conflict_and_the_reservation_stays(
    house: House,
) -> None:
    house.do(BOOKING, PROCESS, RESERVE)
    reserved = house.calendar.claims[BOOKING]

    (told,) = house.read(one=a_stay("2026-07-04"))

    assert isinstance(told, FeedConflictDetected)
    assert told.bookings == (BOOKING,)
    assert house.calendar.claims == {BOOKING: reserved}
    assert house.read_again() == [], "it is told once"


def test_a_conflict_ends_with_the_booking_or_with_the_item(house: House) -> None:
    house.do(BOOKING, PROCESS, RESERVE)
    house.read(one=STAY, two=STAY, three=LATER)

    house.read(one=STAY, three=LATER)
    ended = house.read_again()
    assert [type(event) for event in ended] == [FeedConflictEnded, FeedItemsMissed]

    house.do(BOOKING, PROCESS, ReleaseReservation(unit_id=UNIT, booking_id=BOOKING))
    assert [type(event) for event in house.read_again()] == [ExternalBlockAdded]
    assert house.blocked == [STAY, LATER]


def test_n8_between_two_readings_nobody_books_what_is_known_to_be_sold(house: House) -> None:
    house.do(BOOKING, PROCESS, RESERVE)
    house.do(BLOCK, HOST, BlockNights(unit_id=UNIT, block_id=BLOCK, stay=LATER))
    house.read(one=STAY, two=LATER)
    house.do(BOOKING, PROCESS, ReleaseReservation(unit_id=UNIT, booking_id=BOOKING))
    house.do(BLOCK, HOST, UnblockNights(unit_id=UNIT, block_id=BLOCK))

    for nights in (STAY, LATER):
        other = BookingId(an_id("whoever comes next"))
        with pytest.raises(NightsAreTaken):
            house.do(other, PROCESS, PlaceHold(unit_id=UNIT, booking_id=other, stay=nights))

    house.read_again()
    assert house.blocked == [STAY, LATER]


BAD: dict[str, Callable[[Elsewhere], None]] = {
    "500": lambda platform: setattr(platform, "status", 500),
    "nothing at all": lambda platform: setattr(platform, "content", b""),
    "cut off": lambda platform: setattr(platform, "content", platform.content[:-40]),
    "cut off on the way": lambda platform: platform.headers.update({"Content-Length": "99999"}),
    "huge": lambda platform: setattr(platform, "content", b"x" * (LARGEST_BYTES + 1)),
    "ten thousand events": lambda platform: setattr(
        platform,
        "content",
        b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\nEND:VEVENT\n" * 10_000 + b"END:VCALENDAR",
    ),
    "a page": lambda platform: setattr(platform, "content", b"<html>Sign in</html>"),
}


@pytest.mark.parametrize("how", BAD)
def test_case_n8_a_calendar_that_fails_removes_nothing(house: House, how: str) -> None:
    house.read(one=STAY, two=LATER)
    history = len(house.store.history)
    house.says(two=LATER)
    BAD[how](house.platform)

    for _ in range(3):
        with pytest.raises((FeedUnavailable, FeedUnreadable)):
            house.read_again()

    assert len(house.store.history) == history
    assert house.blocked == [STAY, LATER]


def test_case_n8_a_calendar_without_any_event_removes_nothing(house: House) -> None:
    house.read(one=STAY, two=LATER)

    for _ in range(3):
        assert house.read() == []

    assert house.blocked == [STAY, LATER]


def test_case_n8_as_many_items_as_are_read_are_blocked_once_a_night(house: House) -> None:
    sold = {f"u{number}": STAY for number in range(40)}

    house.read(**sold)

    assert house.blocked == [STAY]
    assert len(house.calendar.claims) == len(sold) < MOST_ITEMS


# -- What we told ourselves ------------------------------------------------------------------


def test_what_we_told_a_platform_is_no_conflict_when_it_tells_us(house: House) -> None:
    house.do(BOOKING, PROCESS, RESERVE)
    house.do(BLOCK, HOST, BlockNights(unit_id=UNIT, block_id=BLOCK, stay=LATER))

    assert house.read(**house.told()) == []
    assert house.read_again() == []
    assert "If-None-Match" in house.platform.asked[-1], "nothing is left to be found out"


def test_the_nights_after_a_stay_that_we_told_are_no_conflict_either(house: House) -> None:
    house.do(BOOKING, PROCESS, replace(RESERVE, buffer_nights=2))

    assert list(house.told().values()) == [STAY.kept(2)]
    assert house.read(**house.told()) == []
    assert house.blocked == []


def test_the_same_nights_under_a_name_that_is_not_ours_are_sold_twice(house: House) -> None:
    house.do(BOOKING, PROCESS, RESERVE)

    (told,) = house.read(**house.told(), one=STAY)

    assert isinstance(told, FeedConflictDetected)
    assert told.block_id == block_of(FEED, "one")


def test_what_has_our_name_and_other_nights_as_well_is_a_conflict(house: House) -> None:
    house.do(BOOKING, PROCESS, RESERVE)
    (name,) = house.told()

    (told,) = house.read(**{name: Stay(STAY.check_in, STAY.check_out + ONE_DAY)})

    assert isinstance(told, FeedConflictDetected)


def test_a_conflict_ends_when_its_item_turns_out_to_be_what_we_told(house: House) -> None:
    house.do(BOOKING, PROCESS, RESERVE)
    (name,) = house.told()
    house.read(**{name: Stay(STAY.check_in, STAY.check_out + ONE_DAY)})

    house.read(**house.told())
    ended = house.read_again()

    assert [type(event) for event in ended] == [FeedConflictEnded, FeedItemsMissed]
    assert house.calendar.conflicts == {}


# -- Who dies, and what fails again and again ------------------------------------------------


@pytest.mark.parametrize("commits", range(4))
def test_who_dies_between_fetching_and_the_last_commit_has_lost_nothing(
    house: House, commits: int
) -> None:
    house.read(one=STAY)
    house.read(two=LATER)
    house.says(two=LATER, three=a_stay("2026-09-02"), four=a_stay("2026-10-02"))
    house.dies_after(commits)

    with pytest.raises(Killed):
        house.read_again()
    house.dies_at = None
    house.read_again()

    assert house.blocked == [LATER, a_stay("2026-09-02"), a_stay("2026-10-02")]


def test_who_cannot_be_read_three_times_in_a_row_is_told_of_once(house: House) -> None:
    happened = []
    for failures in range(1, 6):
        before = len(house.store.history)
        note_failure(house.inside, FEED, "FEED_UNREADABLE", failures)
        happened += [recorded.event for recorded in house.store.history[before:]]

    assert happened == [a_failed_feed()]
    assert house.status.value == "failing"
    assert [type(event) for event in house.read(one=STAY)] == [ExternalBlockAdded, FeedRecovered]
    assert house.status.value == "reading"


def test_an_address_that_is_erased_is_not_read(house: House) -> None:
    with pytest.raises(FeedUnavailable, match="erased"):
        read_feed(house.inside, Fetcher(), Source(FEED, None), NOW)


# -- The end -------------------------------------------------------------------------------


def test_a_removed_feed_is_read_no_more_and_leaves_nothing(house: House) -> None:
    house.do(BOOKING, PROCESS, RESERVE)
    house.read(one=STAY, two=LATER)
    house.do(FEED, HOST, RemoveFeed(feed_id=FEED))

    assert house.read(three=a_stay("2026-09-02")) == []
    clear_away(house.inside, FEED, NOW)

    assert (house.blocked, house.calendar.conflicts) == ([], {})
    free = PlaceHold(unit_id=UNIT, booking_id=an_id("x"), stay=LATER)  # type: ignore[arg-type]
    house.do(an_id("x"), PROCESS, free)


def test_a_unit_that_is_no_longer_let_has_no_feed(house: House) -> None:
    house.do(UNIT, HOST, Deactivate(unit_id=UNIT))

    def plan(draft: Draft) -> None:
        register_feed(draft, HOST, to_register_feed())

    assert house.read(one=STAY) == []
    assert house.platform.asked == []
    with pytest.raises(TransitionNotAllowed):
        house.ledger.execute(Request(command_id=house.an_id(), case_id=FEED, content=b""), plan)


def test_a_removed_feed_leaves_nothing_in_a_unit_that_is_let_again(house: House) -> None:
    house.read(one=STAY, other=LATER)
    house.do(UNIT, HOST, Deactivate(unit_id=UNIT))
    house.do(FEED, HOST, RemoveFeed(feed_id=FEED))

    clear_away(house.inside, FEED, NOW)

    house.do(UNIT, HOST, ReopenCalendar(unit_id=UNIT))
    assert house.blocked == []
    free = PlaceHold(unit_id=UNIT, booking_id=an_id("x"), stay=LATER)  # type: ignore[arg-type]
    house.do(an_id("x"), PROCESS, free)


def test_a_feeds_stream_knows_what_was_missing_and_who_was_told() -> None:
    again = NoteFailure(feed_id=FEED, reason="FEED_UNREADABLE", failures=4)

    given(a_feed(), a_failed_feed()).when(PROCESS, again).refused(TransitionNotAllowed)
    given(a_feed(), a_failed_feed(), a_recovered_feed()).when(PROCESS, again).then(
        FeedFailed(unit_id=UNIT, reason="FEED_UNREADABLE", failures=4)
    )
    assert given(a_feed(), missed_items()).when(PROCESS, again).state.missing


def test_the_address_of_a_feed_is_in_no_event(house: House) -> None:
    house.read(one=STAY)

    assert FEED_ADDRESS not in repr([recorded.event for recorded in house.store.history])
    assert block_of(FEED, "one") in house.calendar.claims
