"""Costs: what a stay costs at least.

The least is made of what no night of a month costs less than (`lowest_nights`), the discounts, the
cleaning and the guest's fee. No total is ever below it: so it says which prices need not be worked
out at all.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Numeric,
    bindparam,
    case,
    cast,
    func,
)
from sqlalchemy.types import TypeEngine

from ledger.values.currency import CURRENCIES, currency_of
from ledger.values.rates import ALL_BP
from projections.finding.sought import Sought, Values
from projections.search import KEPT, LOWEST, arrivals, tariffs

NOT_CONVERTED = 10**15
"""Added to a price that cannot be told in the wished currency: it comes after all that can."""

DEARER_THAN_ALL = 2**62
"""What no stay costs, told in whatever currency."""

MOST_RECKONED = 10**14
"""What a host asks counts up to here, so that no arithmetic of the database runs over."""

ROUNDED_OFF = 2
"""What rounding may take of fee and tax together, in minor units."""

DIGITS = 12
"""After so many digits behind the point a rate is cut off, never up: the least stays the least."""

COUNT = bindparam("nights_count", type_=Integer)
NIGHTS = tuple(f"nights_{month:02}" for month in range(1, 13))
RATES = {code: f"rate_{code.lower()}" for code in CURRENCIES}
APART = {code: f"apart_{code.lower()}" for code in CURRENCIES}

EASTMOST, WESTMOST = timedelta(hours=14), timedelta(hours=-12)
"""How far clocks are from UTC: somewhere it may be tomorrow already, or yesterday still."""

AHEAD_AT_LEAST = bindparam("ahead_at_least", type_=Integer)
AHEAD_AT_MOST = bindparam("ahead_at_most", type_=Integer)
"""How many days lie before the stay, whatever the zone."""


def values_of_costs(sought: Sought) -> Values:
    """What the expressions of this file are given."""
    stay, party, at = sought.asked.stay, sought.asked.party, sought.asked.at
    of_months = Counter(night.month for night in stay.nights())
    nights = {name: of_months[month] for month, name in enumerate(NIGHTS, start=1)}
    return {
        **nights,
        **_values_of_currencies(sought),
        "ahead_at_least": (stay.check_in - (at + EASTMOST).date()).days,
        "ahead_at_most": (stay.check_in - (at + WESTMOST).date()).days,
        "charge_step": currency_of(sought.currency).charge_step,
        "nights_count": stay.nights_count(),
        "adults": party.adults,
        "children": party.children,
        "infants": party.infants,
        "most_minor": _most_minor(sought),
    }


def _values_of_currencies(sought: Sought) -> Values:
    """Minor units of the wished currency for one of each listing's; at par where none is told."""
    values: dict[str, object] = {}
    for listing, (exchange, not_converted) in sought.exchanges.items():
        values[RATES[listing]] = _cut_off(exchange.minor_rate)
        values[APART[listing]] = NOT_CONVERTED if not_converted else 0
    return values


def _cut_off(rate: Fraction) -> Decimal:
    return Decimal(rate.numerator * 10**DIGITS // rate.denominator).scaleb(-DIGITS)


def _most_minor(sought: Sought) -> int:
    """More than that no candidate may cost at least. Who names prices, names them in a currency."""
    if sought.to_minor is not None:
        return sought.to_minor
    return DEARER_THAN_ALL if sought.from_minor is None else NOT_CONVERTED // 2


# -- What a stay costs at least ------------------------------------------------------------


def least_minor(currency: ColumnElement[str]) -> ColumnElement[int]:
    """What the stay costs at least, in the wished currency: its nights at the lowest of their
    months, less the discounts, those who come beyond the included guests, the cleaning, the fee and
    its tax.
    """
    beside = arrivals.c.cleaning_minor + extra_guests_minor() * COUNT
    asked = func.least(_nights_minor() + beside, MOST_RECKONED)
    with_fee = asked * (tariffs.c.fee_at_least_bp + ALL_BP) // ALL_BP - ROUNDED_OFF
    in_wished = cast(func.floor(with_fee * by_currency(RATES, currency, Numeric)), BigInteger)
    charge_step = bindparam("charge_step", type_=Integer)
    return in_wished - charge_step + by_currency(APART, currency, BigInteger)


def by_currency(
    names: Mapping[str, str], currency: ColumnElement[str], kind: type[TypeEngine[Any]]
) -> ColumnElement[Any]:
    """The parameter that is named for a listing's currency."""
    return case({code: bindparam(name, type_=kind) for code, name in names.items()}, value=currency)


def _nights_minor() -> ColumnElement[int]:
    """What the nights cost at least; each of them is rounded by less than one."""
    of_months = (
        arrivals.c[lowest] * bindparam(nights, type_=Integer)
        for lowest, nights in zip(LOWEST, NIGHTS, strict=True)
    )
    full = func.least(reduce(add, of_months), MOST_RECKONED)
    kept = full * _kept_by_length() // ALL_BP * _kept_by_day() // ALL_BP
    return kept - COUNT


def _kept_by_length() -> ColumnElement[int]:
    *bounded, (always, _) = KEPT.items()
    shorter = ((fewer_than > COUNT, arrivals.c[kept]) for kept, fewer_than in bounded)
    return case(*shorter, else_=arrivals.c[always])


def _kept_by_day() -> ColumnElement[int]:
    """Where it is another day in another zone, by whichever discount is the larger."""
    of = arrivals.c
    early, late = of.early_bird_days <= AHEAD_AT_MOST, of.last_minute_days >= AHEAD_AT_LEAST
    return func.least(
        case((early, of.early_bird_kept_bp), else_=ALL_BP),
        case((late, of.last_minute_kept_bp), else_=ALL_BP),
    )


def extra_guests_minor() -> ColumnElement[int]:
    """What those who come beyond the included guests pay for a night."""
    adults, children, infants = (
        bindparam(ages, type_=Integer) for ages in ("adults", "children", "infants")
    )
    counted = case((arrivals.c.children_count, children), else_=0)
    heads = adults + counted + case((arrivals.c.infants_count, infants), else_=0)
    return func.greatest(heads - arrivals.c.included_guests, 0) * arrivals.c.extra_guest_minor


def affordable(least: ColumnElement[int]) -> ColumnElement[bool]:
    """Lets a candidate pass that may cost no more than was wished, in that currency."""
    return least <= bindparam("most_minor", type_=BigInteger)
