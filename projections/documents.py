"""Documents: what a host has sent, how far it has come, and where what is kept of it lies."""

from collections.abc import Sequence
from datetime import date
from typing import assert_never, get_args

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    Column,
    Connection,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
    select,
)

from ledger.events import Recorded
from ledger.events.document import (
    DocumentAccepted,
    DocumentAnnounced,
    DocumentExpired,
    DocumentPurged,
    DocumentRefused,
    DocumentScanned,
    DocumentUploaded,
    DocumentWithdrawn,
)
from ledger.values.clock import Instant
from ledger.values.files import Rendition
from ledger.values.ids import HostId
from projections.projection import Answer, Projection, Rows, position_of

# -- Tables -----------------------------------------------------------------------------

tables = MetaData(schema="documents_v3")

documents = Table(
    "documents",
    tables,
    Column("document_id", Uuid(as_uuid=False), primary_key=True),
    Column("host_id", Uuid(as_uuid=False), nullable=False),
    Column("property_id", Uuid(as_uuid=False)),
    Column("purpose", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("expires_on", Date),
    Column("announced_at", DateTime(timezone=True), nullable=False),
    Index("documents_by_host", "host_id", "announced_at"),
    Index("documents_by_property", "property_id", "announced_at"),
)

renditions = Table(
    "renditions",
    tables,
    Column("document_id", Uuid(as_uuid=False), primary_key=True),
    Column("content_hash", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
)
"""What is kept of each, in every size; of what is purged, the addresses that lead nowhere now."""

# -- Events -----------------------------------------------------------------------------

DocumentSeen = (
    DocumentAnnounced
    | DocumentUploaded
    | DocumentScanned
    | DocumentAccepted
    | DocumentRefused
    | DocumentExpired
    | DocumentWithdrawn
    | DocumentPurged
)


def project(rows: Rows, recorded: Recorded[DocumentSeen]) -> None:
    """Change the document as the event tells."""
    document_id = recorded.stream_id
    match recorded.event:
        case DocumentAnnounced() as event:
            announce(rows, recorded, event)
        case (
            DocumentUploaded() | DocumentExpired() | DocumentWithdrawn() | DocumentPurged()
        ) as event:
            rows.change(documents, document_id, status=event.topic.rpartition(".")[2])
        case DocumentScanned() as event:
            rows.change(documents, document_id, status="scanned")
            for rendition in event.renditions:
                keep(rows, document_id, rendition)
        case DocumentAccepted() as event:
            rows.change(documents, document_id, status="accepted", expires_on=event.expires_on)
        case DocumentRefused() as event:
            rows.change(documents, document_id, status="refused", reason=event.reason.value)
        case _:
            assert_never(recorded.event)


def announce(rows: Rows, recorded: Recorded[DocumentSeen], event: DocumentAnnounced) -> None:
    """Begin with what its host said of it."""
    rows.insert(
        documents,
        document_id=recorded.stream_id,
        host_id=event.host_id,
        property_id=event.property_id,
        purpose=event.purpose.value,
        status="announced",
        reason=None,
        expires_on=event.expires_on,
        announced_at=recorded.occurred_at,
    )


def keep(rows: Rows, document_id: str, rendition: Rendition) -> None:
    """Note where one size of it lies."""
    rows.insert(
        renditions,
        document_id=document_id,
        content_hash=rendition.content_hash,
        key=rendition.key,
        width=rendition.width,
        height=rendition.height,
    )


DOCUMENTS = Projection("documents", 3, tables, get_args(DocumentSeen), project)

# -- Questions --------------------------------------------------------------------------


class DocumentListed(BaseModel):
    """One file of a host; `reason` is why it was refused, if it was.

    It runs out on `expires_on`, if it does: as a verifier read it, or before as its host says.
    """

    model_config = ConfigDict(frozen=True)

    document_id: str
    property_id: str | None
    purpose: str
    status: str
    reason: str | None
    expires_on: date | None
    announced_at: Instant


class Documents(Answer):
    """What a host has sent, the latest first."""

    documents: Sequence[DocumentListed]


def documents_of(db: Connection, host_id: HostId, limit: int) -> Documents:
    """The latest files of a host."""
    position = position_of(db, DOCUMENTS)
    query = (
        select(documents)
        .where(documents.c.host_id == host_id)
        .order_by(documents.c.announced_at.desc(), documents.c.document_id)
        .limit(limit)
    )
    listed = [
        DocumentListed.model_validate(dict(row._mapping), extra="ignore")
        for row in db.execute(query)
    ]
    return Documents(position=position, documents=listed)


KEPT = ("announced", "uploaded", "scanned", "accepted")
"""How far files are that take room, and will not be deleted by themselves."""


def held_of(db: Connection, host_id: str, property_id: str | None) -> int:
    """How many files there are of a host's property, or about the host themself."""
    query = (
        select(func.count())
        .select_from(documents)
        .where(
            documents.c.host_id == host_id,
            documents.c.property_id == property_id,
            documents.c.status.in_(KEPT),
        )
    )
    return db.scalar(query) or 0
