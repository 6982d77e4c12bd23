"""Bank accounts: what a host changed waits for two days, or until finance has looked at it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import Field

from api import speakers
from api.asking import OnPremises, stated
from api.commands import COMMANDS, Commanding, answered
from api.problems import described
from api.shapes import Body, Uuid
from ledger import errors, processes
from ledger.aggregates.provider import PROVIDER, Provider
from ledger.draft import Draft
from ledger.errors import NotFound
from ledger.events import Role
from ledger.values.clock import Instant
from ledger.values.ids import HostId
from projections.projection import Answer

router = APIRouter(prefix="/hosts/{host_id}/bank-account", tags=["hosts"])


class BankAccountReview(Body):
    """Who of finance looked at which bank account, by the processor's name of it, and what
    convinced them. No free text: what is said here stays.
    """

    by: Uuid
    bank_account: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,100}$")]
    reason: Literal["host_called_back", "document_seen", "same_holder", "other"]


class BankAccountNow(Answer):
    """The bank account that a host is paid to, by the processor's name of it.

    `changed_at` is when it became another one, until the change was reviewed; `works` is not so
    where the bank gave a payout back.
    """

    host_id: str
    bank_account: str | None
    changed_at: Instant | None
    works: bool


@router.get("", responses=described(errors.NotFound))
async def bank_account(host_id: Uuid, request: Request, premises: OnPremises) -> BankAccountNow:
    """The bank account that a host is paid to, as the processor described it last."""
    host = HostId(host_id)
    position, found = await premises.look(
        lambda store, ledger: (store.head(), ledger.state(PROVIDER, host))
    )
    stated(request, position)
    if found is None:
        raise NotFound(host_id=host)
    return _shown(position, host, found)


@router.post(
    "/review",
    status_code=201,
    responses=described(*COMMANDS, errors.NotTheBankAccount),
)
async def review_bank_account(
    host_id: Uuid, said: BankAccountReview, command: Commanding
) -> BankAccountNow:
    """Say that a changed bank account is the host's: no payout waits for it any more."""
    host = HostId(host_id)

    def plan(draft: Draft) -> None:
        finance = speakers.staff(Role.FINANCE, said.by)
        processes.review_bank_account(draft, finance, host, said.bank_account, said.reason)
        answered(draft, _shown(0, host, processes.host_in(draft, host)))

    return await command.execute(host, said, plan, BankAccountNow)


def _shown(position: int, host_id: HostId, host: Provider) -> BankAccountNow:
    mirror = host.payout_account
    return BankAccountNow(
        position=position,
        host_id=host_id,
        bank_account=mirror.bank_account if mirror else None,
        changed_at=mirror.changed_at if mirror else None,
        works=mirror is not None and mirror.bank_account is not None and not mirror.out_of_use,
    )
