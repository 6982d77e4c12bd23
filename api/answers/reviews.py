"""Reviews as they are answered: with their words where they are published, else without."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from api.answers.texts import Text, texts
from api.cursors import AMONG_REVIEWS, page_of, place_of
from api.shapes import Page
from ledger.aggregates.review import Review
from ledger.values.clock import Instant
from ledger.values.reviews import Side
from projections.projection import Answer
from projections.reviews import Place, PublishedReview, PublishedReviews

K = TypeVar("K", bound=str)


class ReviewToRead(PublishedReview):
    """A published review with its words, and the answer of who is reviewed."""

    text: Text
    answer: Text | None


class ReviewsToRead(PublishedReviews):
    """What is published, the latest first, with its words. `cursor` asks for the next page; without
    it there is none.
    """

    reviews: Sequence[ReviewToRead]
    cursor: str | None


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
    question: Callable[[Connection, K, int, Place | None], PublishedReviews],
) -> Callable[[Connection, K, Page], ReviewsToRead]:
    """A question for reviews that is answered page by page, with words. Raises InvalidRequest."""

    def answered(db: Connection, of: K, query: Page) -> ReviewsToRead:
        ended = place_of(query, query.cursor, AMONG_REVIEWS, of)
        found = question(db, of, query.limit + 1, Place(*ended) if ended else None)
        shown, cursor = page_of(query, found.reviews, _place, of)
        named = [one.text_id for one in shown]
        named += [one.answer_text_id for one in shown if one.answer_text_id]
        words = texts(db, named)
        told = [
            ReviewToRead(
                **one.model_dump(),
                text=words[one.text_id],
                answer=words[one.answer_text_id] if one.answer_text_id else None,
            )
            for one in shown
        ]
        summed_up = found.model_dump(exclude={"reviews"})
        return ReviewsToRead(**summed_up, reviews=told, cursor=cursor)

    return answered


def _place(review: PublishedReview) -> Place:
    return Place(review.published_at, review.review_id)
