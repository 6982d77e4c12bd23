"""An unapplied receipt: a guest's money that came where no payment had room for it.

So a cancelled payment stays cancelled, and no money is lost: it goes back, or is adopted by a new
payment of the same booking.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates import postings
from ledger.aggregates.decider import SAME, Command, Decider, Lifecycle, Step, actors, states
from ledger.errors import AmountsDiffer, NotFound
from ledger.events.unapplied_receipt import (
    ReceiptAdopted,
    ReceiptDetected,
    ReceiptFundsAvailable,
    ReceiptReturned,
    ReceiptReturnFailed,
    ReceiptReturning,
    ReceiptReturnReversed,
    UnappliedReceiptEvent,
    Why,
)
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, PaymentId, ReceiptId, derived_id
from ledger.values.journal import Entry
from ledger.values.money import Money, same_currency
from ledger.values.received import Received, received
from ledger.values.stay import local_date

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Where a receipt stands."""

    DETECTED = "detected"
    RETURNING = "returning"
    RETURNED = "returned"
    RETURN_FAILED = "return_failed"
    ADOPTED = "adopted"


class UnappliedReceipt(Struct, frozen=True):
    """What the rules need to remember."""

    status: Status
    booking_id: BookingId
    charge: str
    received: Received
    time_zone: str
    intent: str | None = None
    attempts: int = 0
    available: bool = False
    available_at: Instant | None = None


def receipt_of(charge: str) -> ReceiptId:
    """The id of the receipt of a processor's charge: told twice, it is one receipt."""
    return ReceiptId(derived_id("receipt", charge))


# -- Commands ---------------------------------------------------------------------------


class DetectReceipt(Command, frozen=True, kw_only=True):
    """Record that money came that no payment was waiting for.

    `settled` and `fee` are in the currency that the processor settled in.
    """

    receipt_id: ReceiptId
    booking_id: BookingId
    payment_id: PaymentId
    amount: Money
    charge: str
    why: Why
    time_zone: str
    intent: str | None = None
    balance_transaction: str | None = None
    settled: Money | None = None
    fee: Money | None = None
    available_at: Instant | None = None


class RecordReceiptFunds(Command, frozen=True, kw_only=True):
    """Record that the money can be used."""

    receipt_id: ReceiptId


class ReturnReceipt(Command, frozen=True, kw_only=True):
    """Ask the processor to give the money back; the key is stored before the call."""

    receipt_id: ReceiptId
    idempotency_key: str


class RecordReturn(Command, frozen=True, kw_only=True):
    """Record that the guest has the money back; `settled` is what it cost, where exchanged."""

    receipt_id: ReceiptId
    amount: Money
    processor_refund: str
    balance_transaction: str | None = None
    settled: Money | None = None


class FailReturn(Command, frozen=True, kw_only=True):
    """Record that the processor could not give the money back."""

    receipt_id: ReceiptId
    reason: str


class ReverseReturn(Command, frozen=True, kw_only=True):
    """Record that what the guest had back came back; `settled` is what of it, where exchanged."""

    receipt_id: ReceiptId
    amount: Money
    reason: str
    balance_transaction: str
    settled: Money | None = None


class AdoptReceipt(Command, frozen=True, kw_only=True):
    """Let the money be a payment of its own: `due` is what its booking still waits for."""

    receipt_id: ReceiptId
    payment_id: PaymentId
    due: Money


UnappliedReceiptCommand = (
    DetectReceipt
    | RecordReceiptFunds
    | ReturnReceipt
    | RecordReturn
    | FailReturn
    | ReverseReturn
    | AdoptReceipt
)

# -- Lifecycle --------------------------------------------------------------------------

S = Status
OURS = states(S.DETECTED, S.RETURNING, S.RETURN_FAILED, S.RETURNED)

LIFECYCLE = Lifecycle(
    "unapplied_receipt",
    Step("UR1", DetectReceipt, states(None), actors("PX"), ReceiptDetected, S.DETECTED,
         "something came"),
    Step("UR2", ReturnReceipt, states(S.DETECTED, S.RETURN_FAILED), actors("XF"), ReceiptReturning,
         S.RETURNING),
    Step("UR3", RecordReturn, states(S.RETURNING), actors("P"), ReceiptReturned, S.RETURNED,
         "the amount is the one that came"),
    Step("UR4", FailReturn, states(S.RETURNING), actors("P"), ReceiptReturnFailed,
         S.RETURN_FAILED),
    Step("UR5", AdoptReceipt, states(S.DETECTED), actors("X"), ReceiptAdopted, S.ADOPTED,
         "amount and currency are those that are due"),
    Step("UR6", RecordReceiptFunds, OURS, actors("P"), ReceiptFundsAvailable, SAME, "once"),
    Step("UR7", ReverseReturn, states(S.RETURNED), actors("P"), ReceiptReturnReversed,
         S.RETURN_FAILED, "the amount is the one that came"),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def decide(
    receipt: UnappliedReceipt | None, command: UnappliedReceiptCommand, now: Instant
) -> Sequence[UnappliedReceiptEvent]:
    """What a command does to a receipt. Raises Refused."""
    if isinstance(command, DetectReceipt):
        return detect(command, now)
    if receipt is None:
        raise NotFound(receipt_id=command.receipt_id)
    match command:
        case RecordReceiptFunds():
            return record_funds(receipt, now)
        case ReturnReceipt():
            attempt = receipt.attempts + 1
            return [ReceiptReturning(attempt=attempt, idempotency_key=command.idempotency_key)]
        case RecordReturn():
            return record_return(receipt, command, now)
        case FailReturn():
            return [ReceiptReturnFailed(reason=command.reason)]
        case ReverseReturn():
            return reverse(receipt, command, now)
        case AdoptReceipt():
            return adopt(receipt, command)
        case _:
            assert_never(command)


def detect(command: DetectReceipt, now: Instant) -> Sequence[UnappliedReceiptEvent]:
    """Take the money in as nobody's yet. Raises AmountsDiffer, CurrenciesDiffer."""
    charge = received(command.amount, command.settled, command.fee)
    if command.amount.minor <= 0:
        raise AmountsDiffer(amount=str(command.amount))
    return [
        ReceiptDetected(
            booking_id=command.booking_id,
            payment_id=command.payment_id,
            amount=command.amount,
            charge=command.charge,
            intent=command.intent,
            balance_transaction=command.balance_transaction,
            settled=command.settled,
            fee=command.fee,
            why=command.why,
            time_zone=command.time_zone,
            available_at=command.available_at,
            effective_on=local_date(now, command.time_zone),
            entries=postings.receipt_received(command.receipt_id, command.booking_id, charge),
        )
    ]


def record_funds(receipt: UnappliedReceipt, now: Instant) -> Sequence[UnappliedReceiptEvent]:
    """Count what is left after the fee as usable, once. Raises TransitionNotAllowed."""
    if receipt.available:
        LIFECYCLE.refuse(RecordReceiptFunds, receipt.status)
    return [
        ReceiptFundsAvailable(
            booking_id=receipt.booking_id,
            amount=receipt.received.net,
            effective_on=local_date(now, receipt.time_zone),
            entries=(postings.funds_available(receipt.received.net),),
        )
    ]


def record_return(
    receipt: UnappliedReceipt, command: RecordReturn, now: Instant
) -> Sequence[UnappliedReceiptEvent]:
    """The guest has the money back. Raises AmountsDiffer, CurrenciesDiffer."""
    came = receipt.received.amount
    if same_currency(came, command.amount) != came:
        raise AmountsDiffer(came=str(came), returned=str(command.amount))
    return [
        ReceiptReturned(
            booking_id=receipt.booking_id,
            amount=command.amount,
            processor_refund=command.processor_refund,
            balance_transaction=command.balance_transaction,
            settled=command.settled,
            effective_on=local_date(now, receipt.time_zone),
            entries=(returned(receipt, command),),
        )
    ]


def returned(receipt: UnappliedReceipt, command: RecordReturn) -> Entry:
    """How giving the money back stands in the books. Raises AmountsDiffer, CurrenciesDiffer."""
    charge = receipt.received
    cost = same_currency(charge.gross, command.settled or command.amount)
    if charge.converted:
        return postings.receipt_returned_converted(
            command.receipt_id, receipt.booking_id, charge, cost
        )
    if cost != command.amount:
        raise AmountsDiffer(returned=str(command.amount), settled=str(cost))
    return postings.receipt_returned(command.receipt_id, command.amount)


def reverse(
    receipt: UnappliedReceipt, command: ReverseReturn, now: Instant
) -> Sequence[UnappliedReceiptEvent]:
    """Owe the guest again what came back. Raises AmountsDiffer, CurrenciesDiffer."""
    came = receipt.received.amount
    if same_currency(came, command.amount) != came:
        raise AmountsDiffer(came=str(came), back=str(command.amount))
    return [
        ReceiptReturnReversed(
            booking_id=receipt.booking_id,
            amount=command.amount,
            reason=command.reason,
            balance_transaction=command.balance_transaction,
            settled=command.settled,
            effective_on=local_date(now, receipt.time_zone),
            entries=(came_back(receipt, command),),
        )
    ]


def came_back(receipt: UnappliedReceipt, command: ReverseReturn) -> Entry:
    """How money that came back stands in the books. Raises AmountsDiffer, CurrenciesDiffer."""
    charge = receipt.received
    back = same_currency(charge.gross, command.settled or command.amount)
    if charge.converted:
        return postings.receipt_came_back_converted(
            command.receipt_id, receipt.booking_id, charge, back
        )
    if back != command.amount:
        raise AmountsDiffer(returned=str(command.amount), settled=str(back))
    return postings.receipt_came_back(command.receipt_id, command.amount)


def adopt(receipt: UnappliedReceipt, command: AdoptReceipt) -> Sequence[UnappliedReceiptEvent]:
    """Hand the money over to a new payment. Raises AmountsDiffer, CurrenciesDiffer."""
    came = receipt.received.amount
    if same_currency(command.due, came) != command.due:
        raise AmountsDiffer(due=str(command.due), came=str(came))
    return [ReceiptAdopted(payment_id=command.payment_id)]


# -- Evolution --------------------------------------------------------------------------


def evolve(receipt: UnappliedReceipt | None, event: UnappliedReceiptEvent) -> UnappliedReceipt:
    """The receipt after an event."""
    status = LIFECYCLE.after(event, receipt and receipt.status)
    if isinstance(event, ReceiptDetected):
        return UnappliedReceipt(
            status=status,
            booking_id=event.booking_id,
            charge=event.charge,
            received=Received(event.amount, event.settled, event.fee),
            time_zone=event.time_zone,
            intent=event.intent,
            available_at=event.available_at,
        )
    assert receipt is not None
    match event:
        case ReceiptFundsAvailable():
            return replace(receipt, available=True)
        case ReceiptReturning():
            return replace(receipt, status=status, attempts=event.attempt)
        case ReceiptReturned() | ReceiptReturnFailed() | ReceiptReturnReversed() | ReceiptAdopted():
            return replace(receipt, status=status)
        case _:
            assert_never(event)


UNAPPLIED_RECEIPT = Decider(
    lifecycle=LIFECYCLE,
    state=UnappliedReceipt,
    stream_of=lambda command: command.receipt_id,
    decide=decide,
    evolve=evolve,
)
