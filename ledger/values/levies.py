"""Levies: what the platform and the tax authorities take of a stay (spec: money, sections 4 and 6).

A levy is a rule with a version; the price that it was part of keeps the rule whole, so the figure
can be worked out again.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import assert_never

from msgspec import Struct

from ledger.values.guests import Party
from ledger.values.money import Money, round_half_up

ALL_BP = 10_000


class FeePlan(Struct, frozen=True, omit_defaults=True, gc=False):
    """Which part of a stay's subtotal guest and host pay to the platform, in basis points.

    The guest's fee is at least and at most so many minor units. The tax on each of the two fees
    follows the place of the one who pays it.
    """

    name: str
    version: int
    guest_fee_bp: int
    host_fee_bp: int
    guest_fee_at_least_minor: int = 0
    guest_fee_at_most_minor: int | None = None
    guest_vat_bp: int = 0
    host_vat_bp: int = 0

    def guest_fee(self, subtotal: Money) -> Money:
        """What the guest pays to the platform: rounded half-even once, then kept in bounds."""
        fee = subtotal.percentage(self.guest_fee_bp)
        minor = max(fee.minor, self.guest_fee_at_least_minor)
        if self.guest_fee_at_most_minor is not None:
            minor = min(minor, self.guest_fee_at_most_minor)
        return Money(minor, subtotal.currency)

    def host_fee(self, subtotal: Money) -> Money:
        """What the host pays to the platform: rounded half-even, once."""
        return subtotal.percentage(self.host_fee_bp)

    def guest_vat(self, guest_fee: Money) -> Money:
        """The tax on the guest's fee: rounded half-up."""
        return _tax_on(guest_fee, self.guest_vat_bp)

    def host_vat(self, host_fee: Money) -> Money:
        """The tax on the host's fee: rounded half-up."""
        return _tax_on(host_fee, self.host_vat_bp)


class TaxBase(StrEnum):
    """What a tax counts or is a part of."""

    PERSON_NIGHT = "person_night"
    UNIT_NIGHT = "unit_night"
    NIGHTS = "nights"
    NIGHTS_AND_CLEANING = "nights_and_cleaning"

    @property
    def is_counted(self) -> bool:
        """Whether it is an amount for each night, and not a part of the rent."""
        return self in (TaxBase.PERSON_NIGHT, TaxBase.UNIT_NIGHT)


class TaxRule(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A tax on stays: `minor` for each thing counted, or `part_bp` of the rent.

    A person's tax spares children and infants unless said otherwise; one with `cap_nights` asks for
    no more than the first so many. An inclusive tax is in the rent already; a compound one is a
    part of the taxes before it as well. `host_remits` passes it through to the host. Where a host
    keeps rent for nights that nobody slept in, `taxes_retained_rent` says that this is still rent
    and not a compensation. It holds for stays that begin from `valid_from` to `valid_until`.
    """

    name: str
    version: int
    jurisdiction: str
    base: TaxBase
    minor: int = 0
    part_bp: int = 0
    cap_nights: int | None = None
    children_pay: bool = False
    infants_pay: bool = False
    inclusive: bool = False
    compound: bool = False
    host_remits: bool = False
    taxes_retained_rent: bool = True
    valid_from: date | None = None
    valid_until: date | None = None

    @property
    def code(self) -> str:
        """The code of its line."""
        return "stay_tax" if self.base.is_counted else "sale_tax"

    def holds_on(self, check_in: date) -> bool:
        """Whether a stay that begins on this date is taxed by it."""
        return (self.valid_from is None or self.valid_from <= check_in) and (
            self.valid_until is None or check_in <= self.valid_until
        )

    def taxed_nights(self, nights_count: int) -> int:
        """How many of so many nights it asks for."""
        return nights_count if self.cap_nights is None else min(nights_count, self.cap_nights)


class TaxLine(Struct, frozen=True, gc=False):
    """A tax of one stay, in minor units of the listing's currency, and the rule that made it."""

    rule: TaxRule
    minor: int


class Taxed(Struct, frozen=True, gc=False):
    """What the taxes of a stay look at: rent and cleaning in minor units, nights, people."""

    rent_minor: int
    cleaning_minor: int
    nights_count: int
    party: Party


def taxes_of(rules: Sequence[TaxRule], check_in: date, taxed: Taxed) -> tuple[TaxLine, ...]:
    """The taxes of a stay, in the order of the rules; each rounded half-up, once."""
    lines: list[TaxLine] = []
    for rule in rules:
        if rule.holds_on(check_in):
            before = sum(line.minor for line in lines if not line.rule.inclusive)
            exact = _exact_tax(rule, taxed, before if rule.compound else 0)
            lines.append(TaxLine(rule, round_half_up(exact.numerator, exact.denominator)))
    return tuple(line for line in lines if line.minor)


def _exact_tax(rule: TaxRule, taxed: Taxed, on_top_minor: int) -> Fraction:
    nights = rule.taxed_nights(taxed.nights_count)
    match rule.base:
        case TaxBase.PERSON_NIGHT:
            return Fraction(rule.minor * nights * _payers(rule, taxed.party))
        case TaxBase.UNIT_NIGHT:
            return Fraction(rule.minor * nights)
        case TaxBase.NIGHTS:
            minor = taxed.rent_minor + on_top_minor
        case TaxBase.NIGHTS_AND_CLEANING:
            minor = taxed.rent_minor + taxed.cleaning_minor + on_top_minor
        case _:
            assert_never(rule.base)
    base = Fraction(minor * nights, taxed.nights_count)
    return base * Fraction(rule.part_bp, ALL_BP + (rule.part_bp if rule.inclusive else 0))


def _payers(rule: TaxRule, party: Party) -> int:
    children = party.children if rule.children_pay else 0
    return party.adults + children + (party.infants if rule.infants_pay else 0)


def _tax_on(fee: Money, part_bp: int) -> Money:
    return Money(round_half_up(fee.minor * part_bp, ALL_BP), fee.currency)
