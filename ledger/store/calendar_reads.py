"""Calendar reads: when each feed is read next, and by what to ask whether it has anything new.

begin, ours for a while ─▶ done, again in an hour
                       └─▶ failed, again later each time
                       └─▶ ended, never again

All of it may be lost: then every feed is read at once, and nothing happens twice.
"""

from datetime import timedelta
from typing import Any, LiteralString

import psycopg

from ledger.values.clock import Instant

Connection = psycopg.Connection[Any]

LONGEST_TROUBLE = 200

# Whoever comes second finds that it is not due any more.
_BEGIN: LiteralString = (
    "INSERT INTO ledger.calendar_reads AS kept (feed_id, due_at) VALUES (%(feed)s, %(until)s) "
    "ON CONFLICT (feed_id) DO UPDATE SET due_at = excluded.due_at WHERE kept.due_at <= %(now)s "
    "OR %(at_once)s AND kept.due_at < 'infinity' "
    "RETURNING failures, etag, last_modified"
)
_DONE: LiteralString = (
    "UPDATE ledger.calendar_reads SET due_at = %s, failures = 0, last_trouble = NULL, "
    "etag = %s, last_modified = %s WHERE feed_id = %s"
)
_FAILED: LiteralString = (
    "UPDATE ledger.calendar_reads SET due_at = %s, failures = %s, last_trouble = %s "
    "WHERE feed_id = %s"
)
_ENDED: LiteralString = (
    "UPDATE ledger.calendar_reads SET due_at = 'infinity', etag = '', last_modified = '' "
    "WHERE feed_id = %s"
)


def begin(
    connection: Connection,
    feed_id: str,
    now: Instant,
    *,
    lease: timedelta,
    at_once: bool = False,
) -> tuple[int, str, str] | None:
    """Take a feed that is due, or `at_once`, for so long; None where somebody else has it.

    Returns how often it failed in a row, and its validators: ETag and Last-Modified.
    """
    told = {"feed": feed_id, "until": now + lease, "now": now, "at_once": at_once}
    return connection.execute(_BEGIN, told).fetchone()


def done(
    connection: Connection, feed_id: str, validators: tuple[str, str], again_at: Instant
) -> None:
    """Say that a feed was read, and by what to ask next time."""
    connection.execute(_DONE, (again_at, *validators, feed_id))


def failed(
    connection: Connection, feed_id: str, failures: int, trouble: str, again_at: Instant
) -> None:
    """Say that a feed could not be read, so often in a row, and when it is tried again."""
    connection.execute(_FAILED, (again_at, failures, trouble[:LONGEST_TROUBLE], feed_id))


def ended(connection: Connection, feed_id: str) -> None:
    """Say that a feed is never read again."""
    connection.execute(_ENDED, (feed_id,))
