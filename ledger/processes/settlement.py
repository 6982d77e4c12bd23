"""Settlement: what a stay brought is earned, and falls due to its host."""

from ledger.aggregates.booking import RecognizeEarnings
from ledger.aggregates.payout import MaturePayout
from ledger.draft import Draft
from ledger.processes.names import TIMER, payout_of
from ledger.values.ids import BookingId


def earn(draft: Draft, booking_id: BookingId) -> None:
    """Count the stay as earned."""
    draft.do(TIMER, RecognizeEarnings(booking_id=booking_id))


def mature(draft: Draft, booking_id: BookingId) -> None:
    """Let the payout of a booking fall due."""
    draft.do(TIMER, MaturePayout(payout_id=payout_of(booking_id)))
