"""The advisory locks of replay: every number, and what it stands for.

Postgres knows them as pairs of numbers only, so two that chose the same would wait for each other
without a reason. (7204, 1) and (7204, 2) are the ledger's own, in `ledger/store`.
"""

from typing import Any
from zlib import crc32

import psycopg

Connection = psycopg.Connection[Any]
Lock = tuple[int, int]

SETUP: Lock = (7204, 3)
"""Of whoever makes or swaps the schemas of read models."""

FOLLOW = 7205
"""Of the one follower that drives a read model; with the read model's name."""

REBUILD = 7206
"""Of the one rebuild of a read model; with the read model's name."""

SHADOWS: Lock = (7207, 1)
"""Of the one audit that builds shadows in a database."""

IMPORT = 7208
"""Of the one import of a file; with the digest of the file's content."""


RECONCILE: Lock = (7209, 1)
"""Of the one reconciliation with the processor in a database."""


def named(kind: int, name: str) -> Lock:
    """The lock of a kind that belongs to what has this name."""
    return kind, crc32(name.encode()) - 2**31


def try_lock(connection: Connection, lock: Lock) -> bool:
    """Take a lock for as long as the connection lives, unless somebody else has it."""
    found = connection.execute("SELECT pg_try_advisory_lock(%s, %s)", lock).fetchone()
    return bool(found and found[0])


def unlock(connection: Connection, lock: Lock) -> None:
    """Give a lock back."""
    connection.execute("SELECT pg_advisory_unlock(%s, %s)", lock)
