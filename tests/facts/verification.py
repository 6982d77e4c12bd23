"""Vera of the platform looks at Rui, and at his house by the sea."""

from datetime import date, timedelta
from typing import Any

from ledger.aggregates.verification import CLAIMED_FOR, SubmitForReview, verification_of
from ledger.events import Actor
from ledger.events.verification import (
    ChangesRequested,
    ReviewClaimed,
    ReviewReleased,
    VerificationApproved,
    VerificationRejected,
    VerificationSubmitted,
)
from ledger.values.ids import TextId
from ledger.values.texts import Written
from ledger.values.verification import (
    CHECKLISTS,
    HOST_TERMS,
    ChangeWanted,
    Check,
    Finding,
    Legal,
    LegalForm,
    ShownDocument,
    Subject,
)
from tests.facts.story import NOW, PROPERTY, RUI, THE_DIGEST, an_id

VERIFICATION = verification_of(RUI, 1)
VERIFICATION_OF_HOUSE = verification_of(PROPERTY, 1)
VERIFICATION_OF_REVISION = verification_of(PROPERTY, 2)

VERA = Actor("V", an_id("Vera who verifies"))
VITO = Actor("V", an_id("Vito who verifies"))

GOOD_UNTIL = date(2027, 5, 31)
IDENTITY = ShownDocument(an_id("Rui's identity card"), "identity", THE_DIGEST, GOOD_UNTIL)
SOME_WORDS = Written(TextId(an_id("some words")), THE_DIGEST, 42)
A_NATURAL_PERSON = Legal(LegalForm.NATURAL, record=SOME_WORDS, has_tax_number=True)


def all_checks(subject: Subject = Subject.PROVIDER, **found: Finding) -> tuple[Check, ...]:
    """Every item of a checklist is passed, but for those that are named."""
    return tuple(Check(item, found.get(item, Finding.PASSED)) for item in CHECKLISTS[subject])


def to_submit(**changed: Any) -> SubmitForReview:
    """Rui asks to be looked at."""
    told: dict[str, Any] = {
        "verification_id": VERIFICATION,
        "subject": Subject.PROVIDER,
        "subject_id": RUI,
        "host_id": RUI,
        "number": 1,
        "facts": THE_DIGEST,
        "record": SOME_WORDS,
        "documents": (IDENTITY,),
        "terms": HOST_TERMS,
    }
    return SubmitForReview(**told | changed)


def submitted_for_review(**changed: Any) -> VerificationSubmitted:
    """Rui asked to be looked at."""
    told: dict[str, Any] = {
        "subject": Subject.PROVIDER,
        "subject_id": RUI,
        "host_id": RUI,
        "number": 1,
        "facts": THE_DIGEST,
        "record": SOME_WORDS,
        "documents": (IDENTITY,),
        "terms": HOST_TERMS,
    }
    return VerificationSubmitted(**told | changed)


def review_claimed(at: timedelta = timedelta()) -> ReviewClaimed:
    """Vera has taken it on."""
    return ReviewClaimed(reviewer=VERA.id, until=NOW + at + CLAIMED_FOR)


def review_released(*, timed_out: bool = False) -> ReviewReleased:
    """Vera gave it back."""
    return ReviewReleased(reviewer=VERA.id, timed_out=timed_out)


def changes_requested() -> ChangesRequested:
    """Vera cannot read the card."""
    change = ChangeWanted("not_readable", IDENTITY.document_id)
    return ChangesRequested(reviewer=VERA.id, changes=(change,))


def verification_approved() -> VerificationApproved:
    """Vera found everything to be so."""
    return VerificationApproved(
        reviewer=VERA.id, checks=all_checks(), second_person=None, valid_until=GOOD_UNTIL
    )


def verification_rejected() -> VerificationRejected:
    """Vera said no."""
    return VerificationRejected(reviewer=VERA.id, reason="not_who_they_say")
