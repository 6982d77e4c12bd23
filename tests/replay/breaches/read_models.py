"""Breaches about read models."""

import psycopg

from projections import PROJECTIONS
from projections.projection import WHOLE
from replay import schemas
from replay.rebuild import rebuild
from tests.conftest import Database
from tests.replay.breaches.planted import breaks
from tests.replay.small_history import AHEAD, History


@breaks("R1")
def tamper_with_a_read_model(history: History, database: Database) -> None:
    """Somebody changed one row of what people read, and not the history."""
    rebuild(database.url)
    with psycopg.connect(database.url) as connection:
        connection.execute(
            "UPDATE trips_v2.trips SET status = 'completed' WHERE booking_id = %s", (AHEAD,)
        )


@breaks("R1")
def forget_a_line_of_the_journal(history: History, database: Database) -> None:
    """A line of the journal is not in the read model."""
    rebuild(database.url)
    with psycopg.connect(database.url) as connection:
        connection.execute(
            "DELETE FROM journal_v2.journal WHERE case_id = %s AND leg = 1", (AHEAD,)
        )


@breaks("R3")
def run_ahead(history: History, database: Database) -> None:
    """A read model says that it stands where the history has not come yet."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        schemas.prepare(connection, *PROJECTIONS)
        connection.execute(
            "INSERT INTO read_models.positions (schema, slice, position) VALUES (%s, %s, %s)",
            ("trips_v0", WHOLE, history.store.head() + 1),
        )
