"""The nights of the house by the sea."""

from datetime import timedelta
from typing import Any

from ledger.aggregates.unit_calendar import OpenCalendar
from ledger.events.unit_calendar import (
    BlockKind,
    CalendarOpened,
    CalendarReopened,
    ExternalBlockAdded,
    ExternalBlockRemoved,
    FeedConflictDetected,
    FeedConflictEnded,
    HoldExpired,
    HoldExtended,
    HoldKind,
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
from ledger.values.clock import Instant
from ledger.values.ids import BlockId, BookingId
from ledger.values.stay import House, Stay
from tests.facts.story import (
    BLOCK,
    BOOKING,
    FEED,
    HOLD_ENDS,
    ITEM,
    LATE_IN_LISBON,
    LISBON,
    NOW,
    PROPERTY,
    RUI,
    UNIT,
)
from tests.facts.values import a_stay


def to_open_calendar(**changed: Any) -> OpenCalendar:
    """Open the nights of the first sea-view room."""
    told: dict[str, Any] = {
        "unit_id": UNIT,
        "property_id": PROPERTY,
        "host_id": RUI,
        "room_type": "sea view",
        "number": 1,
        "house": LISBON,
    }
    return OpenCalendar(**told | changed)


def a_calendar() -> CalendarOpened:
    """The nights of the first sea-view room were opened."""
    told = to_open_calendar()
    fields = {name: getattr(told, name) for name in CalendarOpened.__struct_fields__}
    return CalendarOpened(**fields)


def a_hold(
    booking_id: BookingId = BOOKING, nights: Stay | None = None, until: Instant = HOLD_ENDS
) -> HoldPlaced:
    """Nights were kept for a booking."""
    return HoldPlaced(booking_id=booking_id, stay=nights or a_stay(), expires_at=until)


def a_reservation(booking_id: BookingId = BOOKING, nights: Stay | None = None) -> ReservationMade:
    """Held nights became the booking's own."""
    return ReservationMade(booking_id=booking_id, stay=nights or a_stay())


def an_extended_hold(until: Instant | None = None) -> HoldExtended:
    """Held nights were kept longer, because she is paying."""
    until = until or NOW + timedelta(minutes=25)
    return HoldExtended(booking_id=BOOKING, stay=a_stay(), kind=HoldKind.PAYMENT, expires_at=until)


def a_request_hold(until: Instant | None = None) -> HoldExtended:
    """Held nights were kept until the host has answered."""
    until = until or NOW + timedelta(hours=24)
    return HoldExtended(booking_id=BOOKING, stay=a_stay(), kind=HoldKind.REQUEST, expires_at=until)


def a_move(nights: Stay | None = None, moved_from: Stay | None = None) -> ReservationMoved:
    """She comes a day later, for as many nights."""
    return ReservationMoved(
        booking_id=BOOKING,
        moved_from=moved_from or a_stay(),
        stay=nights or a_stay("2026-07-03"),
    )


def a_block(nights: Stay | None = None, block_id: BlockId = BLOCK) -> NightsBlocked:
    """Rui takes nights out of sale."""
    return NightsBlocked(block_id=block_id, stay=nights or a_stay(), kind=BlockKind.HOST)


def a_block_after_cancelling() -> NightsBlocked:
    """Rui cancelled her booking, and its nights stay blocked."""
    return NightsBlocked(block_id=BlockId(BOOKING), stay=a_stay(), kind=BlockKind.HOST_CANCELLED)


def an_unblocking() -> NightsUnblocked:
    """Rui puts the nights back on sale."""
    return NightsUnblocked(block_id=BLOCK, stay=a_stay(), kind=BlockKind.HOST, reason="")


def an_external_block(
    nights: Stay | None = None,
    revision: str = "0",
    parts: tuple[Stay, ...] | None = None,
    replaced: tuple[Stay, ...] = (),
) -> ExternalBlockAdded:
    """A feed says that the nights are sold elsewhere."""
    nights = nights or a_stay()
    return ExternalBlockAdded(
        block_id=ITEM,
        feed_id=FEED,
        stay=nights,
        revision=revision,
        parts=(nights,) if parts is None else parts,
        replaced=replaced,
    )


def a_feed_conflict(nights: Stay | None = None, revision: str = "0") -> FeedConflictDetected:
    """A feed says that nights are sold elsewhere which are hers."""
    return FeedConflictDetected(
        block_id=ITEM,
        feed_id=FEED,
        stay=nights or a_stay(),
        revision=revision,
        bookings=(BOOKING,),
    )


def an_ended_feed_conflict() -> FeedConflictEnded:
    """The feed says no longer that nights are sold elsewhere which are hers."""
    return FeedConflictEnded(block_id=ITEM, feed_id=FEED, stay=a_stay())


def a_removed_external_block(nights: Stay | None = None) -> ExternalBlockRemoved:
    """The feed has the item no longer."""
    nights = nights or a_stay()
    return ExternalBlockRemoved(block_id=ITEM, feed_id=FEED, stay=nights, parts=(nights,))


def a_deactivation() -> UnitDeactivated:
    """The room is no longer let."""
    return UnitDeactivated()


def a_reopening() -> CalendarReopened:
    """The room is let again."""
    return CalendarReopened()


def other_hours(house: House = LATE_IN_LISBON) -> HoursChanged:
    """Guests come later from now on."""
    return HoursChanged(house=house)


def an_expired_hold() -> HoldExpired:
    """The hold on the nights ran out."""
    return HoldExpired(booking_id=BOOKING, stay=a_stay())


def a_released_hold() -> HoldReleased:
    """The hold on the nights was let go."""
    return HoldReleased(booking_id=BOOKING, stay=a_stay())


def a_released_reservation() -> ReservationReleased:
    """The booking gave its nights back."""
    return ReservationReleased(booking_id=BOOKING, stay=a_stay())
