"""Decisions about money that our bank gives back, because the processor cannot."""

from collections.abc import Sequence

from ledger.aggregates import postings
from ledger.aggregates.unapplied_receipt.commands import (
    SettleReceiptAlternatively,
    UseReceiptAlternative,
)
from ledger.aggregates.unapplied_receipt.state import UnappliedReceipt
from ledger.errors import AmountsDiffer, NothingVouchedFor, RefundBlockedByDispute
from ledger.events.unapplied_receipt import (
    ReceiptAlternativeChosen,
    ReceiptSettledAlternatively,
    UnappliedReceiptEvent,
)
from ledger.values.clock import Instant
from ledger.values.consent import second_person, told
from ledger.values.journal import Entry
from ledger.values.money import same_currency
from ledger.values.stay import local_date


def use_alternative(command: UseReceiptAlternative) -> Sequence[UnappliedReceiptEvent]:
    """Pay by bank. Raises ReasonIsMissing, RefundBlockedByDispute."""
    if command.disputed:
        raise RefundBlockedByDispute(receipt_id=command.receipt_id)
    return [ReceiptAlternativeChosen(reason=told(command.reason), chosen_by=command.chosen_by)]


def settle_alternatively(
    receipt: UnappliedReceipt, command: SettleReceiptAlternatively, now: Instant
) -> Sequence[UnappliedReceiptEvent]:
    """Our bank has paid, and a second person has seen the proof.

    Raises SecondPersonRequired, SelfApproval, NothingVouchedFor, AmountsDiffer, CurrenciesDiffer.
    """
    second_person(receipt.chosen_by, command.settled_by)
    if not command.proof:
        raise NothingVouchedFor(guard="proof")
    return [
        ReceiptSettledAlternatively(
            booking_id=receipt.booking_id,
            amount=receipt.rest.amount,
            reference=command.reference,
            proof=command.proof,
            settled=command.settled,
            effective_on=local_date(now, receipt.time_zone),
            entries=(paid(receipt, command),),
        )
    ]


def paid(receipt: UnappliedReceipt, command: SettleReceiptAlternatively) -> Entry:
    """How our bank's transfer stands in the books. Raises AmountsDiffer, CurrenciesDiffer."""
    owed, of = receipt.rest, command.receipt_id
    cost = same_currency(owed.gross, command.settled or owed.amount)
    if owed.converted:
        return postings.receipt_paid_by_bank_converted(of, receipt.booking_id, owed, cost)
    if cost != owed.amount:
        raise AmountsDiffer(owed=str(owed.amount), settled=str(cost))
    return postings.receipt_paid_by_bank(of, cost)
