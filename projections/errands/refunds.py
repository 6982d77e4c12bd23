"""What is to be said about one refund, or about money that goes back without one."""

from datetime import timedelta
from typing import Any, assert_never

from ledger.events import Recorded
from ledger.events.refund import (
    RefundApproved,
    RefundCancelled,
    RefundFailed,
    RefundPending,
    RefundResubmitted,
    RefundSettledByDispute,
    RefundSubmitted,
    RefundSucceeded,
)
from ledger.events.unapplied_receipt import ReceiptReturned, ReceiptReturnFailed, ReceiptReturning
from ledger.values.errands import ErrandKind as K
from projections.errands.table import begin, end
from projections.projection import Rows

REFUNDS_ARE_LOOKED_AT_AFTER = timedelta(hours=1)
"""A refund that is on its way tells us by a notice; notices get lost."""


RefundErrandEvent = (
    RefundApproved
    | RefundSubmitted
    | RefundResubmitted
    | RefundPending
    | RefundSucceeded
    | RefundFailed
    | RefundCancelled
    | RefundSettledByDispute
    | ReceiptReturning
    | ReceiptReturned
    | ReceiptReturnFailed
)


def project(rows: Rows, recorded: Recorded[Any], event: RefundErrandEvent) -> None:
    """What is to be said about one refund, or about money that goes back without one."""
    match event:
        case RefundApproved():
            begin(rows, recorded, K.SUBMIT_REFUND, key=recorded.stream_id)
        case RefundSubmitted() | RefundResubmitted():
            end(rows, recorded, K.SUBMIT_REFUND)
            begin(rows, recorded, K.SEND_REFUND, key=event.idempotency_key)
        case RefundPending():
            end(rows, recorded, K.SEND_REFUND)
            later = recorded.occurred_at + REFUNDS_ARE_LOOKED_AT_AFTER
            begin(rows, recorded, K.LOOK_AT_REFUND, key=recorded.stream_id, due_at=later)
        case RefundSucceeded() | RefundFailed() | RefundCancelled() | RefundSettledByDispute():
            end(rows, recorded, K.SUBMIT_REFUND, K.SEND_REFUND, K.LOOK_AT_REFUND)
        case ReceiptReturning():
            begin(rows, recorded, K.RETURN_RECEIPT, key=event.idempotency_key)
        case ReceiptReturned() | ReceiptReturnFailed():
            end(rows, recorded, K.RETURN_RECEIPT)
        case _:
            assert_never(event)
