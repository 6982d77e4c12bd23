"""Levies: the platform's fees, and taxes of every kind."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from ledger.values.guests import Party
from ledger.values.levies import FeePlan, TaxBase, Taxed, TaxLine, TaxRule, taxes_of
from tests.facts import a_stay, money
from tests.ledger import worked

ARRIVAL = a_stay().check_in


FAMILY = Party(adults=2, children=1, infants=1)


@dataclass(frozen=True)
class Base:
    """A stay to be taxed: 700 euros of rent, 60 of cleaning, seven nights, four people."""

    rent_minor: int = 70_000
    cleaning_minor: int = 6_000
    nights: int = 7
    party: Party = FAMILY

    def taxed(self, *rules: TaxRule) -> list[int]:
        """The taxes of it, in minor units."""
        taxed = Taxed(self.rent_minor, self.cleaning_minor, self.nights, self.party)
        return [line.minor for line in taxes_of(rules, ARRIVAL, taxed)]


def a_tax(base: TaxBase = TaxBase.NIGHTS, **changed: Any) -> TaxRule:
    """A tax of ten percent, or of one euro."""
    told: dict[str, Any] = {"minor": 100} if base.is_counted else {"part_bp": 1_000}
    told |= {"name": "city", "version": 1, "jurisdiction": "PT-LIS", "base": base}
    return TaxRule(**told | changed)


# -- Fees -----------------------------------------------------------------------------------


def test_the_guests_fee_is_rounded_half_even_and_its_tax_half_up() -> None:
    fee = worked.FEES.guest_fee(money("900.24 EUR"))

    assert fee == money("126.03 EUR")
    assert worked.FEES.guest_vat(fee) == money("25.21 EUR")
    assert worked.FEES.host_fee(money("900.24 EUR")) == money("27.01 EUR")
    assert worked.FEES.host_vat(money("27.01 EUR")) == money("5.40 EUR")
    assert FeePlan("half", 1, 5_000, 0).guest_fee(money("0.25 EUR")) == money("0.12 EUR")
    assert FeePlan("half", 1, 0, 0, guest_vat_bp=5_000).guest_vat(money("0.25 EUR")) == money(
        "0.13 EUR"
    )


@pytest.mark.parametrize(
    ("subtotal", "fee"),
    [("1.00 EUR", "5.00 EUR"), ("100.00 EUR", "14.00 EUR"), ("999.00 EUR", "50.00 EUR")],
)
def test_the_guests_fee_keeps_its_bounds(subtotal: str, fee: str) -> None:
    plan = FeePlan(
        "bounded", 1, 1_400, 300, guest_fee_at_least_minor=500, guest_fee_at_most_minor=5_000
    )

    assert plan.guest_fee(money(subtotal)) == money(fee)


# -- Taxes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "minor"),
    [
        (a_tax(TaxBase.PERSON_NIGHT), 1_400),
        (a_tax(TaxBase.PERSON_NIGHT, children_pay=True), 2_100),
        (a_tax(TaxBase.PERSON_NIGHT, children_pay=True, infants_pay=True), 2_800),
        (a_tax(TaxBase.UNIT_NIGHT), 700),
        (a_tax(TaxBase.NIGHTS), 7_000),
        (a_tax(TaxBase.NIGHTS_AND_CLEANING), 7_600),
    ],
)
def test_a_tax_counts_or_takes_a_part_of_its_base(rule: TaxRule, minor: int) -> None:
    assert Base().taxed(rule) == [minor]


@pytest.mark.parametrize(
    ("rule", "minor"),
    [
        (a_tax(TaxBase.PERSON_NIGHT, cap_nights=5), 1_000),
        (a_tax(TaxBase.UNIT_NIGHT, cap_nights=5), 500),
        (a_tax(TaxBase.NIGHTS, cap_nights=5), 5_000),
        (a_tax(TaxBase.NIGHTS, cap_nights=30), 7_000),
    ],
)
def test_a_capped_tax_asks_for_the_first_nights_only(rule: TaxRule, minor: int) -> None:
    assert Base().taxed(rule) == [minor]


def test_an_inclusive_tax_is_found_in_the_rent() -> None:
    assert Base(rent_minor=10_600).taxed(a_tax(part_bp=600, inclusive=True)) == [600]


def test_a_compound_tax_is_a_part_of_the_taxes_on_top_before_it_as_well() -> None:
    city, state = a_tax(TaxBase.UNIT_NIGHT), a_tax(name="state", compound=True)

    assert Base().taxed(city, state) == [700, 7_070]
    assert Base().taxed(state, city) == [7_000, 700]
    assert Base().taxed(a_tax(inclusive=True), state) == [6_364, 7_000]


def test_a_tax_is_rounded_half_up() -> None:
    assert Base(rent_minor=25).taxed(a_tax()) == [3]
    assert Base(rent_minor=24).taxed(a_tax()) == [2]


def test_a_tax_of_nothing_has_no_line() -> None:
    assert Base(rent_minor=0).taxed(a_tax(), a_tax(TaxBase.UNIT_NIGHT, cap_nights=0)) == []


@pytest.mark.parametrize(("days", "holds"), [(-1, False), (0, True), (10, True), (11, False)])
def test_a_tax_holds_from_its_first_to_its_last_day_of_arrival(*, days: int, holds: bool) -> None:
    rule = a_tax(valid_from=ARRIVAL, valid_until=ARRIVAL + timedelta(days=10))

    assert rule.holds_on(ARRIVAL + timedelta(days=days)) is holds


def test_a_tax_that_does_not_hold_is_not_asked_for() -> None:
    assert Base().taxed(a_tax(valid_from=date(2027, 1, 1))) == []


def test_a_tax_keeps_the_rule_that_made_it() -> None:
    rule = a_tax(TaxBase.PERSON_NIGHT)
    taxed = Taxed(1, 0, 7, Party(2))

    assert taxes_of([rule], ARRIVAL, taxed) == (TaxLine(rule, 1_400),)
    assert rule.code == "stay_tax"
    assert a_tax().code == "sale_tax"
