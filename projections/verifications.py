"""Verifications: what waits for a reviewer, who has it, and what became of it.

Questions over these tables stand in `projections.review_queue`.
"""

from typing import assert_never, get_args

import msgspec
from sqlalchemy import Column, Date, DateTime, Index, Integer, MetaData, Table, Text, Uuid

from ledger.events import Recorded
from ledger.events.document import (
    DocumentAccepted,
    DocumentAnnounced,
    DocumentExpired,
    DocumentPurged,
    DocumentRefused,
    DocumentScanned,
    DocumentWithdrawn,
)
from ledger.events.property import (
    PropertyApproved,
    PropertyDrafted,
    PropertyFactsStated,
    RevisionApproved,
    RevisionProposed,
    RevisionRejected,
)
from ledger.events.verification import (
    ChangesRequested,
    ReviewClaimed,
    ReviewReleased,
    VerificationApproved,
    VerificationRejected,
    VerificationSubmitted,
)
from ledger.values.listing import Facts
from ledger.values.verification import ANSWERED_WITHIN
from projections.projection import Projection, Rows

# -- Tables -----------------------------------------------------------------------------

tables = MetaData(schema="verifications_v2")

reviews = Table(
    "reviews",
    tables,
    Column("verification_id", Uuid(as_uuid=False), primary_key=True),
    Column("subject", Text, nullable=False),
    Column("subject_id", Uuid(as_uuid=False), nullable=False),
    Column("host_id", Uuid(as_uuid=False), nullable=False),
    Column("number", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("documents", Text, nullable=False),
    Column("submitted_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("reviewer", Text),
    Column("claimed_at", DateTime(timezone=True)),
    Column("claimed_until", DateTime(timezone=True)),
    Column("valid_until", Date),
    Index("reviews_by_status", "status", "due_at", "verification_id"),
    Index("reviews_by_subject", "subject_id", "number"),
)
"""One row per review, as it was asked for last. `facts` is the digest of what was stated;
`documents` are JSON."""

wanted = Table(
    "wanted",
    tables,
    Column("verification_id", Uuid(as_uuid=False), primary_key=True),
    Column("changes", Text, nullable=False),
)
"""What was to be changed of a review last, as JSON: it stays when the review is asked for again."""

properties = Table(
    "properties",
    tables,
    Column("property_id", Uuid(as_uuid=False), primary_key=True),
    Column("approved", Text),
    Column("stated", Text),
)
"""What was approved of each property last, and what is stated and does not hold yet, as JSON."""

documents = Table(
    "documents",
    tables,
    Column("document_id", Uuid(as_uuid=False), primary_key=True),
    Column("status", Text, nullable=False),
    Column("expires_on", Date),
)
"""How far each file has come. `expires_on` is as a verifier read it, or before as its host says."""

# -- Events -----------------------------------------------------------------------------

ReviewEvent = (
    VerificationSubmitted
    | ReviewClaimed
    | ReviewReleased
    | ChangesRequested
    | VerificationApproved
    | VerificationRejected
)

StatedEvent = (
    PropertyDrafted
    | PropertyFactsStated
    | PropertyApproved
    | RevisionProposed
    | RevisionApproved
    | RevisionRejected
)

FileEvent = (
    DocumentAnnounced
    | DocumentScanned
    | DocumentAccepted
    | DocumentRefused
    | DocumentExpired
    | DocumentWithdrawn
    | DocumentPurged
)

VerificationsEvent = ReviewEvent | StatedEvent | FileEvent

NOBODY = {"reviewer": None, "claimed_at": None, "claimed_until": None}


def project(rows: Rows, recorded: Recorded[VerificationsEvent]) -> None:
    """Note how a review stands, or what it is about."""
    event = recorded.event
    if isinstance(event, FileEvent):
        note_file(rows, recorded.stream_id, event)
    elif isinstance(event, StatedEvent):
        note_facts(rows, recorded.stream_id, event)
    else:
        note_review(rows, recorded, event)


def note_review(rows: Rows, recorded: Recorded[VerificationsEvent], event: ReviewEvent) -> None:
    """How a review goes on."""
    review = recorded.stream_id
    match event:
        case VerificationSubmitted():
            begin(rows, recorded, event)
        case ReviewClaimed():
            rows.change(
                reviews,
                review,
                status="in_review",
                reviewer=event.reviewer,
                claimed_at=recorded.occurred_at,
                claimed_until=event.until,
            )
        case ReviewReleased():
            rows.change(reviews, review, status="submitted", **NOBODY)
        case ChangesRequested():
            changes = msgspec.json.encode(event.changes).decode()
            rows.change(reviews, review, status="changes_requested", **NOBODY)
            rows.remove(wanted, review)
            rows.insert(wanted, verification_id=review, changes=changes)
        case VerificationApproved():
            rows.change(reviews, review, status="approved", valid_until=event.valid_until)
        case VerificationRejected():
            rows.change(reviews, review, status="rejected")
        case _:
            assert_never(event)


def begin(rows: Rows, recorded: Recorded[VerificationsEvent], event: VerificationSubmitted) -> None:
    """A review is asked for, perhaps again after something was changed."""
    rows.remove(reviews, recorded.stream_id)
    rows.insert(
        reviews,
        verification_id=recorded.stream_id,
        subject=event.subject.value,
        subject_id=event.subject_id,
        host_id=event.host_id,
        number=event.number,
        status="submitted",
        facts=event.facts,
        documents=msgspec.json.encode(event.documents).decode(),
        submitted_at=recorded.occurred_at,
        due_at=recorded.occurred_at + ANSWERED_WITHIN,
        valid_until=None,
        **NOBODY,
    )


def note_facts(rows: Rows, property_id: str, event: StatedEvent) -> None:
    """What is stated of a property, and what holds."""
    match event:
        case PropertyDrafted():
            rows.insert(properties, property_id=property_id, approved=None, stated=None)
        case PropertyFactsStated() | RevisionProposed():
            rows.change(properties, property_id, stated=written(event.facts))
        case PropertyApproved() | RevisionApproved():
            rows.change(properties, property_id, approved=written(event.facts), stated=None)
        case RevisionRejected():
            rows.change(properties, property_id, stated=None)
        case _:
            assert_never(event)


def note_file(rows: Rows, document_id: str, event: FileEvent) -> None:
    """How far a file has come."""
    status = event.topic.rpartition(".")[2]
    if isinstance(event, DocumentAnnounced):
        expires_on = event.expires_on
        rows.insert(documents, document_id=document_id, status=status, expires_on=expires_on)
    elif isinstance(event, DocumentAccepted):
        rows.change(documents, document_id, status=status, expires_on=event.expires_on)
    else:
        rows.change(documents, document_id, status=status)


def written(facts: Facts) -> str:
    """Facts as they are kept here."""
    return msgspec.json.encode(facts).decode()


VERIFICATIONS = Projection(
    "verifications",
    2,
    tables,
    get_args(VerificationsEvent),
    project,
    sliced_by="stream",
)
