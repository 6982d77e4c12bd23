"""Prices: the worked one to the cent, and what must hold for any of them."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.values.guests import Party
from ledger.values.levies import FeePlan, TaxBase
from ledger.values.price import (
    CouponUse,
    Extra,
    Price,
    PriceLine,
    Terms,
    price_of,
    price_under,
)
from ledger.values.rates import NightPrice, Occasion, Tiered
from ledger.values.shares import Shares, TaxShare
from ledger.values.stay import local_instant, stay
from tests.facts import LISBON, a_fee_plan, a_price, a_stay, money
from tests.ledger import worked
from tests.ledger.record_prices import Snapshot, file_of, snapshots
from tests.ledger.strategies import Asked, requests

COUPON = CouponUse("WELCOME", 5_000)

# -- The worked price (spec: money, section 8) ----------------------------------------------


def test_the_worked_price_comes_out_line_by_line() -> None:
    assert [(line.code, line.of, line.minor) for line in worked.the_price().lines()] == [
        ("night", "2026-07-02", 8_550),
        ("night", "2026-07-03", 9_832),
        ("night", "2026-07-04", 12_782),
        ("night", "2026-07-05", 11_115),
        ("night", "2026-07-06", 11_115),
        ("night", "2026-07-07", 11_115),
        ("night", "2026-07-08", 11_115),
        ("extra_guest", "", 8_400),
        ("cleaning", "", 6_000),
        ("guest_fee", "", 12_603),
        ("guest_fee_vat", "", 2_521),
        ("stay_tax", "city", 2_310),
    ]
    assert worked.the_price().total == money("1074.58 EUR")
    assert worked.the_price().subtotal == money("900.24 EUR")


def test_the_worked_price_comes_apart_into_its_shares() -> None:
    shares = worked.the_price().shares

    assert shares.host == money("867.83 EUR")
    assert shares.host_fee == money("27.01 EUR")
    assert shares.fees == money("153.04 EUR")
    assert shares.vat == money("30.61 EUR")
    assert shares.taxes == (TaxShare("PT-LIS", 2_310),)
    assert shares.total == money("1074.58 EUR")


def test_a_price_says_what_it_was_made_of() -> None:
    price = worked.the_price()

    assert (price.billing, price.rates, price.occasion) == (1, worked.RATES, worked.OCCASION)
    assert len(price.explained) == len(price.nights) == 7
    assert price.extras == (Extra("extra_guest", 7, 1_200), Extra("cleaning", 1, 6_000))


# -- Coupons and taxes in a price -----------------------------------------------------------


def test_a_coupon_is_a_line_of_its_own_and_the_platforms_money() -> None:
    price = worked.the_price(COUPON)

    assert list(price.lines())[-1] == PriceLine("coupon", "WELCOME", -5_000)
    assert price.total == money("1024.58 EUR")
    assert price.shares == replace(worked.the_price().shares, coupon_minor=5_000)


def test_a_coupon_pays_no_more_than_the_platform_earns() -> None:
    price = worked.the_price(CouponUse("TOO GOOD", 1_000_000))

    assert price.coupon == CouponUse("TOO GOOD", 12_603 + 2_701)
    assert price.shares.host_minor <= price.total.minor


def test_where_the_platform_earns_nothing_a_coupon_pays_nothing() -> None:
    terms = Terms(worked.RATES, FeePlan("free", 1, 0, 0))

    assert price_under(terms, worked.the_stay(), worked.OCCASION, COUPON).coupon is None


@pytest.mark.parametrize(
    ("inclusive", "host_remits", "total", "host", "authority"),
    [
        (False, False, 2_310, 0, 2_310),
        (False, True, 2_310, 2_310, 0),
        (True, False, 0, -2_310, 2_310),
        (True, True, 0, 0, 0),
    ],
)
def test_a_tax_is_paid_by_who_has_it_in_the_price_and_goes_to_who_remits_it(
    *, inclusive: bool, host_remits: bool, total: int, host: int, authority: int
) -> None:
    rule = replace(worked.CITY_TAX, inclusive=inclusive, host_remits=host_remits)
    without = price_under(Terms(worked.RATES, worked.FEES), worked.the_stay(), worked.OCCASION)
    price = price_under(
        Terms(worked.RATES, worked.FEES, (rule,)), worked.the_stay(), worked.OCCASION
    )

    assert price.total.minor - without.total.minor == total
    assert price.shares.host_minor - without.shares.host_minor == host
    assert price.shares.tax.minor == authority
    assert price.shares.total == price.total


def test_taxes_of_one_authority_are_one_share_and_shares_have_one_order() -> None:
    state = replace(worked.CITY_TAX, name="state", jurisdiction="PT")
    tram = replace(worked.CITY_TAX, name="tram")
    terms = Terms(worked.RATES, worked.FEES, (worked.CITY_TAX, state, tram))

    shares = price_under(terms, worked.the_stay(), worked.OCCASION).shares

    assert shares.taxes == (TaxShare("PT", 2_310), TaxShare("PT-LIS", 4_620))
    assert shares - shares + shares == shares


def test_a_tax_on_nights_looks_at_further_guests_and_at_cleaning_where_it_says_so() -> None:
    rule = replace(worked.CITY_TAX, base=TaxBase.NIGHTS, minor=0, part_bp=1_000)

    def taxed(base: TaxBase) -> int:
        terms = Terms(worked.RATES, worked.FEES, (replace(rule, base=base),))
        return price_under(terms, worked.the_stay(), worked.OCCASION).shares.tax.minor

    assert taxed(TaxBase.NIGHTS) == 8_402
    assert taxed(TaxBase.NIGHTS_AND_CLEANING) == 9_002


# -- Extras ---------------------------------------------------------------------------------


def test_pets_and_cleaning_are_asked_for_once_and_what_costs_nothing_is_no_line() -> None:
    rates = replace(worked.RATES, pet_minor=1_500, cleaning_minor=0)
    occasion = Occasion(Party(2), worked.OCCASION.booked_on, pets=2)

    price = price_under(Terms(rates, worked.FEES), worked.the_stay(), occasion)

    assert price.extras == (Extra("pet", 2, 1_500),)


# -- Small, large and negative --------------------------------------------------------------


def test_m4_three_equal_nights_with_a_third_off_sum_to_what_each_was_rounded_to() -> None:
    rates = replace(
        worked.RATES, base_minor=100, seasons=(), weekend=(), lengths=(Tiered(3, 3_333),),
        early_bird=None, cleaning_minor=0, included_guests=9,
    )  # fmt: skip

    price = price_under(Terms(rates, a_fee_plan()), a_stay(), worked.OCCASION)

    assert [night.minor for night in price.nights] == [67, 67, 67]
    assert (price.subtotal.minor, price.total.minor) == (201, 229)


def test_m4_a_stay_for_one_cent_has_a_price_and_one_for_nothing_has_no_fees() -> None:
    night = a_stay().check_in
    least = FeePlan("at least", 1, 1_400, 300, guest_fee_at_least_minor=500)

    assert price_of([NightPrice(night, 1)], a_fee_plan(), "EUR").total == money("0.01 EUR")
    assert price_of([NightPrice(night, 0)], least, "EUR").total == money("0.00 EUR")
    assert price_of([NightPrice(night, 0)], least, "EUR").shares == Shares("EUR")


def test_m7_a_year_of_nights_for_sixteen_with_sixty_lines_and_more_stays_exact() -> None:
    price = snapshots()["year"].price

    assert len(price.nights) == 365
    assert (
        sum(line.minor for line in price.lines()) == price.total.minor == price.shares.total.minor
    )
    assert price.extras == (Extra("extra_guest", 365 * 15, 333),)


def test_m7_amounts_of_eight_digits_a_night_for_a_year_sum_up_within_64_bits() -> None:
    nights = [NightPrice(night, 99_999_999) for night in stay(
        a_stay().check_in, a_stay().check_in.replace(year=2027)).nights()]  # fmt: skip

    price = price_of(nights, a_fee_plan(), "EUR")

    assert price.subtotal.minor == 365 * 99_999_999
    assert price.total.minor < 2**63
    assert msgspec.json.decode(msgspec.json.encode(price), type=Price) == price


def test_t2_nights_across_a_change_of_clocks_are_counted_by_dates() -> None:
    spring = stay(
        worked.the_stay().check_in.replace(month=3, day=28),
        worked.the_stay().check_in.replace(month=3, day=30),
    )
    hours = [
        local_instant(day, LISBON.check_in_time, "Europe/Lisbon")
        for day in (spring.check_in, spring.check_out)
    ]

    price = price_under(Terms(worked.RATES, worked.FEES), spring, worked.OCCASION)

    assert (hours[1] - hours[0]).total_seconds() == 47 * 3_600
    assert [night.night.isoformat() for night in price.nights] == ["2026-03-28", "2026-03-29"]


# -- For any price --------------------------------------------------------------------------


@settings(deadline=None, max_examples=100)
@given(requests())
def test_m5_the_lines_sum_to_the_total_and_so_do_the_shares(asked: Asked) -> None:
    price = asked.price

    assert sum(line.minor for line in price.lines()) == price.total.minor
    assert price.shares.total == price.total


@settings(deadline=None, max_examples=100)
@given(requests())
def test_nobody_has_less_than_nothing_and_the_host_never_more_than_was_paid(asked: Asked) -> None:
    price = asked.price
    shares = price.shares

    assert price.total.minor >= 0
    assert min(shares.host_minor, shares.guest_fee_minor, shares.host_fee_minor) >= 0
    assert min(shares.vat_minor, shares.tax.minor, shares.coupon_minor) >= 0
    assert shares.host_minor <= price.total.minor


@settings(deadline=None, max_examples=40)
@given(requests(longest=8), st.data())
def test_the_same_inputs_give_the_same_bytes_and_another_figure_another_digest(
    asked: Asked, data: st.DataObject
) -> None:
    price = asked.price
    stored = msgspec.json.encode(price)

    assert msgspec.json.encode(asked.price) == stored
    assert msgspec.json.decode(stored, type=Price).digest == price.digest
    assert replace(price, guest_vat_minor=price.guest_vat_minor + 1).digest != price.digest
    assert replace(price, billing=2).digest != price.digest


# -- Prices that were stored ----------------------------------------------------------------


@pytest.mark.parametrize("name", list(snapshots()))
def test_m6_a_stored_price_and_its_settlement_come_out_again_in_the_same_bytes(name: str) -> None:
    stored = file_of(name).read_bytes().rstrip()

    snapshot = msgspec.json.decode(stored, type=Snapshot)

    assert msgspec.json.encode(snapshot) == stored
    assert msgspec.json.encode(snapshot.again()) == stored


def test_m6_every_stored_price_is_tried() -> None:
    stored = {path.name for path in file_of("any").parent.iterdir()}

    assert stored == {file_of(name).name for name in snapshots()}


def test_a_stated_price_has_two_fees_and_no_more() -> None:
    assert [line.code for line in a_price().lines()] == ["night"] * 3 + ["guest_fee"]
    assert a_price().total == a_price().subtotal + a_price().guest_fee
