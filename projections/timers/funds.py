"""Timers of money that can be used later than it came."""

from typing import Any, assert_never

from ledger.events import Recorded
from ledger.events.payment import FundsAvailable, PaymentAdopted, PaymentCompleted
from ledger.events.unapplied_receipt import ReceiptAdopted, ReceiptDetected, ReceiptFundsAvailable
from ledger.values.timers import TimerKind
from projections.projection import Rows
from projections.timers.table import begin, end

FundsEvent = (
    PaymentCompleted
    | PaymentAdopted
    | FundsAvailable
    | ReceiptDetected
    | ReceiptAdopted
    | ReceiptFundsAvailable
)


def project(rows: Rows, recorded: Recorded[Any], event: FundsEvent) -> None:
    """When money can be used: a payment's, or a receipt's until a payment has it."""
    stream = recorded.stream_id
    match event:
        case PaymentCompleted() | PaymentAdopted():
            waits = not (isinstance(event, PaymentAdopted) and event.available)
            if event.available_at is not None and waits:
                begin(rows, recorded, TimerKind.RECORD_FUNDS, event.available_at, of=stream)
        case FundsAvailable():
            end(rows, stream, TimerKind.RECORD_FUNDS)
        case ReceiptDetected():
            if event.available_at is not None:
                begin(rows, recorded, TimerKind.RECORD_RECEIPT_FUNDS, event.available_at, of=stream)
        case ReceiptAdopted() | ReceiptFundsAvailable():
            end(rows, stream, TimerKind.RECORD_RECEIPT_FUNDS)
        case _:
            assert_never(event)
