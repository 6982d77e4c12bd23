"""Calling off: nights, refund, payout and earnings change with the booking, in one commit."""

from ledger.aggregates.booking import Booking, CancelByGuest, RecognizeEarnings, ReportNoShow
from ledger.aggregates.payment import PAYMENT
from ledger.aggregates.payout import RecalculatePayout
from ledger.aggregates.refund import AutoApprove, RequestRefund
from ledger.aggregates.unit_calendar import ReleaseReservation
from ledger.draft import Draft
from ledger.errors import NotFound
from ledger.events import Actor
from ledger.processes.names import PROCESS, booking_in, payout_of, refund_of
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
    kept = booking.settlement.kept
    if booking.price.shares.host_minor:
        draft.do(
            PROCESS,
            RecalculatePayout(
                payout_id=payout_of(booking_id), amount=kept.host, release_at=draft.now
            ),
        )
    if booking.settlement.refund.minor:
        _refund(draft, booking, booking_id, reason)
    if not kept.is_nothing:
        draft.do(PROCESS, RecognizeEarnings(booking_id=booking_id))


def _refund(draft: Draft, booking: Booking, booking_id: BookingId, reason: str) -> None:
    assert booking.payment_id is not None, "what was not paid is not refunded"
    assert booking.settlement is not None, "the decision before this one settles"
    payment = draft.state(PAYMENT, booking.payment_id)
    if payment is None:
        raise NotFound(payment_id=booking.payment_id)
    refund_id = refund_of(booking_id)
    draft.do(
        PROCESS,
        RequestRefund(
            refund_id=refund_id,
            payment_id=booking.payment_id,
            booking_id=booking_id,
            reason=reason,
            back=booking.settlement.back,
            lines=booking.settlement.lines,
            refundable=payment.refundable,
            time_zone=booking.house.time_zone,
        ),
    )
    draft.do(PROCESS, AutoApprove(refund_id=refund_id))
