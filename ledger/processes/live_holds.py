"""Live holds: a guest keeps nights of a few stays before paying, and not of a whole house.

Holds stand in the calendars of units, which do not know each other; so each booking writes to its
guest's stream as well, and looks at the bookings that the one before it left there.
"""

from ledger.aggregates.booking import BOOKING
from ledger.aggregates.booking import Status as Stands
from ledger.aggregates.guest import GUEST, HoldStay, guest_of
from ledger.draft import Draft
from ledger.processes.names import PROCESS
from ledger.values.ids import BookingId, GuestId

HELD = (Stands.PENDING_PAYMENT, Stands.AWAITING_HOST, Stands.ACCEPTING)
"""Where nights are held and not reserved: nobody else can book them, and nobody has paid."""


def count_hold(draft: Draft, guest_id: GuestId, booking_id: BookingId) -> None:
    """Let a guest's nights be kept for one more stay. Raises TooManyHolds, with the others."""
    guest = draft.state(GUEST, guest_of(guest_id))
    held = guest.held if guest else ()
    beside = tuple(one for one in held if _is_held(draft, one))
    draft.do(PROCESS, HoldStay(guest_id=guest_id, booking_id=booking_id, beside=beside))


def _is_held(draft: Draft, booking_id: BookingId) -> bool:
    booking = draft.state(BOOKING, booking_id)
    return booking is not None and booking.status in HELD
