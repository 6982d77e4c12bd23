"""Candidates: what may be found, in its order, page by page, with all that is told of it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Subquery,
    and_,
    cast,
    func,
    literal,
    select,
    tuple_,
)

from projections.availability import AVAILABILITY
from projections.finding.findable import findable, of_revision, to_be_had
from projections.finding.sought import Place, Sought
from projections.projection import position_of
from projections.search import SEARCH, properties, ratings, rooms, tariffs


def position_now(db: Connection) -> int:
    """The position that both read models have come to, at which whatever is found was true."""
    return min(position_of(db, SEARCH), position_of(db, AVAILABILITY))


def candidates(
    db: Connection, sought: Sought, after: Place | None, at_most: int
) -> Sequence[RowMapping]:
    """The next candidates in their order, with all that it takes to judge and price them."""
    return db.execute(next_candidates(sought, after, at_most)).mappings().all()


def next_candidates(sought: Sought, after: Place | None, at_most: int) -> Select[Any]:
    """The statement that asks for them.

    `rank` is what they are ordered by: where that is the price, the least that it can be.
    """
    keys = findable(sought)
    query = select(keys).where(to_be_had(sought, keys))
    if after is not None:
        place = tuple_(keys.c.rank, keys.c.property_id, keys.c.room_type)
        query = query.where(place > tuple_(*_bound(after, keys)))
    order = (keys.c.rank, keys.c.property_id, keys.c.room_type)
    page = query.order_by(*order).limit(at_most).subquery("page")
    return detailed(page)


def _bound(after: Place, keys: Subquery) -> list[ColumnElement[Any]]:
    named = (keys.c.rank, keys.c.property_id, keys.c.room_type)
    return [literal(one, of.type) for one, of in zip(after, named, strict=True)]


def detailed(page: Subquery) -> Select[Any]:
    """The candidates of a page, in their order, with everything that is told of them."""
    counted = (
        select(func.count().label("count"), func.avg(ratings.c.stars).label("stars"))
        .where(ratings.c.property_id == page.c.property_id, ~ratings.c.hidden)
        .lateral("counted")
    )
    told = [each for each in properties.columns if each.name not in page.c]
    return (
        select(
            page,
            *told,
            rooms.c.capacity,
            rooms.c.bedrooms,
            rooms.c.beds,
            rooms.c.bathrooms,
            tariffs.c.rates,
            tariffs.c.rates_version,
            tariffs.c.levies,
            tariffs.c.levies_version,
            counted.c.count.label("reviews_count"),
            cast(func.round(counted.c.stars * 100), BigInteger).label("stars_hundredths"),
        )
        .join(properties, properties.c.property_id == page.c.property_id)
        .join(tariffs, tariffs.c.property_id == page.c.property_id)
        .join(rooms, and_(*of_revision(page)))
        .join(counted, literal(value=True))
        .order_by(page.c.rank, page.c.property_id, page.c.room_type)
    )
