"""The currencies that we trade in, and what the processor charges and pays out in each.

The figures are Stripe's published ones, written down here once: our own copy is held against the
stand-in's by a test, so that neither drifts unseen (spec: money, section 6).
"""

from typing import TYPE_CHECKING

import msgspec

from ledger.errors import (
    AboveProcessorMaximum,
    BelowProcessorMinimum,
    FinerThanProcessorStep,
    UnknownCurrency,
)

if TYPE_CHECKING:  # money counts its digits by this table, so the table must not need money
    from ledger.values.money import Money


class Currency(msgspec.Struct, frozen=True, gc=False):
    """A currency's row: all amounts in its minor units.

    Charges are multiples of `charge_step` from `min_charge` on, and have `max_digits` at most;
    what goes to a bank is a multiple of `payout_step`.
    """

    code: str
    exponent: int
    charge_step: int
    payout_step: int
    min_charge: int
    max_digits: int

    @property
    def max_charge(self) -> int:
        """The most that one charge may be, in minor units."""
        return int(10**self.max_digits) - 1


CURRENCIES = {
    row.code: row
    for row in (
        #         code  exponent charge payout minimum digits
        Currency("EUR", 2,       1,     1,     50,     8),
        Currency("USD", 2,       1,     1,     50,     8),
        Currency("GBP", 2,       1,     1,     30,     8),
        Currency("CHF", 2,       1,     1,     50,     8),
        Currency("JPY", 0,       1,     1,     50,     8),
        Currency("KWD", 3,       10,    10,    10,     8),  # no minimum is published: one step
        Currency("SEK", 2,       1,     1,     300,    8),
        Currency("DKK", 2,       1,     1,     250,    8),
        Currency("NOK", 2,       1,     1,     300,    8),
        Currency("PLN", 2,       1,     1,     200,    8),
        Currency("CZK", 2,       1,     1,     1_500,  8),
        Currency("HUF", 2,       1,     100,   17_500, 8),
        Currency("AUD", 2,       1,     1,     50,     8),
        Currency("CAD", 2,       1,     1,     50,     8),
    )
}  # fmt: skip
"""The currencies that we trade in, by their ISO 4217 code."""

EXPONENTS = {row.code: row.exponent for row in CURRENCIES.values()}
"""Digits after the point, per currency."""


def currency_of(code: str) -> Currency:
    """The row of a currency. Raises UnknownCurrency."""
    try:
        return CURRENCIES[code]
    except KeyError:
        raise UnknownCurrency(currency=code) from None


def chargeable(amount: "Money") -> None:
    """Let an amount pass that the processor can take from a card.

    Raises BelowProcessorMinimum, AboveProcessorMaximum, FinerThanProcessorStep, UnknownCurrency.
    """
    row = currency_of(amount.currency)
    if amount.minor < row.min_charge:
        raise BelowProcessorMinimum(
            minor=amount.minor, currency=row.code, minimum_minor=row.min_charge
        )
    refundable(amount)


def refundable(amount: "Money") -> None:
    """Let an amount pass that the processor can give back to a card: there is no least one.

    Raises AboveProcessorMaximum, FinerThanProcessorStep, UnknownCurrency.
    """
    row = currency_of(amount.currency)
    if amount.minor > row.max_charge:
        raise AboveProcessorMaximum(
            minor=amount.minor, currency=row.code, maximum_minor=row.max_charge
        )
    _in_steps(amount, row.charge_step)


def payable(amount: "Money") -> None:
    """Let an amount pass that can go to a bank. Raises FinerThanProcessorStep, UnknownCurrency."""
    _in_steps(amount, currency_of(amount.currency).payout_step)


def _in_steps(amount: "Money", step_minor: int) -> None:
    if amount.minor % step_minor:
        raise FinerThanProcessorStep(
            minor=amount.minor, currency=amount.currency, step_minor=step_minor
        )
