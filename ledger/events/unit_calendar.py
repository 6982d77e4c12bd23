"""What happens to the nights of one physical unit."""

from ledger.events.event import Event
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, HostId, PropertyId
from ledger.values.stay import House, Stay


class CalendarOpened(Event, topic="unit_calendar.opened", frozen=True, kw_only=True):
    """A unit was added to a property and its nights can be booked from now on."""

    property_id: PropertyId
    host_id: HostId
    room_type: str
    number: int
    house: House


class HoldPlaced(Event, topic="unit_calendar.hold_placed", frozen=True, kw_only=True):
    """Nights are kept for a booking until it is paid or the hold runs out."""

    booking_id: BookingId
    stay: Stay
    expires_at: Instant


class ReservationMade(Event, topic="unit_calendar.reservation_made", frozen=True, kw_only=True):
    """Held nights became the booking's own."""

    booking_id: BookingId
    stay: Stay


class HoldExpired(Event, topic="unit_calendar.hold_expired", frozen=True, kw_only=True):
    """A hold ran out and its nights are free again."""

    booking_id: BookingId
    stay: Stay


class HoldReleased(Event, topic="unit_calendar.hold_released", frozen=True, kw_only=True):
    """A hold was let go before it ran out and its nights are free again."""

    booking_id: BookingId
    stay: Stay


class ReservationReleased(
    Event, topic="unit_calendar.reservation_released", frozen=True, kw_only=True
):
    """A booking gave its nights back: it was cancelled, or nobody came."""

    booking_id: BookingId
    stay: Stay


UnitCalendarEvent = (
    CalendarOpened | HoldPlaced | ReservationMade | HoldExpired | HoldReleased | ReservationReleased
)
