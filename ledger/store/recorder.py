"""The `eventsourcing` package's recorder over the ledger's own table: the one module that knows it.

An application of the package may keep its aggregates in the same history: its stored events go
through the same append function, get positions in the same order, and its followers read them by
the package's own queries (through the view `ledger.stored_events`). What the package does not know
is filled in: the case is the stream, the envelope is empty, the schema number is 1.
"""

import hashlib
from collections.abc import Sequence
from functools import partial
from typing import Any

from eventsourcing.persistence import (
    IntegrityError,
    OperationalError,
    ProgrammingError,
    StoredEvent,
)
from eventsourcing.postgres import (
    PostgresApplicationRecorder,
    PostgresDatastore,
    PostgresFactory,
    PostgresSubscription,
)
from psycopg.conninfo import make_conninfo

from ledger.errors import Conflict, StoreUnavailable
from ledger.store import batch
from ledger.store.commits import Commit, Receipt
from ledger.store.feed import CHANNEL, listen, news
from ledger.store.link import Link
from ledger.store.schema import install_schema
from ledger.store.writer import Ticket, Writer
from ledger.values.clock import Clock, system_clock
from ledger.values.ids import CommandId, fresh_id

SCHEMA = "ledger"
TABLE = "stored_events"
PATIENCE_SECONDS = 20.0
NO_ENVELOPE = b"{}"
LOOKS_UP_SECONDS = 0.1
"""How soon a subscription notices that it was stopped."""


class LedgerRecorder(PostgresApplicationRecorder):
    """Stored events of the package, in `ledger.events`, by group commit."""

    def __init__(
        self,
        datastore: PostgresDatastore,
        *,
        events_table_name: str = TABLE,
        clock: Clock = system_clock,
    ) -> None:
        """Stand on a datastore whose schema is `ledger`.

        Raises ProgrammingError for another schema, for ids that are not UUIDs, and for
        `enable_db_functions`: the package's function draws positions before it has its lock, so
        that followers lose events.
        """
        if datastore.enable_db_functions:
            raise ProgrammingError("enable_db_functions loses events for followers: leave it off")
        if datastore.schema != SCHEMA or events_table_name != TABLE:
            raise ProgrammingError(f"the history is {SCHEMA}.{TABLE}, and there is only one")
        if datastore.originator_id_type != "uuid":
            raise ProgrammingError("streams are named by UUIDs")
        super().__init__(datastore, events_table_name=events_table_name)
        self.channel_name = CHANNEL
        self._clock = clock
        connection = dict(datastore.pool.kwargs or {})  # type: ignore[arg-type]  # never a callable here
        connection.pop("row_factory", None)
        self._url = make_conninfo(**connection)
        self._writer = Writer(
            partial(
                Link,
                self._url,
                application_name="stayledger-recorder",
                call_seconds=PATIENCE_SECONDS / 2,
            ),
            max_batch=256,
            patience_seconds=PATIENCE_SECONDS,
        )

    def create_table(self) -> None:
        """Install the ledger's schema; the datastore's user must own it."""
        install_schema(self._url)

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """Append stored events, all or none; their positions.

        Raises IntegrityError where one of them is recorded already, OperationalError where Postgres
        cannot be reached.
        """
        if not stored_events:
            return None
        (outcome,) = self._writer.write(Ticket([self._prepared(stored_events)]))
        match outcome:
            case Receipt(position=position):
                return list(range(position - len(stored_events) + 1, position + 1))
            case Conflict():
                raise IntegrityError(str(outcome)) from outcome
            case StoreUnavailable():
                raise OperationalError(str(outcome)) from outcome
            case _:
                raise outcome

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> "LedgerSubscription":
        """Every stored event above a position, as the history grows; of these topics, if any."""
        return LedgerSubscription(recorder=self, gt=gt, topics=topics)

    def close(self) -> None:
        """Write what is queued and let go of the writer's connection; the pool is the package's."""
        self._writer.close()

    def _prepared(self, stored_events: Sequence[StoredEvent]) -> batch.Prepared:
        """A commit under a fresh command id, so that a lost answer can be looked up."""
        command_id = CommandId(fresh_id())
        commit = Commit(
            command_id=command_id,
            case_id=_stream(stored_events[0]),
            content=hashlib.sha256(command_id.encode()).digest(),
            occurred_at=self._clock(),
            events=(),
            expected=(),
        )
        events = [
            batch.StoredEvent(
                _stream(stored),
                stored.originator_version,
                stored.topic,
                1,
                NO_ENVELOPE,
                stored.state,
            )
            for stored in stored_events
        ]
        return batch.pack(commit, events, refusal=None, answer=b"")


class LedgerSubscription(PostgresSubscription):
    """The package's subscription, which looks once more when it has begun to listen.

    The package's own (9.5.6) pulls while it begins to listen: of what is committed between the two
    it hears nothing until something else is committed.
    """

    def _listen(self) -> None:
        try:
            with self._recorder.datastore.get_connection() as connection:
                listen(connection)
                self._has_been_notified.set()
                while not self._has_been_stopped:
                    if news(connection, timeout_seconds=LOOKS_UP_SECONDS) is not None:
                        self._has_been_notified.set()
        except Exception as error:  # noqa: BLE001 - whoever iterates must hear of it
            self._thread_error = self._thread_error or error
            self.stop()


def _stream(stored: StoredEvent) -> str:
    return str(stored.originator_id)


class Factory(PostgresFactory):
    """For applications of the package: `PERSISTENCE_MODULE=ledger.store.recorder:Factory`."""

    application_recorder_class = LedgerRecorder

    def application_recorder(self) -> LedgerRecorder:
        """The recorder of the one history, whatever the application is called."""
        recorder = LedgerRecorder(self.datastore)
        if self.env_create_table():
            recorder.create_table()
        return recorder
