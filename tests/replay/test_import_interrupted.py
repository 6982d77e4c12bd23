"""Whatever is killed in the middle of an import, starting again ends in the very same history.

The same holds for a follower, and for Postgres itself. 1,500 rows here; the whole file at night.
"""

import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sandbox.box import scratch
from tests.command_line import begin, stayledger
from tests.conftest import Database
from tests.digests import digests
from tests.replay.hotel_files import first_rows

HOW_MANY_ROWS = [1_500, pytest.param(40_060, marks=pytest.mark.nightly)]
ENOUGH_SECONDS = 400


@dataclass(frozen=True)
class Undisturbed:
    """A file, the history that it comes to when nothing happens, and that history's digests."""

    file: Path
    database: Database
    digests: dict[str, str | None]
    events: int


@pytest.fixture(scope="module", params=HOW_MANY_ROWS)
def undisturbed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Undisturbed]:
    """An import that nobody interrupts."""
    folder = tmp_path_factory.mktemp("undisturbed")
    file = first_rows(folder, request.param)
    with scratch(durable=False, redis=False) as box:
        database = Database(url=box.database_url, owner_url=box.owner_url, admin_url=box.admin_url)
        answer = take_in(database, file, folder)
        yield Undisturbed(file, database, digests(database), answer["events"])


def take_in(database: Database, file: Path, folder: Path) -> Any:
    return stayledger(
        database, "import", "hotel-bookings", str(file), "--json", folder=folder
    ).answer


def begin_import(database: Database, file: Path, folder: Path) -> subprocess.Popen[bytes]:
    return begin(database, "import", "hotel-bookings", str(file), "--json", folder=folder)


def events_in(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT coalesce(max(position), 0) FROM ledger.events").fetchone()
    assert row is not None, "an aggregate without groups gives one row"
    return int(row[0])


def lowest_position(url: str) -> int:
    """How far the follower is with the read model that is furthest behind."""
    with psycopg.connect(url) as connection:
        try:
            row = connection.execute("SELECT min(position) FROM read_models.positions").fetchone()
        except psycopg.errors.UndefinedTable:
            return 0
    return (row and row[0]) or 0


def rebuilds_begun(url: str) -> int:
    """1 as soon as a rebuild has begun, beside the read models that are served."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM read_models.positions WHERE schema LIKE '%\\_\\_next'"
        ).fetchone()
    return int(found is not None and found[0] > 0)


def wait_for(count: int, reached: Any, url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until so many events are there, as long as the process lives."""
    give_up_at = time.monotonic() + ENOUGH_SECONDS
    while reached(url) < count:
        assert process.poll() is None, "it ended before it could be disturbed"
        assert time.monotonic() < give_up_at, f"{reached(url)} of {count} after a long time"
        time.sleep(0.02)


def test_fault_22_an_import_that_is_killed_again_and_again_goes_on_where_it_was(
    database: Database, tmp_path: Path, undisturbed: Undisturbed
) -> None:
    file, events = undisturbed.file, undisturbed.events

    for part in (0.1, 0.3, 0.6):
        process = begin_import(database, file, tmp_path)
        wait_for(int(events * part), events_in, database.url, process)
        process.kill()
        process.wait()
    left = events - events_in(database.url)
    assert 0 < left < events

    # A backend that was in the middle of a call may still commit it after its client is dead.
    assert take_in(database, file, tmp_path)["events"] <= left
    assert digests(database) == undisturbed.digests


def test_an_import_that_is_interrupted_says_how_to_go_on_and_goes_on(
    database: Database, tmp_path: Path, undisturbed: Undisturbed
) -> None:
    file, events = undisturbed.file, undisturbed.events

    process = begin_import(database, file, tmp_path)
    wait_for(events // 3, events_in, database.url, process)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    last_line = (tmp_path / "0.err").read_text().splitlines()[-1]
    assert last_line.endswith("Give the same command again to go on.")

    written = events_in(database.url)
    assert take_in(database, file, tmp_path)["events"] == events - written
    assert digests(database) == undisturbed.digests


def test_a_rebuild_that_is_interrupted_says_how_to_go_on_and_goes_on(
    tmp_path: Path, undisturbed: Undisturbed
) -> None:
    database = undisturbed.database

    process = begin(database, "rebuild", "--json", folder=tmp_path)
    wait_for(1, rebuilds_begun, database.url, process)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    last_line = (tmp_path / "0.err").read_text().splitlines()[-1]
    assert last_line == "stayledger: interrupted; give the same command again to go on"

    rebuilt = stayledger(database, "rebuild", "--json", folder=tmp_path).answer
    assert all(result["agrees"] for result in rebuilt.values())
    assert all(result["digest"] == undisturbed.digests[name] for name, result in rebuilt.items())


def test_fault_23_a_follower_that_is_killed_in_the_middle_counts_every_event_once(
    database: Database, tmp_path: Path, undisturbed: Undisturbed
) -> None:
    file, events = undisturbed.file, undisturbed.events

    importing = begin_import(database, file, tmp_path)
    for part in (0.05, 0.3, 0.6):
        following = begin(database, "follow", folder=tmp_path)
        wait_for(int(events * part), lowest_position, database.url, following)
        following.kill()
        following.wait()
    assert importing.wait(ENOUGH_SECONDS) == 0
    assert lowest_position(database.url) < events

    assert digests(database) == undisturbed.digests


def test_fault_2_postgres_is_killed_under_the_import_and_a_follower(
    tmp_path: Path, undisturbed: Undisturbed
) -> None:
    file, events = undisturbed.file, undisturbed.events

    with scratch(redis=False) as box:
        database = Database(url=box.database_url, owner_url=box.owner_url, admin_url=box.admin_url)
        following = begin(database, "follow", folder=tmp_path)
        importing = begin_import(database, file, tmp_path)
        wait_for(1, lowest_position, database.url, following)
        wait_for(events // 2, events_in, database.url, importing)

        box.postgres.kill()
        box.postgres.start()

        # Both go on by themselves: what was in doubt is looked up, and nothing is doubled.
        assert importing.wait(ENOUGH_SECONDS) == 0
        assert events_in(database.url) == events
        wait_for(events, lowest_position, database.url, following)
        following.send_signal(signal.SIGINT)
        assert following.wait(60) == 0
        assert digests(database) == undisturbed.digests
