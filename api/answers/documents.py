"""Files of hosts, as they go out; links are signed for each answer, and never kept."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from api.faults import ReadModelMissing
from api.premises import Premises
from ledger import processes
from ledger.aggregates.document import DOCUMENT, Document
from ledger.application import Ledger
from ledger.draft import Draft
from ledger.errors import NotFound
from ledger.gateways.objects import Objects, ObjectStore, Promised
from ledger.store import EventStore
from ledger.values.clock import Instant
from ledger.values.files import MediaType, Purpose
from ledger.values.ids import DocumentId
from projections.documents import held_of
from projections.projection import Answer


class DocumentNow(Answer):
    """Where a file stands. `reason` is why it was refused; `scanned_by` names the engine that found
    no malware in it, and is missing where none is set up.
    """

    document_id: str
    host_id: str
    property_id: str | None
    purpose: str
    status: str
    reason: str | None
    scanned_by: str | None
    expires_on: date | None


class ToUpload(DocumentNow):
    """A file that may be sent: PUT it to `upload_url` with these headers, before `upload_until`."""

    upload_url: str
    upload_headers: Mapping[str, str]
    upload_until: Instant


class Announced(DocumentNow):
    """A file that may be sent, and what to; its link is signed only for the answer."""

    media_type: MediaType
    length_bytes: int
    upload_key: str
    upload_until: Instant

    def signed_by(self, uploads: ObjectStore) -> ToUpload:
        """The same with its link. Raises LinkHasExpired."""
        promised = Promised(self.media_type, self.length_bytes)
        signed = uploads.sign_upload(self.upload_key, promised, self.upload_until)
        told = self.model_dump(exclude={"media_type", "length_bytes", "upload_key"})
        return ToUpload(**told, upload_url=signed.url, upload_headers=signed.headers)


class ToView(Answer):
    """Where to see a document, before `until`."""

    document_id: str
    url: str
    until: Instant


class Viewed(Answer):
    """What may be looked at; its link is signed only for the answer."""

    document_id: str
    purpose: Purpose
    key: str
    until: Instant

    def signed_by(self, objects: Objects) -> ToView:
        """Where to see it. Raises LinkHasExpired."""
        url = objects.of(self.purpose).sign_view(self.key, self.until)
        return ToView(
            position=self.position, document_id=self.document_id, url=url, until=self.until
        )


def looked_up(store: EventStore, ledger: Ledger, document_id: DocumentId) -> DocumentNow:
    """Where a file stands now. Raises NotFound."""
    position = store.head()
    document = ledger.state(DOCUMENT, document_id)
    if document is None:
        raise NotFound(document_id=document_id)
    return DocumentNow(position=position, **told_of(document_id, document))


def document_now(draft: Draft, document_id: DocumentId) -> DocumentNow:
    """Where a file stands, as a draft leaves it. Raises NotFound."""
    document = processes.document_in(draft, document_id)
    return DocumentNow(position=0, **told_of(document_id, document))


def announced_now(draft: Draft, document_id: DocumentId) -> Announced:
    """What a host may send, as a draft leaves it. Raises NotFound."""
    document = processes.document_in(draft, document_id)
    assert document.upload_key is not None, "what was announced has a place to go to"
    return Announced(
        position=0,
        media_type=document.media_type,
        length_bytes=document.length_bytes,
        upload_key=document.upload_key,
        upload_until=document.upload_until,
        **told_of(document_id, document),
    )


def viewed_now(document_id: DocumentId, document: Document) -> Viewed:
    """What may be looked at: the largest picture of it."""
    assert document.viewed_until is not None, "somebody looks at it"
    return Viewed(
        position=0,
        document_id=document_id,
        purpose=document.purpose,
        key=document.renditions[-1].key,
        until=document.viewed_until,
    )


def told_of(document_id: DocumentId, document: Document) -> dict[str, Any]:
    """What everybody may know of a file who may know of it."""
    return {
        "document_id": document_id,
        "host_id": document.host_id,
        "property_id": document.property_id,
        "purpose": document.purpose.value,
        "status": document.status.value,
        "reason": document.reason.value if document.reason else None,
        "scanned_by": document.scanned_by,
        "expires_on": document.expires_on,
    }


async def held_by(premises: Premises, host_id: str, property_id: str | None) -> int:
    """How many files there are. It bounds what is stored, so it may lag, and nobody waits for it:
    where nobody counts, none are read and stored either.
    """
    with suppress(ReadModelMissing):
        return await premises.ask(held_of, host_id, property_id)
    return 0
