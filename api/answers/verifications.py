"""Reviewing: where a review stands, who has it, and what was wanted changed."""

from pydantic import BaseModel, ConfigDict

from api.answers.texts import Text, told
from api.commands import answered
from ledger import processes
from ledger.aggregates.verification import Verification
from ledger.draft import Draft
from ledger.errors import NotFound, ReviewIsClaimed
from ledger.store import EventStore
from ledger.values.clock import Instant
from ledger.values.ids import VerificationId
from projections.projection import Answer


class ChangeNow(BaseModel):
    """What a reviewer wanted changed."""

    model_config = ConfigDict(frozen=True)

    reason: str
    about: str


class VerificationNow(Answer):
    """Where a review stands, who has it until when, and what was wanted changed last."""

    verification_id: str
    subject: str
    subject_id: str
    number: int
    status: str
    reviewer: str | None
    claimed_until: Instant | None
    changes: tuple[ChangeNow, ...]


class RecordToRead(Answer):
    """Who asks to host, in law: name and address, as they gave them."""

    verification_id: str
    record: Text


def read_record(store: EventStore, review: Verification | None, of: str, by: str) -> Text:
    """The record, for whoever has the review: that they took it on is the trace of who read it.

    Raises NotFound, also where there is none; ReviewIsClaimed.
    """
    if review is None or review.record is None:
        raise NotFound(verification_id=of)
    if review.reviewer != by:
        raise ReviewIsClaimed(until=review.claimed_until)
    text_id = review.record.text_id
    return told([text_id], store.texts([text_id]))[text_id]


def answer(draft: Draft, review: VerificationId) -> None:
    """Answer a command by the review as it left it."""
    answered(draft, shown(0, review, processes.verification_in(draft, review)))


def shown(position: int, review: VerificationId, found: Verification) -> VerificationNow:
    """A review as it stands."""
    return VerificationNow(
        position=position,
        verification_id=review,
        subject=found.subject,
        subject_id=found.subject_id,
        number=found.number,
        status=found.status,
        reviewer=found.reviewer,
        claimed_until=found.claimed_until,
        changes=tuple(ChangeNow(reason=one.reason, about=one.about) for one in found.changes),
    )
