"""Calling off: nights, refund, payout and earnings change with the booking, in one commit."""

from ledger.aggregates.booking import (
    Booking,
    CancelByGuest,
    CancelByHost,
    CancelByPlatform,
    CancelForHost,
    Curtail,
    ReportNoShow,
)
from ledger.aggregates.host_debt import Cause, RaiseDebt
from ledger.aggregates.unit_calendar import MoveReservation, ReleaseReservation
from ledger.draft import Draft
from ledger.errors import RefundBlockedByDispute
from ledger.events import Actor
from ledger.events.coupon import RestoreReason
from ledger.processes.alterations import stop_altering
from ledger.processes.coupons import restore_coupon
from ledger.processes.earnings import is_disputed, payments_of
from ledger.processes.found import booking_in
from ledger.processes.names import (
    PROCESS,
)
from ledger.processes.promises import promise
from ledger.processes.refunds import refund_settlement
from ledger.processes.settlement import earn_what_is_left
from ledger.values.ids import BookingId
from ledger.values.money import Money, total
from ledger.values.stay import stay


def cancel_by_guest(draft: Draft, guest: Actor, booking_id: BookingId, accepted: str) -> None:
    """Call the stay off: nights free, refund approved, payout and earnings worked out again."""
    draft.do(guest, CancelByGuest(booking_id=booking_id, accepted=accepted))
    _fall_away(draft, booking_id, "cancelled by the guest")


def report_no_show(draft: Draft, host: Actor, booking_id: BookingId) -> None:
    """Nobody came: nights free, refund approved, payout and earnings worked out again."""
    draft.do(host, ReportNoShow(booking_id=booking_id))
    _fall_away(draft, booking_id, "nobody came")


def cancel_by_host(
    draft: Draft, host: Actor, booking_id: BookingId, reason: str, accepted_penalty: Money
) -> None:
    """The host calls the stay off: everything goes back, the nights stay blocked, a penalty is owed."""
    draft.do(
        host,
        CancelByHost(booking_id=booking_id, reason=reason, accepted_penalty=accepted_penalty),
    )
    _fall_away(draft, booking_id, "cancelled by the host", blocked=True)
    restore_coupon(draft, booking_id, RestoreReason.CANCELLED_BY_HOST)
    if accepted_penalty.minor:
        draft.do(
            PROCESS,
            RaiseDebt(
                host_id=booking_in(draft, booking_id).host_id,
                amount=accepted_penalty,
                cause=Cause.HOST_PENALTY,
                booking_id=booking_id,
                caused_by=booking_id,
            ),
        )


def cancel_for_host(draft: Draft, staff: Actor, booking_id: BookingId, reason: str) -> None:
    """Support calls the stay off for a host who cannot help it: as above, without a penalty."""
    draft.do(staff, CancelForHost(booking_id=booking_id, reason=reason))
    _fall_away(draft, booking_id, "cancelled for the host", blocked=True)
    restore_coupon(draft, booking_id, RestoreReason.CANCELLED_BY_HOST)


def cancel_by_platform(draft: Draft, staff: Actor, command: CancelByPlatform) -> None:
    """The platform calls the stay off."""
    draft.do(staff, command)
    _fall_away(draft, command.booking_id, f"cancelled by the platform: {command.reason}")
    restore_coupon(draft, command.booking_id, RestoreReason.CANCELLED_BY_PLATFORM)


def curtail(draft: Draft, actor: Actor, command: Curtail) -> None:
    """The stay ends early: the nights that nobody sleeps are free, and settled."""
    draft.do(actor, command)
    booking = booking_in(draft, command.booking_id)
    slept = stay(booking.stay.check_in, command.check_out)
    draft.do(
        PROCESS,
        MoveReservation(unit_id=booking.unit_id, booking_id=command.booking_id, stay=slept),
    )
    _settle_money(draft, command.booking_id, "the stay ended early")


def _fall_away(draft: Draft, booking_id: BookingId, reason: str, *, blocked: bool = False) -> None:
    booking = booking_in(draft, booking_id)
    draft.do(
        PROCESS,
        ReleaseReservation(
            unit_id=booking.unit_id, booking_id=booking_id, cancelled_by_host=blocked
        ),
    )
    _settle_money(draft, booking_id, reason)


def _settle_money(draft: Draft, booking_id: BookingId, reason: str) -> None:
    booking = booking_in(draft, booking_id)
    settled = booking.settles
    assert settled is not None, "the decision before this one settles"
    stop_altering(draft, booking_id, reason)
    if not booking.payments:
        return
    promise(draft, booking_id)
    if settled.refund.minor and not _bank_gave_all_back(draft, booking, settled.refund):
        refund_settlement(draft, booking, booking_id, settled, reason)
    earn_what_is_left(draft, booking_id)


def _bank_gave_all_back(draft: Draft, booking: Booking, refund: Money) -> bool:
    """Whether lost disputes left nothing to give back: the guest has all of it from their bank.

    Raises RefundBlockedByDispute where a dispute has the money and is not decided.
    """
    payments = list(payments_of(draft, booking))
    left = total([payment.refundable for payment in payments], refund.currency)
    if (left - refund).minor < 0 and any(is_disputed(draft, one) for one in payments):
        raise RefundBlockedByDispute(amount=str(refund))
    return not left.minor and any(payment.disputed for payment in payments)
