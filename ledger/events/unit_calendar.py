"""What happens to the nights of one physical unit."""

from enum import StrEnum

from ledger.events.event import Event
from ledger.values.clock import Instant
from ledger.values.ids import BlockId, BookingId, FeedId, HostId, PropertyId
from ledger.values.stay import House, Stay


class HoldKind(StrEnum):
    """What an extended hold waits for: that a payment comes through, or that the host answers."""

    PAYMENT = "payment"
    REQUEST = "request"


class BlockKind(StrEnum):
    """Why a host's nights are blocked: the host says so, or cancelled a booking of them."""

    HOST = "host"
    HOST_CANCELLED = "host_cancelled"


class CalendarOpened(Event, topic="unit_calendar.opened", frozen=True, kw_only=True):
    """A unit was added to a property and its nights can be booked from now on."""

    property_id: PropertyId
    host_id: HostId
    room_type: str
    number: int
    house: House


class HoldPlaced(Event, topic="unit_calendar.hold_placed", schema=2, frozen=True, kw_only=True):
    """Nights are kept for a booking until it is paid or the hold runs out.

    So are `buffer_nights` after them, to get the unit ready for the next guest; they go with the
    booking's claim, whatever happens to it, and whatever its host asks for later.
    """

    booking_id: BookingId
    stay: Stay
    expires_at: Instant
    buffer_nights: int = 0


class HoldExtended(Event, topic="unit_calendar.hold_extended", frozen=True, kw_only=True):
    """A hold lasts longer: for the `payment` that is under way, or as a `request` to the host."""

    booking_id: BookingId
    stay: Stay
    kind: HoldKind
    expires_at: Instant


class ReservationMade(
    Event, topic="unit_calendar.reservation_made", schema=3, frozen=True, kw_only=True
):
    """Nights became the booking's own: those it held, or, `reacquired`, nights that were free."""

    booking_id: BookingId
    stay: Stay
    reacquired: bool = False
    buffer_nights: int = 0


class HoldExpired(Event, topic="unit_calendar.hold_expired", schema=2, frozen=True, kw_only=True):
    """A hold ran out and its nights are free again."""

    booking_id: BookingId
    stay: Stay
    buffer_nights: int = 0


class HoldReleased(Event, topic="unit_calendar.hold_released", schema=2, frozen=True, kw_only=True):
    """A hold was let go before it ran out and its nights are free again."""

    booking_id: BookingId
    stay: Stay
    buffer_nights: int = 0


class ReservationReleased(
    Event, topic="unit_calendar.reservation_released", schema=2, frozen=True, kw_only=True
):
    """A booking gave its nights back: it was cancelled, or nobody came."""

    booking_id: BookingId
    stay: Stay
    buffer_nights: int = 0


class ReservationMoved(
    Event, topic="unit_calendar.reservation_moved", schema=2, frozen=True, kw_only=True
):
    """A booking changed its nights for others, at once: there was no moment with both or none."""

    booking_id: BookingId
    moved_from: Stay
    stay: Stay
    buffer_nights: int = 0


class NightsBlocked(Event, topic="unit_calendar.nights_blocked", frozen=True, kw_only=True):
    """Nights are not let: by the host's wish, or because the host cancelled a booking of them.

    The block of a cancelled booking has the booking's own id, and so keeps its claims.
    """

    block_id: BlockId
    stay: Stay
    kind: BlockKind


class NightsUnblocked(Event, topic="unit_calendar.nights_unblocked", frozen=True, kw_only=True):
    """Blocked nights can be booked again; `reason` is the code an operator gave, else empty."""

    block_id: BlockId
    stay: Stay
    kind: BlockKind
    reason: str


class ExternalBlockAdded(
    Event, topic="unit_calendar.external_block_added", frozen=True, kw_only=True
):
    """An item of a feed says that nights are sold elsewhere, so they are not let here.

    `stay` is what the item says, `parts` what of it no other block has, `replaced` what an earlier
    form of the same item had. The item's own id is not kept, only the block's that is made of it.
    """

    block_id: BlockId
    feed_id: FeedId
    stay: Stay
    revision: str
    parts: tuple[Stay, ...]
    replaced: tuple[Stay, ...]


class FeedConflictDetected(
    Event, topic="unit_calendar.feed_conflict_detected", frozen=True, kw_only=True
):
    """A feed says that nights are sold elsewhere which are held or sold here; nothing changed.

    `bookings` are those in the way, in order of their ids.
    """

    block_id: BlockId
    feed_id: FeedId
    stay: Stay
    revision: str
    bookings: tuple[BookingId, ...]


class ExternalBlockRemoved(
    Event, topic="unit_calendar.external_block_removed", frozen=True, kw_only=True
):
    """An item is gone from its feed, and the nights that it blocked can be booked again."""

    block_id: BlockId
    feed_id: FeedId
    stay: Stay
    parts: tuple[Stay, ...]


class FeedConflictEnded(
    Event, topic="unit_calendar.feed_conflict_ended", frozen=True, kw_only=True
):
    """A feed says no longer that nights are sold elsewhere which are held or sold here."""

    block_id: BlockId
    feed_id: FeedId
    stay: Stay


class HoursChanged(Event, topic="unit_calendar.hours_changed", frozen=True, kw_only=True):
    """A unit goes by other hours or another time zone from now on, as its property was approved.

    Who has booked keeps the hours of the booking.
    """

    house: House


class UnitDeactivated(Event, topic="unit_calendar.unit_deactivated", frozen=True, kw_only=True):
    """A unit is no longer let; its calendar has ended."""


class CalendarReopened(Event, topic="unit_calendar.reopened", frozen=True, kw_only=True):
    """A unit is let again that was no longer; what blocked its nights blocks them still."""


BookedNightsEvent = (
    HoldPlaced
    | HoldExtended
    | ReservationMade
    | HoldExpired
    | HoldReleased
    | ReservationReleased
    | ReservationMoved
)
"""What happens to the nights of a booking."""

BlockedNightsEvent = (
    NightsBlocked
    | NightsUnblocked
    | ExternalBlockAdded
    | FeedConflictDetected
    | ExternalBlockRemoved
    | FeedConflictEnded
)
"""What happens to the nights of a block."""

UnitEvent = CalendarOpened | HoursChanged | UnitDeactivated | CalendarReopened
"""What happens to a unit whole."""

UnitCalendarEvent = BookedNightsEvent | BlockedNightsEvent | UnitEvent
