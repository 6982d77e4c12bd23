"""Rebuilding: beside the live read model, resumable, and in its place at the same position."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import psycopg
import pytest
from psycopg import sql

from bench.history import write_history
from ledger.events import Event, Recorded
from projections import PROJECTIONS
from projections.availability import AVAILABILITY
from projections.journal import JOURNAL, balances, journal
from projections.projection import Rows
from projections.timeline import TIMELINE
from projections.trips import TRIPS, trips
from replay import fold, locks, schemas
from replay.digest import Digest, digest_of
from replay.drive import Drive
from replay.fold import Interrupted, Site, Slice
from replay.rebuild import RebuildIsRunning, Rebuilt, drop_superseded, rebuild
from replay.rows import RowExists, RowMissing, UnitOfWork
from tests.conftest import Database
from tests.projections.story import drive_to_end

EVENTS = 3_000


@pytest.fixture
def history(database: Database) -> Database:
    """A hotel's first months."""
    write_history(database.owner_url, EVENTS)
    return database


@pytest.fixture
def connection(history: Database) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection of the application's, in autocommit mode."""
    with psycopg.connect(history.url, autocommit=True) as connection:
        yield connection


def told(rebuilt: Rebuilt) -> Digest:
    return Digest(rebuilt.rows, rebuilt.digest)


def test_a_read_model_that_never_was_is_built(history: Database) -> None:
    (built,) = rebuild(history.url, (TRIPS,))

    assert (built.name, built.position, built.agrees) == ("trips", EVENTS, None)
    assert built.rows > 0
    assert 0 < built.events < EVENTS


def test_one_process_and_two_come_to_the_same(history: Database) -> None:
    alone = [told(each) for each in rebuild(history.url, processes=1)]
    together = [told(each) for each in rebuild(history.url, processes=2)]

    assert alone == together


def test_little_memory_comes_to_the_same_as_much(
    history: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    much = [told(each) for each in rebuild(history.url)]
    monkeypatch.setattr(fold, "ROWS_IN_MEMORY", 50)
    monkeypatch.setattr(fold, "BATCH_EVENTS", 100)

    little = rebuild(history.url)

    assert [told(each) for each in little] == much
    assert all(each.agrees for each in little)


def test_an_interrupted_rebuild_goes_on_from_where_it_had_committed(
    history: Database, connection: psycopg.Connection[tuple[object, ...]]
) -> None:
    schemas.prepare(connection)
    site = Site(JOURNAL, f"{JOURNAL.schema}__next", EVENTS)
    schemas.make_bare(connection, JOURNAL, site.schema)
    with pytest.MonkeyPatch.context() as smaller:
        smaller.setattr(fold, "BATCH_EVENTS", 200)
        with pytest.raises(Interrupted):
            fold.fold(history.url, [site], Slice(0, 1), lambda _: False)
    committed = schemas.slices(connection, site.schema)[str(Slice(0, 1))]
    assert 0 < committed < EVENTS

    (resumed,) = rebuild(history.url, (JOURNAL,))
    (anew,) = rebuild(history.url, (JOURNAL,))

    assert told(resumed) == told(anew)
    assert resumed.events == anew.events


@pytest.mark.parametrize("processes", [1, 2])
def test_a_rebuild_that_was_killed_before_the_swap_goes_on_with_the_swap(
    history: Database, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("replay.rebuild._take_place", interrupt)
        with pytest.raises(Interrupted):
            rebuild(history.url, (TRIPS,), processes=processes)

    (rebuilt,) = rebuild(history.url, (TRIPS,), processes=processes)

    assert rebuilt.position == EVENTS


def interrupt(*_: object) -> Rebuilt:
    raise Interrupted


@pytest.mark.parametrize("processes", [1, 2])
def test_a_rebuild_that_is_told_to_stop_has_committed_what_it_read(
    history: Database, connection: psycopg.Connection[tuple[object, ...]], processes: int
) -> None:
    with pytest.raises(Interrupted):
        rebuild(history.url, (JOURNAL,), processes=processes, stopped=lambda: True)

    committed = schemas.slices(connection, f"{JOURNAL.schema}__next")
    assert len(committed) == processes
    assert min(committed.values()) > 0


def test_what_an_earlier_rebuild_left_for_more_processes_is_begun_anew(
    history: Database, connection: psycopg.Connection[tuple[object, ...]]
) -> None:
    schemas.prepare(connection)
    site = Site(JOURNAL, f"{JOURNAL.schema}__next", EVENTS)
    schemas.make_bare(connection, JOURNAL, site.schema)
    fold.fold(history.url, [site], Slice(0, 3), lambda _: True)

    (first,) = rebuild(history.url, (JOURNAL,))
    (second,) = rebuild(history.url, (JOURNAL,))

    assert told(first) == told(second)


def test_what_a_rebuild_by_other_code_left_is_begun_anew(
    history: Database, connection: psycopg.Connection[tuple[object, ...]]
) -> None:
    def miss_some(rows: Rows, recorded: Recorded[Event]) -> None:
        if recorded.position % 7:
            TRIPS.project(rows, recorded)

    wrong = replace(TRIPS, project=miss_some)
    schemas.prepare(connection)
    site = Site(wrong, f"{TRIPS.schema}__next", EVENTS)
    schemas.make_bare(connection, wrong, site.schema)
    with pytest.MonkeyPatch.context() as smaller:
        smaller.setattr(fold, "BATCH_EVENTS", 5)
        with suppress(Interrupted, RowMissing):
            fold.fold(history.url, [site], Slice(0, 1), lambda _: False)

    (mended,) = rebuild(history.url, (TRIPS,))
    (anew,) = rebuild(history.url, (TRIPS,))

    assert told(mended) == told(anew)


def test_a_live_read_model_that_was_tampered_with_is_found_out_and_replaced(
    history: Database, connection: psycopg.Connection[tuple[object, ...]]
) -> None:
    drive_to_end(history.url, TRIPS)
    sound = digest_of(connection, TRIPS)
    connection.execute("DELETE FROM trips_v2.trips WHERE status = 'confirmed'")

    (rebuilt,) = rebuild(history.url, (TRIPS,))

    assert rebuilt.agrees is False
    assert digest_of(connection, TRIPS) == sound == told(rebuilt)


def test_a_live_read_model_that_lags_is_compared_where_it_stands_and_then_overtaken(
    history: Database, connection: psycopg.Connection[tuple[object, ...]]
) -> None:
    drive = drive_to_end(history.url, TRIPS)
    write_more(history)

    (rebuilt,) = rebuild(history.url, (TRIPS,))

    assert (rebuilt.agrees, rebuilt.position) == (True, drive.position)
    now = Drive(TRIPS)
    now.begin(connection)
    assert now.position == EVENTS + 1


def write_more(database: Database) -> None:
    """Repeat the last event's kind once more, as a new stream's first."""
    with psycopg.connect(database.owner_url) as owner:
        owner.execute(
            "INSERT INTO ledger.events SELECT (SELECT max(position) + 1 FROM ledger.events), "
            "gen_random_uuid(), 1, gen_random_uuid(), gen_random_uuid(), occurred_at, recorded_at, "
            "schema, topic, envelope, state FROM ledger.events "
            "WHERE topic = 'unit_calendar.opened' LIMIT 1"
        )


def test_a_second_rebuild_of_the_same_read_model_is_refused(history: Database) -> None:
    inside, done = threading.Event(), threading.Event()

    def wait_inside(gone: int, total: int) -> None:
        inside.set()
        assert done.wait(20)

    first = threading.Thread(
        target=rebuild, args=(history.url, (TRIPS,)), kwargs={"progress": wait_inside}
    )
    first.start()
    assert inside.wait(20)
    try:
        with pytest.raises(RebuildIsRunning):
            rebuild(history.url, (TRIPS,))
    finally:
        done.set()
        first.join()


def test_progress_is_told_from_the_beginning_to_the_end(history: Database) -> None:
    seen: list[tuple[int, int]] = []

    rebuild(history.url, progress=lambda gone, total: seen.append((gone, total)))

    assert seen == sorted(seen)
    assert seen[-1] == (EVENTS, EVENTS)


def test_live_reads_go_on_while_their_tables_are_replaced(history: Database) -> None:
    rebuild(history.url, (TRIPS,))
    rows, failures, stop = set[int](), list[Exception](), threading.Event()

    def read() -> None:
        with psycopg.connect(history.url, autocommit=True) as reader:
            while not stop.is_set():
                try:
                    found = reader.execute("SELECT count(*) FROM trips_v2.trips").fetchone()
                    rows.add(found[0] if found else -1)
                except Exception as error:  # noqa: BLE001 - whatever a reader would have seen
                    failures.append(error)

    reading = threading.Thread(target=read)
    reading.start()
    rebuilt = [rebuild(history.url, (TRIPS,))[0].rows for _ in range(3)]
    stop.set()
    reading.join()

    assert not failures
    assert rows == set(rebuilt)


def test_a_read_model_that_is_made_while_its_first_rebuild_ends_is_replaced(
    history: Database, connection: psycopg.Connection[tuple[object, ...]]
) -> None:
    schemas.prepare(connection)
    with ThreadPoolExecutor(1) as aside:
        with psycopg.connect(history.url) as starting:
            starting.execute("SELECT pg_advisory_xact_lock(%s, %s)", locks.SETUP)
            rebuilding = aside.submit(rebuild, history.url, (TRIPS,))
            with pytest.raises(TimeoutError):
                rebuilding.result(timeout=1.0)
            schemas.make(starting, TRIPS)
        (rebuilt,) = rebuilding.result()

    assert digest_of(connection, TRIPS) == told(rebuilt)


def test_another_version_stays_until_it_is_dropped(
    history: Database, connection: psycopg.Connection[tuple[object, ...]]
) -> None:
    schemas.prepare(connection)
    connection.execute("CREATE SCHEMA trips_v0")

    rebuild(history.url, (TRIPS,))
    assert schemas.exists(connection, "trips_v0")

    assert drop_superseded(history.url) == ["trips_v0"]
    assert not schemas.exists(connection, "trips_v0")
    assert schemas.exists(connection, "trips_v2")


def test_a_projection_that_fails_says_at_which_position(history: Database) -> None:
    def stumble(rows: Rows, recorded: Recorded[Event]) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as failed:
        rebuild(history.url, (replace(TRIPS, project=stumble),))

    assert failed.value.__notes__[0].startswith("trips, at position ")


def test_a_failure_in_one_of_two_processes_is_told_with_its_position(history: Database) -> None:
    at = ask_twice_for_one_booking(history)

    with pytest.raises(RowExists) as failed:
        rebuild(history.url, (TRIPS,), processes=2)

    assert failed.value.table == "trips"
    assert failed.value.__notes__ == [f"trips, at position {at}"]


def ask_twice_for_one_booking(database: Database) -> int:
    """Let a booking be requested a second time, which no history does; at which position."""
    with psycopg.connect(database.owner_url) as owner:
        found = owner.execute(
            "INSERT INTO ledger.events SELECT (SELECT max(position) + 1 FROM ledger.events), "
            "stream_id, 99, case_id, gen_random_uuid(), occurred_at, recorded_at, "
            "schema, topic, envelope, state FROM ledger.events "
            "WHERE topic = 'booking.requested' LIMIT 1 RETURNING position"
        ).fetchone()
    assert found is not None
    return int(found[0])


# -- The unit of work ---------------------------------------------------------------------


def test_a_row_is_not_made_twice() -> None:
    rows = UnitOfWork(AVAILABILITY)
    night = {"unit_id": "u", "night": "2026-07-02", "kind": "hold", "booking_id": "b"}
    (nights,) = (table for table in AVAILABILITY.tables.sorted_tables if table.name == "nights")
    rows.insert(nights, **night)

    with pytest.raises(RowExists):
        rows.insert(nights, **night)


def test_a_change_to_a_row_that_never_was_is_refused_when_it_is_written(
    connection: psycopg.Connection[tuple[object, ...]],
) -> None:
    schemas.prepare(connection, TRIPS)
    rows = UnitOfWork(TRIPS)
    rows.change(trips, "5f2c1f6e-5d0a-4c1b-a653-2b8f3c7d9e10", status="lost")

    with pytest.raises(RowMissing):
        rows.write(connection)


def test_additions_sum_up_over_batches_and_within_one(
    connection: psycopg.Connection[tuple[object, ...]],
) -> None:
    schemas.prepare(connection, JOURNAL)
    key = ("stripe_pending", "", "EUR")
    rows = UnitOfWork(JOURNAL)
    for minor in (1, 20):
        rows.add(balances, key, debit_minor=minor, credit_minor=0)
    rows.write(connection)
    rows.add(balances, key, debit_minor=300, credit_minor=7)
    rows.write(connection)

    found = connection.execute("SELECT * FROM journal_v2.balances").fetchall()
    assert found == [(*key, 321, 7)]


def test_additions_of_a_load_are_summed_up_once_it_is_whole(
    connection: psycopg.Connection[tuple[object, ...]],
) -> None:
    schema, key = "journal_v2__load", ("stripe_pending", "", "EUR")
    schemas.make_bare(connection, JOURNAL, schema)
    slices = [UnitOfWork(JOURNAL, schema, loading=True) for _ in range(2)]
    for rows, minor in zip(slices, (1, 20), strict=True):
        rows.add(balances, key, debit_minor=minor, credit_minor=0)
        rows.add(balances, key, debit_minor=0, credit_minor=minor)
        rows.write(connection)
    slices[0].add(balances, key, debit_minor=300, credit_minor=0)
    slices[0].write(connection)

    schemas.finish(connection, JOURNAL, schema)

    found = connection.execute(
        sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema, "balances"))
    ).fetchall()
    assert found == [(*key, 321, 21)]


def test_a_table_of_sums_takes_only_additions_and_the_others_none() -> None:
    rows = UnitOfWork(JOURNAL)

    with pytest.raises(TypeError, match="balances takes no `insert`"):
        rows.insert(balances, account="stripe_pending")
    with pytest.raises(TypeError, match="journal takes no `add`"):
        rows.add(journal, ("s", 1, 1), minor=1)


def test_nothing_is_left_in_memory_after_writing(
    connection: psycopg.Connection[tuple[object, ...]],
) -> None:
    schemas.prepare(connection, JOURNAL)
    rows = UnitOfWork(JOURNAL)
    rows.add(balances, ("a", "", "EUR"), debit_minor=1, credit_minor=0)
    assert rows.rows_gathered == 1

    rows.write(connection)

    assert rows.rows_gathered == 0


def test_only_tables_that_say_so_stream_ahead() -> None:
    streaming = {
        table.name
        for projection in PROJECTIONS
        for table in projection.tables.sorted_tables
        if table.info.get("only_inserted")
    }

    assert streaming == {"groups", "journal", "names", "timeline"}
    assert journal in JOURNAL.tables.sorted_tables
    assert TIMELINE.sliced_by == "case"
