"""A receipt's rules, whole: which decision answers a command, and what follows from an event."""

from collections.abc import Sequence
from typing import assert_never

from msgspec.structs import replace

from ledger.aggregates.decider import Decider
from ledger.aggregates.unapplied_receipt.by_bank import settle_alternatively, use_alternative
from ledger.aggregates.unapplied_receipt.coming_in import adopt, detect, record_funds
from ledger.aggregates.unapplied_receipt.commands import (
    AdoptReceipt,
    DetectReceipt,
    DisputeReceipt,
    FailReturn,
    RecordReceiptFunds,
    RecordReturn,
    ReturnReceipt,
    ReverseReturn,
    SettleReceiptAlternatively,
    SettleReceiptByDispute,
    UnappliedReceiptCommand,
    UseReceiptAlternative,
)
from ledger.aggregates.unapplied_receipt.disputed import dispute, settle_by_dispute
from ledger.aggregates.unapplied_receipt.going_back import record_return, reverse, send_back
from ledger.aggregates.unapplied_receipt.lifecycle import LIFECYCLE
from ledger.aggregates.unapplied_receipt.state import UnappliedReceipt
from ledger.errors import NotFound
from ledger.events.unapplied_receipt import (
    ReceiptAdopted,
    ReceiptAlternativeChosen,
    ReceiptDetected,
    ReceiptDisputed,
    ReceiptFundsAvailable,
    ReceiptLessened,
    ReceiptReturned,
    ReceiptReturnFailed,
    ReceiptReturning,
    ReceiptReturnReversed,
    ReceiptSettledAlternatively,
    ReceiptSettledByDispute,
    UnappliedReceiptEvent,
)
from ledger.values.clock import Instant
from ledger.values.received import Received

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
            return send_back(receipt, command)
        case RecordReturn():
            return record_return(receipt, command, now)
        case FailReturn():
            return [ReceiptReturnFailed(reason=command.reason)]
        case ReverseReturn():
            return reverse(receipt, command, now)
        case DisputeReceipt():
            return dispute(receipt, command)
        case SettleReceiptByDispute():
            return settle_by_dispute(receipt, command, now)
        case UseReceiptAlternative():
            return use_alternative(command)
        case SettleReceiptAlternatively():
            return settle_alternatively(receipt, command, now)
        case AdoptReceipt():
            return adopt(receipt, command)
        case _:
            assert_never(command)


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
            rest=Received(event.amount, event.settled),
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
        case ReceiptDisputed():
            return replace(receipt, disputes=(*receipt.disputes, event.dispute_id))
        case ReceiptReturned() | ReceiptReturnFailed() | ReceiptReturnReversed():
            return replace(receipt, status=status)
        case ReceiptAlternativeChosen():
            return replace(receipt, status=status, chosen_by=event.chosen_by)
        case ReceiptLessened():
            return replace(
                receipt,
                rest=receipt.rest.without(Received(event.amount, event.position)),
                settled_by=(*receipt.settled_by, event.dispute_id),
            )
        case ReceiptAdopted() | ReceiptSettledByDispute() | ReceiptSettledAlternatively():
            return replace(receipt, status=status)
        case _:
            assert_never(event)


UNAPPLIED_RECEIPT = Decider(
    lifecycle=LIFECYCLE,
    state=UnappliedReceipt,
    stream_of=lambda command: command.receipt_id,
    decide=decide,
    evolve=evolve,
    evolution=3,
)
