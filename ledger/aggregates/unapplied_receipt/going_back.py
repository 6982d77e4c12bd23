"""Decisions about giving it back: asked for, there, and back here again."""

from collections.abc import Sequence

from ledger.aggregates import postings
from ledger.aggregates.unapplied_receipt.commands import (
    RecordReturn,
    ReturnReceipt,
    ReverseReturn,
)
from ledger.aggregates.unapplied_receipt.state import UnappliedReceipt
from ledger.errors import AmountsDiffer, RefundBlockedByDispute
from ledger.events.unapplied_receipt import (
    ReceiptReturned,
    ReceiptReturning,
    ReceiptReturnReversed,
    UnappliedReceiptEvent,
)
from ledger.values.clock import Instant
from ledger.values.journal import Entry
from ledger.values.money import same_currency
from ledger.values.stay import local_date


def send_back(receipt: UnappliedReceipt, command: ReturnReceipt) -> Sequence[UnappliedReceiptEvent]:
    """Ask once more. Raises RefundBlockedByDispute."""
    if command.disputed:
        raise RefundBlockedByDispute(receipt_id=command.receipt_id)
    attempt = receipt.attempts + 1
    return [ReceiptReturning(attempt=attempt, idempotency_key=command.idempotency_key)]


def record_return(
    receipt: UnappliedReceipt, command: RecordReturn, now: Instant
) -> Sequence[UnappliedReceiptEvent]:
    """The guest has the money back. Raises AmountsDiffer, CurrenciesDiffer."""
    owed = receipt.rest.amount
    if same_currency(owed, command.amount) != owed:
        raise AmountsDiffer(owed=str(owed), returned=str(command.amount))
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
    charge = receipt.rest
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
    owed = receipt.rest.amount
    if same_currency(owed, command.amount) != owed:
        raise AmountsDiffer(returned=str(owed), back=str(command.amount))
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
    charge = receipt.rest
    back = same_currency(charge.gross, command.settled or command.amount)
    if charge.converted:
        return postings.receipt_came_back_converted(
            command.receipt_id, receipt.booking_id, charge, back
        )
    if back != command.amount:
        raise AmountsDiffer(returned=str(command.amount), settled=str(back))
    return postings.receipt_came_back(command.receipt_id, command.amount)
