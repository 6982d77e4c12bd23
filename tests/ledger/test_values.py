"""Money, prices, settlements, stays and instants: what must hold for any of them."""

from datetime import UTC, date, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from uuid import uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import (
    AmountsDiffer,
    CurrenciesDiffer,
    NoNights,
    Refused,
    UnbalancedEntry,
    UnknownCurrency,
    UnknownTimeZone,
)
from ledger.values.clock import NotAnInstant, StandingClock, instant, system_clock
from ledger.values.ids import NAMESPACE, canonical_id, derived_id, fresh_id
from ledger.values.journal import CHART, Account, Side, credit, debit, entry
from ledger.values.money import Money, round_half_even, total, zero
from ledger.values.rates import ALL_BP
from ledger.values.received import received
from ledger.values.stay import House, Stay, local_date, local_instant, stay
from tests.facts import NOW, a_stay, money

amounts = st.integers(-(10**15), 10**15)
basis_points = st.integers(0, ALL_BP)
dates = st.dates(date(2015, 1, 1), date(2035, 12, 31))


@st.composite
def stays(draw: st.DrawFn) -> Stay:
    check_in = draw(dates)
    return stay(check_in, check_in + timedelta(days=draw(st.integers(1, 60))))


# -- Money ------------------------------------------------------------------------------


@given(amounts, st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(any))
def test_parts_of_a_split_sum_to_the_whole_and_none_is_off_by_a_cent(
    minor: int, weights: list[int]
) -> None:
    parts = Money(minor, "EUR").split(weights)

    assert total(parts, "EUR") == Money(minor, "EUR")
    for part, weight in zip(parts, weights, strict=True):
        exact = Fraction(minor * weight, sum(weights))
        assert abs(part.minor - exact) < 1
        assert weight or part.minor == 0


def test_the_odd_cent_goes_to_the_largest_remainder_and_of_equals_to_the_first() -> None:
    assert cents("1.00 EUR", [1, 1, 1]) == [34, 33, 33]
    assert cents("0.10 EUR", [2, 5]) == [3, 7]
    assert cents("-1.00 EUR", [1, 2]) == [-33, -67]


def cents(amount: str, weights: list[int]) -> list[int]:
    return [part.minor for part in money(amount).split(weights)]


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_rounding_goes_to_the_nearest_and_ties_to_the_even(over: int, under: int) -> None:
    assert round_half_even(over, under) == round(Fraction(over, under))


@given(st.integers(-(10**9), 10**9), basis_points)
def test_a_percentage_is_rounded_once_as_a_decimal_would_be(minor: int, part_bp: int) -> None:
    exact = Decimal(minor) * Decimal(part_bp) / Decimal(ALL_BP)

    rounded = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))

    assert Money(minor, "EUR").percentage(part_bp).minor == rounded


@given(amounts, amounts, st.integers(-100, 100))
def test_money_adds_up(one: int, other: int, count: int) -> None:
    left, right = Money(one, "EUR"), Money(other, "EUR")

    assert left + right == right + left
    assert (left + right) - right == left
    assert left + -left == zero("EUR")
    assert (left * count).minor == one * count


def test_two_currencies_do_not_add_up() -> None:
    with pytest.raises(CurrenciesDiffer):
        money("1.00 EUR") + money("1.00 USD")
    with pytest.raises(CurrenciesDiffer):
        money("1.00 EUR") - money("1 JPY")
    with pytest.raises(CurrenciesDiffer):
        total([money("1.00 EUR"), money("1.00 USD")], "EUR")


@pytest.mark.parametrize("text", ["1074.58 EUR", "-0.05 EUR", "0.00 USD", "500 JPY", "1.234 KWD"])
def test_money_is_written_as_people_write_it(text: str) -> None:
    assert str(money(text)) == text


def test_a_currency_that_we_do_not_trade_in_is_refused() -> None:
    with pytest.raises(UnknownCurrency):
        str(Money(1, "XXX"))


# -- The journal ------------------------------------------------------------------------


def test_an_entry_that_does_not_balance_is_none() -> None:
    with pytest.raises(UnbalancedEntry):
        entry(
            "J0",
            1,
            debit(Account.STRIPE_PENDING, money("1.00 EUR")),
            credit(Account.UNAPPLIED_RECEIPTS, money("0.99 EUR"), "payment"),
        )


def test_an_entry_balances_in_each_currency() -> None:
    with pytest.raises(UnbalancedEntry):
        entry(
            "J0",
            1,
            debit(Account.STRIPE_PENDING, money("1.00 EUR")),
            credit(Account.UNAPPLIED_RECEIPTS, money("1.00 USD"), "payment"),
        )


def test_lines_of_nothing_are_left_out() -> None:
    nothing = entry("J0", 1, debit(Account.STRIPE_PENDING, zero("EUR")))

    assert nothing.lines == ()


def test_every_account_has_its_row_in_the_chart() -> None:
    assert set(CHART) == set(Account)
    assert {row.side for row in CHART.values()} == set(Side)


# -- What the processor took ------------------------------------------------------------


@given(st.integers(0, 10**8), st.integers(0, 10**8), st.integers(0, 10**8))
def test_a_charge_comes_apart_into_its_fee_and_what_can_be_used(
    paid: int, settled: int, fee: int
) -> None:
    """A minor unit on either side of the gross decides whether a fee is a part of it (J3, J4)."""
    francs, kept = Money(settled, "CHF"), Money(fee, "CHF")
    if fee > settled:
        with pytest.raises(AmountsDiffer):
            received(Money(paid, "EUR"), francs, kept)
        return
    charge = received(Money(paid, "EUR"), francs, kept)

    assert charge.converted
    assert charge.gross == francs
    assert charge.net + kept == charge.gross


def test_a_charge_of_which_nothing_is_told_settles_as_it_was_paid() -> None:
    charge = received(money("410.40 EUR"), None, None)

    assert not charge.converted
    assert charge.gross == charge.net == money("410.40 EUR")


# -- Stays and the house's clock --------------------------------------------------------


@given(stays())
def test_a_stay_has_a_night_for_each_date_but_the_last(one: Stay) -> None:
    nights = list(one.nights())

    assert len(nights) == one.nights_count()
    assert nights[0] == one.check_in
    assert nights[-1] == one.check_out - timedelta(days=1)


@given(stays(), stays())
def test_two_stays_overlap_where_a_night_is_in_both(one: Stay, other: Stay) -> None:
    shared = set(one.nights()) & set(other.nights())

    assert one.overlaps(other) == bool(shared)
    assert one.overlaps(other) == other.overlaps(one)


@pytest.mark.parametrize("nights", [0, -1])
def test_a_stay_has_at_least_one_night(nights: int) -> None:
    with pytest.raises(NoNights):
        a_stay(nights=nights)


def test_t2_a_stay_over_the_change_of_clocks_counts_dates_and_not_hours() -> None:
    over_spring = a_stay("2026-03-28", 2)
    house = House("Europe/Lisbon", time(15), time(15))

    assert over_spring.nights_count() == 2
    assert house.check_out_at(over_spring) - house.check_in_at(over_spring) == timedelta(hours=47)


def test_a_stay_is_earned_a_whole_day_of_hours_after_check_in() -> None:
    """Whatever the clocks on the wall do: from 15:00 it is 16:00 where they go forward."""
    house = House("Europe/Lisbon", time(15), time(11))
    over_spring = stay(date(2026, 3, 28), date(2026, 3, 30))

    earned_at = house.earned_at(over_spring)

    assert earned_at - house.check_in_at(over_spring) == timedelta(hours=24)
    assert earned_at == instant("2026-03-29T15:00:00Z")


def test_a_time_that_the_clocks_skip_is_read_by_the_offset_before() -> None:
    skipped = local_instant(date(2026, 3, 29), time(1, 30), "Europe/Lisbon")

    assert skipped == instant("2026-03-29T01:30:00Z")


def test_a_time_that_the_clocks_show_twice_is_the_first() -> None:
    twice = local_instant(date(2026, 10, 25), time(1, 30), "Europe/Lisbon")

    assert twice == instant("2026-10-25T00:30:00Z")


def test_the_wall_calendar_turns_at_local_midnight() -> None:
    before_midnight = instant("2026-07-01T22:59:59Z")

    assert local_date(before_midnight, "Europe/Lisbon") == date(2026, 7, 1)
    assert local_date(before_midnight + timedelta(seconds=1), "Europe/Lisbon") == date(2026, 7, 2)


@pytest.mark.parametrize("name", ["Europe/Atlantis", "", "../etc/passwd"])
def test_a_time_zone_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(UnknownTimeZone):
        local_date(NOW, name)


# -- Instants and ids -------------------------------------------------------------------


def test_an_instant_names_its_offset() -> None:
    assert instant("2017-08-31T23:59:59Z") == instant("2017-09-01T01:59:59+02:00")
    assert instant("2017-08-31T23:59:59Z").tzinfo is UTC
    with pytest.raises(NotAnInstant, match="names no offset"):
        instant("2017-08-31T23:59:59")
    with pytest.raises(NotAnInstant, match="is not a time"):
        instant("yesterday")


def test_a_clock_stands_until_it_is_told_to_move() -> None:
    clock = StandingClock(NOW)

    assert clock() == clock() == NOW
    clock.pass_by(timedelta(hours=1))
    assert clock() == NOW + timedelta(hours=1)
    assert system_clock().tzinfo is UTC


def test_an_id_that_is_derived_is_always_the_same_and_one_that_is_fresh_never() -> None:
    assert derived_id("a", 1) == derived_id("a", 1) == "20cc4873-e4c5-54f2-a59a-f345e91cb109"
    assert derived_id("a", 1) != derived_id("a", 2)
    assert fresh_id() != fresh_id()
    assert canonical_id(derived_id("a").upper()) == derived_id("a")


def test_a_derived_id_is_the_one_that_the_standard_names() -> None:
    for number in range(200):
        assert derived_id("São Rafael", number) == str(uuid5(NAMESPACE, f"São Rafael/{number}"))


# -- Refusals ---------------------------------------------------------------------------


@pytest.mark.parametrize("refusal", Refused.all(), ids=lambda refusal: str(refusal.code))
def test_a_refusal_has_a_code_a_sentence_and_is_remembered_under_it(
    refusal: type[Refused],
) -> None:
    told = Refused.remembered(refusal.code, {"unit": "1"})

    assert type(told) is refusal
    assert told.unit == "1"
    assert (refusal.__doc__ or "").endswith(".")
    assert str(told).endswith("(unit 1)")
    assert not refusal.transient


def test_a_refusal_of_a_code_that_is_gone_is_still_a_refusal() -> None:
    assert type(Refused.remembered("GONE", {})) is Refused
    with pytest.raises(AttributeError):
        _ = Refused().nothing_like_it
