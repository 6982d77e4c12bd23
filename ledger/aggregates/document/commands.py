"""What may be asked of a document."""

from datetime import date

from ledger.aggregates.decider import Command
from ledger.values.files import Fault, MediaType, Purpose, Rendition, ViewReason
from ledger.values.ids import CommandId, DocumentId, HostId, PropertyId


class AnnounceDocument(Command, frozen=True, kw_only=True):
    """Ask for a place to send a file to; `secret` is random, and hides the place.

    `held` is how many files there are of the same host, or property, already.
    """

    document_id: DocumentId
    host_id: HostId
    property_id: PropertyId | None
    purpose: Purpose
    media_type: MediaType
    length_bytes: int
    expires_on: date | None
    secret: str
    held: int = 0


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
    expires_on: date | None


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


class WithdrawDocument(Command, frozen=True, kw_only=True):
    """Take it back; `relied_on_by` is what all other streams say would miss it."""

    document_id: DocumentId
    relied_on_by: tuple[str, ...]


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
    | WithdrawDocument
    | DiscardUpload
    | PurgeDocument
)
