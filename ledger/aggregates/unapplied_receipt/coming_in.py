"""Decisions about money that came: taken in, usable, and due after all."""

from collections.abc import Sequence

from ledger.aggregates import postings
from ledger.aggregates.unapplied_receipt.commands import (
    AdoptReceipt,
    DetectReceipt,
    RecordReceiptFunds,
)
from ledger.aggregates.unapplied_receipt.lifecycle import LIFECYCLE
from ledger.aggregates.unapplied_receipt.state import UnappliedReceipt
from ledger.errors import AmountsDiffer
from ledger.events.unapplied_receipt import (
    ReceiptAdopted,
    ReceiptDetected,
    ReceiptFundsAvailable,
    UnappliedReceiptEvent,
)
from ledger.values.clock import Instant
from ledger.values.money import same_currency
from ledger.values.received import received
from ledger.values.stay import local_date


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


def adopt(receipt: UnappliedReceipt, command: AdoptReceipt) -> Sequence[UnappliedReceiptEvent]:
    """Hand the money over to a new payment. Raises AmountsDiffer, CurrenciesDiffer."""
    came = receipt.rest.amount
    if same_currency(command.due, came) != command.due:
        raise AmountsDiffer(due=str(command.due), came=str(came))
    return [ReceiptAdopted(payment_id=command.payment_id)]
