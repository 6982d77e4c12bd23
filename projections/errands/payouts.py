"""What is to be done about a payout."""

from typing import Any, assert_never

from ledger.events import Recorded
from ledger.events.payout import (
    PayoutCancelled,
    PayoutDue,
    PayoutHeld,
    PayoutHoldLifted,
    PayoutNetted,
    PayoutReleased,
    PayoutRetried,
    PayoutReversed,
    PayoutTransferFailed,
    PayoutTransferred,
    ReversalFailed,
    ReversalOrdered,
)
from ledger.values.errands import ErrandKind as K
from projections.errands.table import begin, end, errands, name
from projections.projection import Rows

PayoutErrandEvent = (
    PayoutDue
    | PayoutHeld
    | PayoutHoldLifted
    | PayoutReleased
    | PayoutRetried
    | PayoutNetted
    | PayoutCancelled
    | PayoutTransferred
    | PayoutTransferFailed
    | ReversalOrdered
    | PayoutReversed
    | ReversalFailed
)


def project(rows: Rows, recorded: Recorded[Any], event: PayoutErrandEvent) -> None:
    """What is to be done about a payout: what is due is tried, what is held is looked at again."""
    match event:
        case PayoutDue():
            begin(rows, recorded, K.RELEASE_PAYOUT, key=recorded.stream_id)
        case PayoutHeld() | PayoutHoldLifted():
            project_holds(rows, recorded, event)
        case PayoutReleased() | PayoutRetried():
            end(rows, recorded, K.RELEASE_PAYOUT)
            begin(rows, recorded, K.SEND_TRANSFER, key=event.idempotency_key)
        case PayoutNetted() | PayoutCancelled():
            end(rows, recorded, K.RELEASE_PAYOUT, K.RECONSIDER_PAYOUT)
        case PayoutTransferred() | PayoutTransferFailed():
            end(rows, recorded, K.SEND_TRANSFER)
        case ReversalOrdered():
            key = event.idempotency_key
            begin(rows, recorded, K.REVERSE_TRANSFER, key=key, called=key)
        case PayoutReversed() | ReversalFailed():
            rows.remove(errands, name(K.REVERSE_TRANSFER, event.idempotency_key))
        case _:
            assert_never(event)


def project_holds(
    rows: Rows, recorded: Recorded[Any], event: PayoutHeld | PayoutHoldLifted
) -> None:
    """What is held is looked at again, until the last reason is gone; then the clock decides."""
    end(rows, recorded, K.RELEASE_PAYOUT, K.RECONSIDER_PAYOUT)
    if isinstance(event, PayoutHeld) or event.to == "on_hold":
        begin(rows, recorded, K.RECONSIDER_PAYOUT, key=recorded.stream_id)
    elif event.to == "due":
        begin(rows, recorded, K.RELEASE_PAYOUT, key=recorded.stream_id)
