"""Decisions about money that the guest's bank takes by itself."""

from collections.abc import Sequence

from ledger.aggregates import postings
from ledger.aggregates.unapplied_receipt.commands import (
    DisputeReceipt,
    SettleReceiptByDispute,
)
from ledger.aggregates.unapplied_receipt.lifecycle import LIFECYCLE
from ledger.aggregates.unapplied_receipt.state import UnappliedReceipt
from ledger.errors import AmountsDiffer
from ledger.events.unapplied_receipt import (
    ReceiptDisputed,
    ReceiptSettledByDispute,
    UnappliedReceiptEvent,
)
from ledger.values.clock import Instant
from ledger.values.money import same_currency
from ledger.values.stay import local_date


def dispute(receipt: UnappliedReceipt, command: DisputeReceipt) -> Sequence[UnappliedReceiptEvent]:
    """Remember a dispute, once. Raises TransitionNotAllowed."""
    if command.dispute_id in receipt.disputes:
        LIFECYCLE.refuse(DisputeReceipt, receipt.status)
    return [ReceiptDisputed(dispute_id=command.dispute_id)]


def settle_by_dispute(
    receipt: UnappliedReceipt, command: SettleReceiptByDispute, now: Instant
) -> Sequence[UnappliedReceiptEvent]:
    """The guest has the money from their bank. Raises AmountsDiffer, CurrenciesDiffer."""
    charge, of = receipt.received, command.receipt_id
    if command.amount != charge.amount:
        raise AmountsDiffer(came=str(charge.amount), disputed=str(command.amount))
    lost = same_currency(charge.gross, command.lost)
    if charge.converted:
        entry = postings.receipt_paid_by_dispute_converted(of, receipt.booking_id, charge, lost)
    elif lost != charge.amount:
        raise AmountsDiffer(came=str(charge.amount), lost=str(lost))
    else:
        entry = postings.receipt_paid_by_dispute(of, lost)
    return [
        ReceiptSettledByDispute(
            booking_id=receipt.booking_id,
            dispute_id=command.dispute_id,
            amount=command.amount,
            settled=lost if charge.converted else None,
            effective_on=local_date(now, receipt.time_zone),
            entries=(entry,),
        )
    ]
