"""Alterations: guest and host agree on another stay or party, and settle what that changes."""

from collections.abc import Callable

from fastapi import APIRouter
from pydantic import BaseModel

from api import speakers
from api.answers.alterations import AlterationNow, alteration_now
from api.commands import COMMANDS, Command, Commanding, answered
from api.problems import described
from api.routes.changes import IMPOSSIBLE
from api.shapes import Uuid
from api.wishes.alterations import (
    Agreement,
    AlterationDeclining,
    ProposedChange,
    Retraction,
    Side,
)
from ledger import errors, processes
from ledger.draft import Draft
from ledger.events import Actor
from ledger.values.ids import BookingId

router = APIRouter(prefix="/bookings/{booking_id}/alteration", tags=["alterations"])


@router.post(
    "",
    status_code=201,
    responses=described(*COMMANDS, *IMPOSSIBLE, errors.AlterationChanged),
)
async def propose_alteration(
    booking_id: Uuid, proposed: ProposedChange, command: Commanding
) -> AlterationNow:
    """Put a change before the other side, who has three days to answer. One is open at a time."""
    case = BookingId(booking_id)
    return await _do(
        command,
        case,
        proposed,
        lambda draft: processes.propose_alteration(
            draft, _actor(draft, case, proposed.by), case, proposed.asked(), proposed.preview
        ),
    )


@router.post(
    "/acceptance",
    status_code=201,
    responses=described(
        *COMMANDS, *IMPOSSIBLE, errors.AlterationChanged, errors.RefundExceedsCapture,
        errors.SelfApproval,
    ),
)  # fmt: skip
async def accept_alteration(
    booking_id: Uuid, agreement: Agreement, command: Commanding
) -> AlterationNow:
    """Agree, as the other side. What is dearer is paid first; what is not is made so at once."""
    case = BookingId(booking_id)
    return await _do(
        command,
        case,
        agreement,
        lambda draft: processes.accept_alteration(
            draft, _actor(draft, case, agreement.by), case, agreement.number, agreement.preview
        ),
    )


@router.post("/decline", status_code=201, responses=described(*COMMANDS, errors.SelfApproval))
async def decline_alteration(
    booking_id: Uuid, refusal: AlterationDeclining, command: Commanding
) -> AlterationNow:
    """Do not agree, as the other side: the booking stays as it is."""
    case = BookingId(booking_id)
    return await _do(
        command,
        case,
        refusal,
        lambda draft: processes.decline_alteration(
            draft, _actor(draft, case, refusal.by), case, refusal.reason
        ),
    )


@router.post("/withdrawal", status_code=201, responses=described(*COMMANDS))
async def withdraw_alteration(
    booking_id: Uuid, retraction: Retraction, command: Commanding
) -> AlterationNow:
    """Take one's own proposal back: the booking stays as it is."""
    case = BookingId(booking_id)
    return await _do(
        command,
        case,
        retraction,
        lambda draft: processes.withdraw_alteration(
            draft, _actor(draft, case, retraction.by), case
        ),
    )


async def _do(
    command: Command, booking_id: BookingId, said: BaseModel, step: Callable[[Draft], None]
) -> AlterationNow:
    def plan(draft: Draft) -> None:
        step(draft)
        answer = alteration_now(processes.alteration_in(draft, booking_id), position=0)
        answered(draft, answer)

    return await command.execute(booking_id, said, plan, AlterationNow)


def _actor(draft: Draft, booking_id: BookingId, side: Side) -> Actor:
    """Whoever speaks for a side of the booking, which they name themselves until they sign in."""
    of_side = speakers.host_of if side == "host" else speakers.guest_of
    return of_side(draft, booking_id)
