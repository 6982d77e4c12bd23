"""Ranks: in which order candidates are looked at, and what a stay in one costs at least.

The least is made of what no night of a month costs less than (`lowest_nights`), the cleaning and
the guest's fee. No total is ever below it: so it says which prices need not be worked out at all.
"""

from collections import Counter

from sqlalchemy import BigInteger, ColumnElement, Numeric, case, cast, func, literal, select

from ledger.values.currency import currency_of
from projections.finding.sought import ALL_AROUND_E6, DEGREE_E6, Order, Sought
from projections.search import LOWEST, arrivals, properties, ratings, tariffs

ALL_BP = 10_000

NOT_CONVERTED = 10**15
"""Added to a price that cannot be told in the wished currency: it comes after all that can."""


ROUNDED_OFF = 2
"""What rounding may take of fee and tax together, in minor units."""


def least(sought: Sought) -> ColumnElement[int]:
    """What the stay costs at least, in the wished currency: its nights at the lowest of their
    months, those who come beyond the included guests, the cleaning, the guest's fee and its tax.
    """
    stay = sought.asked.stay
    of_months = Counter(night.month for night in stay.nights())
    # All months, also those without a night: then the statement is one that is known already.
    asked = sum(
        (arrivals.c[lowest] * of_months[month] for month, lowest in enumerate(LOWEST, start=1)),
        start=arrivals.c.cleaning_minor + _extra_guests(sought) * stay.nights_count(),
    )
    listed = asked + asked * tariffs.c.fee_at_least_bp // ALL_BP - ROUNDED_OFF
    paid = [
        (properties.c.currency == listing, _paid_at_least(sought, listing, listed))
        for listing, (_, not_converted) in sought.exchanges.items()
        if not_converted is None
    ]
    return cast(case(*paid, else_=listed + NOT_CONVERTED), BigInteger)


def _extra_guests(sought: Sought) -> ColumnElement[int]:
    party = sought.asked.party
    heads = party.adults + case((arrivals.c.children_count, party.children), else_=0)
    heads += case((arrivals.c.infants_count, party.infants), else_=0)
    return func.greatest(heads - arrivals.c.included_guests, 0) * arrivals.c.extra_guest_minor


def _paid_at_least(sought: Sought, listing: str, listed: ColumnElement[int]) -> ColumnElement[int]:
    if listing == sought.currency:
        return listed
    exchange, _ = sought.exchanges[listing]
    rate, step = exchange.minor_rate, currency_of(sought.currency).charge_step
    times, parts = (literal(part, Numeric) for part in (rate.numerator, rate.denominator))
    return cast(func.floor(listed * times / parts) - step, BigInteger)


def affordable(sought: Sought) -> list[ColumnElement[bool]]:
    """What lets a candidate pass that may cost no more than was wished, in that currency."""
    if sought.to_minor is not None:
        return [least(sought) <= sought.to_minor]
    return [] if sought.from_minor is None else [least(sought) < NOT_CONVERTED // 2]


def rank(sought: Sought) -> ColumnElement[int]:
    """What candidates are ordered by, the lowest first."""
    match sought.order:
        case Order.PRICE:
            return least(sought)
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
