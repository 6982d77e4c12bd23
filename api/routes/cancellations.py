"""Cancellations: giving up before paying, or calling off a confirmed stay for a known refund."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field

from api import speakers
from api.answers.cancellations import NOTHING_WAS_PAID, Preview, preview_of, refunded
from api.asking import OnPremises, stated
from api.commands import Commanding, answered
from api.faults import KeyMissing
from api.problems import described
from api.shapes import Amount, Body, Uuid, amount_of
from ledger import errors, processes
from ledger.aggregates.booking import Status
from ledger.application import Ledger
from ledger.draft import Draft
from ledger.errors import RefundChanged
from ledger.store import EventStore
from ledger.values.ids import BookingId
from ledger.values.money import zero
from ledger.values.policy import Ending
from projections.projection import Answer

router = APIRouter(prefix="/bookings/{booking_id}/cancellation", tags=["bookings"])


class CancellationAcceptance(Body):
    """The preview that the guest was shown and accepts, by its digest."""

    preview: Annotated[str, Field(min_length=1, max_length=100)]


class Cancelled(Answer):
    """The stay is called off and its nights are free."""

    booking_id: str
    status: str
    refund: Amount


REFUSALS = (
    errors.NotFound,
    errors.RefundBlockedByDispute,
    errors.TooLate,
    errors.TransitionNotAllowed,
)


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
    booking_id: Uuid, acceptance: CancellationAcceptance, command: Commanding
) -> Cancelled:
    """Give up before paying, or call a confirmed stay off; nights, refund and payout follow."""
    case = BookingId(booking_id)

    def plan(draft: Draft) -> None:
        _call_off(draft, case, acceptance.preview)

    return await command.execute(case, acceptance, plan, Cancelled)


def _preview(store: EventStore, ledger: Ledger, booking_id: BookingId) -> Preview:
    position = store.head()
    draft = ledger.rehearse(lambda draft: _call_off_as_shown(draft, booking_id))
    after = processes.booking_in(draft, booking_id)
    return preview_of(after, booking_id, draft.now, position)


def _call_off_as_shown(draft: Draft, booking_id: BookingId) -> None:
    """Call the stay off for whatever the guest would be shown now."""
    booking = processes.booking_in(draft, booking_id)
    if booking.status is Status.PENDING_PAYMENT:
        _call_off(draft, booking_id, NOTHING_WAS_PAID)
    else:
        shown = processes.would_give_back(draft, booking_id, Ending.BY_GUEST)
        _call_off(draft, booking_id, shown.digest)


def _call_off(draft: Draft, booking_id: BookingId, accepted: str) -> None:
    booking = processes.booking_in(draft, booking_id)
    guest = speakers.guest(booking.guest_id)
    if booking.status is not Status.PENDING_PAYMENT:
        processes.cancel_by_guest(draft, guest, booking_id, accepted)
    elif accepted != NOTHING_WAS_PAID:
        raise RefundChanged(refund=str(zero(booking.price.currency)), preview=NOTHING_WAS_PAID)
    else:
        processes.abandon(draft, guest, booking_id)
    after = processes.booking_in(draft, booking_id)
    answer = Cancelled(
        position=0, booking_id=booking_id, status=after.status, refund=amount_of(refunded(after))
    )
    answered(draft, answer)
