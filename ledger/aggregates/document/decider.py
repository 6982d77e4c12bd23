"""A document's rules, whole: each decision, and which of them answers a command."""

from collections.abc import Sequence
from typing import assert_never

from ledger.aggregates.decider import Decider
from ledger.aggregates.document.commands import (
    AcceptDocument,
    AnnounceDocument,
    DiscardUpload,
    DocumentCommand,
    ExpireDocument,
    PurgeDocument,
    RecordScan,
    RefuseDocument,
    ReportUpload,
    ViewDocument,
    WithdrawDocument,
)
from ledger.aggregates.document.evolution import evolve
from ledger.aggregates.document.lifecycle import LIFECYCLE
from ledger.aggregates.document.state import Document
from ledger.errors import DocumentInUse, FileNotTaken, NotFound, TooEarly, TooManyFiles
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
from ledger.values.clock import Instant
from ledger.values.files import (
    FILES_AT_MOST,
    KEPT_AFTER_EXPIRY,
    LARGEST_UPLOAD_BYTES,
    LINK_LASTS,
    LINKS_ARE_OVER_AFTER,
    expires_at,
    refuse_run_out,
    upload_key,
)


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
            return refuse(command, now)
        case ViewDocument():
            return look_at(document, command, now)
        case ExpireDocument():
            return expire(document, now)
        case WithdrawDocument():
            return withdraw(command, now)
        case DiscardUpload():
            return discard(document)
        case PurgeDocument():
            return [DocumentPurged()]
        case _:
            assert_never(command)


def announce(command: AnnounceDocument, now: Instant) -> Sequence[DocumentEvent]:
    """Give a file of a fit length a place to go to.

    Raises FileNotTaken, DocumentHasExpired, TooManyFiles.
    """
    if command.held >= FILES_AT_MOST:
        raise TooManyFiles(at_most=FILES_AT_MOST)
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


def refuse(command: RefuseDocument, now: Instant) -> Sequence[DocumentEvent]:
    """Do not take a file: nobody sees it any more, and it is deleted once no link leads to it."""
    return [DocumentRefused(reason=command.reason, purge_at=now + LINKS_ARE_OVER_AFTER)]


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


def withdraw(command: WithdrawDocument, now: Instant) -> Sequence[DocumentEvent]:
    """Take a file back that nobody would miss. Raises DocumentInUse."""
    if command.relied_on_by:
        raise DocumentInUse(by=list(command.relied_on_by))
    return [DocumentWithdrawn(purge_at=now + LINKS_ARE_OVER_AFTER)]


def discard(document: Document) -> Sequence[DocumentEvent]:
    """Note that the upload is gone, once."""
    return [] if document.upload_key is None else [UploadDiscarded()]


def _scanned(command: RecordScan) -> DocumentScanned:
    return DocumentScanned(
        content_hash=command.content_hash,
        renditions=command.renditions,
        scanned_by=command.scanned_by,
    )


DOCUMENT = Decider(
    lifecycle=LIFECYCLE,
    state=Document,
    stream_of=lambda command: command.document_id,
    decide=decide,
    evolve=evolve,
)
