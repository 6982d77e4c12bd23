"""A long stay is earned and paid out for up to 30 nights at a time, and nothing gets lost."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.values.clock import instant
from ledger.values.guests import Party
from ledger.values.levies import FeePlan, TaxBase, TaxRule
from ledger.values.policy import FLEXIBLE, Ending, Occupancy, settle
from ledger.values.price import CouponUse, Price, Terms, price_under
from ledger.values.rates import Occasion, RatePlan
from ledger.values.shares import Shares
from ledger.values.stay import EARNED_AFTER
from ledger.values.tranches import rest_after, tranches, up_to
from tests.facts import LISBON, NOW, a_price, a_stay

CITY_TAX = TaxRule(
    name="city tax",
    version=1,
    jurisdiction="Lisbon",
    base=TaxBase.PERSON_NIGHT,
    minor=200,
    cap_nights=40,
)
RENT_TAX = TaxRule(
    name="rent tax", version=1, jurisdiction="Portugal", base=TaxBase.NIGHTS, part_bp=600
)
FEES = FeePlan("split", 1, 1_400, 300, guest_vat_bp=2_000, host_vat_bp=2_000)


def a_long_price(nights: int, cleaning_minor: int = 6_000, coupon_minor: int = 1_000) -> Price:
    """A price with everything in it: cleaning, further guests, both kinds of tax, a coupon."""
    rates = RatePlan(
        name="by the sea",
        version=1,
        currency="EUR",
        base_minor=9_999,
        cleaning_minor=cleaning_minor,
        extra_guest_minor=1_333,
        included_guests=2,
    )
    terms = Terms(rates, FEES, (CITY_TAX, RENT_TAX))
    coupon = CouponUse("welcome", coupon_minor) if coupon_minor else None
    occasion = Occasion(Party(adults=3), date(2026, 6, 1))
    return price_under(terms, a_stay(nights=nights), occasion, coupon)


def summed(cut: list[Shares]) -> Shares:
    return sum(cut, Shares("EUR"))


# -- Where it is cut --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nights", "lengths"),
    [
        (1, [1]),
        (30, [30]),
        (31, [30, 1]),
        (60, [30, 30]),
        (61, [30, 30, 1]),
        (365, [30] * 12 + [5]),
    ],
)
def test_a_tranche_has_thirty_nights_at_most(nights: int, lengths: list[int]) -> None:
    stay = a_stay(nights=nights)
    cut = tranches(a_price(nights), stay, LISBON)

    assert [tranche.nights.nights_count() for tranche in cut] == lengths
    assert [tranche.number for tranche in cut] == list(range(1, len(lengths) + 1))
    assert [night for tranche in cut for night in tranche.nights.nights()] == list(stay.nights())


def test_a_short_stay_is_one_tranche_of_all_of_its_price() -> None:
    (only,) = tranches(a_price(), a_stay(), LISBON)

    assert only.shares == a_price().shares
    assert only.earned_at == LISBON.earned_at(a_stay())


def test_each_further_tranche_is_earned_thirty_local_days_later_whatever_the_clocks_did() -> None:
    """The clocks of Lisbon go back on 25 October, in the second tranche of this stay."""
    cut = tranches(a_price(90, arrival="2026-09-10"), a_stay("2026-09-10", 90), LISBON)

    assert [tranche.earned_at for tranche in cut] == [
        instant("2026-09-11T14:00:00Z"),
        instant("2026-10-11T14:00:00Z"),
        instant("2026-11-10T15:00:00Z"),
    ]


# -- What each of them brings -----------------------------------------------------------


def test_whole_nights_go_by_night_and_what_is_asked_once_goes_first() -> None:
    with_cleaning = tranches(a_long_price(60), a_stay(nights=60), LISBON)
    without = tranches(a_long_price(60, cleaning_minor=0), a_stay(nights=60), LISBON)
    subtotal = [
        shares.host_minor + shares.host_fee_minor * 12 // 10
        for shares in (with_cleaning[0].shares, with_cleaning[1].shares)
    ]

    # 30 nights at 99.99, a further guest at 13.33, and cleaning once.
    assert subtotal[0] == pytest.approx(30 * (9_999 + 1_333) + 6_000, abs=2)
    assert subtotal[1] == pytest.approx(30 * (9_999 + 1_333), abs=2)
    assert without[0].shares.host_minor == pytest.approx(without[1].shares.host_minor, abs=1)


def test_a_tax_by_the_night_ends_where_its_nights_end() -> None:
    cut = tranches(a_long_price(61), a_stay(nights=61), LISBON)
    city = [dict(tranche.shares.by_authority()).get("Lisbon") for tranche in cut]

    assert [tax.minor if tax else 0 for tax in city] == [30 * 3 * 200, 10 * 3 * 200, 0]


@given(
    nights=st.integers(1, 130),
    cleaning_minor=st.integers(0, 20_000),
    coupon_minor=st.integers(0, 5_000),
)
def test_all_tranches_together_are_the_price_to_the_cent(
    nights: int, cleaning_minor: int, coupon_minor: int
) -> None:
    price = a_long_price(nights, cleaning_minor, coupon_minor)
    cut = tranches(price, a_stay(nights=nights), LISBON)

    assert summed([tranche.shares for tranche in cut]) == price.shares
    assert all(tranche.shares.host_minor >= 0 for tranche in cut)
    assert all(tranche.shares.fees.minor >= 0 for tranche in cut)


def test_a_stay_that_costs_nothing_is_cut_as_well() -> None:
    cut = tranches(a_price(31, "0.00 EUR"), a_stay(nights=31), LISBON)

    assert all(tranche.shares.is_nothing for tranche in cut)


def test_up_to_the_last_night_it_is_all_of_the_price() -> None:
    price = a_long_price(45)

    assert up_to(price, 45) == price.shares


# -- Cut short --------------------------------------------------------------------------


def test_o8_a_stay_that_ends_in_its_second_tranche_leaves_that_one_what_is_kept_and_no_third() -> (
    None
):
    price, stay = a_price(75, arrival="2026-07-02"), a_stay(nights=75)
    cut = tranches(price, stay, LISBON)
    ends_at = LISBON.check_in_at(stay) + timedelta(days=40)
    kept = settle(price, FLEXIBLE, Ending.BY_GUEST, Occupancy(stay, LISBON, NOW, ends_at)).kept

    rest = rest_after(cut, kept, settled=1)

    # 41 nights have begun, and the next one is kept: the second tranche brings 12 of its 30.
    assert kept.host_minor == 42 * 11_640
    assert rest.host_minor == 12 * 11_640
    assert cut[0].shares + rest == kept
    assert cut[1].earned_at < ends_at + EARNED_AFTER


def test_o8_what_was_paid_for_nights_that_never_came_must_come_back() -> None:
    price, stay = a_price(75, arrival="2026-07-02"), a_stay(nights=75)
    cut = tranches(price, stay, LISBON)
    ends_at = LISBON.check_in_at(stay) + timedelta(days=40)
    kept = settle(price, FLEXIBLE, Ending.BY_GUEST, Occupancy(stay, LISBON, NOW, ends_at)).kept

    assert rest_after(cut, kept, settled=2).host_minor == -18 * 11_640
    assert rest_after(cut, kept, settled=0) == kept
