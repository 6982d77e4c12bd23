"""What guests gave a property."""

from typing import Any, assert_never

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Uuid, cast, func

from ledger.events import Recorded
from ledger.events.review import ReviewHidden, ReviewShown, ReviewsPublished
from ledger.values.reviews import Side
from projections.projection import Rows
from projections.search.schema import tables

ratings = Table(
    "ratings",
    tables,
    Column("review_id", Uuid(as_uuid=False), primary_key=True),
    Column("property_id", Uuid(as_uuid=False), nullable=False),
    Column("stars", Integer, nullable=False),
    Column("hidden", Boolean, nullable=False),
    Index("ratings_by_property", "property_id"),
)
"""What guests gave a property overall, once it was published."""

SHOWN = ~ratings.c.hidden
STARS = cast(func.round(func.avg(ratings.c.stars) * 100), BigInteger)
"""The average of what is shown, in hundredths of a star."""


RatingEvent = ReviewsPublished | ReviewHidden | ReviewShown


def project(rows: Rows, recorded: Recorded[Any], event: RatingEvent) -> None:
    """What guests think of a property, as far as everybody may read it."""
    review_id = recorded.stream_id
    match event:
        case ReviewsPublished(of_stay=review):
            if review is not None:
                rows.insert(
                    ratings,
                    review_id=review_id,
                    property_id=event.of.property_id,
                    stars=review.rating.overall,
                    hidden=False,
                )
        case ReviewHidden() | ReviewShown():
            if event.by is Side.GUEST:
                hidden = isinstance(event, ReviewHidden)
                rows.change(ratings, review_id, hidden=hidden)
        case _:
            assert_never(event)
