"""Decisions about nights that are sold elsewhere, as a feed says."""

from collections.abc import Sequence
from datetime import date

from ledger.aggregates.unit_calendar.commands import FeedItemGone, ImportFeedItem, block_of
from ledger.aggregates.unit_calendar.lifecycle import LIFECYCLE
from ledger.aggregates.unit_calendar.shared import is_echo
from ledger.aggregates.unit_calendar.state import Conflict, Status, UnitCalendar, taken_without
from ledger.errors import FeedItemMayReturn
from ledger.events.unit_calendar import (
    ExternalBlockAdded,
    ExternalBlockRemoved,
    FeedConflictDetected,
    FeedConflictEnded,
    UnitCalendarEvent,
)
from ledger.values.clock import Instant
from ledger.values.ids import BookingId
from ledger.values.stay import Stay, local_date
from ledger.values.stay import stay as at_least_one_night

GOOD_FETCHES = 2
"""In how many good fetches in a row an item of a feed must be missing to be gone (UC13)."""


def import_item(
    calendar: UnitCalendar, command: ImportFeedItem, now: Instant
) -> Sequence[UnitCalendarEvent]:
    """Block what is sold elsewhere, or tell the conflict and change nothing; once for each form.

    Nights that another block has already stay with it; once it is lifted, the next import of the
    item takes them. So does the next import after the end of a conflict, also where the item comes
    back to the form that it was blocked in before. What we told of ourselves is nothing new when it
    comes back. Raises NoNights.
    """
    wanted, revision = command.stay, command.revision
    at_least_one_night(wanted.check_in, wanted.check_out)
    if is_echo(calendar, command.uid, wanted):
        return []
    block_id = block_of(command.feed_id, command.uid)
    if in_the_way := _bookings_in(calendar, wanted, local_date(now, calendar.house.time_zone)):
        if calendar.conflicts.get(block_id) == Conflict(command.feed_id, wanted, revision):
            return []
        return [
            FeedConflictDetected(
                block_id=block_id,
                feed_id=command.feed_id,
                stay=wanted,
                revision=revision,
                bookings=in_the_way,
            )
        ]
    known = calendar.claims.get(block_id)
    replaced = () if known is None else known.nights
    parts = taken_without(calendar.taken, replaced).free_parts(wanted)
    said = None if known is None else (known.stay, known.revision, known.parts)
    if said == (wanted, revision, parts) and block_id not in calendar.conflicts:
        return []
    return [
        ExternalBlockAdded(
            block_id=block_id,
            feed_id=command.feed_id,
            stay=wanted,
            revision=revision,
            parts=parts,
            replaced=replaced,
        )
    ]


def _bookings_in(calendar: UnitCalendar, wanted: Stay, today: date) -> tuple[BookingId, ...]:
    """Who is in the way; nobody who has left is, or the nights to come would stay on sale."""
    in_it = calendar.sold_in(wanted)
    return tuple(sorted(one for one in in_it if calendar.claims[one].stay.check_out > today))


def remove_item(calendar: UnitCalendar, command: FeedItemGone) -> Sequence[UnitCalendarEvent]:
    """Free what is no longer sold elsewhere, or end the conflict about it.

    Raises FeedItemMayReturn, TransitionNotAllowed where the feed has no such item here.
    """
    block_id, feed_id = command.block_id, command.feed_id
    claim, conflict = calendar.claims.get(block_id), calendar.conflicts.get(block_id)
    known = claim or conflict
    if known is None or known.feed_id != feed_id:
        LIFECYCLE.refuse(FeedItemGone, Status.FREE)
    if not command.feed_removed and command.good_fetches < GOOD_FETCHES:
        raise FeedItemMayReturn(
            block_id=block_id, good_fetches=command.good_fetches, needed=GOOD_FETCHES
        )
    if claim is None:
        return [FeedConflictEnded(block_id=block_id, feed_id=feed_id, stay=known.stay)]
    return [
        ExternalBlockRemoved(
            block_id=block_id, feed_id=feed_id, stay=claim.stay, parts=claim.nights
        )
    ]
