"""A verification: one review, of who hosts or of a revision of a property, up to its answer.

The graph is the same for both (spec: domain, PR2 to PR7 and PY3 to PY7). What an approval means is
the subject's own matter, and happens in the same commit.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates.decider import Command, Decider, Lifecycle, Step, actors, states
from ledger.errors import (
    DocumentsHaveExpired,
    DocumentsNotAccepted,
    NotFound,
    NotReady,
    ReasonIsMissing,
    ReviewIsClaimed,
    SelfApproval,
    TooEarly,
)
from ledger.events.verification import (
    ChangesRequested,
    ReviewClaimed,
    ReviewReleased,
    VerificationApproved,
    VerificationEvent,
    VerificationRejected,
    VerificationSubmitted,
)
from ledger.values.clock import Instant
from ledger.values.ids import HostId, VerificationId, derived_id
from ledger.values.texts import Written
from ledger.values.verification import (
    ChangeWanted,
    Check,
    RejectReason,
    ShownDocument,
    Subject,
    good_until,
    refuse_open_checks,
)

CLAIMED_FOR = timedelta(hours=24)
"""How long a reviewer has a review to themselves (spec: domain, section 12)."""

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Where a review stands."""

    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    REJECTED = "rejected"


class Verification(Struct, frozen=True):
    """What is reviewed, as it was shown last, who has it until when, and what was to be changed."""

    status: Status
    subject: Subject
    subject_id: str
    host_id: HostId
    number: int
    documents: tuple[ShownDocument, ...]
    record: Written | None = None
    reviewer: str | None = None
    claimed_until: Instant | None = None
    changes: tuple[ChangeWanted, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether a reviewer has it, or is to take it."""
        return self.status in (Status.SUBMITTED, Status.IN_REVIEW)


def verification_of(subject_id: str, number: int) -> VerificationId:
    """The id of a subject's review."""
    return VerificationId(derived_id(subject_id, "verification", number))


# -- Commands ---------------------------------------------------------------------------


class SubmitForReview(Command, frozen=True, kw_only=True):
    """Ask for a review; `missing` is what the subject's own rules miss in what is shown."""

    verification_id: VerificationId
    subject: Subject
    subject_id: str
    host_id: HostId
    number: int
    facts: str
    record: Written | None
    documents: tuple[ShownDocument, ...]
    terms: str
    missing: tuple[str, ...] = ()


class ClaimReview(Command, frozen=True, kw_only=True):
    """Take a review on."""

    verification_id: VerificationId
    reviewer: str


class ReleaseReview(Command, frozen=True, kw_only=True):
    """Give a review back."""

    verification_id: VerificationId
    reviewer: str


class TimeOutReview(Command, frozen=True, kw_only=True):
    """Take a review from a reviewer who had it for too long."""

    verification_id: VerificationId


class RequestChanges(Command, frozen=True, kw_only=True):
    """Say what must be changed before it can be decided."""

    verification_id: VerificationId
    reviewer: str
    changes: tuple[ChangeWanted, ...]


class ApproveVerification(Command, frozen=True, kw_only=True):
    """Say that everything is so; `accepted` are those of its documents that a verifier accepted."""

    verification_id: VerificationId
    reviewer: str
    checks: tuple[Check, ...]
    accepted: tuple[ShownDocument, ...]
    second_person: str | None = None


class RejectVerification(Command, frozen=True, kw_only=True):
    """Say no for good."""

    verification_id: VerificationId
    reviewer: str
    reason: RejectReason


ReviewersCommand = (
    ClaimReview | ReleaseReview | RequestChanges | ApproveVerification | RejectVerification
)
VerificationCommand = SubmitForReview | TimeOutReview | ReviewersCommand

# -- Lifecycle --------------------------------------------------------------------------

S = Status

LIFECYCLE = Lifecycle(
    "verification",
    Step("PR2", SubmitForReview, states(None, S.CHANGES_REQUESTED), actors("H"),
         VerificationSubmitted, S.SUBMITTED, "nothing is missing"),
    Step("PR3", ClaimReview, states(S.SUBMITTED), actors("V"), ReviewClaimed, S.IN_REVIEW,
         "the reviewer is not the host"),
    Step("PR4", ReleaseReview, states(S.IN_REVIEW), actors("V"), ReviewReleased, S.SUBMITTED,
         "it is theirs"),
    Step("PR4t", TimeOutReview, states(S.IN_REVIEW), actors("T"), ReviewReleased, S.SUBMITTED,
         "24 hours have passed"),
    Step("PR5", RequestChanges, states(S.IN_REVIEW), actors("V"), ChangesRequested,
         S.CHANGES_REQUESTED, "it is theirs; at least one reason, each tied to something"),
    Step("PR6", ApproveVerification, states(S.IN_REVIEW), actors("V"), VerificationApproved,
         S.APPROVED, "it is theirs; every item is decided, an overridden one by two people; "
         "each document is accepted, and none has run out"),
    Step("PR7", RejectVerification, states(S.IN_REVIEW), actors("V"), VerificationRejected,
         S.REJECTED, "it is theirs"),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def decide(
    verification: Verification | None, command: VerificationCommand, now: Instant
) -> Sequence[VerificationEvent]:
    """What a command does to a review. Raises Refused."""
    if isinstance(command, SubmitForReview):
        return submit(command, now)
    if verification is None:
        raise NotFound(verification_id=command.verification_id)
    match command:
        case ClaimReview():
            return claim(verification, command, now)
        case TimeOutReview():
            return time_out(verification, now)
        case _:
            return decided_by_reviewer(verification, command, now)


def submit(command: SubmitForReview, now: Instant) -> Sequence[VerificationEvent]:
    """Ask for a review of what is complete. Raises NotReady, DocumentsHaveExpired."""
    if command.missing:
        raise NotReady(missing=list(command.missing))
    refuse_expired(command.documents, now)
    return [
        VerificationSubmitted(
            subject=command.subject,
            subject_id=command.subject_id,
            host_id=command.host_id,
            number=command.number,
            facts=command.facts,
            record=command.record,
            documents=command.documents,
            terms=command.terms,
        )
    ]


def claim(
    verification: Verification, command: ClaimReview, now: Instant
) -> Sequence[VerificationEvent]:
    """Give a review to a reviewer. Raises SelfApproval."""
    if command.reviewer == verification.host_id:
        raise SelfApproval(reviewer=command.reviewer)
    return [ReviewClaimed(reviewer=command.reviewer, until=now + CLAIMED_FOR)]


def time_out(verification: Verification, now: Instant) -> Sequence[VerificationEvent]:
    """Let others take a review that was claimed long ago. Raises TooEarly."""
    assert verification.reviewer is not None, "it is in review"
    assert verification.claimed_until is not None, "it is in review"
    if now < verification.claimed_until:
        raise TooEarly(until=verification.claimed_until)
    return [ReviewReleased(reviewer=verification.reviewer, timed_out=True)]


def decided_by_reviewer(
    verification: Verification,
    command: ReleaseReview | RequestChanges | ApproveVerification | RejectVerification,
    now: Instant,
) -> Sequence[VerificationEvent]:
    """What the reviewer who has it says. Raises ReviewIsClaimed, and what each answer refuses."""
    reviewer = command.reviewer
    if reviewer != verification.reviewer:
        raise ReviewIsClaimed(until=verification.claimed_until)
    match command:
        case ReleaseReview():
            return [ReviewReleased(reviewer=reviewer, timed_out=False)]
        case RequestChanges():
            if not command.changes:
                raise ReasonIsMissing()
            return [ChangesRequested(reviewer=reviewer, changes=command.changes)]
        case ApproveVerification():
            return approve(verification, command, now)
        case RejectVerification():
            return [VerificationRejected(reviewer=reviewer, reason=command.reason.value)]
        case _:
            assert_never(command)


def approve(
    verification: Verification, command: ApproveVerification, now: Instant
) -> Sequence[VerificationEvent]:
    """Approve what is decided to the last item.

    Raises ChecksAreOpen, SecondPersonRequired, SelfApproval, DocumentsNotAccepted,
    DocumentsHaveExpired.
    """
    refuse_unaccepted(verification.documents, command.accepted)
    refuse_expired(command.accepted, now)
    second = command.second_person
    if second == verification.host_id:
        raise SelfApproval(by=second)
    refuse_open_checks(verification.subject, command.checks, command.reviewer, second)
    return [
        VerificationApproved(
            reviewer=command.reviewer,
            checks=command.checks,
            second_person=second,
            valid_until=good_until(command.accepted),
        )
    ]


def refuse_unaccepted(shown: Sequence[ShownDocument], accepted: Sequence[ShownDocument]) -> None:
    """Let what is shown pass once all of it is accepted. Raises DocumentsNotAccepted."""
    known = {one.document_id for one in accepted}
    waiting = [one.document_id for one in shown if one.document_id not in known]
    if waiting:
        raise DocumentsNotAccepted(documents=waiting)


def refuse_expired(documents: Sequence[ShownDocument], now: Instant) -> None:
    """Let documents pass that are good today, by UTC. Raises DocumentsHaveExpired."""
    today = now.date()
    expired = [one.document_id for one in documents if one.expires_on and one.expires_on <= today]
    if expired:
        raise DocumentsHaveExpired(documents=expired)


# -- Evolution --------------------------------------------------------------------------


def evolve(verification: Verification | None, event: VerificationEvent) -> Verification:
    """The review after an event."""
    status = LIFECYCLE.after(event, verification and verification.status)
    if isinstance(event, VerificationSubmitted):
        return Verification(
            status=status,
            subject=event.subject,
            subject_id=event.subject_id,
            host_id=event.host_id,
            number=event.number,
            documents=event.documents,
            record=event.record,
            changes=verification.changes if verification else (),
        )
    assert verification is not None
    there = replace(verification, status=status)
    match event:
        case ReviewClaimed():
            return replace(there, reviewer=event.reviewer, claimed_until=event.until)
        case ReviewReleased():
            return replace(there, reviewer=None, claimed_until=None)
        case ChangesRequested():
            return replace(there, reviewer=None, claimed_until=None, changes=event.changes)
        case VerificationApproved() | VerificationRejected():
            return there
        case _:
            assert_never(event)


VERIFICATION = Decider(
    lifecycle=LIFECYCLE,
    state=Verification,
    stream_of=lambda command: command.verification_id,
    decide=decide,
    evolve=evolve,
    evolution=3,
)
