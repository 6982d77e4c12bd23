"""One import of a file at a time: two that lay out the same steps would get in each other's way."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from ledger.errors import LedgerError
from replay.history.source import Source
from replay.locks import IMPORT, named

PATIENCE = "5s"
"""How long to wait: Postgres needs a moment to notice that an import was killed."""


class ImportIsRunning(LedgerError):
    """Another process imports this file already; wait until it has ended, or stop it."""

    code = "IMPORT_IS_RUNNING"
    transient = True


@contextmanager
def only_import(url: str, source: Source) -> Iterator[None]:
    """Hold off other imports of the same content. Raises ImportIsRunning, psycopg.Error."""
    lock = named(IMPORT, source.digest)
    connection = psycopg.connect(url, autocommit=True, application_name="stayledger import lock")
    try:
        connection.execute(f"SET lock_timeout = '{PATIENCE}'".encode())
        connection.execute("SELECT pg_advisory_lock(%s, %s)", lock)
    except psycopg.errors.LockNotAvailable:
        connection.close()
        raise ImportIsRunning(file=source.name) from None
    try:
        yield
    finally:
        # Where Postgres went away meanwhile, the lock went with it.
        connection.close()
