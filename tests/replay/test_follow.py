"""Following: read models keep up, alone or beside others, through whatever goes wrong."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import psycopg
import pytest
import redis

from bench.history import write_history
from ledger.events import Event, Recorded
from ledger.values.ids import BookingId
from projections import PROJECTIONS, Projection
from projections.availability import AVAILABILITY
from projections.journal import JOURNAL
from projections.projection import Rows, Standing, standing_of
from projections.timeline import TIMELINE
from projections.trips import TRIPS
from replay import schemas
from replay.announce import ToRedis
from replay.digest import digest_of
from replay.drive import Drive
from replay.follow import Follower, Halt
from replay.rebuild import rebuild
from sandbox.box import scratch
from tests.conftest import Database
from tests.facts import a_booking, a_calendar, a_hold, an_id, confirmed, paid
from tests.projections.story import Story, asking

PATIENCE_SECONDS = 20.0


@contextmanager
def running(follower: Follower) -> Iterator[Follower]:
    """A follower at work in a thread, stopped at the end."""
    thread = threading.Thread(target=follower.run)
    thread.start()
    try:
        yield follower
    finally:
        follower.stop()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive(), "the follower does not stop"


def until(condition: Callable[[], bool]) -> None:
    """Wait for something to come true."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "it does not come true"
        time.sleep(0.01)


def standings(url: str) -> Mapping[str, Standing]:
    with asking(url) as db:
        return {each.name: each for each in standing_of(db, PROJECTIONS)}


def reached(url: str, position: int, *projections: Projection) -> Callable[[], bool]:
    """Whether read models have reached a position."""

    def look() -> bool:
        try:
            seen = standings(url)
        except Exception:  # noqa: BLE001 - before the follower made the tables
            return False
        return all(seen[each.name].position >= position for each in projections or PROJECTIONS)

    return look


def test_what_is_recorded_appears_in_every_read_model(story: Story) -> None:
    url = story.database.url
    with running(Follower(url)):
        position = story.tells(a_calendar(), a_hold(), a_booking(), paid(), confirmed())
        until(reached(url, position))

        position = story.tells(a_booking(), stream=an_id("b"), case=an_id("b"))
        until(reached(url, position))

    with psycopg.connect(url, autocommit=True) as connection:
        assert digest_of(connection, TRIPS).rows == 3  # two trips, and a payment


def test_a_follower_goes_on_where_the_last_one_stopped(story: Story) -> None:
    url = story.database.url
    first = story.tells(a_booking())
    with running(Follower(url)):
        until(reached(url, first))
    second = story.tells(paid(), confirmed())

    with running(Follower(url)):
        until(reached(url, second))

    with psycopg.connect(url, autocommit=True) as connection:
        assert digest_of(connection, TRIPS).rows == 2  # the trip, and its payment


def test_of_two_followers_one_stands_by_and_takes_over(story: Story) -> None:
    url = story.database.url
    with running(Follower(url)) as first:
        until(reached(url, story.tells(a_booking())))
        with running(Follower(url)):
            until(reached(url, story.tells(paid())))
            first.stop()
            until(reached(url, story.tells(confirmed())))


@dataclass
class Stumbling:
    """Trips, with a stone in the way: one booking that it cannot take in."""

    stone: BookingId

    def project(self, rows: Rows, recorded: Recorded[Event]) -> None:
        if recorded.case_id == self.stone:
            raise ZeroDivisionError("the stone")
        TRIPS.project(rows, recorded)


def test_case_e3_a_poison_event_stops_its_read_model_alone_which_says_where_and_why(
    story: Story,
) -> None:
    url, stone = story.database.url, BookingId(an_id("stone"))
    stumbling = replace(TRIPS, project=Stumbling(stone).project)
    halts: list[Halt] = []
    before = story.tells(a_booking())
    at = story.tells(a_booking(), stream=stone, case=stone)
    after = story.tells(paid(), confirmed())

    with running(Follower(url, (stumbling, JOURNAL, TIMELINE), report=halts.append)):
        until(reached(url, after, JOURNAL, TIMELINE))
        until(lambda: bool(halts))

    (halt,) = halts
    assert (halt.read_model, halt.position) == ("trips", at)
    assert "ZeroDivisionError: the stone" in halt.because
    standing = standings(url)["trips"]
    assert (standing.position, standing.halted_at) == (before, at)
    assert standing.halted_because == halt.because


def test_a_read_model_that_had_halted_goes_on_once_it_knows_better(story: Story) -> None:
    url, stone = story.database.url, BookingId(an_id("stone"))
    halts: list[Halt] = []
    last = story.tells(a_booking(), stream=stone, case=stone)
    stumbling = replace(TRIPS, project=Stumbling(stone).project)
    with running(Follower(url, (stumbling,), report=halts.append)):
        until(lambda: bool(halts))

    with running(Follower(url, (TRIPS,))):
        until(reached(url, last, TRIPS))

    assert standings(url)["trips"].halted_at is None


def test_a_read_model_that_had_halted_is_followed_again_once_it_is_rebuilt(story: Story) -> None:
    url, stone = story.database.url, BookingId(an_id("stone"))
    stumbling = Stumbling(stone)
    halts: list[Halt] = []
    story.tells(a_booking(), stream=stone, case=stone)
    with running(Follower(url, (replace(TRIPS, project=stumbling.project),), report=halts.append)):
        until(lambda: bool(halts))

        rebuild(url, (TRIPS,))
        until(reached(url, story.tells(a_booking()), TRIPS))

    assert len(halts) == 1
    with psycopg.connect(url, autocommit=True) as connection:
        assert digest_of(connection, TRIPS).rows == 2


def test_a_read_model_that_one_follower_halted_is_open_to_one_that_knows_better(
    story: Story,
) -> None:
    url, stone = story.database.url, BookingId(an_id("stone"))
    halts: list[Halt] = []
    last = story.tells(a_booking(), stream=stone, case=stone)
    stumbling = replace(TRIPS, project=Stumbling(stone).project)
    with running(Follower(url, (stumbling,), report=halts.append)):
        until(lambda: bool(halts))

        with running(Follower(url, (TRIPS,))):
            until(reached(url, last, TRIPS))

    assert standings(url)["trips"].halted_at is None


@dataclass
class Overtaken:
    """Trips that stumble, and whose tables are replaced by a rebuild just when they do."""

    url: str
    stones: int
    at: list[int] = field(default_factory=list)

    def project(self, rows: Rows, recorded: Recorded[Event]) -> None:
        if len(self.at) < self.stones:
            self.at.append(recorded.position)
            if len(self.at) == self.stones:
                rebuild(self.url, (TRIPS,))
            raise ZeroDivisionError
        TRIPS.project(rows, recorded)


@pytest.mark.parametrize("stones", [1, 2])
def test_a_swap_under_a_follower_is_blamed_on_no_event_and_does_not_end_it(
    story: Story, stones: int
) -> None:
    url = story.database.url
    halts: list[Halt] = []
    position = story.tells(a_booking(), paid(), confirmed())
    overtaken = replace(TRIPS, project=Overtaken(url, stones).project)

    with running(Follower(url, (overtaken,), report=halts.append)):
        until(reached(url, position, TRIPS))
        until(reached(url, story.tells(a_booking(), stream=an_id("b"), case=an_id("b")), TRIPS))

    assert halts == []


def written_by_a_newer_version(database: Database, topic: str, schema: int = 1) -> int:
    """Add an event that only the future knows; its position."""
    with psycopg.connect(database.owner_url) as owner:
        found = owner.execute(
            "INSERT INTO ledger.events SELECT max(position) + 1, %s, 1, %s, %s, now(), now(), %s, "
            '%s, \'{"actor":["X","x"]}\', \'{}\' FROM ledger.events RETURNING position',
            (an_id("new"), an_id("new"), an_id("new command"), schema, topic),
        ).fetchone()
    assert found is not None
    return int(found[0])


OF_PAYMENTS = {
    each.name for each in PROJECTIONS if any(topic.startswith("payment.") for topic in each.topics)
}
"""The read models that follow payments."""


@pytest.mark.parametrize(("topic", "schema"), [("payment.teleported", 1), ("payment.opened", 99)])
def test_case_e3_an_unknown_event_stops_who_follows_its_aggregate_and_nobody_else(
    story: Story, topic: str, schema: int
) -> None:
    url = story.database.url
    halts: list[Halt] = []
    before = story.tells(a_calendar(), a_booking())
    at = written_by_a_newer_version(story.database, topic, schema)
    after = story.tells(a_hold())

    with running(Follower(url, report=halts.append)):
        until(reached(url, after, AVAILABILITY))
        until(lambda: len(halts) == len(OF_PAYMENTS))

    assert {halt.read_model for halt in halts} == OF_PAYMENTS
    assert {halt.position for halt in halts} == {at}
    assert all(topic in halt.because for halt in halts)
    assert standings(url)["trips"].position == before

    rebuilt = rebuild(url, (TRIPS, AVAILABILITY))
    assert [each.position for each in rebuilt] == [before, after]


def test_case_e7_a_position_announced_on_redis_is_there_to_be_read(
    story: Story, redis_url: str
) -> None:
    url = story.database.url
    heard = redis.Redis.from_url(redis_url).pubsub()  # type: ignore[no-untyped-call]
    heard.subscribe("positions")
    announce = ToRedis(redis_url, "positions")
    with running(Follower(url, announce=announce)):
        position = story.tells(a_booking())
        seen: dict[str, int] = {}
        end = time.monotonic() + PATIENCE_SECONDS
        while seen.get("trips", 0) < position and time.monotonic() < end:
            message = heard.get_message(ignore_subscribe_messages=True, timeout=1.0)
            if message:
                seen = json.loads(message["data"])
        assert seen["trips"] == position
        assert standings(url)["trips"].position >= position
    heard.close()
    announce.close()


def test_losing_redis_loses_nothing(story: Story) -> None:
    url = story.database.url
    nobody_there = ToRedis("redis://127.0.0.1:1/0", "positions")
    with running(Follower(url, announce=nobody_there)):
        until(reached(url, story.tells(a_booking(), paid(), confirmed())))
    nobody_there.close()


def test_a_follower_whose_backends_are_killed_misses_nothing(story: Story) -> None:
    url = story.database.url
    with running(Follower(url)):
        until(reached(url, story.tells(a_booking())))
        with psycopg.connect(story.database.admin_url, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'stayledger follow' AND datname = current_database()"
            )
        until(reached(url, story.tells(paid(), confirmed())))


def test_fault_2_a_follower_outlives_a_killed_postmaster_and_passes_no_gap() -> None:
    from ledger.store import install_schema

    with scratch(redis=False) as box:
        assert box.postgres is not None
        install_schema(box.owner_url)
        database = Database(url=box.database_url, owner_url=box.owner_url, admin_url=box.admin_url)
        story = Story(database)
        with running(Follower(database.url)):
            story.tells(a_booking(), paid())
            box.postgres.kill()
            box.postgres.start()
            position = story.tells(confirmed())
            until(reached(database.url, position))
        with psycopg.connect(database.url, autocommit=True) as connection:
            live = {each.name: digest_of(connection, each) for each in PROJECTIONS}
        story.close()
        rebuilt = {each.name: each for each in rebuild(database.url)}
    assert all(rebuilt[name].agrees for name in live)


def test_a_rebuild_under_a_follower_is_taken_over_without_a_gap(database: Database) -> None:
    write_history(database.owner_url, 1_500, origin="live")
    url = database.url
    story = Story(database)
    with running(Follower(url)):
        until(reached(url, 1_500))
        for number in range(3):
            name = an_id(f"booking {number}")
            story.tells(a_booking(), stream=name, case=name)
            rebuild(url, (TRIPS, JOURNAL))
            until(reached(url, story.tells(confirmed(), stream=name, case=name)))
    story.close()

    with psycopg.connect(url, autocommit=True) as connection:
        live = digest_of(connection, TRIPS)
    (again,) = rebuild(url, (TRIPS,))
    assert (again.rows, again.digest, again.agrees) == (live.rows, live.digest, True)


def test_a_driver_never_writes_to_tables_that_were_replaced(story: Story) -> None:
    url = story.database.url
    story.tells(a_booking())
    with psycopg.connect(url, autocommit=True) as connection:
        schemas.prepare(connection, TRIPS)
        late = Drive(TRIPS)
        late.begin(connection)
        rebuild(url, (TRIPS,))

        with pytest.raises(Exception, match="moved the read model"):
            late.apply(connection, [], 1)
