"""Feeds: calendars elsewhere are fetched, and what they say becomes blocks, or is told as conflict.

A block's night claims belong to the block's own case, so each item is a commit. Whoever dies in
between has done a part of it, and the next reading does the rest: what is so already is no event.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from msgspec import Struct

from ledger.aggregates.calendar_feed import (
    CALENDAR_FEED,
    CalendarFeed,
    NoteFailure,
    NoteReading,
    Status,
)
from ledger.aggregates.decider import Command
from ledger.aggregates.unit_calendar import (
    UNIT_CALENDAR,
    FeedItemGone,
    ImportFeedItem,
    UnitCalendar,
    block_of,
    is_echo,
)
from ledger.draft import Draft
from ledger.errors import CorruptHistory, FeedUnavailable
from ledger.gateways.fetching import Fetcher, Validators
from ledger.gateways.ical import LARGEST_BYTES, read_items
from ledger.processes import PROCESS
from ledger.reactions.world import Inside
from ledger.values.clock import Instant
from ledger.values.feed import FeedItem
from ledger.values.ids import BlockId, FeedId
from ledger.values.stay import Stay, local_date

GOOD_READINGS = 2
"""How many good readings without an item make it gone, the last one included (UC13)."""

NOTHING_KNOWN = Validators()


@dataclass(frozen=True)
class Source:
    """Where a feed is read, if its address is still there, and what was told of it last."""

    feed_id: FeedId
    address: str | None
    known: Validators = NOTHING_KNOWN


class Known(Struct, frozen=True):
    """A feed and its unit's calendar as they stood when it was read."""

    feed_id: FeedId
    feed: CalendarFeed
    calendar: UnitCalendar
    now: Instant

    @property
    def stays(self) -> Mapping[BlockId, Stay]:
        """What the feed says so far: its blocks, and what it is in conflict about."""
        calendar, feed_id = self.calendar, self.feed_id
        told = {key: one.stay for key, one in calendar.conflicts.items() if one.feed_id == feed_id}
        blocked = {key: one.stay for key, one in calendar.claims.items() if one.feed_id == feed_id}
        return {BlockId(key): stay for key, stay in (told | blocked).items()}

    @property
    def could_change(self) -> bool:
        """Whether the same content could change anything: something is missing or in the way."""
        claims = self.calendar.claims.values()
        in_part = any(one.feed_id == self.feed_id and one.nights != (one.stay,) for one in claims)
        told = any(one.feed_id == self.feed_id for one in self.calendar.conflicts.values())
        return in_part or told or bool(self.feed.missing) or self.feed.status is Status.FAILING

    def missing(self, items: Sequence[FeedItem]) -> tuple[BlockId, ...]:
        """What a good reading was without, of all that is still to come or in conflict.

        An empty calendar is without nothing: it may have been emptied by a mistake. What we told it
        ourselves and it tells us again does not count as there.
        """
        if not items:
            return ()
        today = local_date(self.now, self.calendar.house.time_zone)
        there = {
            block_of(self.feed_id, item.uid)
            for item in items
            if not is_echo(self.calendar, item.uid, item.stay)
        }
        return tuple(
            block_id
            for block_id, stay in sorted(self.stays.items())
            if block_id not in there
            and (stay.check_out > today or block_id in self.calendar.conflicts)
        )

    def imports(self, items: Sequence[FeedItem]) -> Iterator[ImportFeedItem]:
        """What of a good reading is not so already."""
        for item in items:
            command = ImportFeedItem(
                unit_id=self.feed.unit_id,
                feed_id=self.feed_id,
                uid=item.uid,
                stay=item.stay,
                revision=item.revision,
            )
            events, _ = UNIT_CALENDAR.run(self.calendar, command, self.now, PROCESS)
            if events:
                yield command

    def gone(self, block_id: BlockId, good_fetches: int) -> FeedItemGone:
        """What lets a block of the feed go, or ends a conflict."""
        return FeedItemGone(
            unit_id=self.feed.unit_id,
            feed_id=self.feed_id,
            block_id=block_id,
            good_fetches=good_fetches,
            feed_removed=self.feed.status is Status.REMOVED,
        )


def read_feed(inside: Inside, fetcher: Fetcher, source: Source, now: Instant) -> Validators:
    """Fetch a feed and take in what it says; nothing where it has nothing new.

    That of a unit which is out of its house is left alone, and is not to blame for it: it is read
    soon after the unit comes back. Returns by what to ask next time. Raises FeedUnavailable,
    FeedUnreadable, and then nothing that it said before has changed; Conflict, StoreUnavailable.
    """
    known = _known(inside, source.feed_id, now)
    if known.feed.status is Status.REMOVED or not known.calendar.active:
        return source.known
    if source.address is None:
        raise FeedUnavailable(because="its address is erased")
    asked_by = NOTHING_KNOWN if known.could_change else source.known
    fetched = fetcher.fetch(source.address, asked_by, at_most=LARGEST_BYTES)
    if fetched.content is None:
        return source.known
    today = local_date(now, known.calendar.house.time_zone)
    take_in(inside, known, read_items(fetched.content, known.calendar.house, today))
    return fetched.validators


def take_in(inside: Inside, known: Known, items: Sequence[FeedItem]) -> None:
    """Take in what a good reading of a feed says. Raises Refused, Conflict, StoreUnavailable.

    What is gone goes first, for others may have come in its place.
    """
    missing = known.missing(items)
    gone = [block_id for block_id in missing if block_id in known.feed.missing]
    for block_id in gone:
        _do(inside, block_id, known.gone(block_id, GOOD_READINGS))
    if gone:
        known = _known(inside, known.feed_id, known.now)
    for command in known.imports(items):
        _do(inside, block_of(command.feed_id, command.uid), command)
    still = tuple(block_id for block_id in missing if block_id not in gone)
    if still != known.feed.missing or known.feed.status is Status.FAILING:
        _do(inside, known.feed_id, NoteReading(feed_id=known.feed_id, missing=still))


def note_failure(inside: Inside, feed_id: FeedId, reason: str, failures: int) -> None:
    """Tell, once, that a feed cannot be read, when that was so often enough in a row."""
    feed = inside.ledger.state(CALENDAR_FEED, feed_id)
    if feed is not None and feed.status is Status.READING:
        _do(inside, feed_id, NoteFailure(feed_id=feed_id, reason=reason, failures=failures))


def clear_away(inside: Inside, feed_id: FeedId, now: Instant) -> None:
    """Let everything go that a removed feed said. Raises Refused, StoreUnavailable."""
    known = _known(inside, feed_id, now)
    for block_id in sorted(known.stays):
        _do(inside, block_id, known.gone(block_id, 0))


def _known(inside: Inside, feed_id: FeedId, now: Instant) -> Known:
    feed = inside.ledger.state(CALENDAR_FEED, feed_id)
    if feed is None:
        raise CorruptHistory(feed=feed_id)
    calendar = inside.ledger.state(UNIT_CALENDAR, feed.unit_id)
    if calendar is None:
        raise CorruptHistory(feed=feed_id, unit=feed.unit_id)
    return Known(feed_id, feed, calendar, now)


def _do(inside: Inside, case_id: str, command: Command) -> None:
    inside.take(case_id, partial(_give, command=command))


def _give(draft: Draft, command: Command) -> None:
    draft.do(PROCESS, command)
