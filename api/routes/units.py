"""Units: one leaves its house, and comes back."""

from fastapi import APIRouter

from api import speakers
from api.commands import COMMANDS, Commanding, answered
from api.problems import described
from api.shapes import Uuid
from api.wishes.staff import OfHostOrOperator
from ledger import errors, processes
from ledger.draft import Draft
from ledger.events import Actor
from ledger.values.ids import UnitId
from projections.projection import Answer

router = APIRouter(prefix="/units/{unit_id}", tags=["calendars"])


class UnitNow(Answer):
    """A unit as a command left it: whether it is still let."""

    unit_id: str
    active: bool


@router.post(
    "/deactivation",
    status_code=201,
    responses=described(*COMMANDS, errors.ObligationsAreOpen),
)
async def deactivate_unit(unit_id: Uuid, said: OfHostOrOperator, command: Commanding) -> UnitNow:
    """A unit is let no longer; where guests still have nights of it, the answer lists them, and
    nothing changes."""
    unit = UnitId(unit_id)

    def plan(draft: Draft) -> None:
        processes.take_out(draft, _host_or_operator(draft, unit, said.by), unit)
        _answer_unit(draft, unit)

    return await command.execute(unit, said, plan, UnitNow)


@router.post("/reopening", status_code=201, responses=described(*COMMANDS))
async def reopen_unit(unit_id: Uuid, said: OfHostOrOperator, command: Commanding) -> UnitNow:
    """A unit is let again that was taken out of its house, as long as its property is approved with
    it; nights that were blocked are blocked still."""
    unit = UnitId(unit_id)

    def plan(draft: Draft) -> None:
        processes.reopen_unit(draft, _host_or_operator(draft, unit, said.by), unit)
        _answer_unit(draft, unit)

    return await command.execute(unit, said, plan, UnitNow)


def _host_or_operator(draft: Draft, unit_id: UnitId, by: str | None) -> Actor:
    return speakers.host_or_operator(speakers.host_of_unit(draft, unit_id), by)


def _answer_unit(draft: Draft, unit_id: UnitId) -> None:
    active = processes.calendar_in(draft, unit_id).active
    answered(draft, UnitNow(position=0, unit_id=unit_id, active=active))
