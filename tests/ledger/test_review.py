"""The reviews of a stay by their rules alone: who may say what, until when, and what is blind."""

from datetime import date

import pytest

from ledger.aggregates.review import (
    AnswerReview,
    CloseReviews,
    HideReview,
    ReviewGuest,
    ReviewStay,
    ShowReview,
    Status,
)
from ledger.errors import (
    NotFound,
    RatingOutOfRange,
    ReasonIsMissing,
    TooEarly,
    TooLate,
    TransitionNotAllowed,
)
from ledger.events import Event
from ledger.values.clock import Instant, instant
from ledger.values.reviews import ANSWERED_WITHIN, Side, window_closes_at
from tests.facts import (
    AN_INSTANT,
    ANSWER_REVIEW_BY,
    BOOKING,
    GUEST,
    HOST,
    OPERATOR,
    PROCESS,
    REVIEWS_CLOSE,
    SUPPORT,
    TIMER,
    WRITTEN_AT,
    a_text,
    guest_review_edited,
    guest_reviewed,
    of_guest,
    of_stay,
    review_answered,
    review_hidden,
    review_shown,
    reviews_expired,
    reviews_opened,
    reviews_published,
    reviews_voided,
    stay_review_edited,
    stay_reviewed,
    to_open_reviews,
)
from tests.given import given

HERS = ReviewStay(booking_id=BOOKING, review=of_stay())
HIS = ReviewGuest(booking_id=BOOKING, review=of_guest())
CLOSE = CloseReviews(booking_id=BOOKING)
OPENED = (reviews_opened(),)
PUBLISHED = (*OPENED, stay_reviewed(), reviews_published())
ONLY_HERS = (*OPENED, stay_reviewed(), reviews_published(of_guest=None))


def to_answer(by: Side = Side.GUEST) -> AnswerReview:
    return AnswerReview(booking_id=BOOKING, by=by, text=a_text("Thank you, Inês."))


def to_hide(by: Side = Side.GUEST, reason: str = "personal_data") -> HideReview:
    return HideReview(booking_id=BOOKING, by=by, reason=reason, reviewer="support")


def to_show(by: Side = Side.GUEST, reason: str = "hidden_by_mistake") -> ShowReview:
    return ShowReview(booking_id=BOOKING, by=by, reason=reason, reviewer="support")


# -- When --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time_zone", "closes_at"),
    [
        ("Europe/Lisbon", "2026-07-19T23:00:00Z"),
        ("Pacific/Kiritimati", "2026-07-19T10:00:00Z"),
        ("America/Los_Angeles", "2026-07-20T07:00:00Z"),
    ],
)
def test_the_window_closes_as_the_property_s_fourteenth_day_after_check_out_ends(
    time_zone: str, closes_at: str
) -> None:
    assert window_closes_at(date(2026, 7, 5), time_zone) == instant(closes_at)


def test_reviews_open_when_a_stay_has_ended() -> None:
    given().when(PROCESS, to_open_reviews()).then(reviews_opened())


def test_a_review_needs_a_stay() -> None:
    given().when(GUEST, HERS, WRITTEN_AT).refused(TransitionNotAllowed)
    given(reviews_voided()).when(GUEST, HERS, WRITTEN_AT).refused(TransitionNotAllowed)


@pytest.mark.parametrize("at", [REVIEWS_CLOSE, REVIEWS_CLOSE + AN_INSTANT])
def test_nobody_writes_when_the_window_has_closed(at: Instant) -> None:
    given(*OPENED).when(GUEST, HERS, at).refused(TooLate, not_after=REVIEWS_CLOSE)
    given(*OPENED, stay_reviewed()).when(HOST, HIS, at).refused(TooLate)


def test_the_last_moment_of_the_window_is_in_time() -> None:
    given(*OPENED).when(GUEST, HERS, REVIEWS_CLOSE - AN_INSTANT).then(stay_reviewed())


# -- Blind -------------------------------------------------------------------------------


def test_whoever_is_first_waits_for_the_other() -> None:
    hers = given(*OPENED).when(GUEST, HERS, WRITTEN_AT).then(stay_reviewed())
    his = given(*OPENED).when(HOST, HIS, WRITTEN_AT).then(guest_reviewed())

    assert (hers.state.status, his.state.status) == (Status.GUEST_IN, Status.HOST_IN)


def test_both_are_published_at_once() -> None:
    given(*OPENED, stay_reviewed()).when(HOST, HIS, WRITTEN_AT).then(reviews_published())
    given(*OPENED, guest_reviewed()).when(GUEST, HERS, WRITTEN_AT).then(reviews_published())


def test_the_own_review_may_be_put_otherwise_until_the_other_is_in() -> None:
    first = (*OPENED, stay_reviewed(overall=1))
    given(*first).when(GUEST, HERS, WRITTEN_AT).then(stay_review_edited())
    his = (*OPENED, guest_reviewed(overall=1))
    given(*his).when(HOST, HIS, WRITTEN_AT).then(guest_review_edited())
    given(*first, stay_review_edited()).when(HOST, HIS, WRITTEN_AT).then(reviews_published())


@pytest.mark.parametrize("end", [PUBLISHED, (*OPENED, reviews_expired())])
def test_nothing_is_written_or_edited_afterwards(end: tuple[Event, ...]) -> None:
    given(*end).when(GUEST, HERS, WRITTEN_AT).refused(TransitionNotAllowed)
    given(*end).when(HOST, HIS, WRITTEN_AT).refused(TransitionNotAllowed)


def test_a_side_writes_only_its_own() -> None:
    given(*OPENED).when(HOST, HERS, WRITTEN_AT).refused(TransitionNotAllowed)
    given(*OPENED).when(GUEST, HIS, WRITTEN_AT).refused(TransitionNotAllowed)


def test_the_only_review_is_published_when_the_window_closes() -> None:
    until = REVIEWS_CLOSE + ANSWERED_WITHIN
    given(*OPENED, stay_reviewed()).when(TIMER, CLOSE, REVIEWS_CLOSE).then(
        reviews_published(of_guest=None, answer_by=until)
    )


def test_nothing_is_published_of_nothing() -> None:
    given(*OPENED).when(TIMER, CLOSE, REVIEWS_CLOSE).then(reviews_expired())


def test_the_window_is_not_closed_before_its_time() -> None:
    given(*OPENED).when(TIMER, CLOSE, REVIEWS_CLOSE - AN_INSTANT).refused(TooEarly)


@pytest.mark.parametrize("stars", [0, 6, -1])
def test_stars_are_one_to_five(stars: int) -> None:
    review = ReviewStay(booking_id=BOOKING, review=of_stay(overall=stars))
    given(*OPENED).when(GUEST, review, WRITTEN_AT).refused(
        RatingOutOfRange, part="overall", stars=stars
    )


# -- Answered ----------------------------------------------------------------------------


def test_who_is_reviewed_answers_once() -> None:
    given(*PUBLISHED).when(HOST, to_answer(), WRITTEN_AT).then(review_answered())
    answered = (*PUBLISHED, review_answered())
    given(*answered).when(HOST, to_answer(), WRITTEN_AT).refused(
        TransitionNotAllowed, answered="yes"
    )
    given(*answered).when(GUEST, to_answer(Side.HOST), WRITTEN_AT).then(review_answered(Side.HOST))


def test_an_answer_comes_within_thirty_days() -> None:
    in_time = ANSWER_REVIEW_BY - AN_INSTANT
    given(*PUBLISHED).when(HOST, to_answer(), in_time).then(review_answered())
    given(*PUBLISHED).when(HOST, to_answer(), ANSWER_REVIEW_BY).refused(TooLate)


def test_what_was_never_written_is_not_answered() -> None:
    given(*ONLY_HERS).when(GUEST, to_answer(Side.HOST), WRITTEN_AT).refused(NotFound)


# -- Moderated ---------------------------------------------------------------------------


def test_a_review_is_hidden_and_shown_again_each_for_a_reason() -> None:
    given(*PUBLISHED).when(SUPPORT, to_hide()).then(review_hidden())
    given(*PUBLISHED, review_hidden()).when(OPERATOR, to_show()).then(review_shown())
    given(*PUBLISHED).when(SUPPORT, to_hide(reason=" ")).refused(ReasonIsMissing)


def test_a_review_is_hidden_once_and_shown_only_if_hidden() -> None:
    hidden = (*PUBLISHED, review_hidden())
    given(*hidden).when(SUPPORT, to_hide()).refused(TransitionNotAllowed, hidden="yes")
    given(*hidden).when(SUPPORT, to_hide(Side.HOST)).then(review_hidden(Side.HOST))
    given(*PUBLISHED).when(SUPPORT, to_show()).refused(TransitionNotAllowed, hidden="no")
    given(*ONLY_HERS).when(SUPPORT, to_hide(Side.HOST)).refused(NotFound)


def test_nobody_but_the_platform_hides() -> None:
    given(*PUBLISHED).when(HOST, to_hide()).refused(TransitionNotAllowed)
    given(*OPENED, stay_reviewed()).when(SUPPORT, to_hide()).refused(TransitionNotAllowed)
