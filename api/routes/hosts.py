"""Hosts: who asks to host, who vouches for them, and the account that they are paid to."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import StringConstraints

from api import speakers
from api.answers.hosts import HostNow, answer, shown
from api.asking import OnPremises, OnProcessor, stated
from api.commands import Commanding
from api.faults import KeyMissing, ProcessorNotSetUp
from api.problems import described
from api.shapes import Body, Moment, Name, Uuid
from ledger import errors, processes
from ledger.aggregates.provider import PROVIDER, Provider
from ledger.draft import Draft
from ledger.errors import NotFound
from ledger.events import Role
from ledger.values.ids import HostId

router = APIRouter(prefix="/hosts/{host_id}", tags=["hosts"])

COMMANDS = (
    KeyMissing,
    errors.Conflict,
    errors.RepeatedWithDifferences,
    errors.TransitionNotAllowed,
)

Country = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]
"""An ISO 3166 code of two letters."""

WebAddress = Annotated[str, Query(max_length=2_000, pattern=r"^https?://[^\s]+$")]


class Registration(Body):
    """Where whoever asks to host is established."""

    country: Country


class Vouching(Body):
    """Who vouches for a host, why nobody verifies again, and what is relied upon.

    `by` is the operator who vouches, as long as nobody signs in.
    """

    by: Uuid
    reason: Name
    source: Name


class PayoutAccountNow(HostNow):
    """The account that a host is paid to, as the processor described it last.

    `requirements` is what the processor still asks the host for, in its own words. A page to answer
    it is at `onboarding_url`, once and until `onboarding_expires_at`; where there is none although
    one was asked for, `onboarding_missing` says why.
    """

    payout_account: str
    requirements: tuple[str, ...]
    disabled_reason: str | None
    onboarding_url: str | None = None
    onboarding_expires_at: Moment | None = None
    onboarding_missing: str | None = None


@router.post("/registration", status_code=201, responses=described(*COMMANDS))
async def register_host(host_id: Uuid, said: Registration, command: Commanding) -> HostNow:
    """Somebody asks to host."""
    host = HostId(host_id)

    def plan(draft: Draft) -> None:
        processes.register_host(draft, host, said.country)
        answer(draft, host)

    return await command.execute(host, said, plan, HostNow)


@router.post(
    "/vouching",
    status_code=201,
    responses=described(
        *COMMANDS, errors.NotFound, errors.ReasonIsMissing, errors.SuspensionStands
    ),
)
async def vouch_for_host(host_id: Uuid, said: Vouching, command: Commanding) -> HostNow:
    """An operator vouches for a host, who may let from now on and gets an account to be paid to."""
    host = HostId(host_id)

    def plan(draft: Draft) -> None:
        operator = speakers.staff(Role.OPERATOR, said.by)
        processes.vouch_for_host(draft, operator, host, said.reason, said.source)
        answer(draft, host)

    return await command.execute(host, said, plan, HostNow)


@router.get("", responses=described(errors.NotFound))
async def host_now(host_id: Uuid, request: Request, premises: OnPremises) -> HostNow:
    """Where a host stands: why they are suspended, or by when they have to renew."""
    host = HostId(host_id)
    found = await premises.look(
        lambda store, ledger: shown(
            store.head(), host, processes.host_in(ledger.rehearse(lambda _: None), host)
        )
    )
    stated(request, found.position)
    return found


@router.get("/payout-account", responses=described(errors.NotFound))
async def payout_account(
    host_id: Uuid,
    request: Request,
    premises: OnPremises,
    processor: OnProcessor,
    return_url: WebAddress | None = None,
) -> PayoutAccountNow:
    """What a host's payout account can do and what it lacks. With `return_url`, where the host goes
    afterwards, also a link to the processor's own form."""
    host = HostId(host_id)
    position, found = await premises.look(
        lambda store, ledger: (store.head(), ledger.state(PROVIDER, host))
    )
    stated(request, position)
    told = _account(position, host, found)
    mirror = found.payout_account if found else None
    if mirror is None or return_url is None:
        return told
    try:
        link = await processor.onboarding_link(mirror.account, return_url)
    except (errors.GatewayFailure, ProcessorNotSetUp) as error:
        return told.model_copy(update={"onboarding_missing": error.sentence})
    page = {"onboarding_url": link.url, "onboarding_expires_at": link.expires_at}
    return told.model_copy(update=page)


def _account(position: int, host_id: HostId, host: Provider | None) -> PayoutAccountNow:
    if host is None:
        raise NotFound(host_id=host_id)
    mirror = host.payout_account
    return PayoutAccountNow(
        **shown(position, host_id, host).model_dump(),
        payout_account=host.standing,
        requirements=mirror.requirements if mirror else (),
        disabled_reason=mirror.disabled_reason if mirror else None,
    )
