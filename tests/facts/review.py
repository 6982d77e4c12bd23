"""What Inês and Rui say of each other after three nights in the house by the sea."""

from datetime import date, timedelta
from typing import Any

from ledger.aggregates.review import OpenReviews
from ledger.events.review import (
    GuestReviewed,
    GuestReviewEdited,
    ReviewAnswered,
    ReviewHidden,
    ReviewsExpired,
    ReviewShown,
    ReviewsOpened,
    ReviewsPublished,
    ReviewsVoided,
    StayReviewed,
    StayReviewEdited,
)
from ledger.values.clock import instant
from ledger.values.ids import TextId
from ledger.values.reviews import (
    ANSWERED_WITHIN,
    EndedStay,
    GuestRating,
    GuestReview,
    Side,
    StayRating,
    StayReview,
)
from ledger.values.texts import Written, digest_of
from tests.facts.story import BOOKING, CHECK_OUT, INES, PROPERTY, RUI, an_id

REVIEWS_CLOSE = instant("2026-07-19T23:00:00Z")
"""The 19th of July is the last day, and in Lisbon it ends an hour before it does in UTC."""

WRITTEN_AT = CHECK_OUT + timedelta(days=2)
ANSWER_REVIEW_BY = WRITTEN_AT + ANSWERED_WITHIN


def a_text(words: str = "We would come back any time.") -> Written:
    """A text as events name it."""
    return Written(TextId(an_id(words)), digest_of(words, b"salt"), len(words))


def of_stay(overall: int = 5, words: str = "We would come back any time.") -> StayReview:
    """She liked it, but for how hard it was to find."""
    rating = StayRating(
        overall=overall,
        cleanliness=5,
        accuracy=5,
        check_in=3,
        communication=5,
        location=5,
        value=4,
    )
    return StayReview(rating, a_text(words))


def of_guest(overall: int = 4, words: str = "Left the house as she found it.") -> GuestReview:
    """He liked her, but for the music."""
    rating = GuestRating(overall=overall, cleanliness=5, communication=5, house_rules=3)
    return GuestReview(rating, a_text(words))


def her_stay(ended: str = "completed") -> EndedStay:
    """Three nights of hers in the house by the sea."""
    return EndedStay(
        booking_id=BOOKING, property_id=PROPERTY, guest_id=INES, host_id=RUI, ended=ended
    )


def to_open_reviews(**changed: Any) -> OpenReviews:
    """Let both review a stay that has ended."""
    told: dict[str, Any] = {
        "of": her_stay(),
        "check_out": date(2026, 7, 5),
        "time_zone": "Europe/Lisbon",
    }
    return OpenReviews(**told | changed)


def reviews_opened() -> ReviewsOpened:
    """Both may write."""
    return ReviewsOpened(
        of=her_stay(),
        closes_at=REVIEWS_CLOSE,
    )


def reviews_voided(ended: str = "cancelled_by_host") -> ReviewsVoided:
    """He called it off in time: there is nothing to review."""
    return ReviewsVoided(
        of=her_stay(ended),
        reason="before_check_in",
    )


def stay_reviewed(**said: Any) -> StayReviewed:
    """She is the first to write."""
    return StayReviewed(review=of_stay(**said))


def stay_review_edited(**said: Any) -> StayReviewEdited:
    """She thinks again."""
    return StayReviewEdited(review=of_stay(**said))


def guest_reviewed(**said: Any) -> GuestReviewed:
    """He is the first to write."""
    return GuestReviewed(review=of_guest(**said))


def guest_review_edited(**said: Any) -> GuestReviewEdited:
    """He thinks again."""
    return GuestReviewEdited(review=of_guest(**said))


def reviews_published(**changed: Any) -> ReviewsPublished:
    """Both have written, and everybody may read it."""
    told: dict[str, Any] = {
        "of": her_stay(),
        "of_stay": of_stay(),
        "of_guest": of_guest(),
        "answer_by": ANSWER_REVIEW_BY,
    }
    return ReviewsPublished(**told | changed)


def reviews_expired() -> ReviewsExpired:
    """Neither has."""
    return ReviewsExpired()


def review_answered(by: Side = Side.GUEST) -> ReviewAnswered:
    """He thanks her."""
    return ReviewAnswered(by=by, text=a_text("Thank you, Inês."))


def review_hidden(by: Side = Side.GUEST) -> ReviewHidden:
    """Her review has his telephone number in it."""
    return ReviewHidden(by=by, reason="personal_data", hidden_by="support")


def review_shown(by: Side = Side.GUEST) -> ReviewShown:
    """It is the number of the fire brigade."""
    return ReviewShown(by=by, reason="hidden_by_mistake", shown_by="support")
