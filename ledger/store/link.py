"""The writer's line to Postgres: prepared calls with binary arguments, and a limit on waiting.

It speaks libpq directly. The driver would dump every argument again and may wait without end on a
connection that has gone silent; here a call that takes too long is cut off, so that its outcome can
be looked up over another connection.
"""

import select
import time
from collections.abc import Sequence

import psycopg
from psycopg import pq
from psycopg.errors import error_from_result

TOGETHER = b"append_together"
IN_TURN = b"append_in_turn"

_BATCH_TYPES = [
    *("uuid[]", "bytea[]", "uuid[]", "text[]", "bytea[]", "integer[]"),  # the commands
    *("uuid[]", "bigint[]", "text[]", "smallint[]", "uuid[]", "uuid[]"),  # their events
    *("timestamptz[]", "bytea[]", "bytea[]"),
    *("uuid[]", "bigint[]"),  # what they expect of streams
    *("uuid[]", "date[]"),  # nights needed, freed, taken
    *("uuid[]", "date[]", "uuid[]"),
    *("uuid[]", "date[]", "uuid[]"),
]
_TYPES = {TOGETHER: _BATCH_TYPES, IN_TURN: [*_BATCH_TYPES, *["integer[]"] * 4]}

_OUTCOME_UNKNOWN = ("08", "57P")
"""SQLSTATE prefixes: a lost connection, and a server that ends ours while it works."""

_NOT_NOW = ("53", "55P03", "57014", "25006")
"""SQLSTATE prefixes: out of disk or memory, lock not had in time, cancelled, read-only."""

Row = tuple[bytes | None, ...]


class Unreachable(Exception):
    """Postgres does not take our call."""


class LinkLost(Unreachable):
    """The line broke while a call was under way: nobody knows whether it was committed."""


class NotNow(Exception):
    """Postgres gave the call up for a reason that passes; it did nothing."""


class Link:
    """One connection that the writer keeps."""

    def __init__(self, url: str, *, application_name: str, call_seconds: float) -> None:
        """Connect, and prepare the append functions. Raises Unreachable, or psycopg.Error.

        A call that is not answered within `call_seconds` counts as lost; one that waits for the
        append lock is given up by Postgres itself well before, and then certainly did nothing.
        """
        self._call_seconds = call_seconds
        self._answer_by = 0.0
        self._broken: psycopg.OperationalError | None = None
        try:
            self._connection = psycopg.connect(
                url, autocommit=True, application_name=application_name, connect_timeout=5
            )
            self._pg = self._connection.pgconn
            self._connection.execute(f"SET lock_timeout = {round(call_seconds * 500)}")
            # The append function must see what was committed while it waited for the lock.
            self._connection.execute("SET default_transaction_isolation = 'read committed'")
        except psycopg.OperationalError as error:
            raise Unreachable(str(error)) from error
        for name, types in _TYPES.items():
            self._prepare(name, types)

    def send(self, name: bytes, arguments: Sequence[bytes]) -> None:
        """Start a call of a prepared function; `answer` says what came of it."""
        self._answer_by = time.monotonic() + self._call_seconds
        try:
            self._pg.send_query_prepared(name, arguments, [pq.Format.BINARY] * len(arguments))
            self._pg.flush()
        except psycopg.OperationalError as broken:
            self._broken = broken

    def answer(self) -> list[Row]:
        """The rows of the call under way, as text.

        Raises LinkLost where the outcome is unknown. Otherwise nothing was done: NotNow where
        trying later may help, and psycopg.Error where it will not.
        """
        try:
            if self._broken is not None:
                raise self._broken
            result = self._only_result()
        except (psycopg.OperationalError, OSError) as broken:
            self.close()
            raise LinkLost(str(broken)) from broken
        if result.status != pq.ExecStatus.TUPLES_OK:
            raise self._refusal(error_from_result(result))
        columns = range(result.nfields)
        return [
            tuple(result.get_value(row, column) for column in columns)
            for row in range(result.ntuples)
        ]

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _refusal(self, error: psycopg.Error) -> Exception:
        state = error.sqlstate or "08"
        if self._pg.status == pq.ConnStatus.BAD or state.startswith(_OUTCOME_UNKNOWN):
            self.close()
            return LinkLost(str(error))
        return NotNow(str(error)) if state.startswith(_NOT_NOW) else error

    def _prepare(self, name: bytes, types: Sequence[str]) -> None:
        arguments = ", ".join(f"${place}::{kind}" for place, kind in enumerate(types, 1))
        result = self._pg.prepare(name, b"SELECT * FROM ledger.%b(%b)" % (name, arguments.encode()))
        if result.status != pq.ExecStatus.COMMAND_OK:
            raise error_from_result(result)

    def _only_result(self) -> pq.abc.PGresult:
        """Send what is still unsent and wait for the answer, but not for ever."""
        poll = select.poll()
        unsent = self._pg.flush()
        poll.register(self._pg.socket, select.POLLIN | (select.POLLOUT if unsent else 0))
        while unsent or self._pg.is_busy():
            left_ms = (self._answer_by - time.monotonic()) * 1000
            if left_ms <= 0 or not poll.poll(left_ms):
                raise TimeoutError(f"no answer within {self._call_seconds} s")
            self._pg.consume_input()
            if unsent and not (unsent := self._pg.flush()):
                poll.modify(self._pg.socket, select.POLLIN)
        result = self._pg.get_result()
        while result is not None and (following := self._pg.get_result()) is not None:
            result = following
        if result is None:
            raise psycopg.OperationalError("the server answered nothing")
        return result
