"""Folded streams, kept so that long ones need not be read from their beginning.

A snapshot is a starting point and never the truth. One of another fingerprint (the state's class
changed), with a wrong checksum, or beyond the end of its stream (the history was restored from a
backup) is as good as none.
"""

import hashlib
from typing import Any, LiteralString

import psycopg

from ledger.values.ids import StreamId

Connection = psycopg.Connection[Any]

_SELECT: LiteralString = (
    "SELECT s.version, s.checksum, s.state FROM ledger.snapshots s "
    "WHERE s.stream_id = %s::uuid AND s.fingerprint = %s::text AND EXISTS ("
    "SELECT FROM ledger.events e WHERE e.stream_id = s.stream_id AND e.version = s.version)"
)

# An older snapshot never replaces a newer one of the same class.
_KEEP: LiteralString = (
    "INSERT INTO ledger.snapshots AS kept (stream_id, version, fingerprint, checksum, state) "
    "VALUES (%s::uuid, %s::bigint, %s::text, %s::bytea, %s::bytea) "
    "ON CONFLICT (stream_id) DO UPDATE SET version = excluded.version, "
    "fingerprint = excluded.fingerprint, checksum = excluded.checksum, state = excluded.state "
    "WHERE kept.version < excluded.version OR kept.fingerprint <> excluded.fingerprint"
)


def find(connection: Connection, stream_id: StreamId, fingerprint: str) -> tuple[int, bytes] | None:
    """The version and state of a stream's snapshot, if there is a sound one of this fingerprint."""
    row = (
        connection.cursor(binary=True)
        .execute(_SELECT, (stream_id, fingerprint), prepare=True)
        .fetchone()
    )
    if row is None:
        return None
    version, checksum, state = row
    if checksum != _checksum(stream_id, version, fingerprint, state):
        return None
    return version, state


def keep(
    connection: Connection, stream_id: StreamId, version: int, fingerprint: str, state: bytes
) -> None:
    """Keep a stream's state as of a version, in place of an older snapshot."""
    checksum = _checksum(stream_id, version, fingerprint, state)
    connection.execute(_KEEP, (stream_id, version, fingerprint, checksum, state), prepare=True)


def _checksum(stream_id: str, version: int, fingerprint: str, state: bytes) -> bytes:
    named = f"{stream_id}/{version}/{fingerprint}/".encode()
    return hashlib.sha256(named + state).digest()
