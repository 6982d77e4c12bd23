"""What history from outside says of the money: asked for, paid, given back, in one step each.

Nobody is called: the processor of then has answered long ago, and `processor` vouches for it.
"""

from ledger.aggregates.booking import BOOKING
from ledger.aggregates.booking import Status as Stands
from ledger.aggregates.payment import (
    PAYMENT,
    CompletePayment,
    OpenPayment,
    RecordFunds,
    RecordRefund,
    SubmitPayment,
)
from ledger.aggregates.payout import PAYOUT, RecordTransfer, ReleasePayout
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.refund import REFUND, AcceptRefund, SucceedRefund
from ledger.draft import Draft
from ledger.errors import NotFound
from ledger.events import Actor
from ledger.processes.found import booking_in
from ledger.processes.names import (
    PROCESS,
    payment_of,
    payout_of,
    refund_of,
)
from ledger.processes.refunds import submit_refund
from ledger.processes.settlement import mature
from ledger.values.clearance import vouched_for
from ledger.values.ids import BookingId
from ledger.values.money import zero


def pay(
    draft: Draft,
    processor: Actor,
    booking_id: BookingId,
    charge: str,
    movement: str | None = None,
) -> None:
    """Ask for the total, hand it to the processor, and take in what the processor has charged.

    Raises TransitionNotAllowed where the booking does not wait for money (PM1).
    """
    booking = booking_in(draft, booking_id)
    if booking.status is not Stands.PENDING_PAYMENT:
        BOOKING.lifecycle.refuse(OpenPayment, booking.status)
    payment_id = payment_of(booking_id)
    total = booking.price.total
    draft.do(
        PROCESS,
        OpenPayment(
            payment_id=payment_id,
            booking_id=booking_id,
            guest_id=booking.guest_id,
            price=booking.price,
            time_zone=booking.house.time_zone,
        ),
    )
    draft.do(PROCESS, SubmitPayment(payment_id=payment_id, idempotency_key=f"{payment_id}/1"))
    charged = CompletePayment(
        payment_id=payment_id, amount=total, charge=charge, balance_transaction=movement
    )
    draft.do(processor, charged)


def funds_arrive(draft: Draft, processor: Actor, booking_id: BookingId) -> None:
    """Count the captured money as usable."""
    draft.do(processor, RecordFunds(payment_id=payment_of(booking_id)))


def refund_settles(
    draft: Draft,
    processor: Actor,
    booking_id: BookingId,
    reference: str,
    movement: str | None = None,
) -> None:
    """Hand an approved refund to the processor, and take in that the guest has the money."""
    refund_id = refund_of(booking_id)
    submit_refund(draft, refund_id)
    draft.do(processor, AcceptRefund(refund_id=refund_id, processor_refund=reference))
    refund = draft.state(REFUND, refund_id)
    assert refund is not None, "it was submitted a line ago"
    draft.do(
        processor,
        SucceedRefund(
            refund_id=refund_id,
            amount=refund.amount,
            processor_refund=refund.processor_refund,
            balance_transaction=movement,
        ),
    )
    draft.do(
        PROCESS,
        RecordRefund(payment_id=refund.payment_id, refund_id=refund_id, amount=refund.amount),
    )


def pay_out(
    draft: Draft, processor: Actor, booking_id: BookingId, transfer: str, number: int = 1
) -> None:
    """Order the transfer of a payout whose time has come, and take in that the host has the money.

    A long stay has several, by their numbers. Raises PayoutIsHeld where the guest's money cannot be
    used yet (PO5).
    """
    payout_id = payout_of(booking_id, number)
    payout = draft.state(PAYOUT, payout_id)
    if payout is None:
        raise NotFound(payout_id=payout_id)
    if payout.status is Payable.SCHEDULED:
        mature(draft, booking_id, payout_id)
    booking = booking_in(draft, booking_id)
    payment = draft.state(PAYMENT, payment_of(booking_id))
    payable = booking.earned.host if booking.earned else zero(booking.price.currency)
    cleared = vouched_for(payable, funds_available=payment is not None and payment.available)
    draft.do(PROCESS, ReleasePayout(payout_id=payout_id, clearance=cleared))
    draft.do(
        processor, RecordTransfer(payout_id=payout_id, amount=payout.amount, transfer=transfer)
    )
