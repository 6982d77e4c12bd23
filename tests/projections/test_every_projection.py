"""What holds for every read model: live is rebuilt, twice is once, and killed is not harmed."""

import multiprocessing
import os
import pkgutil
import signal
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from importlib import import_module

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

import projections
from bench.history import history as history_of
from ledger.events import Actor, Envelope, Event, Recorded
from ledger.store import default_codec
from ledger.values.ids import CommandId, StreamId
from projections import PROJECTIONS, Projection
from projections.projection import NOT_IN_DIGEST, WHOLE
from replay import schemas
from replay.digest import Digest, digest_of
from replay.drive import Connection, Drive, Place, SomebodyElseDrives
from replay.feed import Feed, Page
from replay.rebuild import rebuild
from tests.conftest import Database
from tests.lists import complete
from tests.projections.conftest import EVENTS
from tests.projections.kept import fold
from tests.projections.story import drive_to_end

every_projection = pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda p: p.name)


@pytest.fixture
def head(history: Database) -> int:
    """The position of the last event."""
    with psycopg.connect(history.url) as connection:
        found = connection.execute("SELECT max(position) FROM ledger.events").fetchone()
    assert found is not None
    return int(found[0])


def test_everything_that_a_read_model_listens_to_happens_here(history: Database) -> None:
    with psycopg.connect(history.url) as connection:
        found = connection.execute("SELECT DISTINCT topic FROM ledger.events").fetchall()
    heard = {topic for each in PROJECTIONS for topic in each.topics}
    complete(
        heard & {row[0] for row in found}, heard, "live_through in tests/replay/small_history.py"
    )


def digest(url: str, projection: Projection, schema: str | None = None) -> Digest:
    with psycopg.connect(url, autocommit=True) as connection:
        return digest_of(connection, projection, schema)


def in_pages_of(url: str, projection: Projection, page_events: int) -> Digest:
    """The digest of a copy that was fed page by page, as a follower does."""
    schema = f"{projection.schema}__by_{page_events}"
    with psycopg.connect(url, autocommit=True) as connection:
        schemas.prepare(connection)
        schemas.make_bare(connection, projection, schema)
        schemas.finish(connection, projection, schema)
    drive_to_end(url, projection, schema=schema, page_events=page_events)
    return digest(url, projection, schema)


@every_projection
def test_a_read_model_is_the_same_in_pages_of_any_size(
    history: Database, projection: Projection
) -> None:
    one_page, *others = (
        in_pages_of(history.url, projection, size) for size in (2 * EVENTS, 411, 37)
    )

    assert one_page.rows > 0
    assert others == [one_page, one_page]


def test_case_e2_every_read_model_rebuilt_from_zero_is_what_was_live(
    history: Database, head: int
) -> None:
    for projection in PROJECTIONS:
        drive_to_end(history.url, projection)
    live = {each.name: digest(history.url, each) for each in PROJECTIONS}

    once = rebuild(history.url)
    twice = rebuild(history.url, processes=2)

    for rebuilt in (*once, *twice):
        assert rebuilt.agrees, rebuilt.name
        assert Digest(rebuilt.rows, rebuilt.digest) == live[rebuilt.name]
        assert rebuilt.position == head
    assert {each.name: digest(history.url, each) for each in PROJECTIONS} == live


@every_projection
def test_the_same_page_twice_counts_once(history: Database, projection: Projection) -> None:
    url = history.url
    drive_to_end(url, projection)
    before = digest(url, projection)
    with psycopg.connect(url, autocommit=True) as connection, Feed(url) as feed:
        late = Drive(projection)
        page = feed.page(0)

        with pytest.raises(SomebodyElseDrives):
            late.apply(connection, page.events, page.reaches)

    assert digest(url, projection) == before


@every_projection
def test_of_two_drivers_that_stand_at_the_same_place_one_loses(
    history: Database, projection: Projection
) -> None:
    url = history.url
    with (
        psycopg.connect(url, autocommit=True) as one,
        psycopg.connect(url, autocommit=True) as other,
        Feed(url) as feed,
    ):
        schemas.prepare(one, projection)
        first, second = Drive(projection), Drive(projection)
        first.begin(one)
        second.begin(other)
        page = feed.page(0, limit=2 * EVENTS)

        first.apply(one, page.events, page.reaches)
        with pytest.raises(SomebodyElseDrives):
            second.apply(other, page.events, page.reaches)

    assert digest(url, projection) == in_pages_of(url, projection, EVENTS)


class PulledPlug(Exception):
    """Stands for whatever ends a process between two statements."""


def write_and_fail(connection: Connection, drive: Drive, page: Page) -> None:
    """Write a batch's rows and position, and fail before the commit."""
    with connection.transaction():
        drive.take(page.events)
        drive.settle(connection, page.reaches)
        raise PulledPlug


@every_projection
def test_case_e1_what_fails_in_the_middle_of_a_batch_leaves_nothing_behind(
    history: Database, projection: Projection
) -> None:
    url = history.url
    with psycopg.connect(url, autocommit=True) as connection, Feed(url) as feed:
        schemas.prepare(connection, projection)
        drive = Drive(projection)
        drive.begin(connection)
        page = feed.page(0, limit=1_000)
        with pytest.raises(PulledPlug):
            write_and_fail(connection, drive, page)
        assert schemas.slices(connection, projection.schema) == {WHOLE: 0}
        assert digest_of(connection, projection).rows == 0

    drive_to_end(url, projection)
    assert digest(url, projection) == in_pages_of(url, projection, EVENTS)


def write_and_be_killed(url: str) -> None:
    """Write a batch's rows and position for every read model, and die before any commit."""
    with ExitStack() as open_until_killed, Feed(url) as feed:
        for projection in PROJECTIONS:
            connection = open_until_killed.enter_context(psycopg.connect(url))
            schemas.prepare(connection, projection)
            connection.commit()
            drive = Drive(projection)
            drive.begin(connection)
            page = feed.page(drive.position, limit=700)
            drive.take(page.events)
            drive.settle(connection, page.reaches)
        os.kill(os.getpid(), signal.SIGKILL)


def test_fault_23_a_projector_killed_between_write_and_tracking_counts_nothing_twice(
    history: Database,
) -> None:
    url = history.url
    killed = multiprocessing.get_context("spawn").Process(target=write_and_be_killed, args=(url,))
    killed.start()
    killed.join()
    assert killed.exitcode == -signal.SIGKILL

    for projection in PROJECTIONS:
        drive_to_end(url, projection, page_events=500)

        assert digest(url, projection) == in_pages_of(url, projection, EVENTS), projection.name


def test_a_digest_does_not_depend_on_places_in_the_store() -> None:
    for projection in PROJECTIONS:
        for table in projection.tables.sorted_tables:
            for column in table.columns:
                named_for_a_place = column.name in {"position", "recorded_at"}
                assert named_for_a_place == (column.info == NOT_IN_DIGEST), column


def test_a_digest_tells_one_changed_value(history: Database) -> None:
    trips = next(each for each in PROJECTIONS if each.name == "trips")
    drive_to_end(history.url, trips)
    before = digest(history.url, trips)

    with psycopg.connect(history.url, autocommit=True) as connection:
        connection.execute(
            "UPDATE trips_v2.trips SET due_minor = due_minor + 1 WHERE booking_id = "
            "(SELECT booking_id FROM trips_v2.trips LIMIT 1)"
        )

    assert digest(history.url, trips) != before


# -- Any cut of any history ---------------------------------------------------------------


Events = Sequence[Recorded[Event]]


def recorded(events: int, seed: int) -> Events:
    """A history in memory, as the store would give it."""
    codec, versions = default_codec(), defaultdict[str, int](int)
    envelope = codec.encode_envelope(Envelope(actor=Actor("X", "process")))
    found: list[Recorded[Event]] = []
    for position, made in enumerate(history_of(events, seed), start=1):
        versions[made.stream_id] += 1
        place = (position, StreamId(made.stream_id), versions[made.stream_id], made.case_id)
        command = CommandId(made.command_id)
        found.append(Recorded(*place, made.at, made.at, command, envelope, made.event))
    return found


def pages(events: Events, cuts: Sequence[int]) -> Iterator[Events]:
    """The history, cut at some places."""
    begin = 0
    for end in (*sorted(set(cuts)), len(events)):
        if end > begin:
            yield events[begin:end]
            begin = end


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    seed=st.integers(1, 10_000),
    cuts=st.lists(st.integers(1, 900), max_size=12),
    loading=st.booleans(),
)
def test_sets_of_rows_say_what_one_event_at_a_time_would_have_said(
    database: Database, seed: int, cuts: list[int], loading: bool
) -> None:
    events = recorded(900, seed)
    with psycopg.connect(database.url, autocommit=True) as connection:
        schemas.prepare(connection)
        for projection in PROJECTIONS:
            schema = f"{projection.schema}__cut"
            schemas.drop(connection, schema)
            schemas.make_bare(connection, projection, schema)
            if not loading:
                schemas.finish(connection, projection, schema)
            drive = Drive(projection, Place(schema, "1 of 1" if loading else WHOLE))
            drive.begin(connection)
            for page in pages(events, cuts):
                drive.apply(connection, page, page[-1].position)
            if loading:
                schemas.finish(connection, projection, schema)
            assert written(connection, projection, schema) == folded(projection, events)


def folded(projection: Projection, events: Events) -> dict[str, set[str]]:
    """Each table's rows as texts, after one event at a time."""
    kept = fold(projection, events)
    return {
        table.name: {
            str([str(row[column.name]) for column in table.columns])
            for row in kept.rows(table).values()
        }
        for table in projection.tables.sorted_tables
    }


def written(
    connection: psycopg.Connection[tuple[object, ...]], projection: Projection, schema: str
) -> dict[str, set[str]]:
    """Each table's rows as texts, as they are in the database."""
    return {
        table.name: {
            str([str(value) for value in row])
            for row in connection.execute(
                sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema, table.name))
            )
        }
        for table in projection.tables.sorted_tables
    }


# -- The files themselves -----------------------------------------------------------------


def test_every_read_model_is_registered() -> None:
    made = {
        one.name
        for module in pkgutil.iter_modules(projections.__path__)
        for one in vars(import_module(f"projections.{module.name}")).values()
        if isinstance(one, Projection)
    }
    complete([each.name for each in PROJECTIONS], made, "PROJECTIONS in projections/__init__.py")
