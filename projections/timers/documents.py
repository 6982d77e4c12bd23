"""Timers of documents that expire."""

from typing import Any

from ledger.events import Recorded
from ledger.events.document import (
    DocumentAccepted,
    DocumentExpired,
    DocumentRefused,
    DocumentWithdrawn,
)
from ledger.values.files import expires_at
from ledger.values.timers import TimerKind
from projections.projection import Rows
from projections.timers.table import begin, end

DocumentTimerEvent = DocumentAccepted | DocumentRefused | DocumentExpired | DocumentWithdrawn


def project(rows: Rows, recorded: Recorded[Any], event: DocumentTimerEvent) -> None:
    """When a document expires that was accepted."""
    end(rows, recorded.stream_id, TimerKind.EXPIRE_DOCUMENT)
    if isinstance(event, DocumentAccepted) and event.expires_on is not None:
        kind, fires_at = TimerKind.EXPIRE_DOCUMENT, expires_at(event.expires_on)
        begin(rows, recorded, kind, fires_at, of=recorded.stream_id)
