"""Moderation: operators keep a property from being found, and let it be found again."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from api import speakers
from api.answers.listings import PropertyNow, answer
from api.commands import COMMANDS, Commanding
from api.problems import described
from api.shapes import Body, Name, Uuid
from ledger import errors, processes
from ledger.draft import Draft
from ledger.events import Role
from ledger.values.ids import PropertyId
from ledger.values.listing import Moderation

router = APIRouter(prefix="/properties/{property_id}", tags=["properties"])


class ByOperator(Body):
    """Who of the operators does it, and why."""

    by: Uuid
    reason: Annotated[Moderation, Field(strict=False)]


class Cleared(Body):
    """Who of the operators lets it be again, and by what the reason is cleared."""

    by: Uuid
    cleared_by: Name


@router.post("/suspension", status_code=201, responses=described(*COMMANDS))
async def suspend_property(property_id: Uuid, said: ByOperator, command: Commanding) -> PropertyNow:
    """Take a property out of discovery; no booking is cancelled by it."""
    of = PropertyId(property_id)

    def plan(draft: Draft) -> None:
        operator = speakers.staff(Role.OPERATOR, said.by)
        processes.suspend_property(draft, operator, of, said.reason)
        answer(draft, of)

    return await command.execute(of, said, plan, PropertyNow)


@router.post(
    "/reinstatement", status_code=201, responses=described(*COMMANDS, errors.ReasonIsMissing)
)
async def reinstate_property(property_id: Uuid, said: Cleared, command: Commanding) -> PropertyNow:
    """Lift a suspension; the host may publish the property again."""
    of = PropertyId(property_id)

    def plan(draft: Draft) -> None:
        operator = speakers.staff(Role.OPERATOR, said.by)
        processes.reinstate_property(draft, operator, of, said.cleared_by)
        answer(draft, of)

    return await command.execute(of, said, plan, PropertyNow)


@router.post("/moderation", status_code=201, responses=described(*COMMANDS))
async def block_listing(property_id: Uuid, said: ByOperator, command: Commanding) -> PropertyNow:
    """Keep a property from being found, whatever else is so."""
    of = PropertyId(property_id)

    def plan(draft: Draft) -> None:
        operator = speakers.staff(Role.OPERATOR, said.by)
        processes.block_listing(draft, operator, of, said.reason)
        answer(draft, of)

    return await command.execute(of, said, plan, PropertyNow)


@router.post(
    "/moderation/end", status_code=201, responses=described(*COMMANDS, errors.ReasonIsMissing)
)
async def unblock_listing(property_id: Uuid, said: Cleared, command: Commanding) -> PropertyNow:
    """Keep a property from being found no longer."""
    of = PropertyId(property_id)

    def plan(draft: Draft) -> None:
        operator = speakers.staff(Role.OPERATOR, said.by)
        processes.unblock_listing(draft, operator, of, said.cleared_by)
        answer(draft, of)

    return await command.execute(of, said, plan, PropertyNow)
