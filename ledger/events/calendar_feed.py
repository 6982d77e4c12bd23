"""What happens to a feed: the calendar of a unit on another platform, which is read every hour."""

from ledger.events.event import Event
from ledger.values.ids import BlockId, HostId, UnitId
from ledger.values.texts import Written


class FeedRegistered(Event, topic="calendar_feed.registered", frozen=True, kw_only=True):
    """A host wants nights to be blocked that are sold elsewhere, as a calendar there says.

    Its address lets anybody read it who has it, so it lies with the texts and not here.
    """

    unit_id: UnitId
    host_id: HostId
    address: Written


class FeedItemsMissed(Event, topic="calendar_feed.items_missed", frozen=True, kw_only=True):
    """The feed was read without these blocks of it, and no others: they may come back."""

    unit_id: UnitId
    missing: tuple[BlockId, ...]


class FeedFailed(Event, topic="calendar_feed.failed", frozen=True, kw_only=True):
    """The feed could not be read again and again; what it said last stays. `reason` is the code."""

    unit_id: UnitId
    reason: str
    failures: int


class FeedRecovered(Event, topic="calendar_feed.recovered", frozen=True, kw_only=True):
    """A feed that had failed was read again."""

    unit_id: UnitId


class FeedRemoved(Event, topic="calendar_feed.removed", frozen=True, kw_only=True):
    """The feed is read no more, and what it said blocks nothing."""

    unit_id: UnitId


CalendarFeedEvent = FeedRegistered | FeedItemsMissed | FeedFailed | FeedRecovered | FeedRemoved
