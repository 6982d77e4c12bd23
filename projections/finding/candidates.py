"""Candidates: what may be found, in its order, page by page, with all that is told of it."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    RowMapping,
    Select,
    Subquery,
    and_,
    bindparam,
    func,
    literal,
    select,
    tuple_,
)

from projections.availability import AVAILABILITY
from projections.finding.conditions import values_of_rooms
from projections.finding.costs import values_of_costs
from projections.finding.dearest import values_of_dearest
from projections.finding.findable import findable, of_revision, to_be_had
from projections.finding.ranks import values_of_ranks
from projections.finding.sought import Place, Shape, Sought, shape_of
from projections.projection import position_of
from projections.search import SEARCH, SHOWN, STARS, properties, ratings, rooms, tariffs, terms


def position_now(db: Connection) -> int:
    """The position that both read models have come to, at which whatever is found was true."""
    return min(position_of(db, SEARCH), position_of(db, AVAILABILITY))


BEFORE_ALL = Place(-(2**63), "00000000-0000-0000-0000-000000000000", "")


def values_of(sought: Sought) -> dict[str, object]:
    """What every statement about candidates is given."""
    parts = (values_of_rooms, values_of_ranks, values_of_costs, values_of_dearest)
    return {name: value for part in parts for name, value in part(sought).items()}


def values_of_page(sought: Sought, after: Place | None, at_most: int) -> dict[str, object]:
    """What the statement for the next of them is given."""
    place = (after or BEFORE_ALL)._asdict()
    behind = {f"after_{name}": value for name, value in place.items()}
    return {**values_of(sought), **behind, "at_most": at_most}


def candidates(
    db: Connection, sought: Sought, after: Place | None, at_most: int
) -> Sequence[RowMapping]:
    """The next candidates in their order, with all that it takes to judge and price them."""
    values = values_of_page(sought, after, at_most)
    return db.execute(next_candidates(shape_of(sought)), values).mappings().all()


@cache
def next_candidates(shape: Shape) -> Select[Any]:
    """The statement that asks for them, which is given `values_of_page`.

    `rank` is what they are ordered by: where that is the price, the least that it can be.
    """
    keys = findable(shape)
    order = (keys.c.rank, keys.c.property_id, keys.c.room_type)
    after = (bindparam(f"after_{column.name}", type_=column.type) for column in order)
    query = select(keys).where(tuple_(*order) > tuple_(*after)).where(to_be_had(keys))
    page = query.order_by(*order).limit(bindparam("at_most", type_=Integer)).subquery("page")
    return detailed(page)


def detailed(page: Subquery) -> Select[Any]:
    """The candidates of a page, in their order, with everything that is told of them."""
    counted = (
        select(func.count().label("reviews_count"), STARS.label("stars_hundredths"))
        .where(ratings.c.property_id == page.c.property_id, SHOWN)
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
            terms.c.rates,
            terms.c.levies,
            tariffs.c.rates_version,
            tariffs.c.levies_version,
            counted.c.reviews_count,
            counted.c.stars_hundredths,
        )
        .join(properties, properties.c.property_id == page.c.property_id)
        .join(tariffs, tariffs.c.property_id == page.c.property_id)
        .join(terms, terms.c.property_id == page.c.property_id)
        .join(rooms, and_(*of_revision(page)))
        .join(counted, literal(value=True))
        .order_by(page.c.rank, page.c.property_id, page.c.room_type)
    )
