"""What is to be said about one payment."""

from typing import Any, assert_never

from ledger.events import Recorded
from ledger.events.payment import (
    CaptureRequested,
    PaymentActionRequired,
    PaymentAuthorized,
    PaymentCancellationAsked,
    PaymentCancelled,
    PaymentCompleted,
    PaymentFailed,
    PaymentIntentClosed,
    PaymentIntentLinked,
    PaymentOpened,
    PaymentOutcomeUnknown,
    PaymentProcessing,
)
from ledger.values.clock import Instant
from ledger.values.errands import ErrandKind as K
from projections.errands.table import begin, end
from projections.projection import Rows

PaymentErrandEvent = (
    PaymentOpened
    | PaymentIntentLinked
    | PaymentProcessing
    | PaymentActionRequired
    | PaymentAuthorized
    | CaptureRequested
    | PaymentOutcomeUnknown
    | PaymentCompleted
    | PaymentFailed
    | PaymentCancellationAsked
    | PaymentCancelled
    | PaymentIntentClosed
)


def project(  # noqa: C901 - one case per event
    rows: Rows, recorded: Recorded[Any], event: PaymentErrandEvent
) -> None:
    """What is to be said about one payment."""
    match event:
        case PaymentOpened():
            begin(rows, recorded, K.OPEN_INTENT, key=f"{recorded.stream_id}/open")
        case PaymentIntentLinked():
            end(rows, recorded, K.OPEN_INTENT)
        case PaymentProcessing():
            look_at(rows, recorded, event.answer_due_at)
        case PaymentActionRequired() | PaymentAuthorized():
            end(rows, recorded, K.LOOK_AT_PAYMENT)
        case CaptureRequested():
            begin(rows, recorded, K.CAPTURE, key=event.idempotency_key)
            look_at(rows, recorded, event.answer_due_at)
        case PaymentOutcomeUnknown():
            look_at(rows, recorded, event.look_again_at)
        case PaymentFailed():
            end(rows, recorded, K.CAPTURE, K.LOOK_AT_PAYMENT)
        case PaymentCancellationAsked():
            begin(rows, recorded, K.CLOSE_INTENT, key=f"{recorded.stream_id}/close")
        case PaymentCancelled():
            end(rows, recorded, K.OPEN_INTENT, K.CAPTURE, K.LOOK_AT_PAYMENT)
            begin(rows, recorded, K.CLOSE_INTENT, key=f"{recorded.stream_id}/close")
        case PaymentIntentClosed():
            end(rows, recorded, K.CLOSE_INTENT)
        case PaymentCompleted():
            end(rows, recorded, K.OPEN_INTENT, K.CLOSE_INTENT, K.CAPTURE, K.LOOK_AT_PAYMENT)
        case _:
            assert_never(event)


def look_at(rows: Rows, recorded: Recorded[Any], due_at: Instant | None) -> None:
    """Look at a payment when its answer is overdue; or leave it to people."""
    end(rows, recorded, K.LOOK_AT_PAYMENT)
    if due_at is not None:
        begin(rows, recorded, K.LOOK_AT_PAYMENT, key=recorded.stream_id, due_at=due_at)
