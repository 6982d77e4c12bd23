"""Snapshots save reading and are never trusted."""

from typing import LiteralString

import psycopg
import pytest

from ledger.store import EventStore
from tests.conftest import Database
from tests.ledger.store.commits import a_commit, a_stream

SHAPE = "booking/3"


def test_a_snapshot_is_found_by_the_shape_it_was_kept_in(store: EventStore) -> None:
    stream_id = a_stream()
    store.append_in_order([a_commit(stream_id, 1), a_commit(stream_id, 2)])

    store.keep_snapshot(stream_id, 2, SHAPE, b"state")

    assert store.snapshot(stream_id, SHAPE) == (2, b"state")
    assert store.snapshot(a_stream(), SHAPE) is None


def test_an_older_snapshot_never_replaces_a_newer_one(store: EventStore) -> None:
    stream_id = a_stream()
    store.append_in_order([a_commit(stream_id, 1), a_commit(stream_id, 2)])
    store.keep_snapshot(stream_id, 2, SHAPE, b"new")

    store.keep_snapshot(stream_id, 1, SHAPE, b"old")

    assert store.snapshot(stream_id, SHAPE) == (2, b"new")


def test_case_e5_a_snapshot_of_an_older_class_is_ignored(store: EventStore) -> None:
    stream_id = a_stream()
    store.append(a_commit(stream_id))
    store.keep_snapshot(stream_id, 1, "booking/2", b"state")

    assert store.snapshot(stream_id, SHAPE) is None
    store.keep_snapshot(stream_id, 1, SHAPE, b"anew")
    assert store.snapshot(stream_id, SHAPE) == (1, b"anew")


CORRUPTIONS: list[LiteralString] = [
    "UPDATE ledger.snapshots SET state = 'other'",
    "UPDATE ledger.snapshots SET checksum = 'other'",
    "UPDATE ledger.snapshots SET version = 2",
    "UPDATE ledger.snapshots SET version = 99",
]


@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_case_e5_a_corrupt_snapshot_is_ignored(
    store: EventStore, database: Database, corruption: LiteralString
) -> None:
    stream_id = a_stream()
    store.append_in_order([a_commit(stream_id, version) for version in (1, 2, 3)])
    store.keep_snapshot(stream_id, 3, SHAPE, b"state")
    with psycopg.connect(database.url) as connection:
        connection.execute(corruption)

    assert store.snapshot(stream_id, SHAPE) is None
