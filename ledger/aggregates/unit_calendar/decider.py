"""A unit calendar's rules, whole: which decision answers a command."""

from collections.abc import Sequence

from ledger.aggregates.decider import Decider
from ledger.aggregates.unit_calendar.blocks import decide_block
from ledger.aggregates.unit_calendar.commands import (
    BlockNights,
    ChangeHours,
    Deactivate,
    FeedItemGone,
    ImportFeedItem,
    MoveReservation,
    OpenCalendar,
    Reacquire,
    ReleaseReservation,
    ReopenCalendar,
    ReopenNights,
    UnblockNights,
    UnitCalendarCommand,
    block_of,
)
from ledger.aggregates.unit_calendar.evolution import evolve
from ledger.aggregates.unit_calendar.feeds import import_item, remove_item
from ledger.aggregates.unit_calendar.holds import decide_hold
from ledger.aggregates.unit_calendar.lifecycle import LIFECYCLE
from ledger.aggregates.unit_calendar.night_claims import claims
from ledger.aggregates.unit_calendar.reservations import decide_reservation
from ledger.aggregates.unit_calendar.state import ClaimId, Status, UnitCalendar
from ledger.aggregates.unit_calendar.units import decide_unit, open_calendar
from ledger.errors import NotFound
from ledger.events.unit_calendar import UnitCalendarEvent
from ledger.values.clock import Instant


def status_of(calendar: UnitCalendar | None, command: UnitCalendarCommand) -> Status | None:
    """The state of the nights that a command is about: those of its booking or block, or free.

    What a feed says no longer goes away also where the unit is not let: it may be let again.
    """
    if calendar is None:
        return None
    if not calendar.active and not isinstance(command, FeedItemGone):
        return Status.INACTIVE
    subject = _subject(command)
    claim = None if subject is None else calendar.claims.get(subject)
    return Status.FREE if claim is None else claim.status


def _subject(command: UnitCalendarCommand) -> ClaimId | None:
    match command:
        case OpenCalendar() | ChangeHours() | Deactivate() | ReopenCalendar():
            return None
        case ImportFeedItem():
            return block_of(command.feed_id, command.uid)
        case BlockNights() | UnblockNights() | ReopenNights() | FeedItemGone():
            return command.block_id
        case _:
            return command.booking_id


def decide(
    calendar: UnitCalendar | None, command: UnitCalendarCommand, now: Instant
) -> Sequence[UnitCalendarEvent]:
    """What a command does to the nights. Raises Refused."""
    if isinstance(command, OpenCalendar):
        return open_calendar(command)
    if calendar is None:
        raise NotFound(unit_id=command.unit_id)
    match command:
        case Reacquire() | ReleaseReservation() | MoveReservation():
            return decide_reservation(calendar, command, now)
        case BlockNights() | UnblockNights() | ReopenNights():
            return decide_block(calendar, command)
        case ImportFeedItem():
            return import_item(calendar, command, now)
        case FeedItemGone():
            return remove_item(calendar, command)
        case ChangeHours() | Deactivate() | ReopenCalendar():
            return decide_unit(calendar, command, now)
        case _:
            return decide_hold(calendar, command, now)


UNIT_CALENDAR = Decider(
    lifecycle=LIFECYCLE,
    state=UnitCalendar,
    stream_of=lambda command: command.unit_id,
    status_of=status_of,
    decide=decide,
    evolve=evolve,
    claims=claims,
    evolution=5,
    streams_grow_long=True,
)
