"""One number for everything that a history says, and one for each read model of it."""

import psycopg
from sqlalchemy import NullPool, create_engine

from projections import PROJECTIONS
from replay.catch_up import catch_up
from replay.digest import digest_of
from tests.conftest import Database

# The store's own time is left out: it is the one thing that two equal histories differ in.
HISTORY = """
    SELECT md5(string_agg(md5(ROW(place, stream_id, version, case_id, command_id, occurred_at,
                                  schema, topic, envelope, state)::text), '' ORDER BY place))
    FROM (SELECT *, row_number() OVER (ORDER BY position) AS place FROM ledger.events) AS events
"""

CLAIMS = """
    SELECT md5(string_agg(ROW(unit_id, night, case_id)::text, '' ORDER BY unit_id, night))
    FROM ledger.night_claims
"""


def digests(database: Database) -> dict[str, str | None]:
    """The digest of the events in their order, of the night claims, and of each read model."""
    return history_digests(database) | read_model_digests(database)


def history_digests(database: Database) -> dict[str, str | None]:
    """The digest of the events in their order, and of the night claims."""
    found: dict[str, str | None] = {}
    with psycopg.connect(database.owner_url, options="-c timezone=UTC") as connection:
        for name, query in (("events", HISTORY), ("claims", CLAIMS)):
            row = connection.execute(query.encode()).fetchone()
            assert row is not None, "an aggregate without groups gives one row"
            found[name] = row[0]
    return found


def read_model_digests(database: Database) -> dict[str, str | None]:
    """The digest of each read model, once it holds the whole history."""
    engine = create_engine(
        database.url.replace("postgresql:", "postgresql+psycopg:", 1), poolclass=NullPool
    )
    catch_up(database.url, engine, PROJECTIONS, lambda *_: None)
    with psycopg.connect(database.url, autocommit=True) as connection:
        return {each.name: digest_of(connection, each).digest for each in PROJECTIONS}


def drop_read_models(database: Database) -> None:
    """Throw every read model away, and what is known about them."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        for schema in ("read_models", *(each.schema for each in PROJECTIONS)):
            connection.execute(f"DROP SCHEMA {schema} CASCADE".encode())
