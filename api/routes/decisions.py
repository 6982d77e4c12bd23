"""Decisions: a request that waits for its host is accepted, declined, or withdrawn by its guest."""

from collections.abc import Callable
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from api import speakers
from api.commands import Command, Commanding, answered
from api.faults import KeyMissing
from api.problems import described
from api.shapes import Body, NoWords, Uuid
from ledger import errors, processes
from ledger.draft import Draft
from ledger.values.ids import BookingId
from projections.projection import Answer

router = APIRouter(prefix="/bookings/{booking_id}", tags=["bookings"])

REFUSALS = described(
    KeyMissing,
    errors.AuthorizationHasExpired,
    errors.Conflict,
    errors.HoldHasExpired,
    errors.NotFound,
    errors.RepeatedWithDifferences,
    errors.TooLate,
    errors.TransitionNotAllowed,
)


class Declining(Body):
    """Why the host does not want the guest. No free text: what is said here stays for ever."""

    reason: Literal["dates_not_possible", "not_suitable", "party_too_large", "other"]


class Decided(Answer):
    """The request as the decision left it."""

    booking_id: str
    status: str


@router.post("/acceptance", status_code=201, responses=REFUSALS)
async def accept_request(booking_id: Uuid, command: Commanding) -> Decided:
    """The host agrees: the guest's money, which is held, is asked for."""
    case = BookingId(booking_id)
    return await _decide(
        command,
        case,
        NoWords(),
        lambda draft: processes.accept(draft, speakers.host_of(draft, case), case),
    )


@router.post("/decline", status_code=201, responses=REFUSALS)
async def decline_request(booking_id: Uuid, declining: Declining, command: Commanding) -> Decided:
    """The host does not want the guest: nights and money are let go."""
    case = BookingId(booking_id)
    return await _decide(
        command,
        case,
        declining,
        lambda draft: processes.decline(
            draft, speakers.host_of(draft, case), case, declining.reason
        ),
    )


@router.post("/withdrawal", status_code=201, responses=REFUSALS)
async def withdraw_request(booking_id: Uuid, command: Commanding) -> Decided:
    """The guest takes the request back: nights and money are let go."""
    case = BookingId(booking_id)
    return await _decide(
        command,
        case,
        NoWords(),
        lambda draft: processes.withdraw(draft, speakers.guest_of(draft, case), case),
    )


async def _decide(
    command: Command, booking_id: BookingId, said: BaseModel, step: Callable[[Draft], None]
) -> Decided:
    def plan(draft: Draft) -> None:
        step(draft)
        status = processes.booking_in(draft, booking_id).status
        answer = Decided(position=0, booking_id=booking_id, status=status)
        answered(draft, answer)

    return await command.execute(booking_id, said, plan, Decided)
