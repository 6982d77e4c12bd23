"""Calendars: nights are taken out of sale and put back."""

from fastapi import APIRouter

from api import speakers
from api.commands import COMMANDS, Commanding, answered
from api.problems import described
from api.shapes import Body, LocalDate, Name, NoWords, Uuid
from api.windows import bounded_stay
from ledger import errors, processes
from ledger.aggregates.unit_calendar import BlockNights, ReopenNights, UnblockNights
from ledger.draft import Draft
from ledger.events import Role
from ledger.values.ids import BlockId, UnitId, derived_id
from projections.projection import Answer

router = APIRouter(prefix="/units/{unit_id}", tags=["calendars"])


class Blocking(Body):
    """The nights that a host does not let: from the first to before another date."""

    check_in: LocalDate
    check_out: LocalDate


class Reopening(Body):
    """Which operator puts nights back on sale that their host had cancelled, and why."""

    by: Uuid
    reason: Name


class BlockNow(Answer):
    """A block as a command left it: whether it still keeps its nights out of sale."""

    unit_id: str
    block_id: str
    stands: bool


@router.post(
    "/blocks",
    status_code=201,
    responses=described(*COMMANDS, errors.NightsAreTaken, errors.NoNights),
)
async def block_nights(unit_id: Uuid, said: Blocking, command: Commanding) -> BlockNow:
    """The host takes free nights out of sale; where some are not, the answer lists what has them,
    and nothing changes."""
    unit, block = UnitId(unit_id), BlockId(derived_id(command.id, "block"))
    nights = bounded_stay(said.check_in, said.check_out)

    def plan(draft: Draft) -> None:
        host = speakers.host_of_unit(draft, unit)
        draft.do(host, BlockNights(unit_id=unit, block_id=block, stay=nights))
        _answer_block(draft, unit, block)

    return await command.execute(block, said, plan, BlockNow)


@router.post(
    "/blocks/{block_id}/lifting",
    status_code=201,
    responses=described(*COMMANDS, errors.HostCancelledTheseNights),
)
async def unblock_nights(unit_id: Uuid, block_id: Uuid, command: Commanding) -> BlockNow:
    """The host puts nights back on sale, unless they are blocked because the host cancelled."""
    unit, block = UnitId(unit_id), BlockId(block_id)

    def plan(draft: Draft) -> None:
        host = speakers.host_of_unit(draft, unit)
        draft.do(host, UnblockNights(unit_id=unit, block_id=block))
        _answer_block(draft, unit, block)

    return await command.execute(block, NoWords(), plan, BlockNow)


@router.post(
    "/blocks/{block_id}/reopening",
    status_code=201,
    responses=described(*COMMANDS, errors.ReasonIsMissing),
)
async def reopen_nights(
    unit_id: Uuid, block_id: Uuid, said: Reopening, command: Commanding
) -> BlockNow:
    """An operator puts nights back on sale, also those that their host had cancelled."""
    unit, block = UnitId(unit_id), BlockId(block_id)

    def plan(draft: Draft) -> None:
        operator = speakers.staff(Role.OPERATOR, said.by)
        draft.do(operator, ReopenNights(unit_id=unit, block_id=block, reason=said.reason))
        _answer_block(draft, unit, block)

    return await command.execute(block, said, plan, BlockNow)


def _answer_block(draft: Draft, unit_id: UnitId, block_id: BlockId) -> None:
    stands = block_id in processes.calendar_in(draft, unit_id).claims
    answered(draft, BlockNow(position=0, unit_id=unit_id, block_id=block_id, stands=stands))
