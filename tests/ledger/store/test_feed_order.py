"""The order that nobody has to guess: readers read on from where they stood, and miss nothing."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import psycopg
import pytest

from ledger.errors import Conflict
from ledger.store import EventStore, listen, news, pull, scan
from ledger.store.batch import Batch, prepare
from ledger.store.codec import default_codec
from ledger.store.link import TOGETHER, Link
from tests.conftest import Database
from tests.ledger.store.commits import a_commit, a_stream, positions
from tests.ledger.store.load import load


class Slow:
    """A writer that has appended, and takes its time to commit or to give up."""

    def __init__(self, url: str) -> None:
        self.link = Link(url, application_name="slow", call_seconds=20)
        self.link._connection.execute("BEGIN")

    def append(self) -> None:
        """Append, and do not commit."""
        arguments = Batch([prepare(a_commit(), default_codec())]).together()
        assert arguments is not None
        self.link.send(TOGETHER, arguments)
        ((base,),) = self.link.answer()
        assert base is not None

    def end(self, how: str) -> None:
        """COMMIT or ROLLBACK."""
        self.link._connection.execute(how.encode())
        self.link.close()


@pytest.mark.parametrize(("how", "seen"), [("COMMIT", [1, 2, 3]), ("ROLLBACK", [1, 2])])
def test_fault_20_nobody_passes_a_slow_writer_that_may_still_commit(
    store: EventStore, database: Database, connection: Any, how: str, seen: list[int]
) -> None:
    store.append(a_commit())
    slow = Slow(database.url)
    slow.append()
    later = store.submit(a_commit())
    time.sleep(0.2)

    before = pull(connection, after=0)
    assert positions(before) == [1]
    assert not later.done()
    slow.end(how)

    assert later.result(timeout=10).position == seen[-1]
    assert positions(before + pull(connection, after=1)) == seen


def test_fault_20_a_follower_under_conflicting_writers_misses_nothing(
    database: Database,
) -> None:
    hot = a_stream()

    def contend(store: EventStore) -> None:
        for _ in range(30):
            version = len(store.read(hot)) + 1
            try:
                commit = a_commit(hot, version)
                account.asked.add(commit.command_id)
                store.append(commit)
            except Conflict:
                pass

    with (
        load(database.url, writers=6) as account,
        closing(EventStore(database.url)) as other,
        ThreadPoolExecutor(6) as contenders,
    ):
        list(contenders.map(contend, [other] * 6))

    account.assert_kept(database.url)


def test_positions_have_no_holes_whatever_fails(store: EventStore, connection: Any) -> None:
    stream_id = a_stream()
    store.append(a_commit(stream_id))
    store.append_in_order([a_commit(), a_commit(stream_id), a_commit(), a_commit(stream_id)])
    store.append(a_commit())

    assert positions(pull(connection, after=0)) == [1, 2, 3, 4]


def test_followers_are_told_once_per_batch_how_far_the_history_goes(
    store: EventStore, connection: psycopg.Connection[Any]
) -> None:
    listen(connection)
    assert news(connection, timeout_seconds=0.01) is None

    store.append_in_order([a_commit() for _ in range(10)])

    assert news(connection, timeout_seconds=10) == 10
    assert news(connection, timeout_seconds=0.05) is None


def test_a_page_is_limited_and_continues_where_the_last_one_ended(
    store: EventStore, connection: Any
) -> None:
    store.append_in_order([a_commit() for _ in range(7)])

    first = pull(connection, after=0, limit=5)
    second = pull(connection, after=first[-1].position, limit=5)

    assert positions(first + second) == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("by", ["stream", "case"])
def test_slices_are_whole_and_apart(store: EventStore, database: Database, by: Any) -> None:
    streams = [a_stream() for _ in range(40)]
    store.append_in_order([a_commit(one, version) for version in (1, 2) for one in streams])

    slices = [
        [one for page in scan(database.url, slice=(i, 3, by), batch=7) for one in page]
        for i in range(3)
    ]

    assert sorted(position for one in slices for position in positions(one)) == list(range(1, 81))
    owners = [{one.stream_id for one in part} for part in slices]
    assert all(owners)
    assert not owners[0] & owners[1] | owners[1] & owners[2] | owners[0] & owners[2]


def test_a_scan_ends_where_it_was_told_or_where_the_history_did(
    store: EventStore, database: Database, connection: Any
) -> None:
    store.append_in_order([a_commit() for _ in range(10)])
    growing = scan(connection, batch=4)

    first = next(growing)
    store.append(a_commit())
    rest = [position for page in growing for position in positions(page)]

    assert positions(first) + rest == list(range(1, 11))
    middle = [one for page in scan(database.url, after=3, until=6) for one in page]
    assert positions(middle) == [4, 5, 6]
    assert list(scan(database.url, topics=["no.such"])) == []


def test_a_scan_that_is_left_early_lets_go(store: EventStore, database: Database) -> None:
    store.append_in_order([a_commit() for _ in range(10)])
    before = threading.active_count()

    reading = scan(database.url, batch=2)
    next(reading)
    reading.close()  # type: ignore[attr-defined]  # a generator, to those who know

    assert threading.active_count() == before
