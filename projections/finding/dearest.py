"""Dearest: what a stay costs at most, so that who names a lowest price need not price all below."""

from decimal import Decimal

from sqlalchemy import BigInteger, Boolean, ColumnElement, Integer, Numeric, bindparam, cast, or_

from ledger.values.rates import ALL_BP
from projections.finding.costs import COUNT, DIGITS, RATES, by_currency, extra_guests_minor
from projections.finding.sought import Sought, Values
from projections.search import arrivals, tariffs

ROUNDED_UP = 100
"""What rounding may add for nights, fee and taxes together, in minor units, beside one a night."""


def values_of_dearest(sought: Sought) -> Values:
    """What the expressions of this file are given."""
    return {
        "names_from": sought.from_minor is not None,
        "from_minor": sought.from_minor or 0,
        "pets": sought.asked.pets,
    }


def dear_enough(currency: ColumnElement[str]) -> ColumnElement[bool]:
    """Lets a candidate pass that may cost as much as was wished, in the wished currency.

    Reckoned in decimals, which never run over; only where a lowest price was named.
    """
    counted = arrivals.c.highest_minor + extra_guests_minor()
    asked = cast(counted, Numeric) * COUNT + arrivals.c.cleaning_minor
    asked += cast(arrivals.c.pet_minor, Numeric) * bindparam("pets", type_=Integer)
    heads_nights = bindparam("heads", type_=Integer) * COUNT
    counted_taxes = cast(tariffs.c.head_night_minor, Numeric) * heads_nights
    levied = (asked + counted_taxes + tariffs.c.stay_minor) * tariffs.c.levied_at_most_bp / ALL_BP
    # The rates were cut off.
    rate = by_currency(RATES, currency, Numeric) + Decimal(1).scaleb(-DIGITS)
    charge_step = bindparam("charge_step", type_=Integer)
    most = (levied + COUNT + ROUNDED_UP) * rate + ROUNDED_UP + charge_step
    names_from = bindparam("names_from", type_=Boolean)
    return or_(~names_from, most >= bindparam("from_minor", type_=BigInteger))
