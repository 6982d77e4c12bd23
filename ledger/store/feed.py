"""Reading the history in its order: a page for followers, all of it for rebuilds and audits."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, LiteralString

import psycopg
from psycopg.adapt import Loader
from psycopg.pq import Format

from ledger.errors import UnknownTopic
from ledger.events import Event, Recorded
from ledger.store.codec import Codec, default_codec
from ledger.values.clock import Instant

CHANNEL = "ledger_events"
"""Where each committed batch is announced, with its last position as payload."""

Slice = tuple[int, int, Literal["stream", "case"]]
"""Number i of n parts of the history, cut by stream or by case; i counts from 0."""

EVENTS: LiteralString = (
    "SELECT position, stream_id::text, version, case_id::text, occurred_at, recorded_at, "
    "command_id::text, envelope, state, topic, schema FROM ledger.events "
)
"""What every query that reads events begins with; its rows are of type `Row`."""

Row = tuple[int, str, int, str, Instant, Instant, str, bytes, bytes, str, int]
Connection = psycopg.Connection[Any]

_POSTGRES_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class InstantLoader(Loader):
    """Reads a `timestamptz` as an instant in UTC, whatever the session's time zone is."""

    format = Format.BINARY

    def load(self, data: Any) -> Instant:
        """The instant of a binary value: microseconds since 2000."""
        return _instant(bytes(data))


@lru_cache(maxsize=1024)
def _instant(data: bytes) -> Instant:
    # Remembered, because the events of a command or a batch share theirs.
    return _POSTGRES_EPOCH + timedelta(microseconds=int.from_bytes(data, "big", signed=True))


def cursor(connection: Connection) -> psycopg.Cursor[Row]:
    """A cursor that reads the columns of events in binary, with instants in UTC."""
    made = connection.cursor(binary=True)
    made.adapters.register_loader("timestamptz", InstantLoader)
    return made


def recorded_of(row: Row, codec: Codec) -> Recorded[Event]:
    """The event of a row that `EVENTS` selects, in its place.

    Raises UnknownTopic, with the position, where a newer version wrote it.
    """
    try:
        event = codec.decode(row[9], row[10], row[8])
    except UnknownTopic as unknown:
        raise UnknownTopic(**unknown.data, position=row[0]) from None
    return Recorded(*row[:8], event)  # type: ignore[arg-type]  # ids are texts to the driver


# -- For followers ------------------------------------------------------------------------


def listen(connection: Connection) -> None:
    """Hear of every batch committed from now on. Listen first, then pull, or one may be missed.

    The connection must be in autocommit mode, because listening begins at commit.
    """
    assert connection.autocommit, "listening begins at commit"
    connection.execute("LISTEN ledger_events")


def news(connection: Connection, *, timeout_seconds: float) -> int | None:
    """The last position announced, waiting for it if there is none yet; None after the timeout.

    A hint, not the truth: notifications are lost with a connection, so keep a slow poll besides.
    """
    last: int | None = None
    for notify in connection.notifies(timeout=timeout_seconds, stop_after=1):
        last = int(notify.payload)
    return last


def pull(
    connection: Connection,
    *,
    after: int,
    topics: Sequence[str] | None = None,
    limit: int = 1000,
    codec: Codec | None = None,
) -> list[Recorded[Event]]:
    """The next page of the history above a position: at most `limit` events, of these topics.

    Nothing below the last position of a page can appear later. Raises UnknownTopic.
    """
    codec = codec or default_codec()
    rows = cursor(connection).execute(
        _PAGE, {"after": after, "topics": _listed(topics), "limit": limit}, prepare=True
    )
    return [recorded_of(row, codec) for row in rows]


_PAGE: LiteralString = (
    EVENTS + "WHERE position > %(after)s::bigint "
    "AND (%(topics)s::text[] IS NULL OR topic = ANY(%(topics)s::text[])) "
    "ORDER BY position LIMIT %(limit)s::bigint"
)


# -- For rebuilds and audits --------------------------------------------------------------


def scan(  # noqa: PLR0913 - a query with optional parts, all by name
    source: str | Connection,
    *,
    after: int = 0,
    until: int | None = None,
    topics: Sequence[str] | None = None,
    slice: Slice | None = None,  # noqa: A002 - the word of the field
    batch: int = 10_000,
    codec: Codec | None = None,
) -> Iterator[list[Recorded[Event]]]:
    """The history above `after` and up to `until`, in order, in lists of about `batch` events.

    `topics` and `slice` (number i of n, by stream or by case) leave out the others in the server.
    Reads page by page, so that no long snapshot holds back vacuum. Raises UnknownTopic.
    """
    codec = codec or default_codec()
    with _connected(source) as connection:
        asking = cursor(connection)
        end = until if until is not None else _head(connection)
        while after < end:
            rows = asking.execute(
                _SCAN[slice[2] if slice else None],
                {
                    "after": after,
                    "until": end,
                    "topics": _listed(topics),
                    "limit": batch,
                    "part": slice[0] if slice else 0,
                    "parts": slice[1] if slice else 1,
                },
                prepare=True,
            ).fetchall()
            if rows:
                yield [recorded_of(row, codec) for row in rows]
            after = rows[-1][0] if len(rows) == batch else end


_FILTERED: LiteralString = (
    EVENTS + "WHERE position > %(after)s::bigint AND position <= %(until)s::bigint "
    "AND (%(topics)s::text[] IS NULL OR topic = ANY(%(topics)s::text[])) "
)
_ORDERED: LiteralString = "ORDER BY position LIMIT %(limit)s::bigint"
_SCAN: dict[str | None, LiteralString] = {
    None: _FILTERED + _ORDERED,
    "stream": _FILTERED
    + "AND (uuid_hash(stream_id) & 1023) %% %(parts)s::integer = %(part)s::integer "
    + _ORDERED,
    "case": _FILTERED
    + "AND (uuid_hash(case_id) & 1023) %% %(parts)s::integer = %(part)s::integer "
    + _ORDERED,
}


@contextmanager
def _connected(source: str | Connection) -> Iterator[Connection]:
    if isinstance(source, str):
        with psycopg.connect(source, autocommit=True) as connection:
            yield connection
    else:
        yield source


def _head(connection: Connection) -> int:
    row = connection.execute("SELECT coalesce(max(position), 0) FROM ledger.events").fetchone()
    assert row is not None, "an aggregate without groups gives one row"
    return int(row[0])


def _listed(topics: Sequence[str] | None) -> list[str] | None:
    return None if topics is None else list(topics)
