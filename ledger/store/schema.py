"""Puts the ledger's tables, functions, triggers and rights into a database."""

import hashlib
from importlib import resources

import psycopg
from psycopg import sql

MIGRATION_LOCK = (7204, 2)
"""Advisory lock that installers queue for. The append function's is (7204, 1)."""


def install_schema(owner_url: str) -> None:
    """Bring the `ledger` schema of a database to this version's, as the role that shall own it.

    May be run at any time, again, and by any number of processes at once. The role
    `stayledger_app`, where it exists, gets the application's rights. A schema that is already of
    this version is not touched, so that starting a process never waits for writers.
    Raises psycopg.Error where the database cannot be reached or refuses.
    """
    script, rights = _script("schema.sql"), _script("rights.sql")
    version = hashlib.sha256(script).hexdigest()
    with psycopg.connect(owner_url) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", MIGRATION_LOCK)
        if _installed_version(connection) != version:
            connection.execute(script)
            connection.execute(
                sql.SQL("COMMENT ON SCHEMA ledger IS {}").format(sql.Literal(version))
            )
        connection.execute(rights)


def _script(name: str) -> bytes:
    return resources.files("ledger.store").joinpath(name).read_bytes()


def _installed_version(connection: psycopg.Connection) -> str | None:
    row = connection.execute(
        "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'ledger'"
    ).fetchone()
    return row[0] if row else None
