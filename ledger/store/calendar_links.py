"""Calendar links: the addresses at which other platforms read which nights of a unit are not free.

Whoever has an address can read it, so only its digest is kept, and a new one ends the one before.
"""

import hashlib
import secrets
from typing import Any, LiteralString

import psycopg

from ledger.values.ids import UnitId

Connection = psycopg.Connection[Any]

TOKEN_BYTES = 32

_MAKE: LiteralString = (
    "INSERT INTO ledger.calendar_links (unit_id, digest) VALUES (%s, %s) "
    "ON CONFLICT (unit_id) DO UPDATE SET digest = excluded.digest"
)
_REVOKE: LiteralString = "DELETE FROM ledger.calendar_links WHERE unit_id = %s"
_FIND: LiteralString = "SELECT unit_id::text FROM ledger.calendar_links WHERE digest = %s"


def make(connection: Connection, unit_id: UnitId) -> str:
    """A new secret for a unit's calendar, in the place of any before; it is told this once."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    connection.execute(_MAKE, (unit_id, _digest(token)))
    return token


def revoke(connection: Connection, unit_id: UnitId) -> None:
    """Let nobody read a unit's calendar any more."""
    connection.execute(_REVOKE, (unit_id,))


def unit_of(connection: Connection, token: str) -> UnitId | None:
    """The unit whose calendar a secret lets one read, if it does."""
    row = connection.execute(_FIND, (_digest(token),)).fetchone()
    return None if row is None else UnitId(row[0])


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
