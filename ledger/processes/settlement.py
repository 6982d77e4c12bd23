"""Settlement: what a stay brought is earned, and falls due to its host."""

from ledger.aggregates.booking import RecognizeEarnings
from ledger.aggregates.payout import PAYOUT, MaturePayout
from ledger.aggregates.payout import Status as Payable
from ledger.draft import Draft
from ledger.processes.earnings import forgone, lost_before_earned
from ledger.processes.found import booking_in
from ledger.processes.names import (
    PROCESS,
    TIMER,
    payout_of,
)
from ledger.values.ids import BookingId, PayoutId


def earn(draft: Draft, booking_id: BookingId) -> None:
    """Count the stay as earned, but for what disputes have taken of it already."""
    lost = lost_before_earned(draft, booking_in(draft, booking_id))
    draft.do(TIMER, RecognizeEarnings(booking_id=booking_id, lost=lost))


def earn_what_is_left(draft: Draft, booking_id: BookingId) -> None:
    """Count as earned at once what no timer will ask for, if there is anything."""
    booking = booking_in(draft, booking_id)
    lost = lost_before_earned(draft, booking) - forgone(draft, booking_id, booking)
    if booking.to_earn(draft.now, lost).gross_minor > 0:
        draft.do(PROCESS, RecognizeEarnings(booking_id=booking_id, lost=lost))


def mature(draft: Draft, booking_id: BookingId, payout_id: PayoutId | None = None) -> None:
    """Let a payout of a booking fall due; without a name it is its first one.

    What a later one pays out is earned at the same time, even where it is kept back for a reason.
    """
    first = payout_of(booking_id)
    payout_id = payout_id or first
    if payout_id != first:
        earn_what_is_left(draft, booking_id)
    payout = draft.state(PAYOUT, payout_id)
    if payout is not None and payout.status is Payable.ON_HOLD and payout_id != first:
        return
    draft.do(TIMER, MaturePayout(payout_id=payout_id))
