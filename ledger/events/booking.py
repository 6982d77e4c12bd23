"""What happens to one booking, from the request to the last night."""

from ledger.events.event import Event, MoneyEvent
from ledger.values.clock import Instant
from ledger.values.guests import Party
from ledger.values.ids import AttestationId, GuestId, HostId, PaymentId, PropertyId, UnitId
from ledger.values.money import Money
from ledger.values.policy import Policy, Settlement
from ledger.values.price import Price
from ledger.values.shares import Shares
from ledger.values.stay import House, Stay


class BookingRequested(Event, topic="booking.requested", schema=2, frozen=True, kw_only=True):
    """A guest asked for a stay at a price; the nights are held until it is paid or expires."""

    guest_id: GuestId
    host_id: HostId
    property_id: PropertyId
    unit_id: UnitId
    room_type: str
    stay: Stay
    house: House
    party: Party
    price: Price
    policy: Policy
    vouched_by: AttestationId
    hold_expires_at: Instant
    booked_at: Instant


class BookingConfirmed(MoneyEvent, topic="booking.confirmed", frozen=True, kw_only=True):
    """The stay is paid, or costs nothing, and the nights are the guest's."""

    payment_id: PaymentId | None
    total: Money


class BookingExpired(Event, topic="booking.expired", frozen=True, kw_only=True):
    """The hold ran out before the booking was paid."""


class BookingAbandoned(Event, topic="booking.abandoned", frozen=True, kw_only=True):
    """The guest gave up before paying."""


class StayStarted(Event, topic="booking.stay_started", frozen=True, kw_only=True):
    """The guest's stay began."""


class StayCompleted(Event, topic="booking.stay_completed", frozen=True, kw_only=True):
    """The guest left and the stay is over."""


class BookingCancelled(Event, topic="booking.cancelled", schema=2, frozen=True, kw_only=True):
    """A confirmed booking was called off; the policy says who gets what.

    `to` says by whom: cancelled_by_guest, cancelled_by_host or cancelled_by_platform.
    """

    to: str
    settlement: Settlement


class NoShowReported(Event, topic="booking.no_show_reported", schema=2, frozen=True, kw_only=True):
    """Nobody came; the policy says who gets what."""

    settlement: Settlement


class EarningsRecognized(
    MoneyEvent, topic="booking.earnings_recognized", schema=2, frozen=True, kw_only=True
):
    """What the stay brought is earned now, by the host and by the platform."""

    earned: Shares


BookingEvent = (
    BookingRequested
    | BookingConfirmed
    | BookingExpired
    | BookingAbandoned
    | StayStarted
    | StayCompleted
    | BookingCancelled
    | NoShowReported
    | EarningsRecognized
)
