"""Cancellations: giving up before paying, or calling off a confirmed stay for a known refund."""

from typing import Literal

from fastapi import APIRouter, Request

from api.asking import OnPremises, stated
from api.commands import Commanding
from api.faults import KeyMissing
from api.problems import described
from api.shapes import Amount, Body, Uuid, amount_of
from ledger import errors, processes
from ledger.aggregates.booking import BOOKING, Booking, Status
from ledger.application import Ledger
from ledger.draft import Draft
from ledger.errors import NotFound, RefundChanged
from ledger.events import Actor
from ledger.store import EventStore
from ledger.values.clock import Instant
from ledger.values.ids import BookingId
from ledger.values.money import Money, zero
from ledger.values.policy import settle
from projections.projection import Answer

router = APIRouter(prefix="/bookings/{booking_id}/cancellation", tags=["bookings"])


class Preview(Answer):
    """What a cancellation would do now: `abandon` before paying, `cancel` after.

    The refund is of what was paid. The offer ends when the guest may come, or, before paying, with
    the time for it.
    """

    booking_id: str
    step: Literal["abandon", "cancel"]
    policy: str
    refund: Amount
    ends_at: Instant


class Acceptance(Body):
    """The refund that the guest was shown and accepts; nothing for a stay that was not paid."""

    accepted_refund: Amount


class Cancelled(Answer):
    """The stay is called off and its nights are free."""

    booking_id: str
    status: str
    refund: Amount


REFUSALS = (errors.NotFound, errors.TransitionNotAllowed, errors.TooLate)


@router.get("", responses=described(*REFUSALS))
async def preview_cancellation(booking_id: Uuid, request: Request, premises: OnPremises) -> Preview:
    """What a cancellation would give back now. Refused where it would be."""
    shown = await premises.look(
        lambda store, ledger: _preview(store, ledger, BookingId(booking_id))
    )
    stated(request, shown.position)
    return shown


@router.post(
    "",
    status_code=201,
    responses=described(
        *REFUSALS,
        KeyMissing,
        errors.Conflict,
        errors.RefundChanged,
        errors.RepeatedWithDifferences,
    ),
)
async def cancel_booking(
    booking_id: Uuid, acceptance: Acceptance, command: Commanding
) -> Cancelled:
    """Give up before paying, or call a confirmed stay off; nights, refund and payout follow."""
    case = BookingId(booking_id)

    def plan(draft: Draft) -> None:
        _call_off(draft, case, acceptance.accepted_refund.money)

    return await command.execute(case, acceptance, plan, Cancelled)


def _preview(store: EventStore, ledger: Ledger, booking_id: BookingId) -> Preview:
    position = store.head()
    draft = ledger.rehearse(lambda draft: _call_off_as_shown(draft, booking_id))
    after = _found(draft.state(BOOKING, booking_id), booking_id)
    abandoned = after.status is Status.ABANDONED
    return Preview(
        position=position,
        booking_id=booking_id,
        step="abandon" if abandoned else "cancel",
        policy=after.policy.label,
        refund=amount_of(_refunded(after)),
        ends_at=after.hold_expires_at if abandoned else after.house.check_in_at(after.stay),
    )


def _call_off_as_shown(draft: Draft, booking_id: BookingId) -> None:
    """Call the stay off for whatever the guest would be shown now."""
    booking = _found(draft.state(BOOKING, booking_id), booking_id)
    _call_off(draft, booking_id, _refund_of(booking))


def _call_off(draft: Draft, booking_id: BookingId, accepted: Money) -> None:
    booking = _found(draft.state(BOOKING, booking_id), booking_id)
    guest = Actor("G", booking.guest_id)
    if booking.status is not Status.PENDING_PAYMENT:
        processes.cancel_by_guest(draft, guest, booking_id, accepted)
    elif accepted != (nothing := _refund_of(booking)):
        raise RefundChanged(accepted=str(accepted), refund=str(nothing))
    else:
        processes.abandon(draft, guest, booking_id)
    after = _found(draft.state(BOOKING, booking_id), booking_id)
    answer = Cancelled(
        position=0, booking_id=booking_id, status=after.status, refund=amount_of(_refunded(after))
    )
    draft.answer(answer.model_dump_json(exclude={"position"}).encode())


def _refund_of(booking: Booking) -> Money:
    """What goes back if the stay is called off: nothing while nothing is paid."""
    if booking.status is Status.PENDING_PAYMENT:
        return zero(booking.price.subtotal.currency)
    return settle(booking.price, booking.policy).refund


def _refunded(booking: Booking) -> Money:
    """What goes back of a stay that was called off."""
    settled = booking.settlement
    return settled.refund if settled else zero(booking.price.subtotal.currency)


def _found(booking: Booking | None, booking_id: BookingId) -> Booking:
    if booking is None:
        raise NotFound(booking_id=booking_id)
    return booking
