"""Amounts and instants as Stripe writes them: whole numbers, with decimals of its own.

Most currencies have as many decimals there as here. Where not, the amount is scaled, exactly.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ledger.errors import AnswerNotUnderstood, GatewayDeclined
from ledger.values.clock import Instant
from ledger.values.money import Money, exponent_of

ZERO_DECIMAL = frozenset([
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
    "XOF", "XPF",
])  # fmt: skip
THREE_DECIMAL = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
"""Their last digit must be 0: networks know only two."""

WHOLE_WITH_TWO_DECIMALS = frozenset(["ISK", "UGX"])
"""Without decimals in life, sent with two, which must be 00."""

CLOCKS_MAY_DIFFER = timedelta(minutes=10)
"""How far Stripe's time may be from ours, where its objects are looked for by their time."""


def decimals_of(currency: str) -> int:
    """Digits after the point as Stripe counts them."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def step_of(currency: str) -> int:
    """What every amount must be a multiple of, in Stripe's minor units."""
    if currency in THREE_DECIMAL:
        return 10
    return 100 if currency in WHOLE_WITH_TWO_DECIMALS else 1


def to_stripe(money: Money) -> tuple[int, str]:
    """An amount in Stripe's minor units, and the currency in its spelling.

    Raises GatewayDeclined for an amount finer than Stripe handles, before anything is sent, and
    UnknownCurrency.
    """
    scale = decimals_of(money.currency) - exponent_of(money.currency)
    amount = Decimal(money.minor).scaleb(scale)
    if amount % step_of(money.currency):
        raise GatewayDeclined(
            gateway="stripe", reason="invalid_amount", because=f"{money} is too fine an amount"
        )
    return int(amount), money.currency.lower()


def from_stripe(amount: int, currency: str) -> Money:
    """The money that Stripe states. Raises UnknownCurrency, AnswerNotUnderstood."""
    ours = currency.upper()
    minor = Decimal(amount).scaleb(exponent_of(ours) - decimals_of(ours))
    if minor != minor.to_integral_value():
        raise AnswerNotUnderstood(gateway="stripe", amount=amount, currency=ours)
    return Money(int(minor), ours)


def moment(seconds: int) -> Instant:
    """The instant that Stripe states, in seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def moment_or_none(seconds: int | None) -> Instant | None:
    """The same, where Stripe may state none."""
    return None if seconds is None else moment(seconds)


def seconds(at: Instant) -> int:
    """An instant as Stripe writes it."""
    return int(at.timestamp())
