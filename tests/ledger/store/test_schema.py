"""Installing the schema: again, by many at once, and what the planner makes of it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import psycopg
from psycopg.types.json import Json

from ledger.store import EventStore, install_schema
from ledger.store.feed import page_query
from tests.conftest import Database
from tests.ledger.store.commits import a_commit


def test_eight_processes_may_install_at_once(empty_database: Database) -> None:
    with ThreadPoolExecutor(8) as starters:
        list(starters.map(install_schema, [empty_database.owner_url] * 8))

    with closing(EventStore(empty_database.url)) as store:
        assert store.append(a_commit()).position == 1


def test_installing_again_keeps_the_history(database: Database, store: EventStore) -> None:
    store.append(a_commit())

    install_schema(database.owner_url)

    assert store.head() == 1


def test_installing_again_does_not_wait_for_readers_and_writers(
    database: Database, store: EventStore
) -> None:
    with psycopg.connect(database.url) as busy:
        busy.execute("SELECT count(*) FROM ledger.events")

        install_schema(f"{database.owner_url}?options=-c%20lock_timeout%3D500")

        assert store.append(a_commit()).position == 1


def plan_nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """A plan's nodes, from the root down."""
    return [plan, *(node for child in plan.get("Plans", []) for node in plan_nodes(child))]


def test_a_followers_page_is_read_by_position_and_no_further(
    database: Database, store: EventStore
) -> None:
    for _ in range(3):
        store.append_in_order([a_commit() for _ in range(1000)])
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute("ANALYZE ledger.events")
        for topics in (None, ["unit_calendar.hold_placed"]):
            row = owner.execute(
                b"EXPLAIN (ANALYZE, FORMAT JSON) " + page_query(topics).encode(),
                {"after": 2900, "topics": topics, "limit": 10},
            ).fetchone()
            assert row is not None
            (read,) = [
                node
                for node in plan_nodes(row[0][0]["Plan"])
                if node.get("Relation Name") == "events"
            ]
            assert read["Index Name"] == "one_event_per_position"
            assert read["Actual Rows"] <= 10
            assert read.get("Rows Removed by Filter", 0) == 0


def test_an_append_never_scans_the_history(database: Database, store: EventStore) -> None:
    """Plans made while the tables were tiny must not stay sequential when they have grown."""
    store.append(a_commit())
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute("ANALYZE ledger.events, ledger.commands")
    store.append_in_order([a_commit() for _ in range(500)])
    before = scans(database)

    for _ in range(20):
        store.append(a_commit())

    assert scans(database) == before


def scans(database: Database) -> Json | int:
    """How often the tables of the history were read from end to end."""
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute("SELECT pg_stat_force_next_flush()")
        row = admin.execute(
            "SELECT sum(seq_scan)::int FROM pg_stat_user_tables "
            "WHERE schemaname = 'ledger' AND relname IN ('events', 'commands')"
        ).fetchone()
    assert row is not None
    count: int = row[0]
    return count
