"""Refunds that went wrong, or were never ours: sent again, paid by our bank, or explained.

One that was never ours may have been what one of ours is owed still.
"""

from collections.abc import Callable

from fastapi import APIRouter

from api import speakers
from api.answers import refunds as refunding
from api.answers.refunds import Named, RefundNow
from api.commands import COMMANDS, Command, Commanding
from api.problems import described
from api.shapes import Uuid
from api.wishes.refunds import AcceptedRefundWish
from api.wishes.remedies import BankTransfer, ExternalRefund, OtherWay
from api.wishes.staff import OfFinance
from ledger import errors, processes
from ledger.draft import Draft
from ledger.events import Actor, Role
from ledger.values.ids import BookingId, RefundId

router = APIRouter(prefix="/bookings/{booking_id}/refunds/{refund_id}", tags=["refunds"])

NO_ROOM = (errors.RefundBlockedByDispute, errors.RefundExceedsCapture)


@router.post("/resubmission", status_code=201, responses=described(*COMMANDS, *NO_ROOM))
async def send_again(
    booking_id: Uuid, refund_id: Uuid, said: OfFinance, command: Commanding
) -> RefundNow:
    """Hand a refund that failed to the processor once more."""
    named = Named(BookingId(booking_id), RefundId(refund_id))

    def step(draft: Draft, finance: Actor) -> None:
        processes.send_again(draft, finance, named.refund)

    return await _decide(command, named, said, step)


@router.post(
    "/alternative",
    status_code=201,
    responses=described(*COMMANDS, errors.RefundExceedsCapture),
)
async def use_alternative(
    booking_id: Uuid, refund_id: Uuid, said: OtherWay, command: Commanding
) -> RefundNow:
    """Give up the guest's card: our bank will pay."""
    named = Named(BookingId(booking_id), RefundId(refund_id))

    def step(draft: Draft, finance: Actor) -> None:
        processes.use_alternative(draft, finance, named.refund, said.reason)

    return await _decide(command, named, said, step)


@router.post(
    "/alternative/settlement",
    status_code=201,
    responses=described(
        *COMMANDS,
        errors.AmountsDiffer,
        errors.CurrenciesDiffer,
        errors.NothingVouchedFor,
        errors.SelfApproval,
    ),
)
async def settle_alternatively(
    booking_id: Uuid, refund_id: Uuid, said: BankTransfer, command: Commanding
) -> RefundNow:
    """Our bank has paid; somebody else than who chose that way has seen the proof."""
    named = Named(BookingId(booking_id), RefundId(refund_id))

    def step(draft: Draft, finance: Actor) -> None:
        processes.settle_alternatively(draft, finance, said.paid(named.refund))

    return await _decide(command, named, said, step)


@router.post(
    "/external-refund",
    status_code=201,
    responses=described(
        *COMMANDS, errors.AmountsDiffer, errors.CurrenciesDiffer, errors.RefundExceedsCapture
    ),
)
async def settle_elsewhere(
    booking_id: Uuid, refund_id: Uuid, said: ExternalRefund, command: Commanding
) -> RefundNow:
    """The guest has it, or a part, by a refund that somebody made at the processor's own desk."""
    named = Named(BookingId(booking_id), RefundId(refund_id))

    def step(draft: Draft, finance: Actor) -> None:
        paid_by = RefundId(said.external_refund)
        processes.settle_elsewhere(draft, finance, named.refund, paid_by)

    return await _decide(command, named, said, step)


@router.post(
    "/classification",
    status_code=201,
    responses=described(
        *COMMANDS,
        errors.AmountsDiffer,
        errors.RefundChanged,
        errors.RefundExceedsCapture,
        errors.RefundLineExceeded,
    ),
)
async def classify_refund(
    booking_id: Uuid, refund_id: Uuid, said: AcceptedRefundWish, command: Commanding
) -> RefundNow:
    """Say whose money a refund was that somebody made at the processor's own desk, as shown."""
    named = Named(BookingId(booking_id), RefundId(refund_id))

    def step(draft: Draft, finance: Actor) -> None:
        asked = said.asked(draft, named.booking)
        processes.classify_refund(draft, finance, named.refund, asked, said.preview)

    return await _decide(command, named, said, step)


async def _decide(
    command: Command,
    named: Named,
    said: OfFinance | AcceptedRefundWish,
    step: Callable[[Draft, Actor], None],
) -> RefundNow:
    def plan(draft: Draft) -> None:
        named.found(draft)
        step(draft, speakers.staff(Role.FINANCE, said.by))
        refunding.answer(draft, named)

    return await command.execute(named.booking, said, plan, RefundNow)
