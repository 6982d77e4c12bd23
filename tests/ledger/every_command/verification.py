"""Every command of a review."""

from ledger.aggregates.verification import (
    CLAIMED_FOR,
    ApproveVerification,
    ClaimReview,
    RejectVerification,
    ReleaseReview,
    RequestChanges,
    TimeOutReview,
)
from ledger.values.verification import ChangeWanted, RejectReason
from tests.facts import (
    HOST,
    IDENTITY,
    NOW,
    TIMER,
    VERA,
    VERIFICATION,
    all_checks,
    review_claimed,
    submitted_for_review,
    to_submit,
)
from tests.ledger.every_command.happened import Happened

SUBMITTED = (submitted_for_review(),)
IN_REVIEW = (*SUBMITTED, review_claimed())
NOT_READABLE = ChangeWanted("not_readable", IDENTITY.document_id)

COMMANDS = (
    Happened(to_submit(), HOST),
    Happened(ClaimReview(verification_id=VERIFICATION, reviewer=VERA.id), VERA, SUBMITTED),
    Happened(ReleaseReview(verification_id=VERIFICATION, reviewer=VERA.id), VERA, IN_REVIEW),
    Happened(TimeOutReview(verification_id=VERIFICATION), TIMER, IN_REVIEW, NOW + CLAIMED_FOR),
    Happened(
        RequestChanges(verification_id=VERIFICATION, reviewer=VERA.id, changes=(NOT_READABLE,)),
        VERA,
        IN_REVIEW,
    ),
    Happened(
        ApproveVerification(
            verification_id=VERIFICATION,
            reviewer=VERA.id,
            checks=all_checks(),
            accepted=(IDENTITY,),
        ),
        VERA,
        IN_REVIEW,
    ),
    Happened(
        RejectVerification(
            verification_id=VERIFICATION,
            reviewer=VERA.id,
            reason=RejectReason.NOT_WHO_THEY_SAY,
        ),
        VERA,
        IN_REVIEW,
    ),
)
