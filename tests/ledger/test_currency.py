"""Currencies: what the processor takes in each, and that our table and the stand-in's agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import (
    AboveProcessorMaximum,
    BelowProcessorMinimum,
    FinerThanProcessorStep,
    Refused,
    UnknownCurrency,
)
from ledger.values.currency import (
    CURRENCIES,
    EXPONENTS,
    Currency,
    chargeable,
    currency_of,
    payable,
    refundable,
)
from ledger.values.money import Money, exponent_of
from sandbox.stripe.core import currencies as stand_in
from sandbox.stripe.core.errors import Refusal
from tests.facts import money

every_currency = pytest.mark.parametrize("row", CURRENCIES.values(), ids=CURRENCIES)
codes = st.sampled_from(sorted(CURRENCIES))


def we_charge(amount: Money) -> bool:
    try:
        chargeable(amount)
    except Refused:
        return False
    return True


def we_pay_out(amount: Money) -> bool:
    try:
        payable(amount)
    except Refused:
        return False
    return True


def it_charges(amount: Money) -> bool:
    try:
        stand_in.check_chargeable(amount.minor, amount.currency.lower())
    except Refusal:
        return False
    return True


def it_pays_out(amount: Money) -> bool:
    try:
        stand_in.check_payable(amount.minor, amount.currency.lower())
    except Refusal:
        return False
    return True


@every_currency
def test_a_currency_has_the_digits_and_limits_of_the_stand_in(row: Currency) -> None:
    assert row.exponent == stand_in.decimals(row.code.lower())
    assert row.max_charge == stand_in.CHARGED_AT_MOST
    assert row.min_charge == stand_in.CHARGED_AT_LEAST.get(row.code.lower(), row.charge_step)


@every_currency
def test_what_we_let_pass_at_the_limits_the_stand_in_takes_and_no_other(row: Currency) -> None:
    for limit in (0, row.min_charge, row.charge_step, row.payout_step, row.max_charge):
        for minor in range(limit - 12, limit + 13):
            amount = Money(minor, row.code)
            assert we_charge(amount) == it_charges(amount), amount
            assert we_pay_out(amount) == it_pays_out(amount), amount


@given(codes, st.integers(-(10**9), 10**9))
def test_of_any_amount_we_and_the_stand_in_think_the_same(code: str, minor: int) -> None:
    amount = Money(minor, code)

    assert we_charge(amount) == it_charges(amount)
    assert we_pay_out(amount) == it_pays_out(amount)


@pytest.mark.parametrize(
    ("least", "below"),
    [("0.50 EUR", "0.49 EUR"), ("0.30 GBP", "0.29 GBP"), ("50 JPY", "49 JPY"),
     ("175.00 HUF", "174.99 HUF"), ("0.010 KWD", "0.000 KWD")],
)  # fmt: skip
def test_less_than_the_processor_takes_is_refused_by_name(least: str, below: str) -> None:
    chargeable(money(least))
    with pytest.raises(BelowProcessorMinimum) as refusal:
        chargeable(money(below))
    assert refusal.value.code == "BELOW_PROVIDER_MINIMUM"
    assert refusal.value.minimum_minor == money(least).minor


@pytest.mark.parametrize("most", ["999999.99 EUR", "99999999 JPY"])
def test_m7_eight_digits_are_charged_and_nine_are_refused(most: str) -> None:
    chargeable(money(most))
    with pytest.raises(AboveProcessorMaximum) as refusal:
        chargeable(money(most) + Money(1, money(most).currency))
    assert refusal.value.maximum_minor == 99_999_999


def test_the_last_digit_of_a_dinar_is_neither_charged_nor_given_back() -> None:
    for check in (chargeable, refundable, payable):
        check(money("12.340 KWD"))
        with pytest.raises(FinerThanProcessorStep) as refusal:
            check(money("12.345 KWD"))
        assert refusal.value.step_minor == 10


def test_a_cent_can_be_given_back_though_it_cannot_be_charged() -> None:
    refundable(money("0.01 EUR"))
    with pytest.raises(BelowProcessorMinimum):
        chargeable(money("0.01 EUR"))


def test_forints_are_charged_with_their_fillers_and_paid_out_whole() -> None:
    chargeable(money("1234.56 HUF"))
    payable(money("1234.00 HUF"))
    with pytest.raises(FinerThanProcessorStep):
        payable(money("1234.56 HUF"))


def test_a_currency_that_we_do_not_trade_in_has_no_row() -> None:
    for check in (chargeable, refundable, payable):
        with pytest.raises(UnknownCurrency):
            check(Money(1_000, "XXX"))
    with pytest.raises(UnknownCurrency):
        currency_of("eur")


def test_money_counts_its_digits_by_this_table() -> None:
    assert {code: exponent_of(code) for code in CURRENCIES} == EXPONENTS
    assert set(EXPONENTS.values()) == {0, 2, 3}
    assert all(row.min_charge % row.charge_step == 0 for row in CURRENCIES.values())
