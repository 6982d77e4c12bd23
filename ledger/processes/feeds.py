"""Feeds: which calendars of other platforms are read for a unit."""

from ledger.aggregates.calendar_feed import CALENDAR_FEED, CalendarFeed, RegisterFeed
from ledger.aggregates.unit_calendar import UNIT_CALENDAR, Status
from ledger.draft import Draft
from ledger.errors import NotFound
from ledger.events import Actor
from ledger.processes.found import calendar_in
from ledger.values.ids import FeedId


def register_feed(draft: Draft, host: Actor, command: RegisterFeed) -> None:
    """Read a calendar for a unit that is let. Raises NotFound, TransitionNotAllowed."""
    if not calendar_in(draft, command.unit_id).active:
        UNIT_CALENDAR.lifecycle.refuse(RegisterFeed, Status.INACTIVE)
    draft.do(host, command)


def feed_in(draft: Draft, feed_id: FeedId) -> CalendarFeed:
    """A feed as the draft leaves it so far. Raises NotFound."""
    feed = draft.state(CALENDAR_FEED, feed_id)
    if feed is None:
        raise NotFound(feed_id=feed_id)
    return feed
