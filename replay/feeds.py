"""Calendars elsewhere: those whose time has come are read, one after the other.

Which there are is a read model; when each is read next stands beside the history, and may be lost.
"""

from datetime import timedelta
from typing import Any

import psycopg
from sqlalchemy import Column, Connection, DateTime, MetaData, Row, Table, Uuid, select, text

from ledger.errors import LedgerError, StoreUnavailable
from ledger.gateways.fetching import Fetcher, Validators
from ledger.reactions import Inside, Source, clear_away, note_failure, read_feed
from ledger.store import calendar_reads, vault
from ledger.values.clock import Instant
from ledger.values.ids import FeedId
from projections.feeds import feeds

EVERY = timedelta(hours=1)
LONGEST_WAIT = timedelta(hours=24)
"""Between two attempts to read a feed that fails."""

REMOVED = "removed"
NEVER = text("'infinity'::timestamptz")

LEASE = timedelta(minutes=10)
"""How long a feed is ours: longer than it takes to fetch it and take it in."""

Keeping = psycopg.Connection[Any]
"""A connection over which it is kept when feeds are read."""

_reads = Table(
    "calendar_reads",
    MetaData(schema="ledger"),
    Column("feed_id", Uuid(as_uuid=False), primary_key=True),
    Column("due_at", DateTime(timezone=True)),
)


def due(db: Connection, now: Instant, limit: int) -> list[Row[Any]]:
    """The feeds whose time has come, those that were never read first; and what is to be cleared
    away, which does not wait."""
    due_at, is_removed = _reads.c.due_at, feeds.c.status == REMOVED
    query = (
        select(feeds.c.feed_id, feeds.c.address_id, feeds.c.status)
        .select_from(feeds.outerjoin(_reads, _reads.c.feed_id == feeds.c.feed_id))
        .where((due_at <= now) | due_at.is_(None) | (is_removed & (due_at < NEVER)))
        .order_by(due_at.nulls_first(), feeds.c.feed_id)
        .limit(limit)
    )
    return list(db.execute(query))


class FeedDesk:
    """Reads feeds. One that fails changes nothing, and is tried again later each time."""

    def __init__(self, inside: Inside, fetcher: Fetcher) -> None:
        self._inside = inside
        self._fetcher = fetcher

    def run(self, db: Connection, kept: Keeping, now: Instant, limit: int = 20) -> int:
        """Read what is due; answers how many could be. Raises StoreUnavailable, psycopg.Error."""
        return sum([self._one(row, kept, now) for row in due(db, now, limit)])

    def _one(self, row: Row[Any], kept: Keeping, now: Instant) -> bool:
        feed_id = FeedId(row.feed_id)
        is_removed = row.status == REMOVED
        began = calendar_reads.begin(kept, feed_id, now, lease=LEASE, at_once=is_removed)
        kept.commit()
        if began is None:
            return False
        failures, *validators = began
        try:
            if is_removed:
                clear_away(self._inside, feed_id, now)
                calendar_reads.ended(kept, feed_id)
            else:
                source = Source(feed_id, _address(kept, row.address_id), Validators(*validators))
                told = read_feed(self._inside, self._fetcher, source, now)
                calendar_reads.done(kept, feed_id, (told.etag, told.last_modified), now + EVERY)
        except (StoreUnavailable, psycopg.OperationalError):
            raise
        except LedgerError as error:
            wait = min(EVERY * 2 ** min(failures, 10), LONGEST_WAIT)
            calendar_reads.failed(kept, feed_id, failures + 1, str(error), now + wait)
            note_failure(self._inside, feed_id, error.code, failures + 1)
            return False
        finally:
            kept.commit()
        return True


def _address(kept: Keeping, text_id: str) -> str | None:
    found = vault.read(kept, [text_id]).get(text_id)
    return found.words if found else None
