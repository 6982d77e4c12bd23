"""History is only ever added to: Postgres itself refuses everything else, whoever asks."""

from typing import Any, LiteralString

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from ledger.store import EventStore
from tests.conftest import Database
from tests.ledger.store.commits import a_commit, a_unit, july

TABLES = ["events", "commands"]
CHANGES = [
    "UPDATE ledger.{} SET position = position + 1",
    "DELETE FROM ledger.{}",
    "TRUNCATE ledger.{}",
]


@pytest.fixture
def a_history(store: EventStore) -> None:
    """One event, by one command, holding one night."""
    store.append(a_commit(taken=july(a_unit(), 1)))


def refused(url: str, statement: str) -> str:
    """The message with which a statement is refused."""
    with (
        psycopg.connect(url, autocommit=True) as connection,
        pytest.raises(InsufficientPrivilege) as refusal,
    ):
        connection.execute(statement.encode())
    return str(refusal.value)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
def test_not_even_the_owner_can_change_history(
    a_history: None, database: Database, table: str, change: str
) -> None:
    for url in (database.owner_url, database.admin_url):
        assert "only ever added to" in refused(url, change.format(table))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
def test_the_application_has_no_right_to_change_history(
    a_history: None, database: Database, table: str, change: str
) -> None:
    assert "permission denied" in refused(database.url, change.format(table))


def test_a_session_that_plays_a_replica_cannot_change_history_either(
    a_history: None, database: Database
) -> None:
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        with pytest.raises(InsufficientPrivilege, match="only ever added to"):
            connection.execute("DELETE FROM ledger.events")


INSERTS: list[LiteralString] = [
    "INSERT INTO ledger.events SELECT * FROM ledger.events",
    "INSERT INTO ledger.commands SELECT * FROM ledger.commands",
    "INSERT INTO ledger.night_claims SELECT * FROM ledger.night_claims",
    "DELETE FROM ledger.night_claims",
    "UPDATE ledger.night_claims SET night = night + 1",
    "ALTER TABLE ledger.events DISABLE TRIGGER append_only",
    "DROP SCHEMA ledger CASCADE",
]


@pytest.mark.parametrize("statement", INSERTS)
def test_the_application_writes_through_the_append_functions_alone(
    a_history: None, database: Database, statement: str
) -> None:
    refused(database.url, statement)


def test_the_append_functions_cannot_be_led_astray_by_a_search_path(
    a_history: None, connection: psycopg.Connection[Any]
) -> None:
    rows = connection.execute(
        "SELECT proname, proconfig FROM pg_proc "
        "WHERE pronamespace = 'ledger'::regnamespace AND prosecdef"
    ).fetchall()

    assert {name for name, _ in rows} == {"append_together", "append_in_turn"}
    assert all("search_path=pg_catalog, pg_temp" in config for _, config in rows)
