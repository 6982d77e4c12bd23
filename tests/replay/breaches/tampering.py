"""How somebody with the owner's rights tampers with the rows of a sound history."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from ledger.events import Event
from ledger.values.ids import StreamId
from tests.conftest import Database
from tests.replay.small_history import History

Connection = psycopg.Connection[Any]
Shape = dict[str, Any]
"""An event as it is stored."""


@contextmanager
def unguarded(database: Database) -> Iterator[Connection]:
    """The history without its guard, which only the owner can lay aside."""
    with psycopg.connect(database.owner_url) as connection:
        for table in ("events", "commands"):
            connection.execute(f"ALTER TABLE ledger.{table} DISABLE TRIGGER append_only")
        yield connection
        for table in ("events", "commands"):
            connection.execute(f"ALTER TABLE ledger.{table} ENABLE ALWAYS TRIGGER append_only")


def rewrite(database: Database, topic: str, case_id: str, change: Callable[[Shape], None]) -> None:
    """Change the content of a case's one event of a topic."""
    at = {"topic": topic, "case": case_id}
    with unguarded(database) as connection:
        found = connection.execute(_STATE, at)
        ((state,),) = found.fetchall()
        shape = json.loads(state)
        change(shape)
        connection.execute(_REWRITE, {**at, "state": json.dumps(shape).encode()})


_STATE: LiteralString = (
    "SELECT state FROM ledger.events WHERE topic = %(topic)s AND case_id = %(case)s"
)
_REWRITE: LiteralString = (
    "UPDATE ledger.events SET state = %(state)s WHERE topic = %(topic)s AND case_id = %(case)s"
)


def rewrite_stream(
    database: Database, topic: str, stream_id: str, change: Callable[[Shape], None]
) -> None:
    """Change the content of a stream's one event of a topic."""
    with unguarded(database) as connection:
        ((version, state),) = connection.execute(
            "SELECT version, state FROM ledger.events WHERE topic = %s AND stream_id = %s",
            (topic, stream_id),
        ).fetchall()
        shape = json.loads(state)
        change(shape)
        connection.execute(
            "UPDATE ledger.events SET state = %s WHERE stream_id = %s AND version = %s",
            (json.dumps(shape).encode(), stream_id, version),
        )


def update(database: Database, change: LiteralString, topic: str, case_id: str) -> None:
    """Change columns of a case's one event of a topic."""
    with unguarded(database) as connection:
        changed = connection.execute(
            sql.SQL("UPDATE ledger.events SET {} WHERE topic = %s AND case_id = %s").format(
                sql.SQL(change)
            ),
            (topic, case_id),
        )
        assert changed.rowcount == 1


def exchange(database: Database, case_id: str, *topics: str) -> None:
    """Let two events of a case, of different topics, change their positions."""
    with unguarded(database) as connection:
        found = connection.execute(
            "SELECT position FROM ledger.events WHERE case_id = %s AND topic = ANY(%s)",
            (case_id, list(topics)),
        )
        (one,), (other,) = found.fetchall()
        move = "UPDATE ledger.events SET position = %s WHERE position = %s"
        for there, here in ((-1, one), (one, other), (other, -1)):
            connection.execute(move, (there, here))


def events_of(history: History, stream_id: str) -> list[Event]:
    """The events of a stream, in order."""
    return [recorded.event for recorded in history.store.read(StreamId(stream_id))]


def lines(shape: Shape) -> list[list[Any]]:
    """The lines of an event's only entry: account, key, minor units, currency."""
    found: list[list[Any]] = shape["entries"][0]["lines"]
    return found
