"""Rui's passport, and a photo of the house by the sea."""

from datetime import date, timedelta
from typing import Any

from ledger.aggregates.decider import Command
from ledger.aggregates.document import (
    AcceptDocument,
    AnnounceDocument,
    DiscardUpload,
    ExpireDocument,
    PurgeDocument,
    RecordScan,
    RefuseDocument,
    ReportUpload,
    ViewDocument,
    WithdrawDocument,
)
from ledger.events import Actor
from ledger.events.document import (
    DocumentAccepted,
    DocumentAnnounced,
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
    KEPT_AFTER_EXPIRY,
    LINK_LASTS,
    LINKS_ARE_OVER_AFTER,
    Fault,
    MediaType,
    Purpose,
    Rendition,
    ViewReason,
    expires_at,
    rendition_key,
    upload_key,
)
from ledger.values.ids import CommandId, DocumentId
from tests.facts.story import NOW, PROCESS, PROPERTY, RUI, THE_DIGEST, VERIFIER, an_id

PASSPORT = DocumentId(an_id("Rui's passport"))
PHOTO = DocumentId(an_id("the house from the beach"))
A_LOOK = CommandId(an_id("a look at the passport"))
SECRET = "4f7c1f0e2b9d4a6e8c3b5d7f9a1e2c4d"
RUNS_OUT = date(2027, 6, 1)
"""The passport is good for one more year."""


def to_announce(**changed: Any) -> AnnounceDocument:
    """Rui will send his passport."""
    told: dict[str, Any] = {
        "document_id": PASSPORT,
        "host_id": RUI,
        "property_id": None,
        "purpose": Purpose.IDENTITY,
        "media_type": MediaType.JPEG,
        "length_bytes": 120_000,
        "expires_on": RUNS_OUT,
        "secret": SECRET,
    }
    return AnnounceDocument(**told | changed)


def to_announce_a_photo(**changed: Any) -> AnnounceDocument:
    """Rui will send a photo of the house."""
    told: dict[str, Any] = {
        "document_id": PHOTO,
        "property_id": PROPERTY,
        "purpose": Purpose.PHOTO,
        "expires_on": None,
        "secret": SECRET[::-1],
    }
    return to_announce(**told | changed)


def sent_and_read(**changed: Any) -> tuple[tuple[Actor, Command], ...]:
    """The steps by which a file comes, and is read; a photo is accepted with that."""
    wish = to_announce(**{"secret": an_id(f"place of {changed}")} | changed)
    host, document_id = Actor("H", wish.host_id), wish.document_id
    steps = ((host, wish), (host, to_report(document_id)), (PROCESS, to_record_scan(document_id)))
    if wish.purpose is Purpose.PHOTO:
        return (*steps, (PROCESS, to_accept(document_id, expires_on=None)))
    return steps


def sent_and_accepted(**changed: Any) -> tuple[tuple[Actor, Command], ...]:
    """The steps by which a document comes, is read, and is accepted by a verifier."""
    steps = sent_and_read(**changed)
    wish = to_announce(**changed)
    accept = to_accept(wish.document_id, expires_on=wish.expires_on)
    return (*steps, (VERIFIER, accept))


def to_report(document_id: DocumentId = PASSPORT) -> ReportUpload:
    """It is there."""
    return ReportUpload(document_id=document_id)


def to_record_scan(document_id: DocumentId = PASSPORT, **changed: Any) -> RecordScan:
    """It was drawn anew."""
    told: dict[str, Any] = {
        "document_id": document_id,
        "content_hash": THE_DIGEST,
        "renditions": (a_rendition(document_id),),
        "scanned_by": None,
    }
    return RecordScan(**told | changed)


def to_accept(document_id: DocumentId = PASSPORT, **changed: Any) -> AcceptDocument:
    """It shows who Rui is, until next May."""
    told: dict[str, Any] = {"document_id": document_id, "expires_on": RUNS_OUT}
    return AcceptDocument(**told | changed)


def to_refuse(reason: Fault = Fault.NOT_LEGIBLE) -> RefuseDocument:
    """Nobody can read it."""
    return RefuseDocument(document_id=PASSPORT, reason=reason)


def to_view(reason: ViewReason = ViewReason.REVIEW, **changed: Any) -> ViewDocument:
    """Somebody looks at it."""
    told: dict[str, Any] = {"document_id": PASSPORT, "view": A_LOOK, "reason": reason}
    return ViewDocument(**told | changed)


def to_expire() -> ExpireDocument:
    """The day has come that it runs out on."""
    return ExpireDocument(document_id=PASSPORT)


def to_withdraw_document(
    document_id: DocumentId = PASSPORT, *relied_on_by: str
) -> WithdrawDocument:
    """Rui takes it back."""
    return WithdrawDocument(document_id=document_id, relied_on_by=relied_on_by)


def to_discard() -> DiscardUpload:
    """The file as it came is deleted."""
    return DiscardUpload(document_id=PASSPORT)


def to_purge() -> PurgeDocument:
    """Everything is deleted."""
    return PurgeDocument(document_id=PASSPORT)


def a_rendition(document_id: DocumentId = PASSPORT) -> Rendition:
    """What we drew."""
    return Rendition(
        key=rendition_key(document_id, THE_DIGEST),
        width=1200,
        height=800,
        length_bytes=90_000,
        content_hash=THE_DIGEST,
    )


def announced(**changed: Any) -> DocumentAnnounced:
    """Rui will send his passport."""
    told = to_announce(**changed)
    return DocumentAnnounced(
        host_id=told.host_id,
        property_id=told.property_id,
        purpose=told.purpose,
        media_type=told.media_type,
        length_bytes=told.length_bytes,
        expires_on=told.expires_on,
        upload_key=upload_key(told.secret),
        upload_until=NOW + LINK_LASTS,
    )


def uploaded() -> DocumentUploaded:
    """It is there."""
    return DocumentUploaded()


def scanned(document_id: DocumentId = PASSPORT, scanned_by: str | None = None) -> DocumentScanned:
    """It was drawn anew."""
    told = to_record_scan(document_id, scanned_by=scanned_by)
    return DocumentScanned(
        content_hash=told.content_hash, renditions=told.renditions, scanned_by=told.scanned_by
    )


def document_accepted(expires_on: date | None = RUNS_OUT) -> DocumentAccepted:
    """It shows who Rui is."""
    return DocumentAccepted(expires_on=expires_on)


def document_refused(
    reason: Fault = Fault.NOT_LEGIBLE, kept_for: timedelta = LINKS_ARE_OVER_AFTER
) -> DocumentRefused:
    """Nobody can read it."""
    return DocumentRefused(reason=reason, purge_at=NOW + kept_for)


def viewed(
    reason: ViewReason = ViewReason.REVIEW, at: Instant = NOW, view: CommandId | None = None
) -> DocumentViewed:
    """A verifier looked at it."""
    return DocumentViewed(view=view or A_LOOK, reason=reason, until=at + LINK_LASTS)


def document_expired() -> DocumentExpired:
    """The day has come that it runs out on."""
    return DocumentExpired(
        host_id=RUI,
        property_id=None,
        purpose=Purpose.IDENTITY,
        purge_at=expires_at(RUNS_OUT) + KEPT_AFTER_EXPIRY,
    )


def document_withdrawn(at: Instant = NOW) -> DocumentWithdrawn:
    """Rui took it back."""
    return DocumentWithdrawn(purge_at=at + LINKS_ARE_OVER_AFTER)


def discarded() -> UploadDiscarded:
    """The file as it came is deleted."""
    return UploadDiscarded()


def purged() -> DocumentPurged:
    """Everything is deleted."""
    return DocumentPurged()
