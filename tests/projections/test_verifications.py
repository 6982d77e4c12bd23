"""Verifications: what waits for a reviewer, what has changed of it, and who has it since when."""

from datetime import date, timedelta
from typing import Any

from msgspec.structs import replace

from ledger.events import Event
from ledger.values.verification import ANSWERED_WITHIN, ShownDocument, Subject
from projections.review_queue import ReviewListed, ReviewQueue, queue
from projections.verifications import VERIFICATIONS
from tests.facts import (
    GOOD_UNTIL,
    IDENTITY,
    NOW,
    PROPERTY,
    RUI,
    RUNS_OUT,
    THE_DIGEST,
    VERA,
    VERIFICATION,
    VERIFICATION_OF_HOUSE,
    VERIFICATION_OF_REVISION,
    a_draft,
    an_id,
    announced,
    approved_house,
    changes_requested,
    document_accepted,
    document_expired,
    document_refused,
    not_revised,
    other_facts,
    review_claimed,
    review_released,
    revised,
    revision_proposed,
    scanned,
    stated,
    submitted_for_review,
    verification_approved,
    verification_rejected,
)
from tests.projections.story import Story

HOUR = timedelta(hours=1)
OTHER_CARD = ShownDocument(an_id("Rui's new card"), "identity", THE_DIGEST, date(2029, 5, 31))


def of_house(number: int, *documents: ShownDocument) -> Event:
    """Rui asks for a review of his house."""
    return submitted_for_review(
        subject=Subject.PROPERTY, subject_id=PROPERTY, number=number, documents=documents
    )


def asked(story: Story, **wanted: Any) -> ReviewQueue:
    at_most = wanted.pop("at_most", 50)
    with story.projected(VERIFICATIONS) as db:
        return queue(db, at_most, **wanted)


def waiting(story: Story) -> ReviewListed:
    (review,) = asked(story).reviews
    return review


def test_a_review_waits_by_when_it_is_to_be_answered_and_says_who_has_it(story: Story) -> None:
    story.tells(submitted_for_review(), at=NOW, stream=VERIFICATION)
    review = waiting(story)
    assert (review.status, review.reviewer) == ("submitted", None)
    assert (review.submitted_at, review.due_at) == (NOW, NOW + ANSWERED_WITHIN)

    story.tells(review_claimed(HOUR), at=NOW + HOUR, stream=VERIFICATION)
    review = waiting(story)
    assert (review.status, review.reviewer) == ("in_review", VERA.id)
    assert (review.claimed_at, review.claimed_until) == (NOW + HOUR, NOW + 25 * HOUR)

    story.tells(review_released(), stream=VERIFICATION)
    review = waiting(story)
    assert (review.status, review.reviewer, review.claimed_at) == ("submitted", None, None)


def test_who_is_sent_back_waits_anew_from_when_they_come_again(story: Story) -> None:
    story.tells(submitted_for_review(), changes_requested(), stream=VERIFICATION)
    assert asked(story).reviews == []
    (back,) = asked(story, status="changes_requested").reviews
    assert [(one.reason, one.about) for one in back.wanted] == [
        ("not_readable", IDENTITY.document_id)
    ]

    story.tells(submitted_for_review(), at=NOW + HOUR, stream=VERIFICATION)

    assert waiting(story).due_at == NOW + HOUR + ANSWERED_WITHIN
    assert waiting(story).wanted == back.wanted, "the next reviewer sees what was asked for"


def test_what_is_decided_waits_no_more(story: Story) -> None:
    story.tells(submitted_for_review(), verification_approved(), stream=VERIFICATION)
    story.tells(of_house(1), verification_rejected(), stream=VERIFICATION_OF_HOUSE)

    assert asked(story).reviews == []
    (good,) = asked(story, status="approved").reviews
    (bad,) = asked(story, status="rejected").reviews
    assert (good.subject_id, bad.subject_id) == (RUI, PROPERTY)


def test_a_review_tells_how_far_each_document_has_come_and_which_are_new(story: Story) -> None:
    story.tells(submitted_for_review(), verification_approved(), stream=VERIFICATION)
    renewal = submitted_for_review(number=2, documents=(IDENTITY, OTHER_CARD))
    story.tells(renewal, stream=an_id("the renewal"))
    story.tells(announced(), scanned(), stream=OTHER_CARD.document_id)
    assert waiting(story).documents[1].expires_on == RUNS_OUT, "as its host says"
    story.tells(document_accepted(date(2028, 1, 31)), stream=OTHER_CARD.document_id)

    review = waiting(story)

    assert review.runs_out_on == GOOD_UNTIL
    assert review.changed == []
    assert [(one.status, one.is_new, one.expires_on) for one in review.documents] == [
        ("unknown", False, GOOD_UNTIL),
        ("accepted", True, date(2028, 1, 31)),
    ]
    story.tells(document_expired(), stream=OTHER_CARD.document_id)
    (_, expired) = waiting(story).documents
    assert (expired.status, expired.expires_on) == ("expired", date(2028, 1, 31))


def test_a_file_that_was_refused_unread_stops_nobody(story: Story) -> None:
    story.tells(announced(), document_refused(), stream=IDENTITY.document_id)
    story.tells(submitted_for_review(), stream=VERIFICATION)

    assert [one.status for one in waiting(story).documents] == ["refused"]


def test_of_a_host_it_is_known_that_their_record_is_another_one(story: Story) -> None:
    story.tells(submitted_for_review(), verification_approved(), stream=VERIFICATION)
    story.tells(submitted_for_review(number=2, facts="0" * 64), stream=an_id("the renewal"))

    assert waiting(story).changed == ["legal_record"]


def test_a_revision_says_what_was_changed_since_the_last_approval(story: Story) -> None:
    story.tells(a_draft(), stated(), stream=PROPERTY)
    story.tells(of_house(1), stream=VERIFICATION_OF_HOUSE)
    assert waiting(story).changed is None

    story.tells(verification_approved(), stream=VERIFICATION_OF_HOUSE)
    place = replace(other_facts().place, city="Estoril")
    elsewhere = replace(revision_proposed(), facts=other_facts(place=place))
    story.tells(approved_house(), elsewhere, stream=PROPERTY)
    story.tells(of_house(2), stream=VERIFICATION_OF_REVISION)
    assert waiting(story).changed == ["place.city", "rooms"]

    story.tells(not_revised(), revision_proposed(), stream=PROPERTY)
    assert waiting(story).changed == ["rooms"]
    story.tells(revised(), stream=PROPERTY)
    assert waiting(story).changed == []


def test_the_queue_is_read_page_by_page_and_by_what_one_looks_for(story: Story) -> None:
    ids = sorted(an_id(f"review {number}") for number in range(5))
    for review in ids:
        story.tells(submitted_for_review(), stream=review)
    story.tells(of_house(1), review_claimed(), at=NOW - HOUR, stream=VERIFICATION_OF_HOUSE)

    first = asked(story, at_most=4)
    rest = asked(story, at_most=4, beyond=first.next)

    found = [one.verification_id for one in (*first.reviews, *rest.reviews)]
    assert found == [VERIFICATION_OF_HOUSE, *ids]
    assert (first.counts, rest.next) == ({"submitted": 5, "in_review": 1}, None)
    assert len(asked(story, subject=Subject.PROVIDER).reviews) == 5
    assert len(asked(story, reviewer=VERA.id).reviews) == 1
