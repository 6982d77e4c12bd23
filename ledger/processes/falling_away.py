"""Calling off: nights, refund, payout and earnings change with the booking, in one commit."""

from datetime import date, timedelta

from msgspec.structs import replace

from ledger.aggregates.booking import (
    Booking,
    CancelByGuest,
    CancelByHost,
    CancelByPlatform,
    CancelForHost,
    Curtail,
    ReportNoShow,
    ReverseNoShow,
)
from ledger.aggregates.host_debt import Cause, RaiseDebt
from ledger.aggregates.payment import ReleaseRefund
from ledger.aggregates.refund import CancelRefund
from ledger.aggregates.refund import Status as Refunding
from ledger.aggregates.tariff import TARIFF, tariff_of
from ledger.aggregates.unit_calendar import (
    UNIT_CALENDAR,
    MoveReservation,
    Reacquire,
    ReleaseReservation,
)
from ledger.draft import Draft
from ledger.errors import RefundBlockedByDispute, TooEarly
from ledger.events import Actor
from ledger.events.coupon import RestoreReason
from ledger.processes.alterations import stop_altering
from ledger.processes.coupons import restore_coupon
from ledger.processes.earnings import is_disputed, payments_of, undisputed_of
from ledger.processes.found import booking_in
from ledger.processes.names import (
    PROCESS,
)
from ledger.processes.promises import promise
from ledger.processes.recovery import drop_debt_of_refund
from ledger.processes.refunds import refund_settlement, refunds_of_its_end
from ledger.processes.settlement import earn_what_is_left
from ledger.processes.taxes import count_tax_back
from ledger.values.ids import BookingId
from ledger.values.money import Money, total
from ledger.values.penalty import BY_HOST, PenaltyRule, penalty
from ledger.values.policy import Ending, Settlement
from ledger.values.room import Room
from ledger.values.stay import stay


def cancel_by_guest(draft: Draft, guest: Actor, booking_id: BookingId, accepted: str) -> None:
    """Call the stay off: nights free, refund approved, payout and earnings worked out again."""
    room = room_of(draft, booking_id)
    draft.do(guest, CancelByGuest(booking_id=booking_id, accepted=accepted, room=room))
    _fall_away(draft, booking_id, "cancelled by the guest")


def report_no_show(draft: Draft, host: Actor, booking_id: BookingId) -> None:
    """Nobody came: nights free, refund approved, payout and earnings worked out again."""
    draft.do(host, ReportNoShow(booking_id=booking_id, room=room_of(draft, booking_id)))
    _fall_away(draft, booking_id, "nobody came")


def reverse_no_show(draft: Draft, support: Actor, booking_id: BookingId, evidence: str) -> None:
    """The guest did come: what the no-show had settled is made good first, then the stay goes on.

    Raises TooLate, TooEarly before the hour at which the stay would have been earned,
    NightsAreTaken where others have the nights that are left, DebtExceeded where the host has paid
    what it made them owe, and TransitionNotAllowed where the guest has money back already: that
    cannot be taken from them.
    """
    earned_at = booking_in(draft, booking_id).earned_at
    if draft.now < earned_at:
        raise TooEarly(not_before=earned_at)
    for refund_id, refund in refunds_of_its_end(draft, booking_id):
        count_tax_back(draft, refund_id)
        draft.do(PROCESS, CancelRefund(refund_id=refund_id, reason="the guest did come"))
        if refund.status is Refunding.APPROVED:
            draft.do(PROCESS, ReleaseRefund(payment_id=refund.payment_id, refund_id=refund_id))
            drop_debt_of_refund(draft, refund_id)
    draft.do(support, ReverseNoShow(booking_id=booking_id, evidence=evidence))
    booking = booking_in(draft, booking_id)
    begun = timedelta(days=booking.occupancy(draft.now).nights_begun)
    if booking.stay.check_in + begun < booking.stay.check_out:
        # The nights that have begun nobody else could have; and a guest who is there is not sent
        # away for the sake of a pause after the stay.
        left = stay(booking.stay.check_in + begun, booking.stay.check_out)
        draft.do(PROCESS, Reacquire(unit_id=booking.unit_id, booking_id=booking_id, stay=left))
    promise(draft, booking_id)
    earn_what_is_left(draft, booking_id)


def cancel_by_host(
    draft: Draft, host: Actor, booking_id: BookingId, reason: str, accepted_penalty: Money
) -> None:
    """The host calls the stay off: all goes back, the nights stay blocked, a penalty is owed.

    The penalty is that of the property's tariff. Raises PenaltyChanged, with what it is
    now, and TooLate.
    """
    draft.do(
        host,
        CancelByHost(
            booking_id=booking_id,
            reason=reason,
            accepted_penalty=accepted_penalty,
            penalty=penalty_rule_of(draft, booking_id),
            room=room_of(draft, booking_id),
        ),
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


def penalty_now(draft: Draft, booking_id: BookingId) -> Money:
    """What the host would owe for calling the stay off now. Raises NotFound."""
    booking = booking_in(draft, booking_id)
    return penalty(booking.price, penalty_rule_of(draft, booking_id), booking.occupancy(draft.now))


def penalty_rule_of(draft: Draft, booking_id: BookingId) -> PenaltyRule:
    """The rule that the property's tariff has; the platform's, where it has no tariff."""
    calendar = draft.state(UNIT_CALENDAR, booking_in(draft, booking_id).unit_id)
    tariff = draft.state(TARIFF, tariff_of(calendar.property_id)) if calendar else None
    return tariff.levies.penalty if tariff and tariff.levies else BY_HOST


def cancel_for_host(draft: Draft, staff: Actor, booking_id: BookingId, reason: str) -> None:
    """Support calls the stay off for a host who cannot help it: as above, without a penalty."""
    room = room_of(draft, booking_id)
    draft.do(staff, CancelForHost(booking_id=booking_id, reason=reason, room=room))
    _fall_away(draft, booking_id, "cancelled for the host", blocked=True)
    restore_coupon(draft, booking_id, RestoreReason.CANCELLED_BY_HOST)


def cancel_by_platform(draft: Draft, staff: Actor, command: CancelByPlatform) -> None:
    """The platform calls the stay off."""
    draft.do(staff, replace(command, room=room_of(draft, command.booking_id)))
    _fall_away(draft, command.booking_id, f"cancelled by the platform: {command.reason}")
    restore_coupon(draft, command.booking_id, RestoreReason.CANCELLED_BY_PLATFORM)


def curtail(draft: Draft, actor: Actor, command: Curtail) -> None:
    """The stay ends early: the nights that nobody sleeps are free, and settled."""
    draft.do(actor, replace(command, room=room_of(draft, command.booking_id)))
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
    _refuse_while_disputed(draft, booking, settled.refund)
    promise(draft, booking_id)
    if settled.refund.minor:
        refund_settlement(draft, booking, booking_id, settled, reason)
    earn_what_is_left(draft, booking_id)


# -- How much there is to give back ---------------------------------------------------------


def would_give_back(
    draft: Draft, booking_id: BookingId, ending: Ending, check_out: date | None = None
) -> Settlement:
    """What would really go back if the stay fell away now, or ended on an earlier date.

    Its digest is what somebody accepts. Raises NotFound, RefundBlockedByDispute.
    """
    booking = booking_in(draft, booking_id)
    if check_out is None:
        settlement = booking.settled(ending, draft.now)
    else:
        settlement = booking.curtailed(check_out, ending, draft.now)
    return booking.gives_back(settlement, room_of(draft, booking_id))


def room_of(draft: Draft, booking_id: BookingId) -> Room | None:
    """What of a booking's money there is to give back; nothing where none was asked for."""
    booking = booking_in(draft, booking_id)
    payments = list(payments_of(draft, booking))
    if not payments:
        return None
    refundable = [payment.refundable for payment in payments]
    return Room(
        refundable=total(refundable, booking.price.total.currency),
        left=undisputed_of(draft, booking_id, booking),
    )


def _refuse_while_disputed(draft: Draft, booking: Booking, refund: Money) -> None:
    """Let nothing be capped by what a dispute may bring back. Raises RefundBlockedByDispute."""
    if booking.capped and any(is_disputed(draft, one) for one in payments_of(draft, booking)):
        raise RefundBlockedByDispute(amount=str(refund))
