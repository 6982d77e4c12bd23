"""What happens to the reviews of a stay: both sides write blind, and are published at once."""

from ledger.events.event import Event
from ledger.values.clock import Instant
from ledger.values.reviews import EndedStay, GuestReview, Side, StayReview
from ledger.values.texts import Written


class ReviewsOpened(Event, topic="review.opened", frozen=True, kw_only=True):
    """Guest and host may review each other before `closes_at`."""

    of: EndedStay
    closes_at: Instant


class ReviewsVoided(Event, topic="review.voided", frozen=True, kw_only=True):
    """There is nothing to review: `reason` says why."""

    of: EndedStay
    reason: str


class StayReviewed(Event, topic="review.stay_reviewed", frozen=True, kw_only=True):
    """The guest reviewed the stay, before the host said anything; nobody else sees it yet."""

    review: StayReview


class StayReviewEdited(Event, topic="review.stay_review_edited", frozen=True, kw_only=True):
    """The guest put their review otherwise, before the host said anything."""

    review: StayReview


class GuestReviewed(Event, topic="review.guest_reviewed", frozen=True, kw_only=True):
    """The host reviewed the guest, before the guest said anything; nobody else sees it yet."""

    review: GuestReview


class GuestReviewEdited(Event, topic="review.guest_review_edited", frozen=True, kw_only=True):
    """The host put their review otherwise, before the guest said anything."""

    review: GuestReview


class ReviewsPublished(Event, topic="review.published", frozen=True, kw_only=True):
    """Everybody may read the reviews: both at once, or the only one when the time is over.

    Each may be answered once by who is reviewed, before `answer_by`.
    """

    of: EndedStay
    of_stay: StayReview | None
    of_guest: GuestReview | None
    answer_by: Instant


class ReviewsExpired(Event, topic="review.expired", frozen=True, kw_only=True):
    """The time is over, and neither side has written anything."""


class ReviewAnswered(Event, topic="review.answered", frozen=True, kw_only=True):
    """Who was reviewed answered the review that this side wrote."""

    by: Side
    text: Written


class ReviewHidden(Event, topic="review.hidden", frozen=True, kw_only=True):
    """Somebody of the platform hid the review that this side wrote, with its answer."""

    by: Side
    reason: str
    hidden_by: str


class ReviewShown(Event, topic="review.shown", frozen=True, kw_only=True):
    """Somebody of the platform let everybody read a hidden review again."""

    by: Side
    reason: str
    shown_by: str


ReviewEvent = (
    ReviewsOpened
    | ReviewsVoided
    | StayReviewed
    | StayReviewEdited
    | GuestReviewed
    | GuestReviewEdited
    | ReviewsPublished
    | ReviewsExpired
    | ReviewAnswered
    | ReviewHidden
    | ReviewShown
)
