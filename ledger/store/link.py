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
        except psycopg.OperationalError as error:
            raise Unreachable(str(error)) from error
        self._pg = self._connection.pgconn
        try:
            self._make_ready()
        except (LinkLost, psycopg.OperationalError) as lost:
            self.close()
            raise Unreachable(str(lost)) from lost  # nothing was asked yet, so nothing is in doubt
        except BaseException:
            self.close()
            raise

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
        result = self._result()
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

    def _make_ready(self) -> None:
        """Set the session up. The append must see what was committed while it waited its turn."""
        lock_wait_ms = round(self._call_seconds * 500)
        self._answer_by = time.monotonic() + self._call_seconds
        self._pg.send_query(
            b"SET lock_timeout = %d; SET default_transaction_isolation = 'read committed'"
            % lock_wait_ms
        )
        self._result()
        for name, types in _TYPES.items():
            arguments = ", ".join(f"${place}::{kind}" for place, kind in enumerate(types, 1))
            call = b"SELECT * FROM ledger.%b(%b)" % (name, arguments.encode())
            self._pg.send_prepare(name, call)
            self._result()

    def _result(self) -> pq.abc.PGresult:
        """What came of the request under way; raises as `answer` says."""
        try:
            if self._broken is not None:
                raise self._broken
            result = self._last_result()
        except (psycopg.OperationalError, OSError) as broken:
            self.close()
            raise LinkLost(str(broken)) from broken
        if result.status not in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
            raise self._refusal(error_from_result(result))
        return result

    def _last_result(self) -> pq.abc.PGresult:
        """The request's last result, once the server is ready for the next: then it is durable.

        A result may come before the commit behind it does, and the commit may fail: that is why
        the last one counts.
        """
        last: pq.abc.PGresult | None = None
        while True:
            self._wait_for_input()
            result = self._pg.get_result()
            if result is None:
                break
            last = result
        if last is None:
            raise psycopg.OperationalError("the server answered nothing")
        return last

    def _wait_for_input(self) -> None:
        """Send what is still unsent, and wait until a result can be had, but not for ever.

        libpq would wait without end, and hold every thread of the process while it does.
        """
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
