"""The queue of reviewers: questions over the read model of verifications."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column, ColumnElement, Connection, Row, func, select, tuple_

from ledger.values.clock import Instant
from ledger.values.listing import Facts, changed_between
from ledger.values.verification import ChangeWanted, ShownDocument, Subject
from projections.projection import Answer, position_of
from projections.verifications import VERIFICATIONS, documents, properties, reviews, wanted

WAITING = ("submitted", "in_review")
"""Where a review stands that a reviewer has, or is to take."""


class DocumentToSee(BaseModel):
    """A document that is shown; `is_new` says that it was not when its subject was approved last.

    `status` is how far it has come: only one that is accepted counts. `expires_on` is as a verifier
    read it, or else as its host says.
    """

    model_config = ConfigDict(frozen=True)

    document_id: str
    kind: str
    status: str
    expires_on: date | None
    is_new: bool


class WantedOfHost(BaseModel):
    """What a reviewer wanted changed last: a reason's code, and what it is about."""

    model_config = ConfigDict(frozen=True)

    reason: str
    about: str


class ReviewListed(BaseModel):
    """A review: who has it since when and until when, and by when it is to be answered.

    `changed` names what is stated otherwise than it was approved last, and is None where nothing
    was approved before. `runs_out_on` is the day on which the last approval ends.
    """

    model_config = ConfigDict(frozen=True)

    verification_id: str
    subject: Subject
    subject_id: str
    host_id: str
    number: int
    status: str
    submitted_at: Instant
    due_at: Instant
    reviewer: str | None
    claimed_at: Instant | None
    claimed_until: Instant | None
    runs_out_on: date | None
    changed: Sequence[str] | None
    wanted: Sequence[WantedOfHost]
    documents: Sequence[DocumentToSee]


class ReviewQueue(Answer):
    """Reviews, the most urgent first; `counts` is of all that wait.

    Whoever wants the rest asks for those beyond `next`; it is None on the last page.
    """

    reviews: Sequence[ReviewListed]
    counts: Mapping[str, int]
    next: str | None


def queue(
    db: Connection,
    at_most: int,
    *,
    status: str | None = None,
    subject: Subject | None = None,
    reviewer: str | None = None,
    beyond: str | None = None,
) -> ReviewQueue:
    """What waits for reviewers, or what stands otherwise, by when it is or was to be answered."""
    position = position_of(db, VERIFICATIONS)
    order = (reviews.c.due_at, reviews.c.verification_id)
    where = list(_wanted(status, subject, reviewer))
    if beyond is not None:
        last = select(*order).where(reviews.c.verification_id == beyond)
        where.append(tuple_(*order) > last.scalar_subquery())
    query = select(reviews).where(*where).order_by(*order).limit(at_most + 1)
    found = db.execute(query).all()
    shown = found[:at_most]
    waiting = select(reviews.c.status, func.count()).where(reviews.c.status.in_(WAITING))
    counted = waiting.group_by(reviews.c.status)
    return ReviewQueue(
        position=position,
        reviews=_listed(db, shown),
        counts={str(name): int(count) for name, count in db.execute(counted)},
        next=shown[-1].verification_id if len(found) > at_most else None,
    )


def _wanted(
    status: str | None, subject: Subject | None, reviewer: str | None
) -> Iterator[ColumnElement[bool]]:
    yield reviews.c.status == status if status else reviews.c.status.in_(WAITING)
    if subject is not None:
        yield reviews.c.subject == subject.value
    if reviewer is not None:
        yield reviews.c.reviewer == reviewer


def _listed(db: Connection, rows: Sequence[Row[Any]]) -> list[ReviewListed]:
    """The reviews with all that is to be looked at, found by three questions for all of them."""
    before = _approved_before(db, {row.subject_id for row in rows})
    stated = _rows(db, properties.c.property_id, {row.subject_id for row in rows})
    shown = {row.verification_id: _shown(row) for row in rows}
    asked = _rows(db, wanted.c.verification_id, set(shown))
    files = _rows(
        db, documents.c.document_id, {one.document_id for each in shown.values() for one in each}
    )
    listed = []
    for row in rows:
        last = next((one for one in before if _is_before(one, row)), None)
        known = {one.document_id for one in _shown(last)} if last else set()
        told = {name: getattr(row, name) for name in TOLD}
        listed.append(
            ReviewListed(
                **told,
                runs_out_on=last.valid_until if last else None,
                changed=_changed(row, last, stated.get(row.subject_id)),
                wanted=_wanted_of_host(asked.get(row.verification_id)),
                documents=[
                    _to_see(one, files.get(one.document_id), is_new=one.document_id not in known)
                    for one in shown[row.verification_id]
                ],
            )
        )
    return listed


TOLD = tuple(
    name for name in ReviewListed.model_fields if name in reviews.c and name != "documents"
)
"""What is told of a review as it is kept."""


def _approved_before(db: Connection, subjects: set[str]) -> Sequence[Row[Any]]:
    """The approved reviews of the subjects, the latest first."""
    approved = (reviews.c.status == "approved") & reviews.c.subject_id.in_(subjects)
    return db.execute(select(reviews).where(approved).order_by(reviews.c.number.desc())).all()


def _is_before(approved: Row[Any], review: Row[Any]) -> bool:
    return bool(approved.subject_id == review.subject_id and approved.number < review.number)


def _rows(db: Connection, key: Column[str], keys: set[str]) -> Mapping[str, Row[Any]]:
    """The rows under these keys."""
    return {row._mapping[key]: row for row in db.execute(select(key.table).where(key.in_(keys)))}


def _wanted_of_host(asked: Row[Any] | None) -> list[WantedOfHost]:
    changes = msgspec.json.decode(asked.changes, type=list[ChangeWanted]) if asked else []
    return [WantedOfHost(reason=one.reason, about=one.about) for one in changes]


def _shown(row: Row[Any]) -> list[ShownDocument]:
    return msgspec.json.decode(row.documents, type=list[ShownDocument])


def _to_see(shown: ShownDocument, file: Row[Any] | None, *, is_new: bool) -> DocumentToSee:
    return DocumentToSee(
        document_id=shown.document_id,
        kind=shown.kind,
        status=file.status if file else "unknown",
        expires_on=file.expires_on if file else shown.expires_on,
        is_new=is_new,
    )


def _changed(row: Row[Any], last: Row[Any] | None, facts: Row[Any] | None) -> list[str] | None:
    """What is stated otherwise; of a host it is known only that something is."""
    if last is None:
        return None
    if row.subject == Subject.PROVIDER.value:
        return ["legal_record"] if row.facts != last.facts else []
    if facts is None or facts.stated is None or facts.approved is None:
        return []
    old, new = (msgspec.json.decode(each, type=Facts) for each in (facts.approved, facts.stated))
    return changed_between(old, new)
