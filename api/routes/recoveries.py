"""Recoveries: what a host was paid and has to give back is taken from the transfer it came by."""

from fastapi import APIRouter

from api import speakers
from api.commands import Commanding, answered
from api.faults import KeyMissing
from api.problems import described
from api.shapes import Amount, Body, Uuid, amount_of
from ledger import errors, processes
from ledger.draft import Draft
from ledger.events import Role
from ledger.values.ids import PayoutId
from projections.projection import Answer

router = APIRouter(prefix="/bookings/{booking_id}/payouts/{payout_id}", tags=["payouts"])


class Reversal(Body):
    """How much of a transfer comes back, for which refund or dispute, and who of finance says so.

    `by` names them, as long as nobody signs in.
    """

    by: Uuid
    amount: Amount
    cause: Uuid


class ReversalOrdered(Answer):
    """What is ordered back of a payout and has not come; the processor is told in a moment."""

    payout_id: str
    status: str
    coming_back: Amount


@router.post(
    "/reversals",
    status_code=201,
    responses=described(
        KeyMissing,
        errors.AmountsDiffer,
        errors.Conflict,
        errors.CurrenciesDiffer,
        errors.DebtExceeded,
        errors.NotFound,
        errors.RepeatedWithDifferences,
        errors.ReversalExceedsTransfer,
        errors.TransitionNotAllowed,
    ),
)
async def reverse_transfer(
    booking_id: Uuid, payout_id: Uuid, said: Reversal, command: Commanding
) -> ReversalOrdered:
    """Order back what the host owes of a transfer; what their account lacks stays a debt."""
    named = PayoutId(payout_id)

    def plan(draft: Draft) -> None:
        if processes.payout_in(draft, named).booking_id != booking_id:
            raise errors.NotFound(booking_id=booking_id, payout_id=payout_id)
        finance = speakers.staff(Role.FINANCE, said.by)
        processes.order_reversal(draft, finance, named, said.amount.money, said.cause)
        _answer(draft, named)

    return await command.execute(booking_id, said, plan, ReversalOrdered)


def _answer(draft: Draft, payout_id: PayoutId) -> None:
    payout = processes.payout_in(draft, payout_id)
    answer = ReversalOrdered(
        position=0,
        payout_id=payout_id,
        status=payout.status,
        coming_back=amount_of(payout.ordered_back),
    )
    answered(draft, answer)
