"""Reading the history in its order: a page for followers, all of it for rebuilds and audits."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
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
    """A cursor for `EVENTS`: binary, in a session whose time zone is UTC, so that instants are.

    Postgres would start helpers for a page of a slice, which cost more than the page.
    """
    if connection.pgconn.parameter_status(b"TimeZone") != b"UTC":
        connection.execute("SET TIME ZONE 'UTC'; SET max_parallel_workers_per_gather = 0")
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


def page_query(topics: Sequence[str] | None = None) -> LiteralString:
    """The query of a page: at most `limit` events above `after`, of these topics, in order."""
    listened: LiteralString = OF_TOPICS if topics is not None else ""
    return EVENTS + ABOVE + listened + "ORDER BY position LIMIT %(limit)s::bigint"


ABOVE: LiteralString = "WHERE position > %(after)s::bigint "
OF_TOPICS: LiteralString = "AND topic = ANY(%(topics)s::text[]) "

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
    query = _stretch_query(topics, by)
    with _connected(source) as connection, ThreadPoolExecutor(1, "ledger-scan") as ahead:
        end = _head(connection) if until is None else until
        fixed = {"topics": _listed(topics), "part": part, "parts": parts}

        def fetch(after: int) -> list[Row]:
            values = {**fixed, "after": after, "until": min(after + batch, end)}
            return cursor(connection).execute(query, values, prepare=True).fetchall()

        for rows in _one_ahead(ahead, fetch, range(after, end, batch)):
            if rows:
                yield recorded_of(rows, codec)


def _stretch_query(topics: Sequence[str] | None, by: str | None) -> LiteralString:
    """The query of a stretch: above `after` up to `until`, of these topics, of a slice, in order.

    A stretch is cut by positions and not by a limit: Postgres guesses badly how much of the history
    a limit over a slice will take, and then sorts all of it for every page.
    """
    query: LiteralString = EVENTS + ABOVE + "AND position <= %(until)s::bigint "
    if topics is not None:
        query += OF_TOPICS
    if by == "stream":
        query += "AND (uuid_hash(stream_id) & 1023) %% %(parts)s::integer = %(part)s::integer "
    if by == "case":
        query += "AND (uuid_hash(case_id) & 1023) %% %(parts)s::integer = %(part)s::integer "
    return query + "ORDER BY position"


def _one_ahead(
    ahead: Executor, fetch: Callable[[int], list[Row]], places: Iterable[int]
) -> Iterator[list[Row]]:
    """What `fetch` brings for each place, the next one under way while the caller has this one."""
    under_way: Future[list[Row]] | None = None
    for place in places:
        following = ahead.submit(fetch, place)
        if under_way:
            yield under_way.result()
        under_way = following
    if under_way:
        yield under_way.result()


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
