"""What happens to one file of a host: a document to be verified, or a photo of a property."""

from datetime import date

from ledger.events.event import Event
from ledger.values.clock import Instant
from ledger.values.files import Fault, MediaType, Purpose, Rendition, ViewReason
from ledger.values.ids import CommandId, HostId, PropertyId


class DocumentAnnounced(Event, topic="document.announced", frozen=True, kw_only=True):
    """A host will send a file of this type and length, to `upload_key` and before `upload_until`.

    It is about the property, or about the host where none is named. It runs out on `expires_on`, as
    the host says, if it does.
    """

    host_id: HostId
    property_id: PropertyId | None
    purpose: Purpose
    media_type: MediaType
    length_bytes: int
    expires_on: date | None
    upload_key: str
    upload_until: Instant


class DocumentUploaded(Event, topic="document.uploaded", frozen=True, kw_only=True):
    """The file is said to be there, or was found."""


class DocumentScanned(Event, topic="document.scanned", frozen=True, kw_only=True):
    """The file is a picture, and was drawn anew from its pixels: nothing else of it is kept.

    `content_hash` is the SHA-256 of the file as it came; `scanned_by` the engine that found no
    malware in it, None where no engine is set up.
    """

    content_hash: str
    renditions: tuple[Rendition, ...]
    scanned_by: str | None


class DocumentAccepted(Event, topic="document.accepted", frozen=True, kw_only=True):
    """It shows what it is to show, until the day that it runs out on, or for ever."""

    expires_on: date | None


class DocumentRefused(Event, topic="document.refused", frozen=True, kw_only=True):
    """It is not what was asked for; its host may send another one. It is deleted at `purge_at`."""

    reason: Fault
    purge_at: Instant


class DocumentViewed(Event, topic="document.viewed", frozen=True, kw_only=True):
    """Somebody got a link to look at it, which can be used before `until`.

    `view` is the id of the command that they gave, so that each look is told apart.
    """

    view: CommandId
    reason: ViewReason
    until: Instant


class DocumentExpired(Event, topic="document.expired", frozen=True, kw_only=True):
    """The day has come that it runs out on; it is deleted at `purge_at`."""

    host_id: HostId
    property_id: PropertyId | None
    purpose: Purpose
    purge_at: Instant


class DocumentWithdrawn(Event, topic="document.withdrawn", frozen=True, kw_only=True):
    """Its host took it back, and nothing relied on it; it is deleted at `purge_at`."""

    purge_at: Instant


class UploadDiscarded(Event, topic="document.upload_discarded", frozen=True, kw_only=True):
    """The file as it came is deleted; what we drew of it stays."""


class DocumentPurged(Event, topic="document.purged", frozen=True, kw_only=True):
    """Everything of it is deleted; that it was there is remembered."""


DocumentEvent = (
    DocumentAnnounced
    | DocumentUploaded
    | DocumentScanned
    | DocumentAccepted
    | DocumentRefused
    | DocumentViewed
    | DocumentExpired
    | DocumentWithdrawn
    | UploadDiscarded
    | DocumentPurged
)
