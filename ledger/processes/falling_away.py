"""Calling off: nights, refund, payout and earnings change with the booking, in one commit."""

from ledger.aggregates.booking import CancelByGuest, RecognizeEarnings, ReportNoShow
from ledger.aggregates.payout import OPEN, PAYOUT, RecalculatePayout
from ledger.aggregates.unit_calendar import ReleaseReservation
from ledger.draft import Draft
from ledger.events import Actor
from ledger.processes.names import PROCESS, booking_in, payout_of
from ledger.processes.refunds import refund_settlement
from ledger.values.ids import BookingId


def cancel_by_guest(draft: Draft, guest: Actor, booking_id: BookingId, accepted: str) -> None:
    """Call the stay off: nights free, refund approved, payout and earnings worked out again."""
    draft.do(guest, CancelByGuest(booking_id=booking_id, accepted=accepted))
    _fall_away(draft, booking_id, "cancelled by the guest")


def report_no_show(draft: Draft, host: Actor, booking_id: BookingId) -> None:
    """Nobody came: nights free, refund approved, payout and earnings worked out again."""
    draft.do(host, ReportNoShow(booking_id=booking_id))
    _fall_away(draft, booking_id, "nobody came")


def _fall_away(draft: Draft, booking_id: BookingId, reason: str) -> None:
    booking = booking_in(draft, booking_id)
    assert booking.settlement is not None, "the decision before this one settles"
    draft.do(PROCESS, ReleaseReservation(unit_id=booking.unit_id, booking_id=booking_id))
    if booking.payment_id is None:
        return
    payout = draft.state(PAYOUT, payout_of(booking_id))
    if payout is not None and payout.status in OPEN:
        kept = booking.settlement.kept.host
        draft.do(
            PROCESS,
            RecalculatePayout(payout_id=payout_of(booking_id), amount=kept, release_at=draft.now),
        )
    if booking.settlement.refund.minor:
        refund_settlement(draft, booking, booking_id, booking.settlement, reason)
    if booking.to_earn.gross_minor > 0:
        draft.do(PROCESS, RecognizeEarnings(booking_id=booking_id))
