"""Policies: the nine worked settlements to the cent, boundaries to the instant, and properties."""

from dataclasses import dataclass
from datetime import date, time
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.values.clock import Instant, instant
from ledger.values.levies import FeePlan, TaxBase, TaxRule
from ledger.values.money import Money, apportioned
from ledger.values.policy import (
    FIRM,
    FLEXIBLE,
    FREE,
    LIMITED,
    MODERATE,
    NON_REFUNDABLE,
    POLICIES,
    RETAINED,
    STRICT,
    Ending,
    Occupancy,
    Policy,
    Settlement,
    next_boundary,
    settle,
)
from ledger.values.price import CouponUse, Price, Terms, price_under
from ledger.values.shares import Shares, TaxShare
from ledger.values.stay import House, stay
from tests.facts import AN_INSTANT, HALF, LISBON, a_price, a_stay, money
from tests.ledger.strategies import Asked, endings, occupancies, policies, requests
from tests.ledger.worked import (
    CITY_TAX,
    DAY,
    FEES,
    HOUR,
    LONG_BEFORE,
    OCCASION,
    RATES,
    A,
    settled,
    the_price,
    the_stay,
)

BY_GUEST, BY_HOST, BY_PLATFORM, NO_SHOW = (
    Ending.BY_GUEST,
    Ending.BY_HOST,
    Ending.BY_PLATFORM,
    Ending.NO_SHOW,
)

# -- The worked settlements (spec: money, section 9) ----------------------------------------


@dataclass(frozen=True)
class Columns:
    """A row of the page's table: what goes back, of what, and what stays with whom; in euros."""

    nights: str
    cleaning: str
    stay_tax: str
    fees: str
    refund: str
    host: str
    platform: str
    vat: str
    tax: str


def columns_of(settlement: Settlement) -> Columns:
    def back(*codes: str) -> str:
        return euros(sum(line.minor for line in settlement.lines if line.code in codes))

    kept = settlement.kept
    return Columns(
        back("night", "extra_guest"),
        back("cleaning"),
        back("stay_tax"),
        back("guest_fee", "guest_fee_vat"),
        euros(settlement.refund.minor),
        euros(kept.host_minor),
        euros(kept.fees.minor),
        euros(kept.vat_minor),
        euros(kept.tax.minor),
    )


def euros(minor: int) -> str:
    return str(Money(minor, "EUR")).removesuffix(" EUR")


ALL_BACK = Columns("840.24", "60.00", "23.10", "151.24", "1074.58", "0.00", "0.00", "0.00", "0.00")


def test_flexible_thirty_hours_before_gives_everything_back() -> None:
    assert columns_of(settled(FLEXIBLE, A - 30 * HOUR)) == ALL_BACK


def test_flexible_ten_hours_before_keeps_the_first_night_and_the_fees() -> None:
    assert columns_of(settled(FLEXIBLE, A - 10 * HOUR)) == Columns(
        "742.74", "60.00", "23.10", "0.00", "825.84", "94.00", "128.95", "25.79", "0.00"
    )


def test_flexible_after_two_nights_keeps_the_third_and_the_cleaning() -> None:
    assert columns_of(settled(FLEXIBLE, A + DAY + 2 * HOUR)) == Columns(
        "492.60", "0.00", "16.50", "0.00", "509.10", "392.96", "138.26", "27.66", "6.60"
    )


def test_moderate_a_hundred_hours_before_gives_half_back_but_for_the_first_night() -> None:
    assert columns_of(settled(MODERATE, A - 100 * HOUR)) == Columns(
        "371.37", "60.00", "23.10", "0.00", "454.47", "451.99", "140.10", "28.02", "0.00"
    )


def test_moderate_after_three_nights_gives_half_of_the_last_three_back() -> None:
    assert columns_of(settled(MODERATE, A + 2 * DAY + HOUR)) == Columns(
        "184.72", "0.00", "13.20", "0.00", "197.92", "689.76", "147.50", "29.50", "9.90"
    )


def test_strict_four_hundred_hours_before_gives_half_of_the_nights_back() -> None:
    assert columns_of(settled(STRICT, A - 400 * HOUR)) == Columns(
        "420.12", "60.00", "23.10", "0.00", "503.22", "405.00", "138.63", "27.73", "0.00"
    )


def test_strict_a_hundred_hours_before_gives_cleaning_and_tax_back() -> None:
    assert columns_of(settled(STRICT, A - 100 * HOUR)) == Columns(
        "0.00", "60.00", "23.10", "0.00", "83.10", "809.99", "151.24", "30.25", "0.00"
    )


@pytest.mark.parametrize("ending", [BY_HOST, BY_PLATFORM])
@pytest.mark.parametrize("policy", POLICIES.values(), ids=lambda policy: policy.name)
def test_a_host_or_the_platform_who_cancels_before_gives_everything_back(
    policy: Policy, ending: Ending
) -> None:
    assert columns_of(settled(policy, A - HOUR, ending)) == ALL_BACK


@pytest.mark.parametrize("ending", [BY_HOST, BY_PLATFORM])
def test_a_host_who_ends_the_stay_after_three_nights_gives_fees_back_in_proportion(
    ending: Ending,
) -> None:
    assert columns_of(settled(FLEXIBLE, A + 2 * DAY + HOUR, ending)) == Columns(
        "492.60", "0.00", "13.20", "82.75", "588.55", "392.96", "69.30", "13.87", "9.90"
    )


# -- Boundaries, to the instant -------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "days", "until", "after"),
    [
        (FLEXIBLE, 1, "1074.58", "825.84"),
        (MODERATE, 5, "1074.58", "454.47"),
        (LIMITED, 14, "1074.58", "503.22"),
        (LIMITED, 7, "503.22", "83.10"),
        (FIRM, 30, "1074.58", "503.22"),
        (FIRM, 7, "503.22", "83.10"),
        (STRICT, 7, "503.22", "83.10"),
    ],
)
def test_t7_exactly_at_a_boundary_the_guest_has_the_better_tier(
    policy: Policy, days: int, until: str, after: str
) -> None:
    boundary = A - days * DAY

    assert refunded(policy, boundary) == money(f"{until} EUR")
    assert refunded(policy, boundary + AN_INSTANT) == money(f"{after} EUR")


def refunded(policy: Policy, at: Instant, **changed: Any) -> Money:
    occupancy = replace(Occupancy(the_stay(), LISBON, LONG_BEFORE, at), **changed)
    return settle(the_price(), policy, BY_GUEST, occupancy).refund


def test_a_boundary_is_a_wall_clock_time_whatever_the_clocks_did_since() -> None:
    spring, house = stay(date(2026, 3, 29), date(2026, 4, 1)), LISBON
    boundary = instant("2026-03-28T15:00:00Z")
    occupancy = Occupancy(spring, house, boundary - 40 * DAY, boundary)

    assert occupancy.check_in_at - boundary == 23 * HOUR
    assert settle(a_price(arrival="2026-03-29"), FLEXIBLE, BY_GUEST, occupancy).kept.is_nothing
    later = replace(occupancy, at=boundary + AN_INSTANT)
    assert not settle(a_price(arrival="2026-03-29"), FLEXIBLE, BY_GUEST, later).kept.is_nothing


def test_grace_lasts_a_day_of_hours_from_the_booking() -> None:
    booked_at = A - 10 * DAY

    assert refunded(STRICT, booked_at + 24 * HOUR, booked_at=booked_at) == money("1074.58 EUR")
    assert refunded(STRICT, booked_at + 24 * HOUR + AN_INSTANT, booked_at=booked_at) == money(
        "503.22 EUR"
    )


def test_grace_ends_a_week_before_check_in() -> None:
    booked_at = A - 7 * DAY - HOUR

    assert refunded(STRICT, A - 7 * DAY, booked_at=booked_at) == money("1074.58 EUR")
    assert refunded(STRICT, A - 7 * DAY + AN_INSTANT, booked_at=booked_at) == money("83.10 EUR")


@pytest.mark.parametrize("policy", [NON_REFUNDABLE, RETAINED])
def test_where_nothing_is_refundable_there_is_no_grace(policy: Policy) -> None:
    assert refunded(policy, LONG_BEFORE) == money("83.10 EUR")


def test_a_night_has_begun_at_its_check_in_time_and_not_before() -> None:
    before, on_time = (Occupancy(the_stay(), LISBON, LONG_BEFORE, at) for at in (A - AN_INSTANT, A))

    assert (before.nights_begun, on_time.nights_begun) == (0, 1)
    assert replace(on_time, at=A + 30 * DAY).nights_begun == 7


def test_nights_across_a_change_of_clocks_begin_at_the_same_local_time() -> None:
    autumn = stay(date(2026, 10, 24), date(2026, 10, 27))
    begins = list(Occupancy(autumn, LISBON, LONG_BEFORE, A).nights_begin_at())

    assert [begins[1] - begins[0], begins[2] - begins[1]] == [25 * HOUR, 24 * HOUR]


# -- Nobody came ----------------------------------------------------------------------------


@pytest.mark.parametrize("policy", [FLEXIBLE, MODERATE, LIMITED, FIRM, STRICT, NON_REFUNDABLE])
def test_who_does_not_come_is_settled_as_if_cancelling_at_check_in(policy: Policy) -> None:
    assert settled(policy, A + 6 * HOUR, NO_SHOW) == settled(policy, A, BY_GUEST)


@pytest.mark.parametrize(("policy", "refund"), [(FREE, "1074.58"), (RETAINED, "19.80")])
def test_a_policy_of_one_part_asks_for_that_part_when_nobody_comes(
    policy: Policy, refund: str
) -> None:
    assert settled(policy, A + 6 * HOUR, NO_SHOW).refund == money(f"{refund} EUR")


def test_half_of_everything_stays_when_nobody_comes_under_a_policy_of_half() -> None:
    settlement = settled(HALF, A + 6 * HOUR, NO_SHOW)

    assert columns_of(settlement).nights == "420.12"
    assert columns_of(settlement).cleaning == "0.00"
    assert columns_of(settlement).stay_tax == "23.10"


# -- Taxes ----------------------------------------------------------------------------------


def a_tax(**changed: Any) -> TaxRule:
    told: dict[str, Any] = {
        "name": "state", "version": 1, "jurisdiction": "PT", "base": TaxBase.NIGHTS,
        "part_bp": 1_000,
    }  # fmt: skip
    return TaxRule(**told | changed)


def priced(*taxes: TaxRule, coupon: CouponUse | None = None) -> Price:
    return price_under(Terms(RATES, FEES, taxes), the_stay(), OCCASION, coupon)


def tax_kept(at: Instant, *taxes: TaxRule, policy: Policy = STRICT) -> list[int]:
    kept = settled(policy, at, price=priced(*taxes)).kept
    return [share.minor for share in kept.taxes]


def test_a_tax_on_the_rent_follows_the_rent_that_is_kept() -> None:
    assert tax_kept(A - 400 * HOUR, a_tax()) == [4_201]
    assert tax_kept(A - 100 * HOUR, a_tax()) == [8_402]


def test_rent_that_is_a_compensation_is_not_taxed_but_what_was_slept_in_is() -> None:
    tax = a_tax(taxes_retained_rent=False)
    slept = 8_550 + 9_832 + 2 * 1_200

    assert tax_kept(A - 100 * HOUR, tax) == []
    assert tax_kept(A + DAY + HOUR, tax) == [round(Fraction(slept, 10))]


def test_after_the_last_night_has_begun_no_tax_comes_back() -> None:
    taxes = (a_tax(base=TaxBase.NIGHTS_AND_CLEANING, taxes_retained_rent=False), CITY_TAX)

    settlement = settled(STRICT, A + 6 * DAY, price=priced(*taxes))

    assert settlement.refund.minor == 0
    assert settlement.kept == priced(*taxes).shares


def test_a_capped_tax_stays_for_the_first_nights_and_no_others() -> None:
    capped = replace(CITY_TAX, cap_nights=2)

    assert tax_kept(A, capped) == [330]
    assert tax_kept(A + DAY, capped) == tax_kept(A + 3 * DAY, capped) == [660]


def test_a_compound_tax_follows_the_taxes_before_it_as_well() -> None:
    compound = a_tax(compound=True)
    assert priced(CITY_TAX, compound).shares.taxes == (
        TaxShare("PT", 8_633),
        TaxShare("PT-LIS", 2_310),
    )

    assert tax_kept(A - 100 * HOUR, CITY_TAX, compound) == [8_402]


def test_a_compound_tax_on_a_stay_for_nothing_comes_back_with_the_tax_before_it() -> None:
    nothing = replace(RATES, base_minor=0, seasons=(), extra_guest_minor=0, cleaning_minor=0)
    terms = Terms(nothing, FEES, (CITY_TAX, a_tax(compound=True)))
    price = price_under(terms, the_stay(), OCCASION)

    settlement = settled(FREE, A - DAY, price=price)

    assert settlement.refund == price.total == money("25.41 EUR")
    assert settlement.kept.is_nothing


def test_taxes_of_one_name_and_amount_are_two_taxes() -> None:
    twin = replace(CITY_TAX, jurisdiction="PT")

    settlement = settled(FLEXIBLE, A + DAY + 2 * HOUR, price=priced(CITY_TAX, twin))

    assert settlement.kept.taxes == (TaxShare("PT", 660), TaxShare("PT-LIS", 660))
    assert [line.minor for line in settlement.lines if line.code == "stay_tax"] == [1_650, 1_650]


def test_an_inclusive_tax_goes_back_out_of_the_rent_that_does() -> None:
    inclusive = a_tax(inclusive=True, part_bp=600)
    price = priced(inclusive)

    settlement = settled(STRICT, A - 400 * HOUR, price=price)

    assert price.shares.tax.minor == 4_756
    assert settlement.kept.tax.minor == 2_378
    assert settlement.refund == settled(STRICT, A - 400 * HOUR, price=priced()).refund


# -- Coupons --------------------------------------------------------------------------------


def test_what_a_coupon_paid_is_not_given_back_to_the_guest() -> None:
    coupon = CouponUse("WELCOME", 5_000)
    price = priced(CITY_TAX, coupon=coupon)

    everything = settled(FREE, A - DAY, price=price)
    half = settled(STRICT, A - 400 * HOUR, price=price)

    assert everything.refund == price.total == money("1024.58 EUR")
    couponed = 90_024 + 12_603 + 2_521
    share = round(Fraction(5_000 * (42_012 + 6_000), couponed))
    assert half.refund == money("503.22 EUR") - Money(share, "EUR")
    assert (half.back.coupon_minor, half.kept.coupon_minor) == (share, 5_000 - share)


# -- The next boundary ----------------------------------------------------------------------


def boundary(policy: Policy, at: Instant, booked_at: Instant = LONG_BEFORE) -> Instant | None:
    return next_boundary(policy, Occupancy(the_stay(), LISBON, booked_at, at))


def test_the_next_boundary_is_the_one_after_which_the_answer_is_another() -> None:
    assert boundary(FLEXIBLE, A - 30 * DAY) == A - DAY
    assert boundary(FIRM, A - 40 * DAY) == A - 30 * DAY
    assert boundary(FIRM, A - 30 * DAY) == A - 30 * DAY
    assert boundary(FIRM, A - 30 * DAY + AN_INSTANT) == A - 7 * DAY
    assert boundary(FLEXIBLE, A - HOUR) == A
    assert boundary(FLEXIBLE, A) == A + DAY
    assert boundary(FLEXIBLE, A + 6 * DAY) is None


def test_grace_is_a_boundary_only_where_it_gives_more() -> None:
    booked_at = A - 20 * DAY

    assert boundary(STRICT, booked_at, booked_at) == booked_at + 24 * HOUR
    assert boundary(FLEXIBLE, booked_at, booked_at) == A - DAY
    assert boundary(STRICT, A - 7 * DAY - HOUR, A - 7 * DAY - HOUR) == A - 7 * DAY
    assert boundary(FIRM, A - 30 * DAY, A - 30 * DAY - HOUR) == A - 29 * DAY - HOUR


@settings(deadline=None, max_examples=60)
@given(st.data(), requests(longest=8), policies)
def test_up_to_the_next_boundary_the_answer_stays(
    data: st.DataObject, asked: Asked, policy: Policy
) -> None:
    occupancy, price = data.draw(occupancies(asked.stay)), asked.price
    end = next_boundary(policy, occupancy)
    if end is None:
        end = occupancy.at + 400 * DAY
    between = occupancy.at + (end - occupancy.at) // 10 * data.draw(st.integers(0, 9))

    now = settle(price, policy, BY_GUEST, occupancy)

    assert settle(price, policy, BY_GUEST, replace(occupancy, at=between)) == now


# -- For any price, policy, ending and instant ----------------------------------------------


@settings(deadline=None, max_examples=120)
@given(st.data(), requests(), policies, endings)
def test_m5_what_goes_back_and_what_is_kept_are_the_price_to_the_cent(
    data: st.DataObject, asked: Asked, policy: Policy, ending: Ending
) -> None:
    price = asked.price
    settlement = settle(price, policy, ending, data.draw(occupancies(asked.stay)))
    kept = settlement.kept

    assert settlement.back + kept == price.shares + Shares(price.currency)
    assert settlement.refund == settlement.back.total
    assert settlement.refund.minor == sum(line.minor for line in settlement.lines)
    parts = kept.host_minor + kept.fees.minor + kept.vat_minor + kept.tax.minor
    assert settlement.refund.minor + parts - kept.coupon_minor == price.total.minor


@settings(deadline=None, max_examples=120)
@given(st.data(), requests(), policies, endings)
def test_nobody_keeps_less_than_nothing_and_no_line_gives_back_more_than_was_paid(
    data: st.DataObject, asked: Asked, policy: Policy, ending: Ending
) -> None:
    price = asked.price
    settlement = settle(price, policy, ending, data.draw(occupancies(asked.stay)))

    assert 0 <= settlement.refund.minor <= price.total.minor
    kept, back = settlement.kept, settlement.back
    for name in ("host", "guest_fee", "host_fee", "vat", "coupon"):
        assert getattr(kept, f"{name}_minor") >= 0, name
    for name in ("guest_fee", "host_fee", "vat", "coupon"):
        assert getattr(back, f"{name}_minor") >= 0, name
    assert all(share.minor > 0 for share in (*kept.taxes, *back.taxes))
    paid = sorted((line.code, line.of, line.minor) for line in price.lines())
    for line in settlement.lines:
        most = max(minor for code, of, minor in paid if (code, of) == (line.code, line.of))
        least = min(minor for code, of, minor in paid if (code, of) == (line.code, line.of))
        assert min(0, least) <= line.minor <= max(0, most)


@settings(deadline=None, max_examples=120)
@given(st.data(), requests(), policies, endings)
def test_a_host_keeps_no_more_than_what_was_paid_and_not_refunded(
    data: st.DataObject, asked: Asked, policy: Policy, ending: Ending
) -> None:
    price = asked.price
    settlement = settle(price, policy, ending, data.draw(occupancies(asked.stay)))

    # A coupon of all fees is rounded apart from them: the platform may be a unit short.
    assert settlement.kept.host_minor <= price.total.minor - settlement.refund.minor + 1


@settings(deadline=None, max_examples=120)
@given(st.data(), requests(), st.sampled_from(list(POLICIES.values())))
def test_who_cancels_later_never_gets_more(
    data: st.DataObject, asked: Asked, policy: Policy
) -> None:
    price, one = asked.price, data.draw(occupancies(asked.stay))
    other = replace(one, at=data.draw(occupancies(asked.stay)).at)
    first, second = sorted((one, other), key=lambda occupancy: occupancy.at)
    if not one.booked_at <= first.at <= second.at < one.check_in_at:
        first = replace(one, at=one.booked_at)
        second = replace(one, at=max(one.booked_at, one.check_in_at - AN_INSTANT))

    sooner, later = (settle(price, policy, BY_GUEST, at).refund.minor for at in (first, second))

    assert sooner >= later


@settings(deadline=None, max_examples=60)
@given(st.data(), requests(), policies, st.sampled_from([BY_HOST, BY_PLATFORM]))
def test_whoever_else_calls_it_off_before_check_in_the_guest_has_everything_back(
    data: st.DataObject, asked: Asked, policy: Policy, ending: Ending
) -> None:
    occupancy = data.draw(occupancies(asked.stay))
    before = replace(occupancy, at=min(occupancy.at, occupancy.check_in_at - AN_INSTANT))

    settlement = settle(asked.price, policy, ending, before)

    assert settlement.refund == asked.price.total
    assert settlement.kept.is_nothing


# -- Digests --------------------------------------------------------------------------------


def test_equal_settlements_have_equal_digests_and_any_other_figure_another() -> None:
    settlement = settled(MODERATE, A - 100 * HOUR)
    again = msgspec.json.decode(msgspec.json.encode(settlement), type=Settlement)
    first, *others = settlement.lines
    changed = [
        replace(settlement, refund=settlement.refund + Money(1, "EUR")),
        replace(settlement, refund=Money(settlement.refund.minor, "USD")),
        replace(settlement, lines=tuple(others)),
        replace(settlement, lines=(replace(first, minor=first.minor + 1), *others)),
        replace(settlement, lines=(replace(first, of="2026-07-09"), *others)),
        *(
            replace(settlement, **{side: replace(getattr(settlement, side), **{name: other})})
            for side in ("back", "kept")
            for name, other in (
                ("currency", "USD"),
                ("host_minor", 1),
                ("guest_fee_minor", 1),
                ("host_fee_minor", 1),
                ("vat_minor", 1),
                ("taxes", (TaxShare("US", 1),)),
                ("coupon_minor", 1),
            )
        ),
    ]

    assert again.digest == settlement.digest
    assert len({one.digest for one in (settlement, *changed)}) == len(changed) + 1


# -- Sharing out ----------------------------------------------------------------------------


def test_m4_one_cent_over_ten_lines_goes_to_the_first_of_equals() -> None:
    assert apportioned([Fraction(1, 10)] * 10) == [1, *[0] * 9]


def test_m4_negative_and_zero_lines_are_shared_out_too() -> None:
    assert apportioned([Fraction(-1, 2), Fraction(0), Fraction(3, 2)]) == [0, 0, 1]
    assert apportioned([]) == []


fractions = st.lists(st.fractions(-1_000, 1_000, max_denominator=60), max_size=60)


@given(fractions)
def test_shares_sum_to_the_whole_rounded_once_and_none_is_off_by_one(exact: list[Any]) -> None:
    shares = apportioned(exact)

    assert sum(shares) == round(sum(exact, Fraction()))
    for share, part in zip(shares, exact, strict=True):
        assert abs(share - part) < 1
        assert part.denominator > 1 or share == part


def test_a_fee_plan_without_a_guest_fee_settles_like_any_other() -> None:
    price = price_under(Terms(RATES, FeePlan("host only", 1, 0, 1_500)), the_stay(), OCCASION)

    settlement = settle(
        price, FLEXIBLE, BY_GUEST, Occupancy(the_stay(), LISBON, LONG_BEFORE, A - 10 * HOUR)
    )

    assert settlement.refund == money("802.74 EUR")
    assert settlement.kept.host_fee == money("14.62 EUR")


def test_a_house_far_east_has_its_own_boundaries() -> None:
    apia = House("Pacific/Apia", time(15), time(11))
    occupancy = Occupancy(a_stay(), apia, LONG_BEFORE, instant("2026-07-01T02:00:00Z"))

    assert occupancy.is_days_ahead(1)
    assert not replace(occupancy, at=occupancy.at + AN_INSTANT).is_days_ahead(1)
