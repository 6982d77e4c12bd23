"""The `eventsourcing` package's own test cases, run against our recorder.

Left out, each for its reason:

- `test_performance` and `test_concurrent_throughput` print rates and assert nothing;
  `bench/append.py` measures.
- `AggregateRecorderTestCase`: it is for recorders without positions, and asserts that an insert
  returns none.
- `TrackingRecorderTestCase` and `ProcessRecorderTestCase`: projections keep their positions beside
  their rows; the store tracks nothing.
- `InfrastructureFactoryTestCase`: it demands the package's classes for all of these recorders.
"""

import unittest
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import (
    IntegrityError,
    Notification,
    ProgrammingError,
    StoredEvent,
)
from eventsourcing.postgres import PostgresDatastore
from eventsourcing.tests.persistence import (
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)
from psycopg.conninfo import conninfo_to_dict

from ledger.store import EventStore, listen, pull
from ledger.store.codec import Codec
from ledger.store.recorder import LedgerRecorder
from tests.conftest import Database
from tests.ledger.store.commits import a_commit


def datastore(database: Database, **rest: Any) -> PostgresDatastore:
    """The package's way of naming a database."""
    parts = conninfo_to_dict(database.url)
    return PostgresDatastore(
        str(parts["dbname"]),
        str(parts["host"]),
        str(parts["port"]),
        str(parts["user"]),
        str(parts["password"]),
        **{"schema": "ledger", "pool_size": 4, "max_overflow": 12, "connect_timeout": 30, **rest},
    )


class OnOurTable(unittest.TestCase):
    """Gives a package's case our recorder, on a database of its own."""

    @pytest.fixture(autouse=True)
    def _on(self, database: Database) -> Any:
        self.datastore = datastore(database)
        self.recorder = LedgerRecorder(self.datastore)
        yield
        self.recorder.close()
        self.datastore.close()

    def create_recorder(self) -> LedgerRecorder:
        """What the package's case asks for."""
        return self.recorder


class TestApplicationRecorder(OnOurTable, ApplicationRecorderTestCase[LedgerRecorder]):
    """Insert, select, select notifications, conflicts, many writers, subscriptions."""

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()

    test_performance = None  # type: ignore[assignment]
    test_concurrent_throughput = None  # type: ignore[assignment]


class TestPositionsOfOneInsertStandTogether(OnOurTable, NonInterleavingNotificationIDsBaseCase):
    """Two inserts of a thousand events at once."""


del ApplicationRecorderTestCase, NonInterleavingNotificationIDsBaseCase, OnOurTable


def test_an_application_of_the_package_shares_the_history(
    database: Database, store: EventStore
) -> None:
    class Key(Aggregate):
        @event("Cut")
        def __init__(self) -> None:
            self.turns = 0

        @event("Turned")
        def turn(self) -> None:
            self.turns += 1

    parts = conninfo_to_dict(database.url)
    application = Application[Any](
        env={
            "PERSISTENCE_MODULE": "ledger.store.recorder:Factory",
            "CREATE_TABLE": "no",
            "POSTGRES_SCHEMA": "ledger",
            **{f"POSTGRES_{name.upper()}": str(parts[name]) for name in ("dbname", "host", "port")},
            "POSTGRES_USER": str(parts["user"]),
            "POSTGRES_PASSWORD": str(parts["password"]),
        }
    )
    try:
        key = Key()
        key.turn()
        application.save(key)
        store.append(a_commit())
        key.turn()
        application.save(key)

        assert application.repository.get(key.id).turns == 2
        assert [one.id for one in application.recorder.select_notifications(1, 10)] == [1, 2, 3, 4]
    finally:
        assert isinstance(application.recorder, LedgerRecorder)
        application.recorder.close()
        application.close()


def test_a_stored_event_of_the_package_has_its_stream_for_a_case(
    database: Database, connection: Any
) -> None:
    stream_id = uuid4()
    with datastore(database) as opened:
        recorder = LedgerRecorder(opened)
        recorder.insert_events([StoredEvent(stream_id, 1, "key.cut", b"{}")])
        with pytest.raises(IntegrityError):
            recorder.insert_events([StoredEvent(stream_id, 1, "key.cut", b"{}")])
        recorder.close()

        (notification,) = recorder.select_notifications(None, 10)

    assert notification == Notification(stream_id, 1, "key.cut", b"{}", id=1)
    row = connection.execute("SELECT case_id, envelope, schema FROM ledger.events").fetchone()
    assert row == (stream_id, b"{}", 1)
    assert pull(connection, after=0, topics=["booking.requested"], codec=Codec([])) == []


def test_a_subscription_misses_nothing_that_comes_while_it_begins_to_listen(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with datastore(database) as opened, closing(LedgerRecorder(opened)) as recorder:
        has_pulled = Event()

        def listen_late(connection: Any) -> None:
            assert has_pulled.wait(10)
            recorder.insert_events([StoredEvent(uuid4(), 1, "key.turned", b"{}")])
            listen(connection)

        monkeypatch.setattr("ledger.store.recorder.listen", listen_late)
        recorder.insert_events([StoredEvent(uuid4(), 1, "key.cut", b"{}")])

        with recorder.subscribe() as subscription, ThreadPoolExecutor(1) as reader:
            assert next(subscription).topic == "key.cut"
            has_pulled.set()
            following = reader.submit(next, subscription)
            try:
                assert following.result(timeout=10).topic == "key.turned"
            finally:
                subscription.stop()


@pytest.mark.parametrize(
    "refused",
    [{"enable_db_functions": True}, {"schema": "public"}, {"originator_id_type": "text"}],
)
def test_a_datastore_that_would_lose_or_split_the_history_is_refused(
    database: Database, refused: dict[str, Any]
) -> None:
    with pytest.raises(ProgrammingError):
        LedgerRecorder(datastore(database, **refused))
