"""Money: whole minor units of a currency. Never a float, and never two currencies in one sum.

Rounding is named where it happens. Banker's rounding is the default (spec: money, section 6),
because its errors do not drift one way over millions of lines.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm

import msgspec

from ledger.errors import CurrenciesDiffer
from ledger.values.currency import currency_of

Rounding = Callable[[int, int], int]
"""How a fraction (numerator, positive denominator) becomes a whole number: named at the call."""


def round_half_even(numerator: int, denominator: int) -> int:
    """The whole number nearest to a fraction, ties to the even one. The denominator is positive."""
    floor, remainder = divmod(numerator, denominator)
    double = 2 * remainder
    if double > denominator or (double == denominator and floor % 2 == 1):
        return floor + 1
    return floor


def round_half_up(numerator: int, denominator: int) -> int:
    """The whole number nearest to a fraction, ties away from zero. The denominator is positive.

    This is how taxes are rounded; what is given back is rounded like what was taken, sign apart.
    """
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude


class Money(msgspec.Struct, frozen=True, array_like=True, order=False, gc=False):
    """An amount in minor units (cents for EUR) of one currency; may be negative."""

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        """The sum. Raises CurrenciesDiffer."""
        return Money(self.minor + same_currency(self, other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """The difference. Raises CurrenciesDiffer."""
        return Money(self.minor - same_currency(self, other).minor, self.currency)

    def __mul__(self, count: int) -> "Money":
        """The amount, a whole number of times."""
        return Money(self.minor * count, self.currency)

    def __neg__(self) -> "Money":
        """The same amount the other way."""
        return Money(-self.minor, self.currency)

    def __str__(self) -> str:
        """The amount as people write it, such as `1074.58 EUR`."""
        return f"{Decimal(self.minor).scaleb(-exponent_of(self.currency))} {self.currency}"

    def percentage(self, basis_points: int, rounding: Rounding = round_half_even) -> "Money":
        """That many hundredths of a percent of the amount, rounded once: half-even, or as named."""
        return Money(rounding(self.minor * basis_points, 10_000), self.currency)

    def at_most(self, other: "Money") -> "Money":
        """The smaller of the two. Raises CurrenciesDiffer."""
        return self if self.minor <= same_currency(self, other).minor else other

    def split(self, weights: Sequence[int]) -> "list[Money]":
        """Parts in proportion to weights that sum to the whole: largest remainder, ties by order.

        Weights are whole numbers ≥ 0 with a sum above 0. No part is off its exact share by a minor
        unit or more (spec: money, section 6).
        """
        total = sum(weights)
        assert total > 0, "a split needs a weight"
        assert min(weights) >= 0, "a weight is not negative"
        exact = [self.minor * weight for weight in weights]
        parts = largest_remainder(exact, total, self.minor)
        return [Money(minor, self.currency) for minor in parts]


def zero(currency: str) -> Money:
    """Nothing, of a currency."""
    return Money(0, currency)


def total(amounts: Sequence[Money], currency: str) -> Money:
    """The sum of amounts of one currency; nothing for no amounts. Raises CurrenciesDiffer."""
    return sum(amounts, zero(currency))


def from_decimal(amount: Decimal, currency: str) -> Money:
    """The money that an exact decimal states. Raises ValueError where it has too many digits."""
    minor = amount.scaleb(exponent_of(currency))
    if minor != minor.to_integral_value():
        raise ValueError(f"{amount} has more digits than {currency} has")
    return Money(int(minor), currency)


def exponent_of(currency: str) -> int:
    """Digits after the point. Raises UnknownCurrency."""
    return currency_of(currency).exponent


def largest_remainder(numerators: Sequence[int], denominator: int, whole: int) -> list[int]:
    """Whole parts of a whole, each the floor or the ceiling of its exact part.

    The exact parts are fractions with one denominator > 0, and the whole is their sum rounded to a
    neighbour. Each part gets its floor; the units still missing go to the largest fractions, of
    equal ones to the first. So no part is off by a unit or more, and one that is whole stays.
    """
    shares = [divmod(numerator, denominator) for numerator in numerators]
    left = whole - sum(floor for floor, _ in shares)
    by_remainder = sorted(range(len(shares)), key=lambda place: (-shares[place][1], place))
    assert 0 <= left <= sum(remainder > 0 for _, remainder in shares), "the whole is not their sum"
    rounded_up = set(by_remainder[:left])
    return [floor + (place in rounded_up) for place, (floor, _) in enumerate(shares)]


def apportioned(exact: Sequence[Fraction]) -> list[int]:
    """Whole numbers for exact parts, such that they sum to the whole rounded half-even, once.

    Each part is its floor, and the largest remainders get what is left, ties by order; so no part
    is off by one or more (spec: money, section 6: pro-rata refunds, spreads).
    """
    whole = sum(exact, Fraction())
    denominator = lcm(*(part.denominator for part in exact))
    return largest_remainder(
        [int(part * denominator) for part in exact],
        denominator,
        round_half_even(whole.numerator, whole.denominator),
    )


def same_currency(one: Money, other: Money) -> Money:
    """The other amount, where both are of one currency. Raises CurrenciesDiffer."""
    if one.currency != other.currency:
        raise CurrenciesDiffer(left=one.currency, right=other.currency)
    return other
