"""Decisions about a unit that comes to its house, or leaves it."""

from collections.abc import Sequence
from typing import assert_never

from ledger.aggregates.unit_calendar.commands import (
    ChangeHours,
    Deactivate,
    OpenCalendar,
    ReopenCalendar,
)
from ledger.aggregates.unit_calendar.refusals import listed
from ledger.aggregates.unit_calendar.state import Claim, ClaimId, Status, UnitCalendar
from ledger.errors import ObligationsAreOpen
from ledger.events.unit_calendar import (
    CalendarOpened,
    CalendarReopened,
    HoursChanged,
    UnitCalendarEvent,
    UnitDeactivated,
)
from ledger.values.clock import Instant


def open_calendar(command: OpenCalendar) -> Sequence[UnitCalendarEvent]:
    """Open the nights of a unit that is new."""
    return [
        CalendarOpened(
            property_id=command.property_id,
            host_id=command.host_id,
            room_type=command.room_type,
            number=command.number,
            house=command.house,
        )
    ]


def decide_unit(
    calendar: UnitCalendar, command: ChangeHours | Deactivate | ReopenCalendar, now: Instant
) -> Sequence[UnitCalendarEvent]:
    """What a command does to a unit that was let before. Raises Refused."""
    match command:
        case ChangeHours():
            same = command.house == calendar.house
            return [] if same else [HoursChanged(house=command.house)]
        case Deactivate():
            return deactivate(calendar, command, now)
        case ReopenCalendar():
            return [CalendarReopened()]
        case _:
            assert_never(command)


def deactivate(
    calendar: UnitCalendar, command: Deactivate, now: Instant
) -> Sequence[UnitCalendarEvent]:
    """End a unit's calendar. Raises ObligationsAreOpen, with what still stands in it."""

    def stands(claim_id: ClaimId, claim: Claim) -> bool:
        if claim.status is Status.HOLD:
            return True  # somebody may be paying for it
        if claim.status is not Status.RESERVATION:
            return False
        return claim_id in command.staying or now < calendar.house.check_out_at(claim.stay)

    if obligations := list(listed(calendar, stands)):
        raise ObligationsAreOpen(unit_id=command.unit_id, obligations=obligations)
    return [UnitDeactivated()]
