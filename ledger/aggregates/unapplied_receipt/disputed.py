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
    ReceiptLessened,
    ReceiptSettledByDispute,
    UnappliedReceiptEvent,
)
from ledger.values.clock import Instant
from ledger.values.journal import Entry
from ledger.values.money import same_currency
from ledger.values.received import Received
from ledger.values.stay import local_date


def dispute(receipt: UnappliedReceipt, command: DisputeReceipt) -> Sequence[UnappliedReceiptEvent]:
    """Remember a dispute, once. Raises TransitionNotAllowed."""
    if command.dispute_id in receipt.disputes:
        LIFECYCLE.refuse(DisputeReceipt, receipt.status)
    return [ReceiptDisputed(dispute_id=command.dispute_id)]


def settle_by_dispute(
    receipt: UnappliedReceipt, command: SettleReceiptByDispute, now: Instant
) -> Sequence[UnappliedReceiptEvent]:
    """The guest has it, or a part of it, from their bank; once for each dispute.

    Raises TransitionNotAllowed, AmountsDiffer, CurrenciesDiffer.
    """
    if command.dispute_id in receipt.settled_by:
        LIFECYCLE.refuse(SettleReceiptByDispute, receipt.status)
    part, rest = receipt.rest.part(command.amount), receipt.rest
    if part.amount.minor > rest.amount.minor:
        raise AmountsDiffer(owed=str(rest.amount), disputed=str(part.amount))
    settled = same_currency(rest.gross, command.lost) if rest.converted else None
    effective_on = local_date(now, receipt.time_zone)
    entries = (taken(receipt, command, part),)
    if part.amount == rest.amount:
        return [
            ReceiptSettledByDispute(
                booking_id=receipt.booking_id,
                dispute_id=command.dispute_id,
                amount=part.amount,
                settled=settled,
                effective_on=effective_on,
                entries=entries,
            )
        ]
    return [
        ReceiptLessened(
            booking_id=receipt.booking_id,
            dispute_id=command.dispute_id,
            amount=part.amount,
            left=rest.without(part).amount,
            settled=settled,
            position=part.settled,
            effective_on=effective_on,
            entries=entries,
        )
    ]


def taken(receipt: UnappliedReceipt, command: SettleReceiptByDispute, part: Received) -> Entry:
    """How what a dispute took stands in the books. Raises AmountsDiffer, CurrenciesDiffer."""
    of, lost = command.receipt_id, same_currency(part.gross, command.lost)
    if part.converted:
        return postings.receipt_paid_by_dispute_converted(of, receipt.booking_id, part, lost)
    if lost != part.amount:
        raise AmountsDiffer(disputed=str(part.amount), lost=str(lost))
    return postings.receipt_paid_by_dispute(of, lost)
