"""Payments: asking for the money of a booking, trying again, and what the guest must do next."""

from fastapi import APIRouter, Request, Response

from api import speakers
from api.answers import payments as paying
from api.answers.payments import IN_THE_BROWSER, PaymentAsked, PaymentNow
from api.asking import OnPremises, OnProcessor, stated
from api.commands import Commanding
from api.faults import KeyMissing, ProcessorNotSetUp
from api.problems import described
from api.processor import Processor
from api.shapes import NoWords, Uuid
from ledger import errors, processes
from ledger.draft import Draft
from ledger.values.ids import BookingId, PaymentId

router = APIRouter(tags=["payments"])

COMMANDS = (
    KeyMissing,
    errors.Conflict,
    errors.HoldHasExpired,
    errors.NotFound,
    errors.RepeatedWithDifferences,
    errors.TransitionNotAllowed,
)
TOO_LITTLE_OR_MUCH = (
    errors.AboveProcessorMaximum,
    errors.BelowProcessorMinimum,
    errors.FinerThanProcessorStep,
)
NO_MORE = (errors.AmountsDiffer, errors.AttemptsAreExhausted, errors.NotWorthRetrying)


@router.post(
    "/bookings/{booking_id}/payment",
    status_code=201,
    responses=described(*COMMANDS, *TOO_LITTLE_OR_MUCH),
)
async def ask_for_payment(
    booking_id: Uuid, command: Commanding, response: Response
) -> PaymentAsked:
    """Ask the guest for what the booking costs. The processor is told of it in a moment.

    Where the host is asked first, the money is only held until they accept.
    """
    case = BookingId(booking_id)

    def plan(draft: Draft) -> None:
        paying.answer(draft, processes.ask_for_payment(draft, case))

    asked = await command.execute(case, NoWords(), plan, PaymentAsked)
    response.headers["Location"] = f"/payments/{asked.payment_id}"
    return asked


@router.post(
    "/bookings/{booking_id}/payment/retry",
    status_code=201,
    responses=described(*COMMANDS, *NO_MORE),
)
async def retry_payment(booking_id: Uuid, command: Commanding) -> PaymentAsked:
    """Let the guest pay once more after an attempt that failed."""
    case = BookingId(booking_id)

    def plan(draft: Draft) -> None:
        processes.try_again(draft, speakers.guest_of(draft, case), case)
        paying.answer(draft, processes.payment_of(case))

    return await command.execute(case, NoWords(), plan, PaymentAsked)


@router.post(
    "/bookings/{booking_id}/alteration/payment/retry",
    status_code=201,
    responses=described(*COMMANDS, *NO_MORE),
)
async def retry_alteration_payment(booking_id: Uuid, command: Commanding) -> PaymentAsked:
    """Let the guest pay the difference once more after an attempt that failed."""
    case = BookingId(booking_id)

    def plan(draft: Draft) -> None:
        guest = speakers.guest_of(draft, case)
        paying.answer(draft, processes.try_alteration_again(draft, guest, case))

    return await command.execute(case, NoWords(), plan, PaymentAsked)


@router.get("/payments/{payment_id}", responses=described(errors.NotFound))
async def payment(
    payment_id: Uuid, request: Request, premises: OnPremises, processor: OnProcessor
) -> PaymentNow:
    """Where a payment stands, as the ledger has it now, and what the guest's browser needs."""
    shown, intent = await premises.look(
        lambda store, ledger: paying.looked_up(store, ledger, PaymentId(payment_id))
    )
    stated(request, shown.position)
    if intent is None or shown.next not in IN_THE_BROWSER:
        return shown
    return shown.model_copy(update=await _secret(processor, intent))


async def _secret(processor: Processor, intent: str) -> dict[str, str]:
    """The intent's client secret, fetched and passed on: it is kept nowhere, and never logged."""
    try:
        return {"client_secret": await processor.client_secret(intent)}
    except (errors.GatewayFailure, ProcessorNotSetUp) as error:
        return {"secret_missing": error.sentence}
