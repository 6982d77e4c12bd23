"""Reviewers: they take a review on, and answer it; nobody reviews themselves."""

from fastapi import APIRouter

from api import speakers
from api.answers.verifications import VerificationNow, answer
from api.commands import COMMANDS, Commanding
from api.problems import described
from api.shapes import Uuid
from api.wishes.verifications import (
    ByReviewer,
    ReviewRejection,
    WantedChanges,
)
from ledger import errors, processes
from ledger.draft import Draft
from ledger.events import Actor, Role
from ledger.values.ids import VerificationId
from ledger.values.verification import ChangeWanted

router = APIRouter(prefix="/verifications/{verification_id}", tags=["verifications"])


@router.post(
    "/claim",
    status_code=201,
    responses=described(*COMMANDS, errors.SelfApproval),
)
async def claim_review(
    verification_id: Uuid, said: ByReviewer, command: Commanding
) -> VerificationNow:
    """Take a review on, for a day; nobody reviews themselves."""
    review = VerificationId(verification_id)

    def plan(draft: Draft) -> None:
        processes.claim_review(draft, _reviewer(said), review)
        answer(draft, review)

    return await command.execute(review, said, plan, VerificationNow)


@router.post(
    "/release",
    status_code=201,
    responses=described(*COMMANDS, errors.ReviewIsClaimed),
)
async def release_review(
    verification_id: Uuid, said: ByReviewer, command: Commanding
) -> VerificationNow:
    """Give a review back undecided."""
    review = VerificationId(verification_id)

    def plan(draft: Draft) -> None:
        processes.release_review(draft, _reviewer(said), review)
        answer(draft, review)

    return await command.execute(review, said, plan, VerificationNow)


@router.post(
    "/changes",
    status_code=201,
    responses=described(*COMMANDS, errors.ReasonIsMissing, errors.ReviewIsClaimed),
)
async def request_changes(
    verification_id: Uuid, said: WantedChanges, command: Commanding
) -> VerificationNow:
    """Say what must be changed before it can be decided."""
    review = VerificationId(verification_id)
    wanted = [ChangeWanted(change.reason, change.about) for change in said.changes]

    def plan(draft: Draft) -> None:
        processes.request_changes(draft, _reviewer(said), review, wanted)
        answer(draft, review)

    return await command.execute(review, said, plan, VerificationNow)


@router.post(
    "/rejection",
    status_code=201,
    responses=described(*COMMANDS, errors.ReviewIsClaimed),
)
async def reject_verification(
    verification_id: Uuid, said: ReviewRejection, command: Commanding
) -> VerificationNow:
    """Say no for good."""
    review = VerificationId(verification_id)

    def plan(draft: Draft) -> None:
        processes.reject_verification(draft, _reviewer(said), review, said.reason)
        answer(draft, review)

    return await command.execute(review, said, plan, VerificationNow)


def _reviewer(said: ByReviewer) -> Actor:
    return speakers.staff(Role.VERIFIER, said.by)
