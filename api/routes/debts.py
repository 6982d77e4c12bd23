"""Debts: what a host owes, and giving a part of it up, which takes two of finance."""

from collections.abc import Callable
from typing import Literal

from fastapi import APIRouter, Request

from api import speakers
from api.asking import OnPremises, stated
from api.commands import Command, Commanding, answered
from api.faults import KeyMissing
from api.problems import described
from api.shapes import Amount, Body, Uuid, amount_of
from ledger import errors, processes
from ledger.aggregates.host_debt import HOST_DEBT, HostDebt, debt_of
from ledger.draft import Draft
from ledger.errors import NotFound
from ledger.events import Role
from ledger.values.ids import HostId
from projections.projection import Answer

router = APIRouter(prefix="/hosts/{host_id}/debt", tags=["hosts"])

COMMANDS = (
    KeyMissing,
    errors.AmountsDiffer,
    errors.Conflict,
    errors.DebtExceeded,
    errors.NotFound,
    errors.RepeatedWithDifferences,
    errors.TransitionNotAllowed,
)


class WriteOffProposal(Body):
    """How much of a debt is to be given up, and why. No free text: what is said here stays."""

    by: Uuid
    amount: Amount
    reason: Literal["insolvent", "not_worth_collecting", "host_was_right", "other"]


class Review(Body):
    """Who of finance reviews a proposal, and which amount they were shown."""

    by: Uuid
    amount: Amount


class DebtNow(Answer):
    """What a host owes in each currency, and what is proposed to be given up of it."""

    host_id: str
    status: str
    owed: list[Amount]
    proposed: list[Amount]


@router.get("", responses=described(errors.NotFound))
async def debt(host_id: Uuid, request: Request, premises: OnPremises) -> DebtNow:
    """What a host owes, as the ledger has it now."""
    host = HostId(host_id)
    position, found = await premises.look(
        lambda store, ledger: (store.head(), ledger.state(HOST_DEBT, debt_of(host)))
    )
    stated(request, position)
    if found is None:
        raise NotFound(host_id=host)
    return _shown(position, host, found)


@router.post("/write-off", status_code=201, responses=described(*COMMANDS))
async def propose_write_off(host_id: Uuid, said: WriteOffProposal, command: Commanding) -> DebtNow:
    """Propose to give a part of the debt up; in each currency, one proposal waits at a time."""
    host, finance = HostId(host_id), speakers.staff(Role.FINANCE, said.by)
    return await _do(
        command,
        host,
        said,
        lambda draft: processes.propose_write_off(
            draft, finance, host, said.amount.money, said.reason
        ),
    )


@router.post(
    "/write-off/approval", status_code=201, responses=described(*COMMANDS, errors.SelfApproval)
)
async def approve_write_off(host_id: Uuid, said: Review, command: Commanding) -> DebtNow:
    """Give up what somebody else proposed: the platform bears it."""
    host, finance = HostId(host_id), speakers.staff(Role.FINANCE, said.by)
    return await _do(
        command,
        host,
        said,
        lambda draft: processes.approve_write_off(draft, finance, host, said.amount.money),
    )


@router.post("/write-off/rejection", status_code=201, responses=described(*COMMANDS))
async def reject_write_off(host_id: Uuid, said: Review, command: Commanding) -> DebtNow:
    """Do not give up what was proposed: the host owes it as before."""
    host, finance = HostId(host_id), speakers.staff(Role.FINANCE, said.by)
    return await _do(
        command,
        host,
        said,
        lambda draft: processes.reject_write_off(draft, finance, host, said.amount.money),
    )


async def _do(
    command: Command, host_id: HostId, said: Body, step: Callable[[Draft], None]
) -> DebtNow:
    def plan(draft: Draft) -> None:
        step(draft)
        answered(draft, _shown(0, host_id, processes.debt_in(draft, host_id)))

    # A debt is a stream of its own, beside the bookings that raised it.
    return await command.execute(debt_of(host_id), said, plan, DebtNow)


def _shown(position: int, host_id: HostId, debt: HostDebt) -> DebtNow:
    return DebtNow(
        position=position,
        host_id=host_id,
        status=debt.status,
        owed=[amount_of(debt.owed(currency)) for currency in sorted(debt.owed_minor)],
        proposed=[amount_of(one.amount) for _, one in sorted(debt.proposals.items())],
    )
