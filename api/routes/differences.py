"""Differences: what does not fit, once people have dealt with it."""

from collections.abc import Callable
from typing import Literal

from fastapi import APIRouter

from api import speakers
from api.commands import Command, Commanding, answered
from api.faults import KeyMissing
from api.problems import described
from api.shapes import Amount, Uuid
from api.wishes.staff import OfFinance
from ledger import errors, processes
from ledger.draft import Draft
from ledger.events import Actor, Role
from ledger.processes import WrittenOff
from ledger.values.ids import CorrectionId, DifferenceId
from projections.projection import Answer

router = APIRouter(prefix="/differences/{difference_id}", tags=["differences"])

COMMANDS = (
    KeyMissing,
    errors.AmountsDiffer,
    errors.Conflict,
    errors.NotFound,
    errors.RepeatedWithDifferences,
    errors.TransitionNotAllowed,
)
ALONE = (errors.SecondPersonRequired, errors.SelfApproval)
Reason = Literal["in_transit", "fee_of_another_period", "too_small", "not_found", "other"]
"""Why it is right, or given up. No free text: it stays for ever."""


class Explanation(OfFinance):
    """Why it is right that something does not fit."""

    reason: Reason


class PutRight(OfFinance):
    """The correction that has put the books right."""

    correction_id: Uuid


class GivenUp(OfFinance):
    """What is missing and given up: who proposed it, and who agrees."""

    proposed_by: Uuid
    amount: Amount
    reason: Reason


class DifferenceNow(Answer):
    """Where a difference stands."""

    difference_id: str
    status: str


@router.post("/explanation", status_code=201, responses=described(*COMMANDS))
async def explain_difference(
    difference_id: Uuid, said: Explanation, command: Commanding
) -> DifferenceNow:
    """Say why it is right that it does not fit."""
    named = DifferenceId(difference_id)

    def step(draft: Draft, finance: Actor) -> None:
        processes.explain_difference(draft, finance, named, said.reason)

    return await _difference(command, named, said, step)


@router.post("/correction", status_code=201, responses=described(*COMMANDS))
async def correct_difference(
    difference_id: Uuid, said: PutRight, command: Commanding
) -> DifferenceNow:
    """Say which correction, that is applied, has put the books right."""
    named = DifferenceId(difference_id)

    def step(draft: Draft, finance: Actor) -> None:
        processes.correct_difference(draft, finance, named, CorrectionId(said.correction_id))

    return await _difference(command, named, said, step)


@router.post("/write-off", status_code=201, responses=described(*COMMANDS, *ALONE))
async def write_off_difference(
    difference_id: Uuid, said: GivenUp, command: Commanding
) -> DifferenceNow:
    """Give up what is missing, as the second of two people."""
    named = DifferenceId(difference_id)
    wanted = WrittenOff(amount=said.amount.money, reason=said.reason, proposed_by=said.proposed_by)

    def step(draft: Draft, finance: Actor) -> None:
        processes.write_off_difference(draft, finance, named, wanted)

    return await _difference(command, named, said, step)


async def _difference(
    command: Command,
    difference_id: DifferenceId,
    said: OfFinance,
    step: Callable[[Draft, Actor], None],
) -> DifferenceNow:
    def plan(draft: Draft) -> None:
        processes.difference_in(draft, difference_id)
        step(draft, speakers.staff(Role.FINANCE, said.by))
        status = processes.difference_in(draft, difference_id).status
        answered(draft, DifferenceNow(position=0, difference_id=difference_id, status=status))

    return await command.execute(difference_id, said, plan, DifferenceNow)
