"""What is to be read, and what to be deleted, of a host's file."""

from typing import Any, assert_never

from ledger.events import Recorded
from ledger.events.document import (
    DocumentAnnounced,
    DocumentExpired,
    DocumentPurged,
    DocumentRefused,
    DocumentScanned,
    DocumentUploaded,
    DocumentWithdrawn,
    UploadDiscarded,
)
from ledger.values.errands import ErrandKind as K
from ledger.values.files import AWAITED_FOR, LINKS_ARE_OVER_AFTER
from projections.errands.table import begin, end
from projections.projection import Rows

DocumentErrandEvent = (
    DocumentAnnounced
    | DocumentUploaded
    | DocumentScanned
    | UploadDiscarded
    | DocumentRefused
    | DocumentExpired
    | DocumentWithdrawn
    | DocumentPurged
)


def project(rows: Rows, recorded: Recorded[Any], event: DocumentErrandEvent) -> None:
    """What is to be read, and what to be deleted, of a host's file."""
    of_it = recorded.stream_id
    match event:
        case DocumentAnnounced():
            # Whoever sends it may not come to say so.
            later = recorded.occurred_at + AWAITED_FOR
            begin(rows, recorded, K.READ_UPLOAD, key=of_it, due_at=later)
        case DocumentUploaded():
            begin(rows, recorded, K.READ_UPLOAD, key=of_it)
        case DocumentScanned():
            end(rows, recorded, K.READ_UPLOAD)
            later = recorded.occurred_at + LINKS_ARE_OVER_AFTER
            begin(rows, recorded, K.DISCARD_UPLOAD, key=of_it, due_at=later)
        case UploadDiscarded():
            end(rows, recorded, K.DISCARD_UPLOAD)
        case DocumentRefused() | DocumentExpired() | DocumentWithdrawn():
            end(rows, recorded, K.READ_UPLOAD)
            begin(rows, recorded, K.PURGE_DOCUMENT, key=of_it, due_at=event.purge_at)
        case DocumentPurged():
            end(rows, recorded, K.DISCARD_UPLOAD, K.PURGE_DOCUMENT)
        case _:
            assert_never(event)
