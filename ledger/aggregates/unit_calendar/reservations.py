"""Decisions about nights that are a booking's own."""

from collections.abc import Sequence
from typing import assert_never

from ledger.aggregates.unit_calendar.commands import (
    MoveReservation,
    Reacquire,
    ReleaseReservation,
    ReservationCommand,
)
from ledger.aggregates.unit_calendar.refusals import (
    refuse_if_sold_elsewhere,
    refuse_if_taken,
    refuse_unless_bookable,
)
from ledger.aggregates.unit_calendar.state import UnitCalendar, taken_without
from ledger.events.unit_calendar import (
    BlockKind,
    NightsBlocked,
    ReservationMade,
    ReservationMoved,
    ReservationReleased,
    UnitCalendarEvent,
)
from ledger.values.clock import Instant
from ledger.values.ids import BlockId
from ledger.values.nights import Taken
from ledger.values.stay import stay as at_least_one_night


def decide_reservation(
    calendar: UnitCalendar, command: ReservationCommand, now: Instant
) -> Sequence[UnitCalendarEvent]:
    """What a command does to a reservation. Raises Refused."""
    booking_id = command.booking_id
    match command:
        case Reacquire():
            refuse_unless_bookable(calendar, command, now)
            return [
                ReservationMade(
                    booking_id=booking_id,
                    stay=command.stay,
                    reacquired=True,
                    buffer_nights=command.buffer_nights,
                )
            ]
        case ReleaseReservation():
            return release(calendar, command)
        case MoveReservation():
            return move(calendar, command)
        case _:
            assert_never(command)


def release(calendar: UnitCalendar, command: ReleaseReservation) -> Sequence[UnitCalendarEvent]:
    """Give a booking's nights back; a host who cancelled does not get to sell them again."""
    booking_id, claim = command.booking_id, calendar.claims[command.booking_id]
    released = ReservationReleased(
        booking_id=booking_id, stay=claim.stay, buffer_nights=claim.buffer_nights
    )
    if not command.cancelled_by_host:
        return [released]
    kept = BlockId(booking_id)
    return [released, NightsBlocked(block_id=kept, stay=claim.stay, kind=BlockKind.HOST_CANCELLED)]


def move(calendar: UnitCalendar, command: MoveReservation) -> Sequence[UnitCalendarEvent]:
    """Change a booking's nights for others; nothing where they are the same.

    The pause after it is as long as it was when the booking was made. Raises NoNights,
    NightsAreTaken.
    """
    wanted, own = command.stay, calendar.claims[command.booking_id]
    at_least_one_night(wanted.check_in, wanted.check_out)
    others = taken_without(calendar.taken, own.nights)
    refuse_if_taken(others, command.unit_id, wanted, own.buffer_nights)
    for added in Taken((own.stay,)).free_parts(wanted):
        refuse_if_sold_elsewhere(calendar, command.unit_id, added)
    if wanted == own.stay:
        return []
    return [
        ReservationMoved(
            booking_id=command.booking_id,
            moved_from=own.stay,
            stay=wanted,
            buffer_nights=own.buffer_nights,
        )
    ]
