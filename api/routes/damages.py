"""Damage: claimed by the host, answered by the guest, decided by support, and paid."""

from collections.abc import Callable
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel

from api import speakers
from api.answers.damages import ClaimNow, claim_now, looked_up
from api.asking import OnPremises, stated
from api.commands import COMMANDS, Command, Commanding, answered
from api.problems import described
from api.shapes import Amount, Body, NoWords, Uuid
from api.wishes.staff import OfSupport
from ledger import errors, processes
from ledger.draft import Draft
from ledger.events import Role
from ledger.values.ids import BookingId

router = APIRouter(prefix="/bookings/{booking_id}/damage-claim", tags=["damage"])

OF_AMOUNT = (
    errors.AboveProcessorMaximum,
    errors.AmountsDiffer,
    errors.BelowProcessorMinimum,
    errors.CurrenciesDiffer,
    errors.DamageExceedsLimit,
    errors.FinerThanProcessorStep,
    errors.UnknownCurrency,
)
NO_MORE = (
    errors.AmountsDiffer,
    errors.AttemptsAreExhausted,
    errors.HoldHasExpired,
    errors.NotWorthRetrying,
)


class Claiming(Body):
    """What the host wants, in the guest's currency, and why. No free text: it stays for ever."""

    amount: Amount
    reason: Literal["broken", "missing", "stained", "extra_cleaning", "other"]


class Contesting(Body):
    """Why the guest does not agree. No free text: what is said here stays for ever."""

    reason: Literal["was_there_before", "not_by_us", "too_much", "other"]


class Decision(OfSupport):
    """What the guest pays: as much as was claimed, or less."""

    amount: Amount
    reason: Literal["shown", "partly_shown", "other"]


class Dismissal(OfSupport):
    """Why the guest pays nothing, or is asked no more."""

    reason: Literal["not_shown", "wear_and_tear", "not_collectable", "other"]


@router.get("", responses=described(errors.NotFound))
async def damage_claim(booking_id: Uuid, request: Request, premises: OnPremises) -> ClaimNow:
    """Where the claim of a booking stands, as the ledger has it now."""
    case = BookingId(booking_id)
    shown = await premises.look(lambda store, ledger: looked_up(store, ledger, case))
    stated(request, shown.position)
    return shown


@router.post("", status_code=201, responses=described(*COMMANDS, *OF_AMOUNT, errors.TooLate))
async def claim_damage(booking_id: Uuid, said: Claiming, command: Commanding) -> ClaimNow:
    """Claim damage of a guest who has left, at most 14 days after check-out."""

    def step(draft: Draft, case: BookingId) -> None:
        host = speakers.host_of(draft, case)
        processes.open_claim(draft, host, case, said.amount.money, said.reason)

    return await _do(command, booking_id, said, step)


@router.post("/agreement", status_code=201, responses=described(*COMMANDS, errors.TooLate))
async def agree_to_claim(booking_id: Uuid, command: Commanding) -> ClaimNow:
    """The guest agrees, and is asked for the money at once."""

    def step(draft: Draft, case: BookingId) -> None:
        processes.agree_to_claim(draft, speakers.guest_of(draft, case), case)

    return await _do(command, booking_id, NoWords(), step)


@router.post("/objection", status_code=201, responses=described(*COMMANDS, errors.TooLate))
async def contest_claim(booking_id: Uuid, said: Contesting, command: Commanding) -> ClaimNow:
    """The guest does not agree: support decides."""

    def step(draft: Draft, case: BookingId) -> None:
        processes.contest_claim(draft, speakers.guest_of(draft, case), case, said.reason)

    return await _do(command, booking_id, said, step)


@router.post("/withdrawal", status_code=201, responses=described(*COMMANDS))
async def withdraw_claim(booking_id: Uuid, command: Commanding) -> ClaimNow:
    """The host takes the claim back, before it is agreed or decided."""

    def step(draft: Draft, case: BookingId) -> None:
        processes.withdraw_claim(draft, speakers.host_of(draft, case), case)

    return await _do(command, booking_id, NoWords(), step)


@router.post("/decision", status_code=201, responses=described(*COMMANDS, *OF_AMOUNT))
async def decide_claim(booking_id: Uuid, said: Decision, command: Commanding) -> ClaimNow:
    """Support decides what the guest pays, who is asked for it at once."""

    def step(draft: Draft, case: BookingId) -> None:
        support = speakers.staff(Role.SUPPORT, said.by)
        processes.decide_claim(draft, support, case, said.amount.money, said.reason)

    return await _do(command, booking_id, said, step)


@router.post("/dismissal", status_code=201, responses=described(*COMMANDS))
async def dismiss_claim(booking_id: Uuid, said: Dismissal, command: Commanding) -> ClaimNow:
    """Support decides that the guest pays nothing, or is asked no more."""

    def step(draft: Draft, case: BookingId) -> None:
        support = speakers.staff(Role.SUPPORT, said.by)
        processes.dismiss_claim(draft, support, case, said.reason)

    return await _do(command, booking_id, said, step)


@router.post("/payment", status_code=201, responses=described(*COMMANDS))
async def ask_again(booking_id: Uuid, said: OfSupport, command: Commanding) -> ClaimNow:
    """Ask a guest once more who has not paid."""

    def step(draft: Draft, case: BookingId) -> None:
        support = speakers.staff(Role.SUPPORT, said.by)
        processes.ask_for_damage_again(draft, support, case)

    return await _do(command, booking_id, said, step)


@router.post("/payment/retry", status_code=201, responses=described(*COMMANDS, *NO_MORE))
async def retry_damage_payment(booking_id: Uuid, command: Commanding) -> ClaimNow:
    """Let the guest pay once more after an attempt that failed."""

    def step(draft: Draft, case: BookingId) -> None:
        processes.try_damage_again(draft, speakers.guest_of(draft, case), case)

    return await _do(command, booking_id, NoWords(), step)


async def _do(
    command: Command, booking_id: str, said: BaseModel, step: Callable[[Draft, BookingId], None]
) -> ClaimNow:
    case = BookingId(booking_id)

    def plan(draft: Draft) -> None:
        step(draft, case)
        answered(draft, claim_now(processes.claim_in(draft, case), position=0))

    return await command.execute(case, said, plan, ClaimNow)
