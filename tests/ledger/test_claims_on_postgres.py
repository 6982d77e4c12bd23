"""Nights on a real Postgres: freed, taken and taken again in one commit, and who comes first."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

import psycopg
import pytest

from ledger import processes
from ledger.aggregates.booking import BOOKING as BOOKINGS
from ledger.aggregates.decider import Command
from ledger.aggregates.unit_calendar import (
    UNIT_CALENDAR,
    BlockNights,
    ExpireHold,
    ExtendHold,
    FeedItemGone,
    ImportFeedItem,
    MoveReservation,
    PlaceHold,
    Reacquire,
    ReleaseReservation,
    ReopenNights,
    UnblockNights,
)
from ledger.application import Ledger
from ledger.draft import Draft, Plan, Request
from ledger.errors import LedgerError, NightsAreTaken, TooEarly, TransitionNotAllowed
from ledger.events import Actor
from ledger.store import EventStore
from ledger.values.clock import StandingClock
from ledger.values.ids import BlockId, BookingId, CommandId, fresh_id
from ledger.values.stay import Stay
from tests.conftest import Database
from tests.facts import (
    BLOCK,
    BOOKING,
    FEED,
    GUEST,
    HOLD_ENDS,
    HOST,
    ITEM,
    NOW,
    OPERATOR,
    PROCESS,
    TIMER,
    UID,
    UNIT,
    a_stay,
    an_id,
    to_book,
    to_open_calendar,
)

ANOTHER = BookingId(an_id("another booking"))
RESERVED = Reacquire(unit_id=UNIT, booking_id=BOOKING, stay=a_stay())


class Desk:
    """A ledger, and what Postgres claims."""

    def __init__(self, database: Database, store: EventStore, clock: StandingClock) -> None:
        self._database = database
        self.clock = clock
        self.ledger = Ledger(store, clock)

    def does(self, case_id: str, actor: Actor, *commands: Command) -> None:
        """Give commands in one commit."""

        def give(draft: Draft) -> None:
            for command in commands:
                draft.do(actor, command)

        self.plans(case_id, give)

    def plans(self, case_id: str, plan: Plan) -> None:
        """Carry a plan out."""
        command_id = CommandId(fresh_id())
        request = Request(command_id=command_id, case_id=case_id, content=command_id.encode())
        self.ledger.execute(request, plan)

    def claims(self) -> dict[date, str]:
        """Which case has which night, as Postgres keeps it."""
        with psycopg.connect(self._database.url) as connection:
            found = connection.execute(
                "SELECT night, case_id::text FROM ledger.night_claims WHERE unit_id = %s", (UNIT,)
            )
            return dict(found.fetchall())


@pytest.fixture
def store(database: Database) -> Iterator[EventStore]:
    opened = EventStore(database.url)
    yield opened
    opened.close()


@pytest.fixture
def desk(database: Database, store: EventStore) -> Desk:
    desk = Desk(database, store, StandingClock(NOW))
    desk.does(UNIT, HOST, to_open_calendar())
    return desk


@pytest.fixture
def another(database: Database, store: EventStore, desk: Desk) -> Desk:
    """Another process, with a memory of its own and the same clock."""
    return Desk(database, store, desk.clock)


def nights_of(case_id: str, *stays: Stay) -> dict[date, str]:
    return {night: case_id for stay in stays for night in stay.nights()}


def to_hold(nights: Stay) -> PlaceHold:
    return PlaceHold(unit_id=UNIT, booking_id=ANOTHER, stay=nights)


def to_release(*, by_host: bool) -> ReleaseReservation:
    return ReleaseReservation(unit_id=UNIT, booking_id=BOOKING, cancelled_by_host=by_host)


# -- One commit -------------------------------------------------------------------------


def test_what_a_host_cancels_is_freed_and_claimed_again_in_one_commit(desk: Desk) -> None:
    desk.does(BOOKING, PROCESS, RESERVED)

    desk.does(BOOKING, PROCESS, to_release(by_host=True))

    assert desk.claims() == nights_of(BOOKING, a_stay())
    with pytest.raises(NightsAreTaken):
        desk.does(ANOTHER, PROCESS, to_hold(a_stay()))
    reopen = ReopenNights(unit_id=UNIT, block_id=BlockId(BOOKING), reason="host_was_right")
    desk.does(BOOKING, OPERATOR, reopen)
    assert desk.claims() == {}
    desk.does(ANOTHER, PROCESS, to_hold(a_stay()))
    assert desk.claims() == nights_of(ANOTHER, a_stay())


def test_nights_won_back_and_cancelled_by_their_host_in_one_commit_are_claimed_once(
    desk: Desk,
) -> None:
    desk.does(BOOKING, PROCESS, RESERVED, to_release(by_host=True))

    assert desk.claims() == nights_of(BOOKING, a_stay())


def test_commits_of_one_batch_free_take_and_free_the_same_nights(desk: Desk) -> None:
    desk.does(BOOKING, PROCESS, RESERVED, to_release(by_host=False))
    desk.does(BOOKING, PROCESS, RESERVED)
    desk.does(BOOKING, PROCESS, to_release(by_host=False), RESERVED, to_release(by_host=False))

    assert desk.claims() == {}


def test_n11_a_booking_moves_within_its_own_nights_in_one_commit(desk: Desk) -> None:
    desk.does(BOOKING, PROCESS, RESERVED)
    desk.does(ANOTHER, PROCESS, to_hold(a_stay("2026-07-06", 2)))
    there, back = (
        MoveReservation(unit_id=UNIT, booking_id=BOOKING, stay=stay)
        for stay in (a_stay("2026-07-03"), a_stay())
    )

    desk.does(BOOKING, PROCESS, there)
    moved = nights_of(BOOKING, a_stay("2026-07-03")) | nights_of(ANOTHER, a_stay("2026-07-06", 2))
    assert desk.claims() == moved
    too_far = MoveReservation(unit_id=UNIT, booking_id=BOOKING, stay=a_stay("2026-07-04"))
    with pytest.raises(NightsAreTaken):
        desk.does(BOOKING, PROCESS, too_far)
    assert desk.claims() == moved

    desk.does(BOOKING, PROCESS, back, there, back)
    assert desk.claims() == nights_of(BOOKING, a_stay()) | nights_of(
        ANOTHER, a_stay("2026-07-06", 2)
    )


def test_n11_what_fails_after_the_move_leaves_the_booking_where_it_was(desk: Desk) -> None:
    desk.does(BOOKING, PROCESS, RESERVED)
    move = MoveReservation(unit_id=UNIT, booking_id=BOOKING, stay=a_stay("2026-07-03"))

    def move_and_fail(draft: Draft) -> None:
        draft.do(PROCESS, move)
        raise TransitionNotAllowed(why="the difference was not paid")

    with pytest.raises(TransitionNotAllowed):
        desk.plans(BOOKING, move_and_fail)

    assert desk.claims() == nights_of(BOOKING, a_stay())
    calendar = desk.ledger.state(UNIT_CALENDAR, UNIT)
    assert calendar is not None
    assert calendar.claims[BOOKING].stay == a_stay()


def test_blocks_have_their_nights_until_they_are_lifted(desk: Desk) -> None:
    around = a_stay("2026-07-01", 6)
    outside = (a_stay("2026-07-01", 1), a_stay("2026-07-05", 2))
    item = ImportFeedItem(unit_id=UNIT, feed_id=FEED, uid=UID, stay=around, revision="0")

    desk.does(BLOCK, HOST, BlockNights(unit_id=UNIT, block_id=BLOCK, stay=a_stay()))
    desk.does(ITEM, PROCESS, item)
    assert desk.claims() == nights_of(BLOCK, a_stay()) | nights_of(ITEM, *outside)

    desk.does(BLOCK, HOST, UnblockNights(unit_id=UNIT, block_id=BLOCK))
    assert desk.claims() == nights_of(ITEM, *outside)
    desk.does(ITEM, PROCESS, item)
    assert desk.claims() == nights_of(ITEM, around)

    gone = FeedItemGone(unit_id=UNIT, feed_id=FEED, block_id=ITEM, good_fetches=2)
    desk.does(ITEM, PROCESS, gone)
    assert desk.claims() == {}


def test_a_night_that_is_blocked_is_not_sold_though_the_calendar_was_not_asked(
    desk: Desk, database: Database
) -> None:
    """The second guard by itself: the claim of the block is there to be met."""
    desk.does(BLOCK, HOST, BlockNights(unit_id=UNIT, block_id=BLOCK, stay=a_stay()))

    with (
        psycopg.connect(database.owner_url) as connection,
        pytest.raises(psycopg.errors.UniqueViolation),
    ):
        connection.execute(
            "INSERT INTO ledger.night_claims VALUES (%s, %s, %s)",
            (UNIT, a_stay().check_in, ANOTHER),
        )


# -- N6: a hold's extension and its end at the same moment -------------------------------


def after_another(desk: Desk, then: Plan, first: Plan, another: Desk) -> tuple[str, list[str]]:
    """What a plan comes to where another process writes between its look and its commit.

    Also the states that it found the hold in, each time it looked.
    """
    found: list[str] = []

    def look_and_then(draft: Draft) -> None:
        calendar = draft.state(UNIT_CALENDAR, UNIT)
        assert calendar is not None
        found.append(calendar.claims[BOOKING].status if BOOKING in calendar.claims else "free")
        if len(found) == 1:
            another.plans(BOOKING, first)
        then(draft)

    try:
        desk.plans(BOOKING, look_and_then)
    except LedgerError as error:
        return type(error).__name__, found
    return "done", found


def extend(draft: Draft) -> None:
    draft.do(PROCESS, ExtendHold(unit_id=UNIT, booking_id=BOOKING, in_flight=True))


def expire(draft: Draft) -> None:
    draft.do(TIMER, ExpireHold(unit_id=UNIT, booking_id=BOOKING))


@pytest.fixture
def held(desk: Desk) -> Desk:
    """A booking whose hold runs out at this very moment."""
    desk.plans(BOOKING, partial(processes.book, guest=GUEST, command=to_book()))
    desk.clock.now = HOLD_ENDS
    return desk


def test_n6_an_extension_that_comes_first_keeps_the_hold(held: Desk, another: Desk) -> None:
    told, found = after_another(held, then=expire, first=extend, another=another)

    assert (told, found[0], found[-1]) == (TooEarly.__name__, "hold", "hold")
    assert len(found) > 1, "it was decided anew"
    assert held.claims() == nights_of(BOOKING, a_stay())
    calendar = held.ledger.state(UNIT_CALENDAR, UNIT)
    assert calendar is not None
    assert calendar.claims[BOOKING].expires_at == HOLD_ENDS + timedelta(minutes=15)


def test_n6_an_expiry_that_comes_first_cannot_be_undone(held: Desk, another: Desk) -> None:
    told, found = after_another(held, then=extend, first=expire, another=another)

    assert (told, found[0], found[-1]) == (TransitionNotAllowed.__name__, "hold", "free")
    assert held.claims() == {}


def test_n6_a_whole_expiry_that_comes_too_late_changes_neither_nights_nor_booking(
    held: Desk, another: Desk
) -> None:
    timer = partial(processes.expire, booking_id=BOOKING)

    told, _ = after_another(held, then=timer, first=extend, another=another)

    assert told == TooEarly.__name__
    booking = held.ledger.state(BOOKINGS, BOOKING)
    assert booking is not None
    assert booking.status == "pending_payment"


def test_n7_a_hold_that_comes_first_keeps_a_host_from_blocking(desk: Desk, another: Desk) -> None:
    calendar = desk.ledger.state(UNIT_CALENDAR, UNIT)
    assert calendar is not None
    assert not calendar.claims
    another.does(ANOTHER, PROCESS, to_hold(a_stay()))

    with pytest.raises(NightsAreTaken) as refused:
        desk.does(BLOCK, HOST, BlockNights(unit_id=UNIT, block_id=BLOCK, stay=a_stay()))

    assert [each["id"] for each in refused.value.conflicts] == [ANOTHER]
    assert desk.claims() == nights_of(ANOTHER, a_stay())
