"""The calendar that the sea-view room has on another marketplace."""

from ledger.aggregates.calendar_feed import RegisterFeed
from ledger.events.calendar_feed import (
    FeedFailed,
    FeedItemsMissed,
    FeedRecovered,
    FeedRegistered,
    FeedRemoved,
)
from ledger.values.ids import BlockId, TextId
from ledger.values.texts import Written, digest_of
from tests.facts.story import FEED, ITEM, RUI, UNIT, an_id

FEED_ADDRESS = "https://calendars.elsewhere.example/7f3a.ics"
WRITTEN_ADDRESS = Written(
    TextId(an_id(FEED_ADDRESS)), digest_of(FEED_ADDRESS, b"salt"), len(FEED_ADDRESS)
)


def to_register_feed(address: Written = WRITTEN_ADDRESS) -> RegisterFeed:
    """Read the calendar that Rui's room has elsewhere."""
    return RegisterFeed(feed_id=FEED, unit_id=UNIT, host_id=RUI, address=address)


def a_feed() -> FeedRegistered:
    """Rui wants nights to be blocked that are sold elsewhere."""
    return FeedRegistered(unit_id=UNIT, host_id=RUI, address=WRITTEN_ADDRESS)


def missed_items(*missing: BlockId) -> FeedItemsMissed:
    """The feed was read, and some of its blocks were not in it."""
    return FeedItemsMissed(unit_id=UNIT, missing=missing or (ITEM,))


def a_failed_feed() -> FeedFailed:
    """The feed could not be read, three times in a row."""
    return FeedFailed(unit_id=UNIT, reason="FEED_UNREADABLE", failures=3)


def a_recovered_feed() -> FeedRecovered:
    """The feed was read again."""
    return FeedRecovered(unit_id=UNIT)


def a_removed_feed() -> FeedRemoved:
    """Rui does not go by it any more."""
    return FeedRemoved(unit_id=UNIT)
