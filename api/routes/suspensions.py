"""Suspensions: operators stop somebody from hosting, and let them again.

No booking is cancelled by it: it stops discovery and new bookings, and holds payouts.
"""

from typing import Literal

from fastapi import APIRouter

from api import speakers
from api.answers.hosts import HostNow, answer
from api.commands import COMMANDS, Commanding
from api.problems import described
from api.shapes import Body, Name, Uuid
from ledger import errors, processes
from ledger.aggregates.provider import Reason
from ledger.draft import Draft
from ledger.events import Role
from ledger.values.ids import HostId

router = APIRouter(prefix="/hosts/{host_id}", tags=["hosts"])


class Suspension(Body):
    """Who of the operators does it, and why; what the processor says is taken in by itself."""

    by: Uuid
    reason: Literal["fraud", "safety", "legal", "terms"]


class Reinstatement(Body):
    """Who lets them host again, and by what the reason is cleared; after fraud, two persons."""

    by: Uuid
    cleared_by: Name
    second_person: Uuid | None = None


class Appeal(Body):
    """Who lets somebody ask again who was rejected, and which appeal speaks for them."""

    by: Uuid
    appeal: Name


@router.post("/suspension", status_code=201, responses=described(*COMMANDS))
async def suspend_host(host_id: Uuid, said: Suspension, command: Commanding) -> HostNow:
    """Stop somebody from hosting: nothing of theirs is found or booked, and nothing paid out."""
    host = HostId(host_id)

    def plan(draft: Draft) -> None:
        operator = speakers.staff(Role.OPERATOR, said.by)
        processes.suspend_host(draft, operator, host, Reason(said.reason))
        answer(draft, host)

    return await command.execute(host, said, plan, HostNow)


@router.post(
    "/reinstatement",
    status_code=201,
    responses=described(
        *COMMANDS, errors.SecondPersonRequired, errors.SelfApproval, errors.SuspensionStands
    ),
)
async def reinstate_host(host_id: Uuid, said: Reinstatement, command: Commanding) -> HostNow:
    """Let somebody host again, because the reason is cleared."""
    host = HostId(host_id)

    def plan(draft: Draft) -> None:
        operator = speakers.staff(Role.OPERATOR, said.by)
        processes.reinstate_host(draft, operator, host, said.cleared_by, said.second_person)
        answer(draft, host)

    return await command.execute(host, said, plan, HostNow)


@router.post("/appeal", status_code=201, responses=described(*COMMANDS, errors.ReasonIsMissing))
async def reopen_host(host_id: Uuid, said: Appeal, command: Commanding) -> HostNow:
    """Let somebody ask again who was rejected."""
    host = HostId(host_id)

    def plan(draft: Draft) -> None:
        operator = speakers.staff(Role.OPERATOR, said.by)
        processes.reopen_provider(draft, operator, host, said.appeal)
        answer(draft, host)

    return await command.execute(host, said, plan, HostNow)
