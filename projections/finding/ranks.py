"""Ranks: in which order candidates are looked at, and what a stay in one costs at least.

The least is made of what no night of a month costs less than (`lowest_nights`), the cleaning and
the guest's fee. No total is ever below it: so it says which prices need not be worked out at all.
"""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Numeric,
    case,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.sql.selectable import LateralFromClause

from ledger.values.currency import currency_of
from projections.finding.sought import ALL_AROUND_E6, DEGREE_E6, Order, Sought
from projections.search import LOWEST, arrivals, properties, ratings, tariffs

ALL_BP = 10_000

NOT_CONVERTED = 10**15
"""Added to a price that cannot be told in the wished currency: it comes after all that can."""


ROUNDED_OFF = 2
"""What rounding may take of fee and tax together, in minor units."""

DIGITS = 12
"""After so many digits behind the point a rate is cut off, never up: the least stays the least."""


def cost_of(sought: Sought) -> tuple[LateralFromClause, LateralFromClause]:
    """What the stay costs at least, as `least`, in the wished currency: its nights at the lowest of
    their months, those who come beyond the included guests, the cleaning, the fee and its tax.

    In two steps, of which the second is made of the first: what the host asks, and what is paid.
    """
    stay = sought.asked.stay
    of_months = Counter(night.month for night in stay.nights())
    # All months, also those without a night: then the statement is one that is known already.
    asked = sum(
        (arrivals.c[lowest] * of_months[month] for month, lowest in enumerate(LOWEST, start=1)),
        start=arrivals.c.cleaning_minor + _extra_guests(sought) * stay.nights_count(),
    )
    rent = select(asked.label("asked")).correlate(arrivals).lateral("rent")
    listed = rent.c.asked + rent.c.asked * tariffs.c.fee_at_least_bp // ALL_BP - ROUNDED_OFF
    in_wished = func.floor(listed * _rate(sought)) - currency_of(sought.currency).charge_step
    least = cast(func.coalesce(in_wished, listed + NOT_CONVERTED), BigInteger)
    paid = select(least.label("least")).correlate(rent, tariffs, properties).lateral("cost")
    return rent, paid


def _extra_guests(sought: Sought) -> ColumnElement[int]:
    party = sought.asked.party
    heads = party.adults + case((arrivals.c.children_count, party.children), else_=0)
    heads += case((arrivals.c.infants_count, party.infants), else_=0)
    return func.greatest(heads - arrivals.c.included_guests, 0) * arrivals.c.extra_guest_minor


def _rate(sought: Sought) -> ColumnElement[Decimal]:
    """Minor units of the wished currency for one of the listing's; nothing where none is told."""
    rates = {
        listing: literal(_cut_off(exchange.minor_rate), Numeric)
        for listing, (exchange, not_converted) in sought.exchanges.items()
        if not_converted is None
    }
    return case(rates, value=properties.c.currency)


def _cut_off(rate: Fraction) -> Decimal:
    return Decimal(rate.numerator * 10**DIGITS // rate.denominator).scaleb(-DIGITS)


def affordable(sought: Sought, cost: LateralFromClause) -> list[ColumnElement[bool]]:
    """What lets a candidate pass that may cost no more than was wished, in that currency."""
    if sought.to_minor is not None:
        return [cost.c.least <= sought.to_minor]
    return [] if sought.from_minor is None else [cost.c.least < NOT_CONVERTED // 2]


def rank(sought: Sought, cost: LateralFromClause) -> ColumnElement[int]:
    """What candidates are ordered by, the lowest first."""
    match sought.order:
        case Order.PRICE:
            return cost.c.least
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
