"""The statement: what a source says moved the money that it holds for us, as it was read there.

    newest ◀─────── read later, from the newest line on
       │
       ▼  read first, back to the first line there is
    oldest

A page of lines and how far it reaches are kept in one transaction, so who is interrupted goes on
where the last page ended. Beside it stands until when everything that the source told of was asked
for, which finds what it told in vain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg

from ledger.values.clock import Instant

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One movement in the source's words; `net_minor` is signed, in the balance's currency."""

    movement: str
    kind: str
    origin: str | None
    currency: str
    net_minor: int
    moved_at: Instant


@dataclass(frozen=True)
class Reading:
    """How far a source was read; `complete` says that there is nothing before the oldest line."""

    newest: str | None = None
    oldest: str | None = None
    complete: bool = False
    told_until: Instant | None = None


_KEEP: LiteralString = (
    "INSERT INTO ledger.statement (source, movement, kind, origin, currency, net_minor, moved_at) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (source, movement) DO NOTHING"
)
_READING: LiteralString = (
    "SELECT newest, oldest, complete, told_until FROM ledger.reading WHERE source = %s"
)
_MOVE: LiteralString = (
    "INSERT INTO ledger.reading (source, newest, oldest, complete, told_until) "
    "VALUES (%s, %s, %s, %s, %s) ON CONFLICT (source) DO UPDATE "
    "SET newest = excluded.newest, oldest = excluded.oldest, complete = excluded.complete, "
    "told_until = excluded.told_until"
)
_COUNT: LiteralString = "SELECT count(*) FROM ledger.statement WHERE source = %s"


def reading(connection: Connection, source: str) -> Reading:
    """How far a source was read."""
    row = connection.execute(_READING, (source,)).fetchone()
    return Reading() if row is None else Reading(*row)


def keep(connection: Connection, source: str, lines: Sequence[Line], reached: Reading) -> None:
    """Store lines, and how far they reach. Durable when the connection's commit is.

    One reader of a source at a time: how far it was read is what the last one says.
    """
    rows = [
        (
            source,
            line.movement,
            line.kind,
            line.origin,
            line.currency,
            line.net_minor,
            line.moved_at,
        )
        for line in lines
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_KEEP, rows)
    at = (reached.newest, reached.oldest, reached.complete, reached.told_until)
    connection.execute(_MOVE, (source, *at))


def count(connection: Connection, source: str) -> int:
    """How many lines are there."""
    row = connection.execute(_COUNT, (source,)).fetchone()
    assert row is not None, "an aggregate without groups gives one row"
    return int(row[0])
