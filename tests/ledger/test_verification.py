"""A review: asked for, taken on, sent back, decided; and everything that a reviewer must not do."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from ledger.aggregates.verification import (
    CLAIMED_FOR,
    ApproveVerification,
    ClaimReview,
    RejectVerification,
    ReleaseReview,
    RequestChanges,
    TimeOutReview,
)
from ledger.errors import (
    ChecksAreOpen,
    DocumentsHaveExpired,
    DocumentsNotAccepted,
    NotReady,
    ReasonIsMissing,
    ReviewIsClaimed,
    SecondPersonRequired,
    SelfApproval,
    TooEarly,
    TransitionNotAllowed,
)
from ledger.values.verification import (
    HOST_TERMS,
    Check,
    Finding,
    Legal,
    LegalForm,
    RejectReason,
    ShownDocument,
    missing_of_provider,
)
from tests.facts import (
    A_NATURAL_PERSON,
    HOST,
    IDENTITY,
    NOW,
    RUI,
    SOME_WORDS,
    TIMER,
    VERA,
    VERIFICATION,
    VITO,
    all_checks,
    changes_requested,
    review_claimed,
    review_released,
    submitted_for_review,
    to_submit,
    verification_approved,
    verification_rejected,
)
from tests.given import given

SUBMITTED = (submitted_for_review(),)
IN_REVIEW = (*SUBMITTED, review_claimed())


def to_claim(reviewer: str = VERA.id) -> ClaimReview:
    return ClaimReview(verification_id=VERIFICATION, reviewer=reviewer)


def to_approve(
    checks: tuple[Check, ...],
    second: str | None = None,
    accepted: tuple[ShownDocument, ...] = (IDENTITY,),
) -> ApproveVerification:
    return ApproveVerification(
        verification_id=VERIFICATION,
        reviewer=VERA.id,
        checks=checks,
        second_person=second,
        accepted=accepted,
    )


def test_what_is_incomplete_is_not_reviewed_and_the_answer_names_what_is_missing() -> None:
    given().when(HOST, to_submit(missing=("tax_number", "terms"))).refused(
        NotReady, missing=["tax_number", "terms"]
    )


def test_a_document_that_has_run_out_is_not_shown() -> None:
    old = replace(IDENTITY, expires_on=NOW.date())

    given().when(HOST, to_submit(documents=(old,))).refused(
        DocumentsHaveExpired, documents=[old.document_id]
    )


def test_nothing_is_approved_that_nobody_has_taken_on() -> None:
    given(*SUBMITTED).when(VERA, to_approve(all_checks())).refused(TransitionNotAllowed)


def test_nobody_reviews_themselves() -> None:
    given(*SUBMITTED).when(VERA, to_claim(RUI)).refused(SelfApproval)


def test_a_claimed_review_is_its_reviewers_alone() -> None:
    given(*IN_REVIEW).when(VITO, to_claim(VITO.id)).refused(TransitionNotAllowed)
    theirs = ReleaseReview(verification_id=VERIFICATION, reviewer=VITO.id)
    given(*IN_REVIEW).when(VITO, theirs).refused(ReviewIsClaimed, until=NOW + CLAIMED_FOR)


def test_a_review_that_was_given_back_can_be_claimed_by_another() -> None:
    outcome = given(*IN_REVIEW, review_released()).when(VITO, to_claim(VITO.id))

    outcome.then(replace(review_claimed(), reviewer=VITO.id))


def test_a_claim_ends_after_a_day_and_not_before() -> None:
    time_out = TimeOutReview(verification_id=VERIFICATION)
    early = NOW + CLAIMED_FOR - timedelta(seconds=1)

    given(*IN_REVIEW).when(TIMER, time_out, early).refused(TooEarly)
    given(*IN_REVIEW).when(TIMER, time_out, NOW + CLAIMED_FOR).then(review_released(timed_out=True))


def test_changes_are_wanted_for_a_reason() -> None:
    none = RequestChanges(verification_id=VERIFICATION, reviewer=VERA.id, changes=())

    given(*IN_REVIEW).when(VERA, none).refused(ReasonIsMissing)


def test_what_was_sent_back_is_sent_again_and_reviewed_by_anybody() -> None:
    sent_back = given(*IN_REVIEW, changes_requested())

    sent_back.when(HOST, to_submit()).then(submitted_for_review())
    again = given(*IN_REVIEW, changes_requested(), submitted_for_review())
    outcome = again.when(VITO, to_claim(VITO.id))
    outcome.then(replace(review_claimed(), reviewer=VITO.id))
    assert outcome.state.changes == changes_requested().changes, "the next one sees what for"


def test_an_approval_says_until_when_it_is_good() -> None:
    given(*IN_REVIEW).when(VERA, to_approve(all_checks())).then(verification_approved())


@pytest.mark.parametrize(
    ("checks", "items"),
    [
        (all_checks()[:-1], ["tax_number"]),
        ((*all_checks(), all_checks()[0]), ["identity"]),
        ((*all_checks(), Check("charm", Finding.PASSED)), ["charm"]),
        (all_checks(identity=Finding.NOT_APPLICABLE), ["identity"]),
    ],
    ids=["one left open", "one twice", "one that is none", "one that applies to everybody"],
)
def test_every_item_is_decided_once(checks: tuple[Check, ...], items: list[str]) -> None:
    given(*IN_REVIEW).when(VERA, to_approve(checks)).refused(ChecksAreOpen, items=items)


def test_an_item_is_overridden_by_two_people_of_whom_none_is_the_host() -> None:
    overridden = all_checks(identity=Finding.OVERRIDDEN)
    review = given(*IN_REVIEW)

    review.when(VERA, to_approve(overridden)).refused(SecondPersonRequired, items=["identity"])
    review.when(VERA, to_approve(overridden, VERA.id)).refused(SelfApproval)
    review.when(VERA, to_approve(overridden, RUI)).refused(SelfApproval)
    outcome = review.when(VERA, to_approve(overridden, VITO.id))
    outcome.then(replace(verification_approved(), checks=overridden, second_person=VITO.id))


def test_nothing_is_approved_by_a_document_that_ran_out_meanwhile() -> None:
    soon = replace(IDENTITY, expires_on=date(2026, 6, 2))
    review = given(submitted_for_review(documents=(soon,)), review_claimed())

    approve = to_approve(all_checks(), accepted=(soon,))
    outcome = review.when(VERA, approve, NOW + timedelta(hours=13))
    outcome.refused(DocumentsHaveExpired, documents=[soon.document_id])


def test_nothing_is_approved_by_a_document_that_nobody_has_accepted() -> None:
    outcome = given(*IN_REVIEW).when(VERA, to_approve(all_checks(), accepted=()))

    outcome.refused(DocumentsNotAccepted, documents=[IDENTITY.document_id])


def test_an_approval_lasts_as_long_as_its_documents_as_the_verifier_read_them() -> None:
    shorter = replace(IDENTITY, expires_on=date(2026, 12, 24))

    outcome = given(*IN_REVIEW).when(VERA, to_approve(all_checks(), accepted=(shorter,)))

    outcome.then(replace(verification_approved(), valid_until=date(2026, 12, 24)))


def test_a_rejection_is_for_good() -> None:
    no = RejectVerification(
        verification_id=VERIFICATION, reviewer=VERA.id, reason=RejectReason.NOT_WHO_THEY_SAY
    )

    given(*IN_REVIEW).when(VERA, no).then(verification_rejected())
    given(*IN_REVIEW, verification_rejected()).when(HOST, to_submit()).refused(TransitionNotAllowed)


@pytest.mark.parametrize(
    ("country", "legal", "missing"),
    [
        ("PT", A_NATURAL_PERSON, ()),
        ("CH", Legal(LegalForm.NATURAL, SOME_WORDS, has_tax_number=False), ()),
        ("PT", Legal(LegalForm.NATURAL, None, has_tax_number=False),
         ("legal_record", "tax_number")),
        ("PT", Legal(LegalForm.COMPANY, SOME_WORDS, has_tax_number=True),
         ("document:register_extract",)),
    ],
    ids=["complete", "no report of taxes", "nothing", "a company"],
)  # fmt: skip
def test_what_somebody_who_asks_to_host_has_to_show(
    country: str, legal: Legal, missing: tuple[str, ...]
) -> None:
    assert missing_of_provider(country, legal, [IDENTITY], HOST_TERMS) == missing
    assert missing_of_provider(country, legal, [IDENTITY], "2019") == (*missing, "terms")
