"""Settlement: what a stay brought is earned, and falls due to its host."""

from ledger.aggregates.booking import RecognizeEarnings
from ledger.aggregates.payout import MaturePayout
from ledger.draft import Draft
from ledger.processes.earnings import lost_before_earned
from ledger.processes.names import PROCESS, TIMER, booking_in, payout_of
from ledger.values.ids import BookingId, PayoutId


def earn(draft: Draft, booking_id: BookingId) -> None:
    """Count the stay as earned, but for what disputes have taken of it already."""
    lost = lost_before_earned(draft, booking_in(draft, booking_id))
    draft.do(TIMER, RecognizeEarnings(booking_id=booking_id, lost=lost))


def earn_what_is_left(draft: Draft, booking_id: BookingId) -> None:
    """Count as earned at once what no timer will ask for, if there is anything."""
    booking = booking_in(draft, booking_id)
    lost = lost_before_earned(draft, booking)
    if (booking.to_earn - lost).gross_minor > 0:
        draft.do(PROCESS, RecognizeEarnings(booking_id=booking_id, lost=lost))


def mature(draft: Draft, booking_id: BookingId, payout_id: PayoutId | None = None) -> None:
    """Let a payout of a booking fall due; without a name it is its first one."""
    draft.do(TIMER, MaturePayout(payout_id=payout_id or payout_of(booking_id)))
