"""Believable amounts, stays, prices and policies."""

from datetime import date, timedelta
from decimal import Decimal

from ledger.values.levies import FeePlan
from ledger.values.money import Money, exponent_of
from ledger.values.policy import LineBack, Policy
from ledger.values.price import Price, price_of
from ledger.values.rates import NightPrice
from ledger.values.stay import Stay, stay


def money(text: str) -> Money:
    """An amount as people write it: `money("120.00 EUR")`."""
    amount, currency = text.split()
    return Money(int(Decimal(amount).scaleb(exponent_of(currency))), currency)


def a_stay(arrival: str = "2026-07-02", nights: int = 3) -> Stay:
    """Some nights from a local date."""
    check_in = date.fromisoformat(arrival)
    return stay(check_in, check_in + timedelta(days=nights))


def a_fee_plan(guest_fee_bp: int = 1_400, host_fee_bp: int = 300) -> FeePlan:
    """The split-fee plan."""
    return FeePlan("split", 1, guest_fee_bp, host_fee_bp)


def a_price(
    nights: int = 3,
    each: str = "120.00 EUR",
    arrival: str = "2026-07-02",
    plan: FeePlan | None = None,
) -> Price:
    """The price of nights that cost the same each, worked out under a fee plan."""
    night = money(each)
    of_nights = [NightPrice(day, night.minor) for day in a_stay(arrival, nights).nights()]
    return price_of(of_nights, plan or a_fee_plan(), night.currency)


def a_policy(retained_bp: int = 5_000) -> Policy:
    """A policy under which the host keeps a part: half of the nights if nothing else is said."""
    return Policy("half", 1, retained_bp)


HALF = a_policy()

LEFT_ON_LINES = tuple(LineBack(line.code, line.of, line.minor) for line in a_price().lines())
"""What is left on the lines of the usual price, while nothing went back of it."""
