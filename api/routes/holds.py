"""Holds: why a payout waits, put and let go by people of the platform, each with a reason."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path

from api import payees, speakers
from api.asking import OnPremises, OnProcessor
from api.commands import COMMANDS, Commanding, answered
from api.problems import described
from api.shapes import Body, Uuid
from api.wishes.staff import OfFinance
from ledger import errors, processes
from ledger.draft import Draft
from ledger.events import Role
from ledger.values.clearance import Hold
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, PayoutId
from projections.projection import Answer

router = APIRouter(prefix="/bookings/{booking_id}/payouts/{payout_id}", tags=["payouts"])


PutByPeople = Literal["manual", "risk_new_host", "tax_data_missing"]
Lifted = Annotated[
    PutByPeople | Literal["account_changed", "case_open", "kyc", "refund_open"],
    Path(description="A reason that stands; what the ledger still gives is not let go"),
]


class Holding(Body):
    """Why a payout is kept back, and who of finance says so. `matter` names what is behind it."""

    by: Uuid
    reason: PutByPeople
    matter: Uuid | None = None


class PayoutNow(Answer):
    """Where a payout stands, and every reason that keeps it back."""

    payout_id: str
    booking_id: str
    status: str
    holds: list[str]
    release_at: Instant


@router.post("/holds", status_code=201, responses=described(*COMMANDS))
async def put_hold(
    booking_id: Uuid, payout_id: Uuid, said: Holding, command: Commanding
) -> PayoutNow:
    """Keep a payout back for one more reason."""

    def plan(draft: Draft) -> None:
        named, finance = _named(draft, booking_id, payout_id), speakers.staff(Role.FINANCE, said.by)
        processes.put_hold(draft, finance, named, Hold(said.reason), said.matter or "")
        _answer(draft, named)

    return await command.execute(booking_id, said, plan, PayoutNow)


@router.post(
    "/holds/{reason}/lifting",
    status_code=201,
    responses=described(*COMMANDS, errors.PayoutIsHeld),
)
async def lift_hold(
    booking_id: Uuid, payout_id: Uuid, reason: Lifted, said: OfFinance, command: Commanding
) -> PayoutNow:
    """Let a reason go that finance has looked at; after the last one the clock decides."""

    def plan(draft: Draft) -> None:
        named, finance = _named(draft, booking_id, payout_id), speakers.staff(Role.FINANCE, said.by)
        processes.lift_hold(draft, finance, named, Hold(reason))
        _answer(draft, named)

    return await command.execute(booking_id, said, plan, PayoutNow)


@router.post(
    "/release",
    status_code=201,
    responses=described(
        *COMMANDS, errors.PayoutExceedsEntitlement, errors.PayoutIsHeld, errors.TooEarly
    ),
)
async def release_payout(
    booking_id: Uuid,
    payout_id: Uuid,
    said: OfFinance,
    command: Commanding,
    premises: OnPremises,
    processor: OnProcessor,
) -> PayoutNow:
    """Order the transfer now; every guard that stops the clock stops a person as well. The account
    that is paid to is read anew before.
    """
    await payees.read_anew(premises, processor, PayoutId(payout_id))

    def plan(draft: Draft) -> None:
        named, finance = _named(draft, booking_id, payout_id), speakers.staff(Role.FINANCE, said.by)
        processes.release(draft, BookingId(booking_id), named, by=finance)
        _answer(draft, named)

    return await command.execute(booking_id, said, plan, PayoutNow)


def _named(draft: Draft, booking_id: str, payout_id: str) -> PayoutId:
    named = PayoutId(payout_id)
    if processes.payout_in(draft, named).booking_id != booking_id:
        raise errors.NotFound(booking_id=booking_id, payout_id=payout_id)
    return named


def _answer(draft: Draft, payout_id: PayoutId) -> None:
    payout = processes.payout_in(draft, payout_id)
    answered(
        draft,
        PayoutNow(
            position=0,
            payout_id=payout_id,
            booking_id=payout.booking_id,
            status=payout.status,
            holds=sorted(payout.holds),
            release_at=payout.release_at,
        ),
    )
