"""The night claims that Postgres keeps unique: its own guard against a night sold twice."""

from collections.abc import Sequence
from typing import assert_never

from ledger.aggregates.decider import Nights
from ledger.events.unit_calendar import (
    CalendarOpened,
    CalendarReopened,
    ExternalBlockAdded,
    ExternalBlockRemoved,
    FeedConflictDetected,
    FeedConflictEnded,
    HoldExpired,
    HoldExtended,
    HoldPlaced,
    HoldReleased,
    HoursChanged,
    NightsBlocked,
    NightsUnblocked,
    ReservationMade,
    ReservationMoved,
    ReservationReleased,
    UnitCalendarEvent,
    UnitDeactivated,
)
from ledger.values.ids import UnitId
from ledger.values.stay import Stay


def claims(stream_id: str, event: UnitCalendarEvent) -> Nights | None:
    """The night claims that Postgres writes with an event, in the same commit."""
    unit_id = UnitId(stream_id)
    match event:
        case HoldPlaced() | ReservationMade(reacquired=True):
            return Nights(unit_id, taken=tuple(event.stay.kept(event.buffer_nights).nights()))
        case HoldExpired() | HoldReleased() | ReservationReleased():
            return Nights(unit_id, freed=tuple(event.stay.kept(event.buffer_nights).nights()))
        case ReservationMoved():
            before = event.moved_from.kept(event.buffer_nights)
            return _exchanged(unit_id, (before,), (event.stay.kept(event.buffer_nights),))
        case NightsBlocked():
            return Nights(unit_id, taken=tuple(event.stay.nights()))
        case NightsUnblocked():
            return Nights(unit_id, freed=tuple(event.stay.nights()))
        case ExternalBlockAdded():
            return _exchanged(unit_id, event.replaced, event.parts)
        case ExternalBlockRemoved():
            return _exchanged(unit_id, event.parts, ())
        case HoldExtended() | ReservationMade() | FeedConflictDetected() | FeedConflictEnded():
            return None
        case CalendarOpened() | HoursChanged() | UnitDeactivated() | CalendarReopened():
            return None
        case _:
            assert_never(event)


def _exchanged(unit_id: UnitId, old: Sequence[Stay], new: Sequence[Stay]) -> Nights:
    """What differs: a night of both stays claimed throughout."""
    before = {night: None for part in old for night in part.nights()}
    after = {night: None for part in new for night in part.nights()}
    return Nights(
        unit_id,
        taken=tuple(night for night in after if night not in before),
        freed=tuple(night for night in before if night not in after),
    )
