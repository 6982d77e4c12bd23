"""Reviews as they are answered: with their words where they are published, else without."""

from collections.abc import Callable, Sequence
from typing import Concatenate, ParamSpec

from sqlalchemy import Connection

from api.answers.texts import Text, texts
from ledger.aggregates.review import Review
from ledger.values.clock import Instant
from ledger.values.reviews import Side
from projections.projection import Answer
from projections.reviews import PublishedReview, PublishedReviews

P = ParamSpec("P")


class ReviewToRead(PublishedReview):
    """A published review with its words, and the answer of who is reviewed."""

    text: Text
    answer: Text | None


class ReviewsToRead(PublishedReviews):
    """What is published, the latest first, with its words."""

    reviews: Sequence[ReviewToRead]


class ReviewsNow(Answer):
    """Where the reviews of a stay stand; what is in them nobody is told before it is published.

    Both sides may write until `closes_at`; what is published may be answered until `answer_by`.
    """

    booking_id: str
    status: str
    closes_at: Instant | None
    answer_by: Instant | None
    answered: Sequence[Side]
    hidden: Sequence[Side]


def reviews_now(review: Review) -> ReviewsNow:
    """The reviews as they stand."""
    return ReviewsNow(
        position=0,
        booking_id=review.of.booking_id,
        status=review.status.value,
        closes_at=review.closes_at,
        answer_by=review.answer_by,
        answered=sorted(review.answered),
        hidden=sorted(review.hidden),
    )


def readable(
    question: Callable[Concatenate[Connection, P], PublishedReviews],
) -> Callable[Concatenate[Connection, P], ReviewsToRead]:
    """A question for reviews that is answered with their words."""

    def answered(db: Connection, /, *args: P.args, **named: P.kwargs) -> ReviewsToRead:
        found = question(db, *args, **named)
        named_texts = [one.text_id for one in found.reviews]
        named_texts += [one.answer_text_id for one in found.reviews if one.answer_text_id]
        words = texts(db, named_texts)
        told = [
            ReviewToRead(
                **one.model_dump(),
                text=words[one.text_id],
                answer=words[one.answer_text_id] if one.answer_text_id else None,
            )
            for one in found.reviews
        ]
        return ReviewsToRead(**found.model_dump(exclude={"reviews"}), reviews=told)

    return answered
