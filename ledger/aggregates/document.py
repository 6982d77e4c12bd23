"""A document: one file of a host, from its announcement until nothing of it is left.

A photo of a property goes the same way; it is accepted once it is drawn anew, and never expires.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates.decider import SAME, Command, Decider, Lifecycle, Step, actors, states
from ledger.errors import FileNotTaken, NotFound, TooEarly
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
    UploadDiscarded,
)
from ledger.values.clock import Instant
from ledger.values.files import (
    KEPT_AFTER_EXPIRY,
    KEPT_AFTER_REVIEW,
    LARGEST_UPLOAD_BYTES,
    LINK_LASTS,
    LINKS_ARE_OVER_AFTER,
    Fault,
    MediaType,
    Purpose,
    Rendition,
    ViewReason,
    expires_at,
    refuse_run_out,
    upload_key,
)
from ledger.values.ids import CommandId, DocumentId, HostId, PropertyId

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """How far it has come."""

    ANNOUNCED = "announced"
    UPLOADED = "uploaded"
    SCANNED = "scanned"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"
    PURGED = "purged"


class Document(Struct, frozen=True):
    """Whose it is and what for, what was promised of it, and where it is stored.

    `upload_key` is None once the file as it came is deleted.
    """

    status: Status
    host_id: HostId
    property_id: PropertyId | None
    purpose: Purpose
    media_type: MediaType
    length_bytes: int
    upload_key: str | None
    upload_until: Instant
    renditions: tuple[Rendition, ...] = ()
    content_hash: str | None = None
    scanned_by: str | None = None
    expires_on: date | None = None
    reason: Fault | None = None
    last_view: CommandId | None = None
    viewed_until: Instant | None = None


# -- Commands ---------------------------------------------------------------------------


class AnnounceDocument(Command, frozen=True, kw_only=True):
    """Ask for a place to send a file to; `secret` is random, and hides the place."""

    document_id: DocumentId
    host_id: HostId
    property_id: PropertyId | None
    purpose: Purpose
    media_type: MediaType
    length_bytes: int
    expires_on: date | None
    secret: str


class ReportUpload(Command, frozen=True, kw_only=True):
    """Say that the file is there."""

    document_id: DocumentId


class RecordScan(Command, frozen=True, kw_only=True):
    """Keep what was drawn anew of the file."""

    document_id: DocumentId
    content_hash: str
    renditions: tuple[Rendition, ...]
    scanned_by: str | None


class AcceptDocument(Command, frozen=True, kw_only=True):
    """Say that it shows what it is to show, and when it runs out, as the reviewer reads it."""

    document_id: DocumentId
    expires_on: date | None = None


class RefuseDocument(Command, frozen=True, kw_only=True):
    """Do not take it."""

    document_id: DocumentId
    reason: Fault


class ViewDocument(Command, frozen=True, kw_only=True):
    """Look at it, and say why; `view` tells one look from the next."""

    document_id: DocumentId
    view: CommandId
    reason: ViewReason


class ExpireDocument(Command, frozen=True, kw_only=True):
    """Find that the day has come that it runs out on."""

    document_id: DocumentId


class DiscardUpload(Command, frozen=True, kw_only=True):
    """Note that the file as it came is deleted."""

    document_id: DocumentId


class PurgeDocument(Command, frozen=True, kw_only=True):
    """Note that everything of it is deleted."""

    document_id: DocumentId


DocumentCommand = (
    AnnounceDocument
    | ReportUpload
    | RecordScan
    | AcceptDocument
    | RefuseDocument
    | ViewDocument
    | ExpireDocument
    | DiscardUpload
    | PurgeDocument
)

# -- Lifecycle --------------------------------------------------------------------------

S = Status

LIFECYCLE = Lifecycle(
    "document",
    Step("DC1", AnnounceDocument, states(None), actors("H"), DocumentAnnounced, S.ANNOUNCED,
         "neither empty nor too large; about a property where its purpose is one's; still good"),
    Step("DC2", ReportUpload, states(S.ANNOUNCED), actors("HX"), DocumentUploaded, S.UPLOADED),
    Step("DC3", RecordScan, states(S.UPLOADED), actors("X"), DocumentScanned, S.SCANNED,
         "drawn anew; no engine found malware"),
    Step("DC4", AcceptDocument, states(S.SCANNED), actors("VX"), DocumentAccepted, S.ACCEPTED,
         "not its own host; still good; a photo never expires"),
    Step("DC5", RefuseDocument, states(S.ANNOUNCED, S.UPLOADED), actors("X"), DocumentRefused,
         S.REFUSED, "nothing came in time, or nothing that can be kept"),
    Step("DC6", RefuseDocument, states(S.SCANNED, S.ACCEPTED), actors("VO"), DocumentRefused,
         S.REFUSED, "not its own host"),
    Step("DC7", ViewDocument, states(S.SCANNED, S.ACCEPTED, S.EXPIRED), actors("HVSFO"),
         DocumentViewed, SAME),
    Step("DC8", ExpireDocument, states(S.ACCEPTED), actors("T"), DocumentExpired, S.EXPIRED,
         "the day has come that it runs out on"),
    Step("DC9", DiscardUpload, states(S.SCANNED, S.ACCEPTED, S.REFUSED, S.EXPIRED), actors("X"),
         UploadDiscarded, SAME, "once"),
    Step("DC10", PurgeDocument, states(S.REFUSED, S.EXPIRED), actors("X"), DocumentPurged,
         S.PURGED),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def decide(
    document: Document | None, command: DocumentCommand, now: Instant
) -> Sequence[DocumentEvent]:
    """What a command does to a document. Raises Refused."""
    if isinstance(command, AnnounceDocument):
        return announce(command, now)
    if document is None:
        raise NotFound(document_id=command.document_id)
    match command:
        case ReportUpload():
            return [DocumentUploaded()]
        case RecordScan():
            return [_scanned(command)]
        case AcceptDocument():
            return accept(document, command, now)
        case RefuseDocument():
            return refuse(document, command, now)
        case ViewDocument():
            return look_at(document, command, now)
        case ExpireDocument():
            return expire(document, now)
        case DiscardUpload():
            return discard(document)
        case PurgeDocument():
            return [DocumentPurged()]
        case _:
            assert_never(command)


def announce(command: AnnounceDocument, now: Instant) -> Sequence[DocumentEvent]:
    """Give a file of a fit length a place to go to. Raises FileNotTaken, DocumentHasExpired."""
    if not 0 < command.length_bytes <= LARGEST_UPLOAD_BYTES:
        raise FileNotTaken(why="length", at_most_bytes=LARGEST_UPLOAD_BYTES)
    if command.purpose.is_of_a_property != (command.property_id is not None):
        raise FileNotTaken(why="property", purpose=command.purpose.value)
    refuse_run_out(command.purpose, command.expires_on, now)
    return [
        DocumentAnnounced(
            host_id=command.host_id,
            property_id=command.property_id,
            purpose=command.purpose,
            media_type=command.media_type,
            length_bytes=command.length_bytes,
            expires_on=command.expires_on,
            upload_key=upload_key(command.secret),
            upload_until=now + LINK_LASTS,
        )
    ]


def accept(document: Document, command: AcceptDocument, now: Instant) -> Sequence[DocumentEvent]:
    """Take a document that is good. Raises DocumentHasExpired, FileNotTaken."""
    refuse_run_out(document.purpose, command.expires_on, now)
    return [DocumentAccepted(expires_on=command.expires_on)]


def refuse(document: Document, command: RefuseDocument, now: Instant) -> Sequence[DocumentEvent]:
    """Do not take a file; a document that was read is kept for a while, for a second look."""
    second_look = document.renditions and document.purpose is not Purpose.PHOTO
    kept_for = KEPT_AFTER_REVIEW if second_look else LINKS_ARE_OVER_AFTER
    return [DocumentRefused(reason=command.reason, purge_at=now + kept_for)]


def look_at(document: Document, command: ViewDocument, now: Instant) -> Sequence[DocumentEvent]:
    """Let somebody look for a while; each look leaves a trace, and only one."""
    if command.view == document.last_view:
        return []
    until = now + LINK_LASTS
    return [DocumentViewed(view=command.view, reason=command.reason, until=until)]


def expire(document: Document, now: Instant) -> Sequence[DocumentEvent]:
    """Let a document expire on the day that it runs out. Raises TooEarly."""
    if document.expires_on is None or now < expires_at(document.expires_on):
        raise TooEarly(expires_on=document.expires_on)
    return [
        DocumentExpired(
            host_id=document.host_id,
            property_id=document.property_id,
            purpose=document.purpose,
            purge_at=now + KEPT_AFTER_EXPIRY,
        )
    ]


def discard(document: Document) -> Sequence[DocumentEvent]:
    """Note that the upload is gone, once."""
    return [] if document.upload_key is None else [UploadDiscarded()]


def _scanned(command: RecordScan) -> DocumentScanned:
    return DocumentScanned(
        content_hash=command.content_hash,
        renditions=command.renditions,
        scanned_by=command.scanned_by,
    )


# -- Evolution --------------------------------------------------------------------------


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
        case DocumentUploaded() | DocumentExpired():
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


DOCUMENT = Decider(
    lifecycle=LIFECYCLE,
    state=Document,
    stream_of=lambda command: command.document_id,
    decide=decide,
    evolve=evolve,
)
