"""Ranks: in which order candidates are looked at, and what a stay in one costs at least.

The least is made of what no night of a month costs less than (`lowest_nights`), the cleaning and
the guest's fee. No total is ever below it: so it says which prices need not be worked out at all.
"""

from collections import Counter

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Numeric,
    Text,
    Values,
    case,
    cast,
    column,
    func,
    select,
    values,
)

from ledger.values.currency import currency_of
from projections.finding.sought import ALL_AROUND_E6, DEGREE_E6, Order, Sought
from projections.search import LOWEST, arrivals, properties, ratings, tariffs

ALL_BP = 10_000

NOT_CONVERTED = 10**15
"""Added to a price that cannot be told in the wished currency: it comes after all that can."""


def paid_in_wished(sought: Sought) -> Values:
    """For each listing's currency: minor units of the wished one, and what rounding may take."""
    rows = [
        (
            listing,
            exchange.minor_rate.numerator,
            exchange.minor_rate.denominator,
            0 if listing == sought.currency else currency_of(sought.currency).charge_step,
        )
        for listing, (exchange, not_converted) in sought.exchanges.items()
        if not_converted is None
    ]
    named = (column("currency", Text), column("times", Numeric), column("parts", Numeric))
    return values(*named, column("step", BigInteger), name="paid").data(rows)


def least(sought: Sought, paid: Values) -> ColumnElement[int]:
    """What the stay costs at least: its nights at the lowest of their months, and the fees."""
    of_months = Counter(night.month for night in sought.asked.stay.nights())
    rent = sum(
        (arrivals.c[LOWEST[month - 1]] * count for month, count in of_months.items()),
        start=arrivals.c.cleaning_minor,
    )
    asked = rent + rent * tariffs.c.fee_at_least_bp // ALL_BP
    in_wished = func.floor(asked * paid.c.times / paid.c.parts) - paid.c.step
    told = case((paid.c.times.is_(None), asked + NOT_CONVERTED), else_=in_wished)
    return cast(told, BigInteger)


def affordable(sought: Sought, paid: Values) -> list[ColumnElement[bool]]:
    """What lets a candidate pass that may cost no more than was wished, in that currency."""
    if sought.to_minor is not None:
        return [least(sought, paid) <= sought.to_minor]
    return [] if sought.from_minor is None else [paid.c.times.is_not(None)]


def rank(sought: Sought, paid: Values) -> ColumnElement[int]:
    """What candidates are ordered by, the lowest first."""
    match sought.order:
        case Order.PRICE:
            return least(sought, paid)
        case Order.DISTANCE:
            return _distance_squared(sought)
        case Order.RATING:
            return -_stars()
        case Order.NEWEST:
            seconds = func.extract("epoch", properties.c.published_at)
            return cast(-seconds * DEGREE_E6, BigInteger)


def _distance_squared(sought: Sought) -> ColumnElement[int]:
    assert sought.near is not None, "who orders by distance says from where"
    near = sought.near
    apart = func.abs(properties.c.longitude_e6 - near.longitude_e6)
    round_the_back = func.least(apart, ALL_AROUND_E6 - apart)
    east = cast(round_the_back, BigInteger) * near.narrowing_e6 // DEGREE_E6
    north = cast(properties.c.latitude_e6 - near.latitude_e6, BigInteger)
    return east * east + north * north


def _stars() -> ColumnElement[int]:
    """The average of what guests gave, in hundredths of a star; 0 where nobody has."""
    given = select(func.round(func.avg(ratings.c.stars) * 100)).where(
        ratings.c.property_id == properties.c.property_id, ~ratings.c.hidden
    )
    stars = given.correlate(properties).scalar_subquery()
    return cast(func.coalesce(stars, 0), BigInteger)
