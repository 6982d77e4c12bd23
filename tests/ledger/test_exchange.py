"""Exchange: by which rate a guest pays, and that converted lines are exact to less than a cent."""

import json
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import (
    CurrencyNotQuoted,
    RateImplausible,
    RatesNotCurrent,
    RatesOutOfOrder,
    UnknownCurrency,
)
from ledger.values.currency import CURRENCIES, chargeable, refundable
from ledger.values.exchange import (
    Exchange,
    ReferenceRates,
    converted,
    plausible,
    quote_exchange,
    reference_rates,
)
from ledger.values.money import Money, round_half_up
from tests.facts import NOW, money

QUOTED_ON = date(2026, 6, 1)
AS_PUBLISHED = {"USD": "1.0837", "JPY": "162.47", "GBP": "0.85836", "KWD": "0.33215", "HUF": "390"}

EUROS = [8550, 9832, 12782, 11115, 11115, 11115, 11115, 8400, 6000, 12603, 2521, 2310]
DOLLARS = [9358, 10762, 13990, 12166, 12166, 12166, 12166, 9194, 6567, 13795, 2759, 2528]
"""The worked price (spec: money, section 8): seven nights, extra guest, cleaning, fee, VAT, tax."""


def the_rates(published_on: date = QUOTED_ON, **rates: str) -> ReferenceRates:
    texts = rates or AS_PUBLISHED
    per_euro = {currency: Decimal(text) for currency, text in texts.items()}
    return reference_rates(published_on, "the bank", NOW, per_euro)


def quoted(
    listing: str = "EUR", guest: str = "USD", margin_bp: int = 100, on: date = QUOTED_ON
) -> Exchange:
    return quote_exchange(the_rates(), listing, guest, margin_bp=margin_bp, on=on)


lines = st.lists(st.integers(-(10**8), 10**8), min_size=1, max_size=60)
rates = st.fractions(Fraction(1, 10**6), Fraction(10**6), max_denominator=10**9)
steps = st.sampled_from([1, 10, 100])
codes = st.sampled_from([*sorted(AS_PUBLISHED), "EUR"])
margins = st.integers(0, 1_000)


# -- Conversion -------------------------------------------------------------------------


def test_the_worked_price_converts_to_the_cent() -> None:
    exchange = quoted()

    assert exchange.rate == "1094537/1000000"
    assert sum(EUROS) == 107_458
    assert exchange.in_guest(EUROS) == DOLLARS
    assert sum(DOLLARS) == 117_617


@given(lines, rates, steps)
def test_the_total_is_converted_once_and_no_line_is_off_by_a_step(
    lines_minor: list[int], rate: Fraction, step_minor: int
) -> None:
    result = converted(lines_minor, rate, step_minor=step_minor)

    exact = [line * rate / step_minor for line in lines_minor]
    in_steps = [Fraction(minor, step_minor) for minor in result]
    assert sum(in_steps) == round(sum(exact))
    for part, whole in zip(in_steps, exact, strict=True):
        assert part in (floor(whole), ceil(whole))


@given(lines, rates)
def test_no_line_is_rounded_up_before_one_with_a_larger_fraction_or_an_earlier_equal(
    lines_minor: list[int], rate: Fraction
) -> None:
    result = converted(lines_minor, rate)

    fractions = [line * rate - floor(line * rate) for line in lines_minor]
    ranks = [(-fraction, place) for place, fraction in enumerate(fractions)]
    went_up = [minor > line * rate for minor, line in zip(result, lines_minor, strict=True)]
    stayed = [minor == floor(line * rate) for minor, line in zip(result, lines_minor, strict=True)]
    up = [rank for rank, went in zip(ranks, went_up, strict=True) if went]
    down = [rank for rank, did in zip(ranks, stayed, strict=True) if did]
    assert not up or not down or max(up) < min(down)


@given(lines, rates)
def test_m4_a_line_of_nothing_stays_nothing(lines_minor: list[int], rate: Fraction) -> None:
    with_nothing = [0, *lines_minor, 0]

    result = converted(with_nothing, rate)

    assert result[0] == result[-1] == 0
    assert result[1:-1] == converted(lines_minor, rate)


@given(lines)
def test_by_a_rate_of_one_nothing_changes(lines_minor: list[int]) -> None:
    assert converted(lines_minor, Fraction(1)) == lines_minor


def test_nothing_to_convert_is_nothing() -> None:
    assert converted([], Fraction(3, 2)) == []
    assert converted([0, 0], Fraction(3, 2)) == [0, 0]


def test_m4_one_cent_over_ten_lines_goes_to_the_first_of_them() -> None:
    assert converted([1] * 10, Fraction(1, 10)) == [1] + [0] * 9
    assert [part.minor for part in money("0.01 EUR").split([1] * 10)] == [1] + [0] * 9
    assert sum(part.minor for part in money("-0.01 EUR").split([1] * 10)) == -1


def test_a_total_half_way_goes_to_the_even_cent() -> None:
    assert converted([1], Fraction(1, 2)) == [0]
    assert converted([3], Fraction(1, 2)) == [2]
    assert converted([-1], Fraction(1, 2)) == [0]
    assert converted([-3], Fraction(1, 2)) == [-2]
    assert converted([1, 1, 1], Fraction(1, 2)) == [1, 1, 0]


def test_m4_a_coupon_is_a_negative_line_and_takes_its_share() -> None:
    assert converted([10_000, 1_400, -500], Fraction(1094537, 10**6)) == [10_945, 1_532, -547]


@given(st.lists(st.integers(0, 99_999_999 // 365), min_size=365, max_size=365), rates)
def test_m7_a_year_of_nights_converts_as_exactly_as_one(nights: list[int], rate: Fraction) -> None:
    assert sum(converted(nights, rate)) == round(sum(nights) * rate)


def test_m7_sums_beyond_what_fits_a_machine_word_are_exact() -> None:
    huge = [2**63 - 1] * 60

    assert sum(converted(huge, Fraction(1094537, 10**6))) == round(
        sum(huge) * Fraction(1094537, 10**6)
    )


def test_yen_have_no_cents_and_dinars_have_three_digits() -> None:
    to_yen, to_dinars = quoted(guest="JPY", margin_bp=0), quoted(guest="KWD", margin_bp=0)

    assert to_yen.in_guest([10_000, 5_050]) == [16_247, 8_205]
    assert to_dinars.in_guest([10_000, 5_050]) == [33_220, 16_770]
    assert quoted("JPY", "EUR", margin_bp=0).in_guest([16_247, 8_205]) == [10_000, 5_050]


@given(st.lists(st.integers(0, 10**5), min_size=1, max_size=60), codes, codes, margins)
def test_what_was_converted_can_be_charged_and_line_by_line_given_back(
    lines_minor: list[int], listing: str, guest: str, margin_bp: int
) -> None:
    """Also in KWD, of which the processor takes no last digit."""
    if listing == guest:
        return
    result = quoted(listing, guest, margin_bp).in_guest(lines_minor)

    if CURRENCIES[guest].min_charge <= sum(result) <= CURRENCIES[guest].max_charge:
        chargeable(Money(sum(result), guest))
    for minor in result:
        if minor <= CURRENCIES[guest].max_charge:
            refundable(Money(minor, guest))


# -- Reports in EUR ---------------------------------------------------------------------


def test_figures_in_euro_are_by_the_plain_rate_without_our_margin() -> None:
    assert quoted("USD", "EUR", margin_bp=300).in_euro([10_837, 1]) == [10_000, 1]
    assert quoted("EUR", "USD").in_euro(EUROS) == EUROS
    assert quoted("JPY", "USD").in_euro([16_247]) == [10_000]


def test_figures_of_a_currency_without_a_rate_stay_out_of_reports_in_euro() -> None:
    dinars = quote_exchange(the_rates(USD="1.0837"), "KWD", "KWD", margin_bp=100, on=QUOTED_ON)

    assert dinars.in_guest([12_340]) == [12_340]
    assert dinars.in_euro([12_340]) is None
    assert dinars.published_on is None


# -- Quoting ----------------------------------------------------------------------------


@given(codes, codes, margins)
def test_a_snapshot_explains_its_rate_by_legs_and_margin(
    listing: str, guest: str, margin_bp: int
) -> None:
    exchange = quoted(listing, guest, margin_bp)

    assert exchange.listing_per_euro is not None
    assert exchange.guest_per_euro is not None
    plain = Fraction(exchange.guest_per_euro) / Fraction(exchange.listing_per_euro)
    assert exchange.exact_rate == plain * (1 + Fraction(exchange.margin_bp, 10_000))
    assert exchange.margin_bp == (0 if listing == guest else margin_bp)


def test_m2_a_weekend_is_quoted_with_the_rates_of_friday_and_says_so() -> None:
    friday = date(2026, 5, 29)

    sunday = quote_exchange(the_rates(friday), "EUR", "USD", margin_bp=0, on=date(2026, 5, 31))

    assert sunday.published_on == friday


def test_m2_rates_are_quoted_for_five_days_and_then_only_the_listings_own_currency() -> None:
    last_day = QUOTED_ON + timedelta(days=5)
    day_after = last_day + timedelta(days=1)

    assert quoted(on=last_day).published_on == QUOTED_ON
    with pytest.raises(RatesNotCurrent) as refusal:
        quoted(on=day_after)
    assert (refusal.value.published_on, refusal.value.on) == (QUOTED_ON, day_after)
    assert quoted("EUR", "EUR", on=day_after).rate == "1"
    stale = quoted("USD", "USD", on=day_after)
    assert (stale.rate, stale.published_on) == ("1", QUOTED_ON)


def test_rates_that_are_published_later_are_not_current() -> None:
    with pytest.raises(RatesNotCurrent):
        quoted(on=QUOTED_ON - timedelta(days=1))


def test_without_any_rates_only_the_listings_own_currency_is_quoted() -> None:
    with pytest.raises(RatesNotCurrent):
        quote_exchange(None, "EUR", "USD", margin_bp=0, on=QUOTED_ON)
    own = quote_exchange(None, "USD", "USD", margin_bp=0, on=QUOTED_ON)
    assert own.in_guest(DOLLARS) == DOLLARS
    assert own.in_euro(DOLLARS) is None


@pytest.mark.parametrize(("listing", "guest"), [("EUR", "NOK"), ("NOK", "EUR"), ("NOK", "USD")])
def test_a_currency_that_the_source_suspended_is_not_quoted(listing: str, guest: str) -> None:
    with pytest.raises(CurrencyNotQuoted) as refusal:
        quoted(listing, guest)
    assert refusal.value.currency == "NOK"


@pytest.mark.parametrize(("listing", "guest"), [("EUR", "XXX"), ("XXX", "EUR"), ("XXX", "XXX")])
def test_a_currency_that_nobody_knows_is_refused(listing: str, guest: str) -> None:
    with pytest.raises(UnknownCurrency):
        quoted(listing, guest)


# -- The stored form --------------------------------------------------------------------

GOLDEN = (
    b'{"listing":"EUR","guest":"USD","rate":"1094537/1000000","margin_bp":100,'
    b'"listing_per_euro":"1","guest_per_euro":"1.0837","published_on":"2026-06-01",'
    b'"source":"the bank","fetched_at":"2026-06-01T11:00:00Z","version":1}'
)


def test_the_same_snapshot_has_always_the_same_bytes() -> None:
    assert quoted().canonical() == GOLDEN
    assert msgspec.json.decode(GOLDEN, type=Exchange) == quoted()


def test_a_rate_is_one_number_however_many_zeros_it_was_published_with() -> None:
    short, long = the_rates(USD="1.08", JPY="160"), the_rates(JPY="160.00", USD="1.0800")

    assert msgspec.json.encode(short) == msgspec.json.encode(long)
    assert msgspec.json.encode(short).endswith(b'"per_euro":{"JPY":"160","USD":"1.08"}}')
    assert the_rates(JPY="1.6E+2").per_euro == {"JPY": Decimal(160)}


@given(codes, codes, margins)
def test_what_is_stored_has_no_binary_fractions_and_converts_as_before(
    listing: str, guest: str, margin_bp: int
) -> None:
    """Whatever the rates of later days: what a guest gets back is by the stored snapshot."""
    exchange = quoted(listing, guest, margin_bp)

    stored = exchange.canonical()

    assert not any(isinstance(value, float) for value in json.loads(stored).values())
    again = msgspec.json.decode(stored, type=Exchange)
    assert again.canonical() == stored
    assert again.in_guest(EUROS) == exchange.in_guest(EUROS)


# -- What can be believed ---------------------------------------------------------------


@pytest.mark.parametrize("rate", ["1.08", "1.188", "0.972", "1.1"])
def test_m2_a_rate_within_a_tenth_of_the_last_good_one_is_believed(rate: str) -> None:
    new = the_rates(USD=rate)

    assert plausible(new, the_rates(date(2026, 5, 29), USD="1.08")) is new


@pytest.mark.parametrize("rate", ["108", "0.0108", "1.18801", "0.97199"])
def test_m2_a_rate_beyond_is_refused_with_both_figures(rate: str) -> None:
    with pytest.raises(RateImplausible) as refusal:
        plausible(the_rates(GBP="0.85", USD=rate), the_rates(GBP="0.86", USD="1.08"))
    assert (
        refusal.value.data.items() >= {"currency": "USD", "rate": rate, "last_rate": "1.08"}.items()
    )


def test_rates_do_not_go_back_in_time_but_a_day_may_be_read_twice() -> None:
    friday, monday = the_rates(date(2026, 5, 29)), the_rates()

    assert plausible(monday, monday) == monday
    with pytest.raises(RatesOutOfOrder) as refusal:
        plausible(friday, monday)
    assert refusal.value.last_published_on == QUOTED_ON


def test_a_currency_that_comes_or_goes_is_no_reason_for_doubt() -> None:
    with_kroner = the_rates(USD="1.08", NOK="11.6")

    assert plausible(with_kroner, the_rates(USD="1.08")) is with_kroner
    assert plausible(the_rates(USD="1.08"), with_kroner).of("NOK") is None


# -- Rounding of taxes ------------------------------------------------------------------


def test_taxes_are_rounded_half_up_and_what_is_given_back_is_rounded_alike() -> None:
    assert [round_half_up(minor, 10) for minor in (4, 5, 15, 16)] == [0, 1, 2, 2]
    assert [round_half_up(-minor, 10) for minor in (4, 5, 15, 16)] == [0, -1, -2, -2]
    assert money("0.25 EUR").percentage(1_000, round_half_up) == money("0.03 EUR")
    assert money("0.25 EUR").percentage(1_000) == money("0.02 EUR")


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_half_up_is_what_a_decimal_calls_it(over: int, under: int) -> None:
    exact = Fraction(over, under)
    rounded = round_half_up(over, under)

    assert abs(rounded - exact) <= Fraction(1, 2)
    assert abs(rounded - exact) < Fraction(1, 2) or abs(rounded) > abs(exact)
