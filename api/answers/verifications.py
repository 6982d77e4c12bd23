"""Reviewing: where a review stands, who has it, and what was wanted changed."""

from pydantic import BaseModel, ConfigDict

from api.commands import answered
from ledger import processes
from ledger.aggregates.verification import Verification
from ledger.draft import Draft
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
