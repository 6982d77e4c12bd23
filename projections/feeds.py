"""Feeds: which calendars elsewhere are read for a host's units, and where they contradict ours."""

from collections.abc import Sequence
from datetime import date
from typing import assert_never, get_args

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    Column,
    Connection,
    Date,
    DateTime,
    Index,
    MetaData,
    Table,
    Text,
    Uuid,
    select,
)

from ledger.events import Recorded
from ledger.events.calendar_feed import FeedFailed, FeedRecovered, FeedRegistered, FeedRemoved
from ledger.events.unit_calendar import (
    ExternalBlockAdded,
    ExternalBlockRemoved,
    FeedConflictDetected,
    FeedConflictEnded,
)
from ledger.values.clock import Instant
from ledger.values.ids import HostId
from projections.projection import Answer, Projection, Rows, position_of

# -- Tables -----------------------------------------------------------------------------

tables = MetaData(schema="feeds_v1")

feeds = Table(
    "feeds",
    tables,
    Column("feed_id", Uuid(as_uuid=False), primary_key=True),
    Column("unit_id", Uuid(as_uuid=False), nullable=False),
    Column("host_id", Uuid(as_uuid=False), nullable=False),
    Column("address_id", Uuid(as_uuid=False), nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Index("feeds_by_host", "host_id", "since"),
)
"""`address_id` is the text that its address is. A removed feed stays: what it said must go."""

conflicts = Table(
    "conflicts",
    tables,
    Column("block_id", Uuid(as_uuid=False), primary_key=True),
    Column("feed_id", Uuid(as_uuid=False), nullable=False),
    Column("check_in", Date, nullable=False),
    Column("check_out", Date, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Index("conflicts_by_feed", "feed_id", "check_in"),
)
"""What is sold elsewhere and here, as each feed said last."""

# -- Events -----------------------------------------------------------------------------

FeedsEvent = (
    FeedRegistered
    | FeedFailed
    | FeedRecovered
    | FeedRemoved
    | FeedConflictDetected
    | FeedConflictEnded
    | ExternalBlockAdded
    | ExternalBlockRemoved
)


def project(rows: Rows, recorded: Recorded[FeedsEvent]) -> None:
    """Note how a feed stands, and what it contradicts."""
    match recorded.event:
        case FeedRegistered() as event:
            rows.insert(
                feeds,
                feed_id=recorded.stream_id,
                unit_id=event.unit_id,
                host_id=event.host_id,
                address_id=event.address.text_id,
                status="reading",
                reason="",
                since=recorded.occurred_at,
            )
        case FeedFailed() as event:
            stands(rows, recorded, "failing", event.reason)
        case FeedRecovered():
            stands(rows, recorded, "reading")
        case FeedRemoved():
            stands(rows, recorded, "removed")
        case FeedConflictDetected() as event:
            rows.remove(conflicts, event.block_id)
            rows.insert(
                conflicts,
                block_id=event.block_id,
                feed_id=event.feed_id,
                check_in=event.stay.check_in,
                check_out=event.stay.check_out,
                since=recorded.occurred_at,
            )
        case FeedConflictEnded() | ExternalBlockAdded() | ExternalBlockRemoved() as event:
            rows.remove(conflicts, event.block_id)
        case _:
            assert_never(recorded.event)


def stands(rows: Rows, recorded: Recorded[FeedsEvent], status: str, reason: str = "") -> None:
    """A feed stands like this, from now on."""
    told = {"status": status, "reason": reason, "since": recorded.occurred_at}
    rows.change(feeds, recorded.stream_id, **told)


FEEDS = Projection("feeds", 1, tables, get_args(FeedsEvent), project, sliced_by="stream")

# -- Questions --------------------------------------------------------------------------


class Contradiction(BaseModel):
    """Nights that are sold elsewhere, and held or sold here as well; nothing here has changed."""

    model_config = ConfigDict(frozen=True)

    block_id: str
    check_in: date
    check_out: date
    since: Instant


class FeedNow(BaseModel):
    """A feed: whether it can be read, and if not, why (the code of a problem)."""

    model_config = ConfigDict(frozen=True)

    feed_id: str
    unit_id: str
    status: str
    reason: str
    since: Instant
    conflicts: Sequence[Contradiction]


class HostsFeeds(Answer):
    """The feeds of a host, in the order in which they came to stand as they do."""

    feeds: Sequence[FeedNow]


def feeds_of(db: Connection, host_id: HostId) -> HostsFeeds:
    """The feeds that are read for a host's units."""
    position = position_of(db, FEEDS)
    query = (
        select(*(feeds.c[name] for name in OF_A_FEED))
        .where(feeds.c.host_id == host_id, feeds.c.status != "removed")
        .order_by(feeds.c.since, feeds.c.feed_id)
    )
    found = [
        FeedNow(**row._mapping, conflicts=_conflicts_of(db, row.feed_id))
        for row in db.execute(query).all()
    ]
    return HostsFeeds(position=position, feeds=found)


def _conflicts_of(db: Connection, feed_id: str) -> Sequence[Contradiction]:
    query = (
        select(*(conflicts.c[name] for name in OF_A_CONFLICT))
        .where(conflicts.c.feed_id == feed_id)
        .order_by(conflicts.c.check_in, conflicts.c.block_id)
    )
    return [Contradiction(**row._mapping) for row in db.execute(query)]


OF_A_FEED = ("feed_id", "unit_id", "status", "reason", "since")
OF_A_CONFLICT = ("block_id", "check_in", "check_out", "since")
