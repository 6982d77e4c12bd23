"""What is to be said about one dispute, and when to ask what became of it."""

from datetime import timedelta
from typing import Any, assert_never

from ledger.events import Recorded
from ledger.events.dispute import (
    DisputeAccepted,
    DisputeClosed,
    DisputeEscalated,
    DisputeLost,
    DisputeOpened,
    DisputePrevented,
    DisputeReopened,
    DisputeWon,
    EvidenceDelivered,
    EvidenceFailed,
    EvidenceSubmitted,
)
from ledger.values.clock import Instant
from ledger.values.errands import ErrandKind as K
from projections.errands.table import begin, end
from projections.projection import Rows

DISPUTES_ARE_LOOKED_AT_AFTER = timedelta(hours=1)
"""So long after the time for an answer the processor has told us that it is over."""


BANKS_DECIDE_WITHIN = timedelta(days=75)
"""How long a guest's bank takes over an answer, at the most, by the processor's own word."""


DisputeErrandEvent = (
    DisputeOpened
    | DisputeEscalated
    | DisputeReopened
    | EvidenceSubmitted
    | EvidenceDelivered
    | EvidenceFailed
    | DisputeAccepted
    | DisputeWon
    | DisputeLost
    | DisputeClosed
    | DisputePrevented
)


def project(rows: Rows, recorded: Recorded[Any], event: DisputeErrandEvent) -> None:
    """What is to be said about one dispute, and when to ask what became of it."""
    match event:
        case DisputeOpened() | DisputeEscalated() | DisputeReopened():
            end(rows, recorded, K.SUBMIT_EVIDENCE)
            look_at_dispute(rows, recorded, event.due_by + DISPUTES_ARE_LOOKED_AT_AFTER)
        case EvidenceSubmitted():
            begin(rows, recorded, K.SUBMIT_EVIDENCE, key=recorded.event_id)
        case EvidenceDelivered():
            end(rows, recorded, K.SUBMIT_EVIDENCE)
            look_at_dispute(rows, recorded, recorded.occurred_at + BANKS_DECIDE_WITHIN)
        case EvidenceFailed():
            end(rows, recorded, K.SUBMIT_EVIDENCE)
        case DisputeAccepted():
            begin(rows, recorded, K.ACCEPT_DISPUTE, key=f"{recorded.stream_id}/accept")
        case DisputeWon() | DisputeLost() | DisputeClosed() | DisputePrevented():
            end(rows, recorded, K.SUBMIT_EVIDENCE, K.ACCEPT_DISPUTE, K.LOOK_AT_DISPUTE)
        case _:
            assert_never(event)


def look_at_dispute(rows: Rows, recorded: Recorded[Any], due_at: Instant) -> None:
    """Look at a dispute when it should be decided; notices get lost."""
    begin(rows, recorded, K.LOOK_AT_DISPUTE, key=recorded.stream_id, due_at=due_at)
