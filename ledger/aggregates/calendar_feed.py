"""A feed: the calendar that a unit has on another platform, read every hour as long as it is there.

What it says is the unit calendar's business. Here stands what must last from one reading to the
next: which items were missing, and whether somebody was told that it cannot be read.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates.decider import SAME, Command, Decider, Lifecycle, Step, actors, states
from ledger.errors import NotFound
from ledger.events.calendar_feed import (
    CalendarFeedEvent,
    FeedFailed,
    FeedItemsMissed,
    FeedRecovered,
    FeedRegistered,
    FeedRemoved,
)
from ledger.values.clock import Instant
from ledger.values.ids import BlockId, FeedId, HostId, UnitId
from ledger.values.texts import Written

FAILURES_TOLD = 3
"""How often in a row a feed cannot be read before somebody is told."""

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Whether a feed can be read."""

    READING = "reading"
    FAILING = "failing"
    REMOVED = "removed"


class CalendarFeed(Struct, frozen=True):
    """What the rules need to remember. `missing` is what the last good reading was without."""

    status: Status
    unit_id: UnitId
    host_id: HostId
    address: Written
    missing: tuple[BlockId, ...] = ()


# -- Commands ---------------------------------------------------------------------------


class RegisterFeed(Command, frozen=True, kw_only=True):
    """Read the calendar at an address from now on, for a unit."""

    feed_id: FeedId
    unit_id: UnitId
    host_id: HostId
    address: Written


class NoteReading(Command, frozen=True, kw_only=True):
    """Take in that a feed was read, and without which blocks that it had made."""

    feed_id: FeedId
    missing: tuple[BlockId, ...]


class NoteFailure(Command, frozen=True, kw_only=True):
    """Take in that a feed could not be read, so often in a row; `reason` is a refusal's code."""

    feed_id: FeedId
    reason: str
    failures: int


class RemoveFeed(Command, frozen=True, kw_only=True):
    """Read a feed no more."""

    feed_id: FeedId


CalendarFeedCommand = RegisterFeed | NoteReading | NoteFailure | RemoveFeed

# -- Lifecycle --------------------------------------------------------------------------

S = Status
ALIVE = states(S.READING, S.FAILING)

LIFECYCLE = Lifecycle(
    "calendar_feed",
    Step("CF1", RegisterFeed, states(None), actors("H"), FeedRegistered, S.READING),
    Step("CF2", NoteReading, ALIVE, actors("X"), FeedItemsMissed, SAME,
         "others are missing than in the last reading"),
    Step("CF3", NoteReading, states(S.FAILING), actors("X"), FeedRecovered, S.READING),
    Step("CF4", NoteFailure, states(S.READING), actors("X"), FeedFailed, S.FAILING,
         "three times in a row"),
    Step("CF5", RemoveFeed, ALIVE, actors("HO"), FeedRemoved, S.REMOVED),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def decide(
    feed: CalendarFeed | None, command: CalendarFeedCommand, now: Instant
) -> Sequence[CalendarFeedEvent]:
    """What a command does to the feed. Raises NotFound."""
    del now
    if isinstance(command, RegisterFeed):
        return [
            FeedRegistered(
                unit_id=command.unit_id, host_id=command.host_id, address=command.address
            )
        ]
    if feed is None:
        raise NotFound(feed_id=command.feed_id)
    match command:
        case NoteReading():
            return note_reading(feed, command)
        case NoteFailure():
            if command.failures < FAILURES_TOLD:
                return []
            return [
                FeedFailed(unit_id=feed.unit_id, reason=command.reason, failures=command.failures)
            ]
        case RemoveFeed():
            return [FeedRemoved(unit_id=feed.unit_id)]
        case _:
            assert_never(command)


def note_reading(feed: CalendarFeed, command: NoteReading) -> Sequence[CalendarFeedEvent]:
    """Remember what is missing, and that it can be read again; nothing where all is as before."""
    events: list[CalendarFeedEvent] = []
    if feed.status is S.FAILING:
        events.append(FeedRecovered(unit_id=feed.unit_id))
    missing = tuple(sorted(command.missing))
    if missing != feed.missing:
        events.append(FeedItemsMissed(unit_id=feed.unit_id, missing=missing))
    return events


# -- Evolution --------------------------------------------------------------------------


def evolve(feed: CalendarFeed | None, event: CalendarFeedEvent) -> CalendarFeed:
    """The feed after an event."""
    if isinstance(event, FeedRegistered):
        return CalendarFeed(S.READING, event.unit_id, event.host_id, event.address)
    assert feed is not None
    match event:
        case FeedItemsMissed():
            return replace(feed, missing=event.missing)
        case FeedFailed():
            return replace(feed, status=S.FAILING)
        case FeedRecovered():
            return replace(feed, status=S.READING)
        case FeedRemoved():
            return replace(feed, status=S.REMOVED)
        case _:
            assert_never(event)


CALENDAR_FEED = Decider(
    lifecycle=LIFECYCLE,
    state=CalendarFeed,
    stream_of=lambda command: command.feed_id,
    decide=decide,
    evolve=evolve,
)
