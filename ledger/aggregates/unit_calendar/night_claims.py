"""The night claims that Postgres keeps unique: its own guard against a night sold twice."""

from collections.abc import Sequence
from typing import assert_never

from ledger.aggregates.decider import Nights
from ledger.events.unit_calendar import (
    CalendarOpened,
    ExternalBlockAdded,
    ExternalBlockRemoved,
    FeedConflictDetected,
    HoldExpired,
    HoldExtended,
    HoldPlaced,
    HoldReleased,
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
        case HoldPlaced() | NightsBlocked() | ReservationMade(reacquired=True):
            return Nights(unit_id, taken=tuple(event.stay.nights()))
        case HoldExpired() | HoldReleased() | ReservationReleased() | NightsUnblocked():
            return Nights(unit_id, freed=tuple(event.stay.nights()))
        case ReservationMoved():
            return _exchanged(unit_id, (event.moved_from,), (event.stay,))
        case ExternalBlockAdded():
            return _exchanged(unit_id, event.replaced, event.parts)
        case ExternalBlockRemoved():
            return _exchanged(unit_id, event.parts, ())
        case CalendarOpened() | HoldExtended() | ReservationMade():
            return None
        case FeedConflictDetected() | UnitDeactivated():
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
