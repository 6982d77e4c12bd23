"""What follows from an event: how far a document has come, and what is kept of it."""

from typing import assert_never

from msgspec.structs import replace

from ledger.aggregates.document.lifecycle import LIFECYCLE
from ledger.aggregates.document.state import Document
from ledger.events.document import (
    DocumentAccepted,
    DocumentAnnounced,
    DocumentEvent,
    DocumentExpired,
    DocumentPurged,
    DocumentRefused,
    DocumentScanned,
    DocumentUploaded,
    DocumentViewed,
    DocumentWithdrawn,
    UploadDiscarded,
)


def evolve(document: Document | None, event: DocumentEvent) -> Document:
    """The document after an event."""
    status = LIFECYCLE.after(event, document and document.status)
    if isinstance(event, DocumentAnnounced):
        return Document(
            status=status,
            host_id=event.host_id,
            property_id=event.property_id,
            purpose=event.purpose,
            media_type=event.media_type,
            length_bytes=event.length_bytes,
            expires_on=event.expires_on,
            upload_key=event.upload_key,
            upload_until=event.upload_until,
        )
    assert document is not None
    document = replace(document, status=status)
    match event:
        case DocumentUploaded() | DocumentExpired() | DocumentWithdrawn():
            return document
        case DocumentViewed():
            return replace(document, last_view=event.view, viewed_until=event.until)
        case DocumentScanned():
            return replace(
                document,
                content_hash=event.content_hash,
                renditions=event.renditions,
                scanned_by=event.scanned_by,
            )
        case DocumentAccepted():
            return replace(document, expires_on=event.expires_on)
        case DocumentRefused():
            return replace(document, reason=event.reason)
        case UploadDiscarded():
            return replace(document, upload_key=None)
        case DocumentPurged():
            return replace(document, upload_key=None, renditions=())
        case _:
            assert_never(event)
