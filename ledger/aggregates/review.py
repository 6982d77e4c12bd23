"""The reviews of a stay: what guest and host say of each other, blind until both are published.

One stream for each booking. Nothing that a side wrote leaves this stream before both have written
or the time is over; then one event has all of it. What is published is never edited: the platform
may hide it and show it again, and who is reviewed may answer once (spec: domain, section 9).
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates.decider import SAME, Command, Decider, Lifecycle, Step, actors, states
from ledger.errors import NotFound, TooEarly, TooLate
from ledger.events.review import (
    GuestReviewed,
    GuestReviewEdited,
    ReviewAnswered,
    ReviewEvent,
    ReviewHidden,
    ReviewsExpired,
    ReviewShown,
    ReviewsOpened,
    ReviewsPublished,
    ReviewsVoided,
    StayReviewed,
    StayReviewEdited,
)
from ledger.values.clock import Instant
from ledger.values.consent import told
from ledger.values.ids import BookingId, ReviewId, derived_id
from ledger.values.reviews import (
    ANSWERED_WITHIN,
    EndedStay,
    GuestReview,
    Side,
    StayReview,
    window_closes_at,
    within_range,
)
from ledger.values.texts import Written

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Where the reviews of a stay stand; before the first event it is not eligible."""

    OPEN = "open"
    GUEST_IN = "guest_in"
    HOST_IN = "host_in"
    PUBLISHED = "published"
    EXPIRED = "expired"
    VOID = "void"


class Review(Struct, frozen=True):
    """What the rules need to remember; sides name a review by who wrote it."""

    status: Status
    of: EndedStay
    closes_at: Instant | None = None
    of_stay: StayReview | None = None
    of_guest: GuestReview | None = None
    answer_by: Instant | None = None
    answered: frozenset[Side] = frozenset()
    hidden: frozenset[Side] = frozenset()

    def has(self, by: Side) -> bool:
        """Whether this side wrote one."""
        return (self.of_stay if by is Side.GUEST else self.of_guest) is not None


def review_of(booking_id: BookingId) -> ReviewId:
    """The id of what guest and host of a booking say of each other."""
    return ReviewId(derived_id(booking_id, "review"))


# -- Commands ---------------------------------------------------------------------------


class OpenReviews(Command, frozen=True, kw_only=True):
    """Let both sides review a stay that reached its day of arrival; `check_out` as agreed."""

    of: EndedStay
    check_out: date
    time_zone: str


class VoidReviews(Command, frozen=True, kw_only=True):
    """Record that there is nothing to review, and why."""

    of: EndedStay
    reason: str


class ReviewStay(Command, frozen=True, kw_only=True):
    """Review the stay as the guest, or put the own review otherwise."""

    booking_id: BookingId
    review: StayReview


class ReviewGuest(Command, frozen=True, kw_only=True):
    """Review the guest as the host, or put the own review otherwise."""

    booking_id: BookingId
    review: GuestReview


class CloseReviews(Command, frozen=True, kw_only=True):
    """Take no more reviews: publish the only one, if there is one."""

    booking_id: BookingId


class AnswerReview(Command, frozen=True, kw_only=True):
    """Answer, as who is reviewed, the review that a side wrote."""

    booking_id: BookingId
    by: Side
    text: Written


class HideReview(Command, frozen=True, kw_only=True):
    """Let nobody read the review that a side wrote."""

    booking_id: BookingId
    by: Side
    reason: str
    reviewer: str


class ShowReview(Command, frozen=True, kw_only=True):
    """Let everybody read a hidden review again."""

    booking_id: BookingId
    by: Side
    reason: str
    reviewer: str


ReviewCommand = (
    OpenReviews
    | VoidReviews
    | ReviewStay
    | ReviewGuest
    | CloseReviews
    | AnswerReview
    | HideReview
    | ShowReview
)

# -- Lifecycle --------------------------------------------------------------------------

S = Status
WAITING = states(S.GUEST_IN, S.HOST_IN)

LIFECYCLE = Lifecycle(
    "review",
    Step("RV1", OpenReviews, states(None), actors("X"), ReviewsOpened, S.OPEN,
         "the stay reached its local day of arrival; its money was real; not fraud"),
    Step("RV2", ReviewStay, states(S.OPEN), actors("G"), StayReviewed, S.GUEST_IN,
         "before the window closes; one to five stars"),
    Step("RV2h", ReviewGuest, states(S.OPEN), actors("H"), GuestReviewed, S.HOST_IN,
         "before the window closes; one to five stars"),
    Step("RV3", ReviewStay, states(S.GUEST_IN), actors("G"), StayReviewEdited, SAME, "as RV2"),
    Step("RV3h", ReviewGuest, states(S.HOST_IN), actors("H"), GuestReviewEdited, SAME, "as RV2"),
    Step("RV4", ReviewStay, states(S.HOST_IN), actors("G"), ReviewsPublished, S.PUBLISHED,
         "as RV2"),
    Step("RV4h", ReviewGuest, states(S.GUEST_IN), actors("H"), ReviewsPublished, S.PUBLISHED,
         "as RV2"),
    Step("RV5", CloseReviews, WAITING, actors("T"), ReviewsPublished, S.PUBLISHED,
         "the window has closed"),
    Step("RV6", CloseReviews, states(S.OPEN), actors("T"), ReviewsExpired, S.EXPIRED,
         "the window has closed"),
    Step("RV7", VoidReviews, states(None), actors("X"), ReviewsVoided, S.VOID,
         "called off before the local day of arrival; or no real money; or fraud"),
    Step("RV8", AnswerReview, states(S.PUBLISHED), actors("GH"), ReviewAnswered, SAME,
         "by who is reviewed, once, within 30 days"),
    Step("RV9", HideReview, states(S.PUBLISHED), actors("SO"), ReviewHidden, SAME,
         "it is there and not hidden; a reason"),
    Step("RV10", ShowReview, states(S.PUBLISHED), actors("SO"), ReviewShown, SAME,
         "it is hidden; a reason"),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def decide(review: Review | None, command: ReviewCommand, now: Instant) -> Sequence[ReviewEvent]:
    """What a command does to the reviews of a stay. Raises Refused."""
    if isinstance(command, VoidReviews):
        return [ReviewsVoided(of=command.of, reason=command.reason)]
    if isinstance(command, OpenReviews):
        closes_at = window_closes_at(command.check_out, command.time_zone)
        return [ReviewsOpened(of=command.of, closes_at=closes_at)]
    if review is None:
        raise NotFound(booking_id=command.booking_id)
    match command:
        case ReviewStay() | ReviewGuest():
            return write(review, command, now)
        case CloseReviews():
            return close(review, now)
        case AnswerReview():
            return answer(review, command, now)
        case HideReview() | ShowReview():
            return moderate(review, command)
        case _:
            assert_never(command)


def write(review: Review, command: ReviewStay | ReviewGuest, now: Instant) -> Sequence[ReviewEvent]:
    """Keep what one side says, or publish both. Raises TooLate, RatingOutOfRange."""
    assert review.closes_at is not None, "the table lets nobody write before it is open"
    if now >= review.closes_at:
        raise TooLate(not_after=review.closes_at)
    within_range(command.review.rating)
    if isinstance(command, ReviewStay):
        written = replace(review, of_stay=command.review)
    else:
        written = replace(review, of_guest=command.review)
    if written == review:
        return []
    if written.of_stay is not None and written.of_guest is not None:
        return [publish(written, now)]
    return [said_alone(review, command)]


def said_alone(review: Review, command: ReviewStay | ReviewGuest) -> ReviewEvent:
    """What one side says before the other: for the first time, or otherwise."""
    is_first = review.status is S.OPEN
    if isinstance(command, ReviewStay):
        stay = command.review
        return StayReviewed(review=stay) if is_first else StayReviewEdited(review=stay)
    guest = command.review
    return GuestReviewed(review=guest) if is_first else GuestReviewEdited(review=guest)


def close(review: Review, now: Instant) -> Sequence[ReviewEvent]:
    """End the time to write. Raises TooEarly."""
    assert review.closes_at is not None, "the table lets nobody close before it is open"
    if now < review.closes_at:
        raise TooEarly(not_before=review.closes_at)
    return [ReviewsExpired() if review.status is S.OPEN else publish(review, now)]


def publish(review: Review, now: Instant) -> ReviewsPublished:
    """Let everybody read whatever was written."""
    return ReviewsPublished(
        of=review.of,
        of_stay=review.of_stay,
        of_guest=review.of_guest,
        answer_by=now + ANSWERED_WITHIN,
    )


def answer(review: Review, command: AnswerReview, now: Instant) -> Sequence[ReviewEvent]:
    """Answer a review once. Raises TooLate, NotFound where there is none, TransitionNotAllowed."""
    _refuse_unwritten(review, command.by)
    if command.by in review.answered:
        LIFECYCLE.refuse(AnswerReview, review.status, answered="yes")
    assert review.answer_by is not None, "the table lets nobody answer before it is published"
    if now >= review.answer_by:
        raise TooLate(not_after=review.answer_by)
    return [ReviewAnswered(by=command.by, text=command.text)]


def moderate(review: Review, command: HideReview | ShowReview) -> Sequence[ReviewEvent]:
    """Hide a review, or show it again. Raises ReasonIsMissing, NotFound, TransitionNotAllowed."""
    _refuse_unwritten(review, command.by)
    hides, reason = isinstance(command, HideReview), told(command.reason)
    if hides == (command.by in review.hidden):
        LIFECYCLE.refuse(type(command), review.status, hidden="yes" if hides else "no")
    if hides:
        return [ReviewHidden(by=command.by, reason=reason, hidden_by=command.reviewer)]
    return [ReviewShown(by=command.by, reason=reason, shown_by=command.reviewer)]


def _refuse_unwritten(review: Review, by: Side) -> None:
    if not review.has(by):
        raise NotFound(booking_id=review.of.booking_id, review_by=by.value)


# -- Evolution --------------------------------------------------------------------------


def evolve(review: Review | None, event: ReviewEvent) -> Review:
    """The reviews after an event."""
    status = LIFECYCLE.after(event, review and review.status)
    if isinstance(event, ReviewsOpened | ReviewsVoided):
        return Review(
            status=status,
            of=event.of,
            closes_at=event.closes_at if isinstance(event, ReviewsOpened) else None,
        )
    assert review is not None
    review = replace(review, status=status)
    match event:
        case StayReviewed() | StayReviewEdited():
            return replace(review, of_stay=event.review)
        case GuestReviewed() | GuestReviewEdited():
            return replace(review, of_guest=event.review)
        case ReviewsPublished():
            review = replace(review, of_stay=event.of_stay, of_guest=event.of_guest)
            return replace(review, answer_by=event.answer_by)
        case ReviewAnswered():
            return replace(review, answered=review.answered | {event.by})
        case ReviewHidden():
            return replace(review, hidden=review.hidden | {event.by})
        case ReviewShown():
            return replace(review, hidden=review.hidden - {event.by})
        case ReviewsExpired():
            return review
        case _:
            assert_never(event)


def stream_of(command: ReviewCommand) -> ReviewId:
    """The stream of the booking that a command is about."""
    if isinstance(command, OpenReviews | VoidReviews):
        return review_of(command.of.booking_id)
    return review_of(command.booking_id)


REVIEW = Decider(
    lifecycle=LIFECYCLE,
    state=Review,
    stream_of=stream_of,
    decide=decide,
    evolve=evolve,
)
