"""The event store: append commits, read streams, remember what was answered."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from ledger.errors import LedgerError, Refused, StoreUnavailable
from ledger.events import Event, Recorded
from ledger.store import calendar_links, snapshots, vault
from ledger.store.batch import prepare
from ledger.store.codec import Codec, default_codec
from ledger.store.commits import Commit, Receipt
from ledger.store.feed import EVENTS, cursor, recorded_of
from ledger.store.link import Link
from ledger.store.writer import Outcome, Ticket, Writer, remembered_refusal
from ledger.values.ids import CommandId, StreamId, UnitId
from ledger.values.texts import Written

Answer = TypeVar("Answer")
Connection = psycopg.Connection[Any]

_PAUSE_SECONDS = 0.05

_READ_STREAM: LiteralString = (
    EVENTS + "WHERE stream_id = %s::uuid AND version > %s::bigint ORDER BY version"
)
_READ_STREAMS: LiteralString = (
    EVENTS + "WHERE stream_id = ANY(%s::uuid[]) ORDER BY stream_id, version"
)


class EventStore:
    """The door to the history for everything that writes, safe for any number of threads."""

    def __init__(
        self,
        url: str,
        *,
        application_name: str = "stayledger",
        max_batch: int = 256,
        readers: int = 8,
        patience_seconds: float = 20.0,
        codec: Codec | None = None,
    ) -> None:
        """Open a store; nothing is connected before it is needed.

        At most `max_batch` commits of different callers share one call; at most `readers`
        connections read. Where Postgres is away, appends and questions are tried again for
        `patience_seconds` before they raise StoreUnavailable.
        """
        self._codec = codec or default_codec()
        self._patience_seconds = patience_seconds
        self._writer = Writer(
            partial(
                Link, url, application_name=application_name, call_seconds=patience_seconds / 2
            ),
            max_batch=max_batch,
            patience_seconds=patience_seconds,
        )
        self._readers: ConnectionPool[Connection] = ConnectionPool(
            url,
            kwargs={"autocommit": True, "application_name": application_name},
            min_size=0,
            max_size=readers,
            timeout=patience_seconds,
            open=True,
        )

    # -- Append ---------------------------------------------------------------------------

    def append(self, commit: Commit) -> Receipt:
        """Record a commit; returns when it is durable.

        Raises Conflict (`streams` that went on), NightsAreTaken (`unit_id`, `nights`),
        RepeatedWithDifferences; the recorded Refused, where this command was refused before;
        StoreUnavailable, whose `in_doubt` says whether the commit may have been recorded all the
        same (then repeat it under the same id); CorruptHistory where a freed night is not held.
        """
        (outcome,) = self._writer.write(Ticket([prepare(commit, self._codec)]))
        if isinstance(outcome, Receipt):
            return outcome
        raise outcome

    def submit(self, commit: Commit) -> Future[Receipt]:
        """Record a commit without waiting: the future gives what `append` would, or raises it."""
        future: Future[Receipt] = Future()
        future.set_running_or_notify_cancel()
        self._writer.hand_in(Ticket([prepare(commit, self._codec)], partial(_settle, future)))
        return future

    def append_in_order(self, commits: Sequence[Commit]) -> list[Receipt | LedgerError]:
        """Record many commits by one call; a later one may build on an earlier one's events.

        Each is all or nothing on its own, so each has its own outcome: a receipt, or what `append`
        would raise.
        """
        if not commits:
            return []
        outcomes: list[Receipt | LedgerError] = []
        for outcome in self._writer.write(Ticket([prepare(one, self._codec) for one in commits])):
            if not isinstance(outcome, Receipt | LedgerError):
                raise outcome
            outcomes.append(outcome)
        return outcomes

    # -- Read -----------------------------------------------------------------------------

    def read(self, stream_id: StreamId, after: int = 0) -> list[Recorded[Event]]:
        """A stream's events above a version, in order; empty for a stream that is not there."""

        def question(connection: Connection) -> list[Recorded[Event]]:
            rows = cursor(connection).execute(
                _READ_STREAM,
                (stream_id, after),
                prepare=True,
            )
            return recorded_of(rows.fetchall(), self._codec)

        return self._ask(question)

    def read_many(self, stream_ids: Iterable[StreamId]) -> dict[StreamId, list[Recorded[Event]]]:
        """The events of many streams, in order, by one query; every stream asked for is a key."""
        streams: dict[StreamId, list[Recorded[Event]]] = {asked: [] for asked in stream_ids}

        def question(connection: Connection) -> list[Recorded[Event]]:
            rows = cursor(connection).execute(
                _READ_STREAMS,
                (list(streams),),
                prepare=True,
            )
            return recorded_of(rows.fetchall(), self._codec)

        for recorded in self._ask(question):
            streams[recorded.stream_id].append(recorded)
        return streams

    def recorded(self, command_ids: Iterable[CommandId]) -> dict[CommandId, Receipt | Refused]:
        """What was answered to commands, as far as they are known, by one query."""

        def question(connection: Connection) -> dict[CommandId, Receipt | Refused]:
            rows = connection.cursor(binary=True).execute(
                "SELECT command_id::text, position, refusal, answer FROM ledger.commands "
                "WHERE command_id = ANY(%s::uuid[])",
                (list(command_ids),),
                prepare=True,
            )
            return {
                command_id: Receipt(command_id, position, repeated=True, answer=answer)
                if refusal is None
                else remembered_refusal(refusal, answer)
                for command_id, position, refusal, answer in rows
            }

        return self._ask(question)

    def head(self) -> int:
        """The position of the last event; 0 where there is none."""

        def question(connection: Connection) -> int:
            row = connection.execute(
                "SELECT coalesce(max(position), 0) FROM ledger.events", prepare=True
            ).fetchone()
            assert row is not None, "an aggregate without groups gives one row"
            return int(row[0])

        return self._ask(question)

    # -- Snapshots ------------------------------------------------------------------------

    def snapshot(self, stream_id: StreamId, fingerprint: str) -> tuple[int, bytes] | None:
        """The version and state to start folding a stream from; None where there is no sound one.

        `fingerprint` names the shape of the state: a snapshot of another one is ignored.
        """
        return self._ask(lambda connection: snapshots.find(connection, stream_id, fingerprint))

    def keep_snapshot(
        self, stream_id: StreamId, version: int, fingerprint: str, state: bytes
    ) -> None:
        """Keep a stream's state as of a version, unless a newer one of this shape is kept."""
        self._ask(
            lambda connection: snapshots.keep(connection, stream_id, version, fingerprint, state)
        )

    # -- Texts ----------------------------------------------------------------------------

    def keep_text(self, command_id: CommandId, owner_id: str, text: str) -> Written:
        """Keep the text of a command before the command is executed (`vault.keep`)."""
        return self._ask(lambda connection: vault.keep(connection, command_id, owner_id, text))

    def keep_texts(self, spoken: Sequence[vault.Spoken]) -> dict[CommandId, Written]:
        """Keep the texts of many commands before they are executed (`vault.keep_all`)."""
        return self._ask(lambda connection: vault.keep_all(connection, spoken))

    def texts(self, text_ids: Iterable[str]) -> Mapping[str, vault.Kept]:
        """The texts under these ids; one that was erased says so."""
        named = list(text_ids)
        return self._ask(lambda connection: vault.read(connection, named))

    def erase_texts(self, owner_id: str) -> int:
        """Erase the words of all that somebody wrote; returns of how many texts."""
        return self._ask(lambda connection: vault.erase(connection, owner_id))

    def sweep_texts(self) -> int:
        """Take away texts that belong to no recorded command; returns how many."""
        return self._ask(vault.sweep)

    # -- Calendars that others read --------------------------------------------------------

    def share_calendar(self, unit_id: UnitId) -> str:
        """A new secret by which a unit's calendar is read (`calendar_links.make`)."""
        return self._ask(lambda connection: calendar_links.make(connection, unit_id))

    def unshare_calendar(self, unit_id: UnitId) -> None:
        """Let nobody read a unit's calendar any more."""
        self._ask(lambda connection: calendar_links.revoke(connection, unit_id))

    def shared_unit(self, token: str) -> UnitId | None:
        """The unit whose calendar a secret lets one read, if it does."""
        return self._ask(lambda connection: calendar_links.unit_of(connection, token))

    # -- The end --------------------------------------------------------------------------

    def close(self) -> None:
        """Write what is queued, then let go of every connection."""
        self._writer.close()
        self._readers.close()

    def _ask(self, question: Callable[[Connection], Answer]) -> Answer:
        """Put a question to Postgres; again, where the connection turns out to be dead.

        Raises StoreUnavailable when patience runs out.
        """
        give_up_at = time.monotonic() + self._patience_seconds
        while True:
            try:
                with self._readers.connection() as connection:
                    return question(connection)
            except PoolTimeout as timeout:
                raise StoreUnavailable(reason=str(timeout), in_doubt=False) from timeout
            except psycopg.OperationalError as error:
                if time.monotonic() > give_up_at:
                    raise StoreUnavailable(reason=str(error), in_doubt=False) from error
                # The server may have been started anew: then every pooled connection is dead.
                time.sleep(_PAUSE_SECONDS)
                self._readers.check()


def _settle(future: Future[Receipt], outcomes: Sequence[Outcome]) -> None:
    (outcome,) = outcomes
    if isinstance(outcome, Receipt):
        future.set_result(outcome)
    else:
        future.set_exception(outcome)
