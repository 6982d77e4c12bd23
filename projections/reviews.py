"""Reviews: what everybody may read of stays, hosts and guests, and who may still write until when.

A review has no row before it is published: nothing here could show it early. Its words are in the
vault, and found by their id.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, assert_never, get_args

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Index,
    Integer,
    MetaData,
    RowMapping,
    Select,
    Table,
    Text,
    Uuid,
    func,
    literal,
    select,
    tuple_,
)

from ledger.events import Recorded
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
from ledger.values.clock import Instant
from ledger.values.ids import GuestId, HostId, PropertyId
from ledger.values.reviews import EndedStay, GuestRating, GuestReview, Side, StayRating, StayReview
from projections.projection import Answer, Projection, Rows, position_of

# -- Tables -----------------------------------------------------------------------------

tables = MetaData(schema="reviews_v1")

PARTS = tuple(dict.fromkeys((*StayRating.__struct_fields__, *GuestRating.__struct_fields__)))
"""Whatever stars are given for, by either side."""

reviews = Table(
    "reviews",
    tables,
    Column("review_id", Uuid(as_uuid=False), primary_key=True),
    Column("by", Text, primary_key=True),
    Column("property_id", Uuid(as_uuid=False), nullable=False),
    Column("guest_id", Uuid(as_uuid=False), nullable=False),
    Column("host_id", Uuid(as_uuid=False), nullable=False),
    *(Column(part, Integer) for part in PARTS),
    Column("text_id", Uuid(as_uuid=False), nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
    Column("answer_by", DateTime(timezone=True), nullable=False),
    Column("answer_text_id", Uuid(as_uuid=False)),
    Column("hidden", Boolean, nullable=False),
    Index("reviews_of_property", "property_id", "by"),
    Index("reviews_of_host", "host_id", "by"),
    Index("reviews_of_guest", "guest_id", "by"),
)
"""One row per published review, by who wrote it."""

windows = Table(
    "windows",
    tables,
    Column("review_id", Uuid(as_uuid=False), primary_key=True),
    Column("booking_id", Uuid(as_uuid=False), nullable=False),
    Column("property_id", Uuid(as_uuid=False), nullable=False),
    Column("guest_id", Uuid(as_uuid=False), nullable=False),
    Column("host_id", Uuid(as_uuid=False), nullable=False),
    Column("closes_at", DateTime(timezone=True), nullable=False),
    Column("guest_wrote", Boolean, nullable=False),
    Column("host_wrote", Boolean, nullable=False),
    Index("windows_of_guest", "guest_id"),
    Index("windows_of_host", "host_id"),
)
"""One row per stay whose reviews are neither published nor expired."""

called_off = Table(
    "called_off",
    tables,
    Column("review_id", Uuid(as_uuid=False), primary_key=True),
    Column("property_id", Uuid(as_uuid=False), nullable=False),
    Column("host_id", Uuid(as_uuid=False), nullable=False),
    Index("called_off_by_property", "property_id"),
    Index("called_off_by_host", "host_id"),
)
"""One row per stay that its host called off: a fact on the listing that nobody reviews."""

# -- Events -----------------------------------------------------------------------------

OwnReview = StayReviewed | StayReviewEdited | GuestReviewed | GuestReviewEdited

ReviewModelEvent = (
    ReviewsOpened
    | ReviewsVoided
    | OwnReview
    | ReviewsPublished
    | ReviewsExpired
    | ReviewAnswered
    | ReviewHidden
    | ReviewShown
)


def project(  # noqa: C901 - one case per event
    rows: Rows, recorded: Recorded[ReviewModelEvent]
) -> None:
    """Open and close the time to write, and show what is published."""
    review_id = recorded.stream_id
    match recorded.event:
        case ReviewsOpened() as event:
            begin(rows, review_id, event)
        case ReviewsVoided() as event:
            remember(rows, review_id, event.of)
        case StayReviewed() | StayReviewEdited():
            rows.change(windows, review_id, guest_wrote=True)
        case GuestReviewed() | GuestReviewEdited():
            rows.change(windows, review_id, host_wrote=True)
        case ReviewsPublished() as event:
            rows.remove(windows, review_id)
            for side, review in ((Side.GUEST, event.of_stay), (Side.HOST, event.of_guest)):
                if review is not None:
                    publish(rows, recorded, event, side, review)
        case ReviewsExpired():
            rows.remove(windows, review_id)
        case ReviewAnswered() as event:
            rows.change(reviews, (review_id, event.by.value), answer_text_id=event.text.text_id)
        case ReviewHidden() as event:
            rows.change(reviews, (review_id, event.by.value), hidden=True)
        case ReviewShown() as event:
            rows.change(reviews, (review_id, event.by.value), hidden=False)
        case _:
            assert_never(recorded.event)


def begin(rows: Rows, review_id: str, event: ReviewsOpened) -> None:
    """Both sides may write from now on."""
    remember(rows, review_id, event.of)
    rows.insert(
        windows,
        review_id=review_id,
        booking_id=event.of.booking_id,
        property_id=event.of.property_id,
        guest_id=event.of.guest_id,
        host_id=event.of.host_id,
        closes_at=event.closes_at,
        guest_wrote=False,
        host_wrote=False,
    )


def remember(rows: Rows, review_id: str, of: EndedStay) -> None:
    """Keep what is said of a host who called a stay off."""
    if of.ended == "cancelled_by_host":
        rows.insert(called_off, review_id=review_id, property_id=of.property_id, host_id=of.host_id)


def publish(
    rows: Rows,
    recorded: Recorded[ReviewModelEvent],
    event: ReviewsPublished,
    by: Side,
    review: StayReview | GuestReview,
) -> None:
    """Show a review."""
    rows.insert(
        reviews,
        review_id=recorded.stream_id,
        by=by.value,
        property_id=event.of.property_id,
        guest_id=event.of.guest_id,
        host_id=event.of.host_id,
        **{part: getattr(review.rating, part, None) for part in PARTS},
        text_id=review.text.text_id,
        published_at=recorded.occurred_at,
        answer_by=event.answer_by,
        answer_text_id=None,
        hidden=False,
    )


REVIEWS = Projection("reviews", 1, tables, get_args(ReviewModelEvent), project)

# -- Questions --------------------------------------------------------------------------


class PublishedReview(BaseModel):
    """A review that everybody may read: its stars from 1 to 5, by what they are for.

    `by` is the side that wrote it; the other may answer once, until `answer_by`. Nothing here tells
    which booking it is about, or who its guest was.
    """

    model_config = ConfigDict(frozen=True)

    review_id: str
    by: Side
    property_id: str
    stars: dict[str, int]
    text_id: str
    published_at: Instant
    answer_by: Instant
    answer_text_id: str | None


class Place(NamedTuple):
    """Where a review stands among others, the latest first."""

    published_at: Instant
    review_id: str


class PublishedReviews(Answer):
    """What is published, the latest first, and what it comes to.

    `stars_hundredths` are averages, in hundredths of a star, over all `reviews_count` of them;
    `host_cancellations_count` is how many stays the host called off.
    """

    reviews_count: int
    stars_hundredths: dict[str, int]
    host_cancellations_count: int
    reviews: Sequence[PublishedReview]


def reviews_of_property(
    db: Connection, of: PropertyId, at_most: int, after: Place | None = None
) -> PublishedReviews:
    """What guests say of their stays at a property."""
    about = (reviews.c.property_id == of) & (reviews.c.by == Side.GUEST.value)
    return _published(db, about, called_off.c.property_id == of, at_most, after)


def reviews_of_host(
    db: Connection, of: HostId, at_most: int, after: Place | None = None
) -> PublishedReviews:
    """What guests say of their stays at all properties of a host."""
    about = (reviews.c.host_id == of) & (reviews.c.by == Side.GUEST.value)
    return _published(db, about, called_off.c.host_id == of, at_most, after)


def reviews_of_guest(
    db: Connection, of: GuestId, at_most: int, after: Place | None = None
) -> PublishedReviews:
    """What hosts say of a guest."""
    about = (reviews.c.guest_id == of) & (reviews.c.by == Side.HOST.value)
    return _published(db, about, None, at_most, after)


def _published(
    db: Connection,
    about: ColumnElement[bool],
    host_called_off: ColumnElement[bool] | None,
    at_most: int,
    after: Place | None,
) -> PublishedReviews:
    position = position_of(db, REVIEWS)
    shown = about & ~reviews.c.hidden
    averages = (func.round(func.avg(reviews.c[part]) * 100).label(part) for part in PARTS)
    sums = db.execute(select(func.count().label("reviews"), *averages).where(shown)).one()
    cancellations = 0
    if host_called_off is not None:
        counted = select(func.count()).select_from(called_off).where(host_called_off)
        cancellations = db.scalar(counted) or 0
    return PublishedReviews(
        position=position,
        reviews_count=sums.reviews,
        stars_hundredths=_given(sums._mapping),
        host_cancellations_count=cancellations,
        reviews=[_review(row._mapping) for row in db.execute(_latest(shown, at_most, after))],
    )


def _latest(shown: ColumnElement[bool], at_most: int, after: Place | None) -> Select[Any]:
    order = (reviews.c.published_at, reviews.c.review_id)
    query = select(reviews).where(shown)
    if after is not None:
        last = (literal(one, of.type) for one, of in zip(after, order, strict=True))
        query = query.where(tuple_(*order) < tuple_(*last))
    return query.order_by(*(one.desc() for one in order)).limit(at_most)


def _review(row: RowMapping) -> PublishedReview:
    return PublishedReview(
        stars=_given(row),
        **{name: row[name] for name in PublishedReview.model_fields if name != "stars"},
    )


def _given(row: RowMapping) -> dict[str, int]:
    return {part: int(row[part]) for part in PARTS if row[part] is not None}
