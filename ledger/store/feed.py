"""Reading the history in its order: a page for followers, all of it for rebuilds and audits."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Literal, LiteralString

import psycopg

from ledger.errors import UnknownTopic
from ledger.events import Event, Recorded
from ledger.store.codec import Codec, default_codec
from ledger.values.clock import Instant
from ledger.values.ids import CommandId, StreamId

CHANNEL = "ledger_events"
"""Where each committed batch is announced, with its last position as payload."""

Slice = tuple[int, int, Literal["stream", "case"]]
"""Number i of n parts of the history, cut by stream or by case; i counts from 0."""

EVENTS: LiteralString = (
    "SELECT position, stream_id::text, version, case_id::text, occurred_at, recorded_at, "
    "command_id::text, envelope, topic, schema, state FROM ledger.events "
)
"""What every query that reads events begins with; its rows are of type `Row`."""

Row = tuple[int, StreamId, int, str, Instant, Instant, CommandId, bytes, str, int, bytes]
Connection = psycopg.Connection[Any]


def cursor(connection: Connection) -> psycopg.Cursor[Row]:
    """A cursor for `EVENTS`: binary, in a session whose time zone is UTC, so that instants are."""
    if connection.pgconn.parameter_status(b"TimeZone") != b"UTC":
        connection.execute("SET TIME ZONE 'UTC'")
    return connection.cursor(binary=True)


def recorded_of(rows: Sequence[Row], codec: Codec) -> list[Recorded[Event]]:
    """The events of rows, in their places.

    Raises UnknownTopic, with the position, where a newer version wrote one of them.
    """
    decoder = codec.decoder
    try:
        return [
            Recorded(
                position,
                stream_id,
                version,
                case_id,
                occurred_at,
                recorded_at,
                command_id,
                envelope,
                decoder(topic, schema)(state),
            )
            for (
                position,
                stream_id,
                version,
                case_id,
                occurred_at,
                recorded_at,
                command_id,
                envelope,
                topic,
                schema,
                state,
            ) in rows
        ]
    except UnknownTopic as unknown:
        named = (unknown.topic, unknown.schema)
        position = next(row[0] for row in rows if (row[8], row[9]) == named)
        raise UnknownTopic(**unknown.data, position=position) from None


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
    rows = cursor(connection).execute(
        page_query(topics),
        {"after": after, "topics": _listed(topics), "limit": limit},
        prepare=True,
    )
    return recorded_of(rows.fetchall(), codec or default_codec())


def page_query(
    topics: Sequence[str] | None = None, *, ends: bool = False, by: str | None = None
) -> LiteralString:
    """The query of a page: above `after`, of these topics, up to `until`, of a slice, in order."""
    query: LiteralString = EVENTS + "WHERE position > %(after)s::bigint "
    if ends:
        query += "AND position <= %(until)s::bigint "
    if topics is not None:
        query += "AND topic = ANY(%(topics)s::text[]) "
    if by == "stream":
        query += "AND (uuid_hash(stream_id) & 1023) %% %(parts)s::integer = %(part)s::integer "
    if by == "case":
        query += "AND (uuid_hash(case_id) & 1023) %% %(parts)s::integer = %(part)s::integer "
    return query + "ORDER BY position LIMIT %(limit)s::bigint"


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
    """The history above `after` and up to `until`, in order, in lists of at most `batch` events.

    `topics` and `slice` (number i of n, by stream or by case; n at most 1024) leave out the others
    in the server. Without `until` the end is where the history ended when the scan began. The next
    page is fetched while the caller works on this one; each is a query of its own, so that no long
    snapshot holds back vacuum. Raises UnknownTopic.
    """
    codec = codec or default_codec()
    part, parts, by = slice or (0, 1, None)
    query = page_query(topics, ends=True, by=by)
    with _connected(source) as connection, ThreadPoolExecutor(1, "ledger-scan") as ahead:
        end = _head(connection) if until is None else until
        fixed = {"until": end, "topics": _listed(topics), "part": part, "parts": parts}

        def fetch(after: int) -> list[Row]:
            values = {**fixed, "after": after, "limit": batch}
            return cursor(connection).execute(query, values, prepare=True).fetchall()

        page: Future[list[Row]] | None = ahead.submit(fetch, after)
        while page is not None:
            rows = page.result()
            page = ahead.submit(fetch, rows[-1][0]) if len(rows) == batch else None
            if rows:
                yield recorded_of(rows, codec)


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
