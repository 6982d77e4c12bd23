"""Calling off by others than the guest: the host for a penalty, and a no-show that was none."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import Field

from api import speakers
from api.asking import OnPremises, stated
from api.commands import Commanding, answered
from api.faults import KeyMissing
from api.problems import described
from api.shapes import Amount, Body, Uuid, amount_of
from ledger import errors, processes
from ledger.application import Ledger
from ledger.draft import Draft
from ledger.events import Role
from ledger.store import EventStore
from ledger.values.ids import BookingId
from ledger.values.money import Money
from projections.projection import Answer

router = APIRouter(prefix="/bookings/{booking_id}", tags=["bookings"])

COMMANDS = (
    KeyMissing,
    errors.Conflict,
    errors.NotFound,
    errors.RepeatedWithDifferences,
    errors.TooLate,
    errors.TransitionNotAllowed,
)


class HostCancellation(Body):
    """Why the host calls the stay off, and the penalty that they were shown and accept."""

    reason: Literal["damage", "illness", "double_booked", "authority", "other"]
    penalty: Amount


class Evidence(Body):
    """Who of support has seen that the guest came, and the key of the object that shows it."""

    by: Uuid
    evidence: Annotated[str, Field(pattern=r"^[A-Za-z0-9/_.-]{1,200}$")]


class PenaltyNow(Answer):
    """What the host would owe for calling the stay off now."""

    booking_id: str
    penalty: Amount


class StandsNow(Answer):
    """Where the booking stands."""

    booking_id: str
    status: str


@router.get("/host-cancellation", responses=described(errors.NotFound))
async def preview_host_cancellation(
    booking_id: Uuid, request: Request, premises: OnPremises
) -> PenaltyNow:
    """What the host would owe for calling the stay off now."""
    case = BookingId(booking_id)

    def look(store: EventStore, ledger: Ledger) -> PenaltyNow:
        position, owed = store.head(), list[Money]()
        ledger.rehearse(lambda draft: owed.append(processes.penalty_now(draft, case)))
        return PenaltyNow(position=position, booking_id=case, penalty=amount_of(owed[0]))

    shown = await premises.look(look)
    stated(request, shown.position)
    return shown


@router.post(
    "/host-cancellation",
    status_code=201,
    responses=described(*COMMANDS, errors.PenaltyChanged, errors.RefundBlockedByDispute),
)
async def cancel_by_host(
    booking_id: Uuid, said: HostCancellation, command: Commanding
) -> StandsNow:
    """The host calls the stay off: everything goes back to the guest, and the penalty is owed."""
    case = BookingId(booking_id)

    def plan(draft: Draft) -> None:
        host = speakers.host_of(draft, case)
        processes.cancel_by_host(draft, host, case, said.reason, said.penalty.money)
        _answer(draft, case)

    return await command.execute(case, said, plan, StandsNow)


@router.post(
    "/no-show/reversal",
    status_code=201,
    responses=described(*COMMANDS, errors.NightsAreTaken, errors.TooEarly),
)
async def reverse_no_show(booking_id: Uuid, said: Evidence, command: Commanding) -> StandsNow:
    """The guest did come: what the no-show had settled is made good, and the stay goes on."""
    case = BookingId(booking_id)

    def plan(draft: Draft) -> None:
        processes.booking_in(draft, case)
        support = speakers.staff(Role.SUPPORT, said.by)
        processes.reverse_no_show(draft, support, case, said.evidence)
        _answer(draft, case)

    return await command.execute(case, said, plan, StandsNow)


def _answer(draft: Draft, booking_id: BookingId) -> None:
    status = processes.booking_in(draft, booking_id).status
    answered(draft, StandsNow(position=0, booking_id=booking_id, status=status))
