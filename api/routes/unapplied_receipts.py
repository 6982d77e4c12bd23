"""Money without a place that could not go back: sent once more, or given back by our bank."""

from collections.abc import Callable

from fastapi import APIRouter, Request

from api import speakers
from api.answers import unapplied_receipts as receiving
from api.answers.unapplied_receipts import Named, UnappliedReceiptNow
from api.asking import OnPremises, stated
from api.commands import COMMANDS, Command, Commanding
from api.problems import described
from api.shapes import Uuid
from api.wishes.remedies import BankTransfer, OtherWay
from api.wishes.staff import OfFinance
from ledger import errors, processes
from ledger.draft import Draft
from ledger.events import Actor, Role
from ledger.processes import PaidByBank
from ledger.values.ids import ReceiptId

router = APIRouter(
    prefix="/bookings/{booking_id}/unapplied-receipts/{receipt_id}", tags=["unapplied receipts"]
)


@router.get("", responses=described(errors.NotFound))
async def unapplied_receipt(
    booking_id: Uuid, receipt_id: Uuid, request: Request, premises: OnPremises
) -> UnappliedReceiptNow:
    """Where money without a place stands, as the ledger has it now."""
    named = Named(booking_id, ReceiptId(receipt_id))
    shown = await premises.look(lambda store, ledger: receiving.looked_up(store, ledger, named))
    stated(request, shown.position)
    return shown


@router.post(
    "/return", status_code=201, responses=described(*COMMANDS, errors.RefundBlockedByDispute)
)
async def return_again(
    booking_id: Uuid, receipt_id: Uuid, said: OfFinance, command: Commanding
) -> UnappliedReceiptNow:
    """Hand what could not go back to the processor once more."""
    named = Named(booking_id, ReceiptId(receipt_id))

    def step(draft: Draft, finance: Actor) -> None:
        processes.return_again(draft, finance, named.receipt)

    return await _decide(command, named, said, step)


@router.post(
    "/alternative", status_code=201, responses=described(*COMMANDS, errors.RefundBlockedByDispute)
)
async def return_by_bank(
    booking_id: Uuid, receipt_id: Uuid, said: OtherWay, command: Commanding
) -> UnappliedReceiptNow:
    """Give up the way that the money came: our bank will give it back."""
    named = Named(booking_id, ReceiptId(receipt_id))

    def step(draft: Draft, finance: Actor) -> None:
        processes.return_by_bank(draft, finance, named.receipt, said.reason)

    return await _decide(command, named, said, step)


@router.post(
    "/alternative/settlement",
    status_code=201,
    responses=described(
        *COMMANDS,
        errors.AmountsDiffer,
        errors.CurrenciesDiffer,
        errors.SelfApproval,
        errors.UnknownCurrency,
    ),
)
async def bank_has_returned(
    booking_id: Uuid, receipt_id: Uuid, said: BankTransfer, command: Commanding
) -> UnappliedReceiptNow:
    """Our bank has given it back; somebody else than who chose that way has seen the proof."""
    named = Named(booking_id, ReceiptId(receipt_id))

    def step(draft: Draft, finance: Actor) -> None:
        cost = said.cost.money if said.cost else None
        paid = PaidByBank(said.reference, said.proof, cost)
        processes.bank_has_returned(draft, finance, named.receipt, paid)

    return await _decide(command, named, said, step)


async def _decide(
    command: Command, named: Named, said: OfFinance, step: Callable[[Draft, Actor], None]
) -> UnappliedReceiptNow:
    """Let somebody of finance do something about money that came for the booking."""

    def plan(draft: Draft) -> None:
        named.refuse_unless_of(processes.receipt_in(draft, named.receipt))
        step(draft, speakers.staff(Role.FINANCE, said.by))
        receiving.answer(draft, named)

    return await command.execute(named.booking, said, plan, UnappliedReceiptNow)
