"""Availability: the units of each property, and who has which of their nights.

Which properties there are is asked in `projections.properties`, for the nights of one unit in
`projections.calendars`, and which units are free in `projections.availability.fits`.
"""

from typing import assert_never, get_args

from ledger.events import Recorded
from ledger.events.attestation import PropertyAttested
from ledger.events.unit_calendar import (
    CalendarOpened,
    CalendarReopened,
    ExternalBlockAdded,
    ExternalBlockRemoved,
    FeedConflictDetected,
    FeedConflictEnded,
    HoldExpired,
    HoldPlaced,
    HoldReleased,
    HoursChanged,
    NightsBlocked,
    NightsUnblocked,
    ReservationMade,
    ReservationMoved,
    ReservationReleased,
    UnitDeactivated,
)
from projections.availability.elsewhere import is_sold_elsewhere, take_in_feed
from projections.availability.letting import name_property, names, open_unit, units
from projections.availability.schema import tables
from projections.availability.taking import free, nights, take, take_for_booking
from projections.projection import Projection, Rows

__all__ = ["AVAILABILITY", "is_sold_elsewhere", "names", "nights", "units"]

AvailabilityEvent = (
    PropertyAttested
    | CalendarOpened
    | HoldPlaced
    | ReservationMade
    | HoldExpired
    | HoldReleased
    | ReservationReleased
    | ReservationMoved
    | NightsBlocked
    | NightsUnblocked
    | ExternalBlockAdded
    | ExternalBlockRemoved
    | FeedConflictDetected
    | FeedConflictEnded
    | HoursChanged
    | UnitDeactivated
    | CalendarReopened
)


def project(  # noqa: C901 - one case per event
    rows: Rows, recorded: Recorded[AvailabilityEvent]
) -> None:
    """Take or free the nights that the event is about."""
    unit_id = recorded.stream_id
    match recorded.event:
        case HoldPlaced() | ReservationMade(reacquired=True) as event:
            take_for_booking(rows, unit_id, event)
        case ReservationMade() as event:
            for night in event.stay.nights():
                rows.change(nights, (unit_id, night), kind="reservation")
        case ReservationMoved() as event:
            free(rows, unit_id, event.moved_from.kept(event.buffer_nights))
            take_for_booking(rows, unit_id, event)
        case NightsBlocked() as event:
            take(rows, unit_id, "host_block", event.block_id, event.stay)
        case (
            ExternalBlockAdded()
            | ExternalBlockRemoved()
            | FeedConflictDetected()
            | FeedConflictEnded() as event
        ):
            take_in_feed(rows, unit_id, event)
        case HoldExpired() | HoldReleased() | ReservationReleased() as event:
            free(rows, unit_id, event.stay.kept(event.buffer_nights))
        case NightsUnblocked() as event:
            free(rows, unit_id, event.stay)
        case CalendarOpened() as event:
            open_unit(rows, recorded, event)
        case HoursChanged() as event:
            rows.change(units, unit_id, time_zone=event.house.time_zone)
        case UnitDeactivated():
            rows.change(units, unit_id, active=False, active_by=recorded.event_id)
        case CalendarReopened():
            rows.change(units, unit_id, active=True, active_by=recorded.event_id)
        case PropertyAttested() as event:
            name_property(rows, recorded, event)
        case _:
            assert_never(recorded.event)


# All that happens to a night happens in its unit's stream, whosever booking it is.
AVAILABILITY = Projection(
    "availability", 6, tables, get_args(AvailabilityEvent), project, sliced_by="stream"
)
