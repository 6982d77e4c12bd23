"""What happens in one review, of who hosts or of a revision of a property."""

from datetime import date

from ledger.events.event import Event
from ledger.values.clock import Instant
from ledger.values.ids import HostId
from ledger.values.texts import Written
from ledger.values.verification import ChangeWanted, Check, ShownDocument, Subject


class VerificationSubmitted(
    Event, topic="verification.submitted", schema=2, frozen=True, kw_only=True
):
    """A host asks for a review, and shows what it is about.

    `number` counts the reviews of the subject; of a property it is the number of the revision.
    `facts` is the SHA-256 of what was stated, so a review says what it looked at; `record` is the
    name and address of who asks to host, in law.
    """

    subject: Subject
    subject_id: str
    host_id: HostId
    number: int
    facts: str
    record: Written | None
    documents: tuple[ShownDocument, ...]
    terms: str


class ReviewClaimed(Event, topic="verification.review_claimed", frozen=True, kw_only=True):
    """A reviewer took a review on, and has it to themselves until then."""

    reviewer: str
    until: Instant


class ReviewReleased(Event, topic="verification.review_released", frozen=True, kw_only=True):
    """A reviewer gave a review back undecided, or, `timed_out`, had it for too long."""

    reviewer: str
    timed_out: bool


class ChangesRequested(Event, topic="verification.changes_requested", frozen=True, kw_only=True):
    """A reviewer wants something changed before they decide."""

    reviewer: str
    changes: tuple[ChangeWanted, ...]


class VerificationApproved(Event, topic="verification.approved", frozen=True, kw_only=True):
    """A reviewer found everything to be so.

    `valid_until` is when the first document runs out; `second_person` agreed to what was
    overridden.
    """

    reviewer: str
    checks: tuple[Check, ...]
    second_person: str | None
    valid_until: date | None


class VerificationRejected(Event, topic="verification.rejected", frozen=True, kw_only=True):
    """A reviewer said no for good, for a reason that has a code."""

    reviewer: str
    reason: str


VerificationEvent = (
    VerificationSubmitted
    | ReviewClaimed
    | ReviewReleased
    | ChangesRequested
    | VerificationApproved
    | VerificationRejected
)
