"""Ranks: in which order candidates are looked at, where it is not by what they cost."""

from sqlalchemy import BigInteger, ColumnElement, Integer, bindparam, cast, func, select

from projections.finding.sought import ALL_AROUND_E6, DEGREE_E6, Order, Sought, Values
from projections.search import SHOWN, STARS, properties, ratings

MICROSECONDS = 1_000_000
"""Of a second."""


def values_of_ranks(sought: Sought) -> Values:
    """What the expressions of this file are given."""
    near = sought.near
    return {
        "near_latitude_e6": near.latitude_e6 if near else 0,
        "near_longitude_e6": near.longitude_e6 if near else 0,
        "narrowing_e6": near.narrowing_e6 if near else 0,
    }


def rank_of_place(order: Order) -> ColumnElement[int]:
    """What properties are ordered by, the lowest first, in any order but the prices'."""
    match order:
        case Order.DISTANCE:
            return _distance_squared()
        case Order.RATING:
            return -_stars()
        case Order.NEWEST:
            seconds = func.extract("epoch", properties.c.published_at)
            return cast(-seconds * MICROSECONDS, BigInteger)
        case Order.PRICE:
            raise AssertionError("a property has no price: its rooms have")


def _distance_squared() -> ColumnElement[int]:
    apart = func.abs(properties.c.longitude_e6 - bindparam("near_longitude_e6", type_=Integer))
    round_the_back = func.least(apart, ALL_AROUND_E6 - apart)
    narrowing_e6 = bindparam("narrowing_e6", type_=Integer)
    east = cast(round_the_back, BigInteger) * narrowing_e6 // DEGREE_E6
    near_latitude_e6 = bindparam("near_latitude_e6", type_=Integer)
    north = cast(properties.c.latitude_e6 - near_latitude_e6, BigInteger)
    return east * east + north * north


def _stars() -> ColumnElement[int]:
    """What guests gave it; 0 where nobody has."""
    stars = select(STARS).where(ratings.c.property_id == properties.c.property_id, SHOWN)
    return func.coalesce(stars.correlate(properties).scalar_subquery(), 0)
