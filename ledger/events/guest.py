"""What happens to one guest: which stays have nights kept for them before they are paid."""

from ledger.events.event import Event
from ledger.values.ids import BookingId, GuestId


class StayHeld(Event, topic="guest.stay_held", frozen=True, kw_only=True):
    """Nights are kept unpaid for one more stay of a guest, beside those that were kept by then.

    `beside` names the other bookings whose nights were held at that moment, the oldest first.
    """

    guest_id: GuestId
    booking_id: BookingId
    beside: tuple[BookingId, ...]


GuestEvent = StayHeld
