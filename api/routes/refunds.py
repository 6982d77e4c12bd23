"""Refunds that staff ask for: shown first, asked for as shown, and approved by somebody else."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from api import speakers
from api.answers import refunds as refunding
from api.answers.refunds import Named, RefundNow, RefundPreview
from api.asking import OnPremises, stated
from api.commands import COMMANDS, Command, Commanding
from api.problems import described
from api.shapes import Uuid
from api.wishes.refunds import Approval, RefundRejection, RefundWish, SupportsWish
from ledger import errors, processes
from ledger.draft import Draft
from ledger.events import Actor, Role
from ledger.processes import ShownRefund
from ledger.values.ids import BookingId, RefundId

router = APIRouter(prefix="/bookings/{booking_id}/refunds", tags=["refunds"])

TOO_MUCH = (
    errors.AmountsDiffer,
    errors.CurrenciesDiffer,
    errors.FinerThanProcessorStep,
    errors.NotFound,
    errors.PaymentNotCompleted,
    errors.RefundExceedsCapture,
    errors.RefundLineExceeded,
)


@router.post("/preview", responses=described(*TOO_MUCH))
async def preview_refund(
    booking_id: Uuid, wish: RefundWish, request: Request, premises: OnPremises
) -> RefundPreview:
    """What a refund would do now: what the guest gets, of whose part, what the host would owe."""

    def shown(draft: Draft) -> ShownRefund:
        return processes.refund_if_asked(draft, wish.asked(draft, BookingId(booking_id)))

    preview = await premises.look(lambda store, ledger: refunding.previewed(store, ledger, shown))
    stated(request, preview.position)
    return preview


@router.post("", status_code=201, responses=described(*COMMANDS, *TOO_MUCH, errors.RefundChanged))
async def ask_refund(
    booking_id: Uuid, wish: SupportsWish, command: Commanding, response: Response
) -> RefundNow:
    """Ask for a refund as it was shown. Somebody of finance must approve it."""
    case, role = BookingId(booking_id), Role.SUPPORT if wish.role == "support" else Role.FINANCE

    def plan(draft: Draft) -> None:
        asked, staff = wish.asked(draft, case), speakers.staff(role, wish.by)
        refund_id = processes.ask_refund(draft, staff, asked, wish.preview)
        refunding.answer(draft, Named(case, refund_id))

    asked = await command.execute(case, wish, plan, RefundNow)
    response.headers["Location"] = f"/bookings/{case}/refunds/{asked.refund_id}"
    return asked


@router.get("/{refund_id}", responses=described(errors.NotFound))
async def refund(
    booking_id: Uuid, refund_id: Uuid, request: Request, premises: OnPremises
) -> RefundNow:
    """Where a refund stands, as the ledger has it now."""
    named = Named(BookingId(booking_id), RefundId(refund_id))
    shown = await premises.look(lambda store, ledger: refunding.looked_up(store, ledger, named))
    stated(request, shown.position)
    return shown


@router.post(
    "/{refund_id}/approval",
    status_code=201,
    responses=described(
        *COMMANDS,
        *TOO_MUCH,
        errors.NightsAreTaken,
        errors.PartyExceedsCapacity,
        errors.RefundChanged,
        errors.SecondPersonRequired,
        errors.SelfApproval,
    ),
)
async def approve_refund(
    booking_id: Uuid, refund_id: Uuid, said: Approval, command: Commanding
) -> RefundNow:
    """Approve, as somebody else than who asked: from now on it is owed, and on its way."""
    named = Named(BookingId(booking_id), RefundId(refund_id))

    def plan(draft: Draft) -> None:
        named.found(draft)
        finance = speakers.staff(Role.FINANCE, said.by)
        processes.approve_refund(draft, finance, named.refund, said.preview)
        refunding.answer(draft, named)

    return await command.execute(booking_id, said, plan, RefundNow)


@router.post("/{refund_id}/rejection", status_code=201, responses=described(*COMMANDS))
async def reject_refund(
    booking_id: Uuid, refund_id: Uuid, said: RefundRejection, command: Commanding
) -> RefundNow:
    """Say no to a refund that waits for approval."""
    named = Named(BookingId(booking_id), RefundId(refund_id))
    return await _refuse(command, named, said, processes.reject_refund)


@router.post("/{refund_id}/cancellation", status_code=201, responses=described(*COMMANDS))
async def cancel_refund(
    booking_id: Uuid, refund_id: Uuid, said: RefundRejection, command: Commanding
) -> RefundNow:
    """Take a refund back that was not handed over yet: its money is the booking's again."""
    named = Named(BookingId(booking_id), RefundId(refund_id))
    return await _refuse(command, named, said, processes.cancel_refund)


async def _refuse(
    command: Command,
    named: Named,
    said: RefundRejection,
    step: Callable[[Draft, Actor, RefundId, str], None],
) -> RefundNow:
    def plan(draft: Draft) -> None:
        named.found(draft)
        step(draft, speakers.staff(Role.FINANCE, said.by), named.refund, said.reason)
        refunding.answer(draft, named)

    return await command.execute(named.booking, said, plan, RefundNow)
