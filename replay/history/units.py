"""Which unit a booking of the past gets: our own picture of the calendars, ahead of the ledger's.

It is folded by the aggregate's own rule from what the importer is about to ask for, so a batch of
steps can be laid out before it is written. A picture that is wrong only means a refusal: the
ledger decides.
"""

from collections import defaultdict

from ledger.aggregates.unit_calendar import UnitCalendar, best_fit, evolve
from ledger.events.unit_calendar import HoldPlaced, ReservationReleased
from ledger.values.ids import BookingId, HostId, PropertyId, UnitId
from ledger.values.listing import unit_of
from ledger.values.stay import Stay
from replay.history.itinerary import HOUSE, Step

RoomType = tuple[PropertyId, str]

NOT_ASKED = HostId("")
"""Whose units they are plays no part in which of them fits."""


class Units:
    """The units of each room type and what is taken of them, as far as the import has come."""

    def __init__(self) -> None:
        self._calendars: defaultdict[RoomType, dict[UnitId, UnitCalendar]] = defaultdict(dict)
        self._kept: dict[BookingId, tuple[RoomType, UnitId, Stay]] = {}

    def choose(self, room_type: RoomType, stay: Stay) -> UnitId | None:
        """The unit that fits the stay best; None where no unit of the type is free."""
        return best_fit(self._calendars[room_type], stay)

    def next_of(self, room_type: RoomType) -> tuple[UnitId, int]:
        """The id and the number of the unit that would be added."""
        number = len(self._calendars[room_type]) + 1
        property_id, name = room_type
        return unit_of(property_id, name, number), number

    def add(self, room_type: RoomType) -> None:
        """Count one more unit of the type."""
        unit_id, _ = self.next_of(room_type)
        property_id, name = room_type
        self._calendars[room_type][unit_id] = UnitCalendar(
            property_id, host_id=NOT_ASKED, room_type=name, house=HOUSE, claims={}
        )

    def take(self, room_type: RoomType, unit_id: UnitId, booking_id: BookingId, step: Step) -> None:
        """Count the nights of a booking as taken."""
        stay = step.booking.stay
        held = HoldPlaced(booking_id=booking_id, stay=stay, expires_at=step.at)
        calendars = self._calendars[room_type]
        calendars[unit_id] = evolve(calendars[unit_id], held)
        self._kept[booking_id] = (room_type, unit_id, stay)

    def free(self, booking_id: BookingId) -> None:
        """Count a booking's nights as free again, if it has any."""
        if kept := self._kept.pop(booking_id, None):
            room_type, unit_id, stay = kept
            freed = ReservationReleased(booking_id=booking_id, stay=stay)
            calendars = self._calendars[room_type]
            calendars[unit_id] = evolve(calendars[unit_id], freed)

    def counts(self) -> dict[RoomType, int]:
        """How many units each room type has come to, by name of the type."""
        by_name = sorted(self._calendars.items(), key=lambda item: item[0][1])
        return {room_type: len(calendars) for room_type, calendars in by_name}
