"""Rates: each step of a night's price, and what contradicts itself."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.errors import RatesContradict
from ledger.values.guests import Party
from ledger.values.rates import (
    ALL_BP,
    DayPrice,
    NightPrice,
    Occasion,
    PriceStep,
    RatePlan,
    Season,
    Tiered,
    consistent,
    extra_guests,
    highest_night,
    kept_by_length,
    lowest_nights,
    night_price,
    steps_of,
    steps_of_stay,
)
from ledger.values.stay import Stay, stay
from tests.facts import a_stay
from tests.ledger import worked
from tests.ledger.strategies import Asked, rate_plans, requests

FRIDAY = date(2026, 7, 3)
PLAIN = RatePlan(name="plain", version=1, currency="EUR", base_minor=10_000)
LEAP_DAY = date(2028, 2, 29)


def rates(**changed: Any) -> RatePlan:
    """A hundred euros a night, and what else is said."""
    return replace(PLAIN, **changed)


@dataclass
class Priced:
    """A night of a stay under rates: one week from Thursday 2 July 2026, booked a month before."""

    plan: RatePlan
    night: date = FRIDAY
    nights: Stay | None = None
    booked_on: date = date(2026, 6, 1)
    non_refundable: bool = False

    @property
    def steps(self) -> tuple[PriceStep, ...]:
        """How it comes about."""
        nights = self.nights or stay(date(2026, 7, 2), date(2026, 7, 9))
        occasion = Occasion(Party(2), self.booked_on, non_refundable=self.non_refundable)
        return steps_of(self.plan, self.night, nights, occasion)

    @property
    def told(self) -> list[str]:
        """The steps in words."""
        return [step.done for step in self.steps]

    @property
    def minor(self) -> int:
        """What it costs."""
        return night_price(self.night, self.steps).minor


# -- The order of the steps -----------------------------------------------------------------


def test_the_worked_nights_go_from_base_to_price_step_by_step() -> None:
    thursday, friday, saturday, sunday, *_ = worked.the_price().explained

    assert thursday == (
        PriceStep("base", Decimal(10_000)),
        PriceStep("from 7 nights −10 %", Decimal(9_000)),
        PriceStep("28 days ahead −5 %", Decimal(8_550)),
    )
    assert [step.minor for step in friday] == [10_000, 11_500, 10_350, Decimal("9832.5")]
    assert [step.minor for step in saturday] == [13_000, 14_950, 13_455, Decimal("12782.25")]
    assert saturday[0].done == "season July"
    assert saturday[1].done == "weekend +15 %"
    assert [step.minor for step in sunday] == [13_000, 11_700, 11_115]


@pytest.mark.parametrize(
    ("exact", "minor"),
    [("9832.5", 9832), ("9833.5", 9834), ("12782.25", 12782), ("0.5", 0), ("1.50", 2)],
)
def test_a_night_is_rounded_once_at_its_end_ties_to_the_even_cent(exact: str, minor: int) -> None:
    steps = [PriceStep("base", Decimal(exact))]

    assert night_price(FRIDAY, steps) == NightPrice(FRIDAY, minor)


def test_a_third_off_is_taken_of_each_night_and_rounded_there() -> None:
    plan = rates(base_minor=100, lengths=(Tiered(3, 3_333),))

    nights = [Priced(plan, night, a_stay()) for night in a_stay().nights()]

    assert [night.minor for night in nights] == [67, 67, 67]
    assert nights[0].steps[-1].minor == Decimal("66.67")


# -- What a night costs by the calendar -----------------------------------------------------


def test_m9_of_seasons_that_overlap_the_higher_priority_has_the_night() -> None:
    long, short = (
        Season("summer", date(2026, 6, 1), date(2026, 8, 31), 13_000, priority=2),
        Season("fair", date(2026, 7, 1), date(2026, 7, 5), 19_000, priority=1),
    )

    assert Priced(rates(seasons=(long, short))).told[0] == "season summer"
    assert Priced(rates(seasons=(short, long))).told[0] == "season summer"


def test_of_seasons_of_one_priority_the_one_that_begins_later_has_the_night() -> None:
    summer = Season("summer", date(2026, 6, 1), date(2026, 8, 31), 13_000)
    fair = Season("fair", date(2026, 7, 1), date(2026, 7, 5), 19_000)

    assert Priced(rates(seasons=(summer, fair))).minor == 19_000
    assert Priced(rates(seasons=(fair, summer))).minor == 19_000


def test_a_season_has_its_first_and_its_last_night() -> None:
    plan = rates(seasons=(Season("one night", FRIDAY, FRIDAY, 1),), weekend=())
    days = (FRIDAY - timedelta(days=1), FRIDAY, FRIDAY + timedelta(days=1))

    assert [Priced(plan, day).minor for day in days] == [10_000, 1, 10_000]


def test_m9_two_seasons_that_tie_are_refused_when_they_are_saved() -> None:
    one = Season("one", FRIDAY, FRIDAY, 1)
    other = Season("other", FRIDAY, date(2026, 7, 31), 2)

    with pytest.raises(RatesContradict):
        consistent(rates(seasons=(one, other)))

    told_apart = rates(seasons=(one, replace(other, priority=1)))
    assert consistent(told_apart) is told_apart


def test_m9_a_price_in_the_calendar_goes_before_season_and_weekend_also_on_29_february() -> None:
    plan = rates(
        seasons=(Season("winter", date(2028, 2, 1), date(2028, 3, 1), 13_000),),
        overrides=(DayPrice(LEAP_DAY, 20_000),),
        weekend=(LEAP_DAY.weekday(),),
        weekend_bp=1_500,
    )
    week = stay(date(2028, 2, 28), date(2028, 3, 6))

    assert Priced(plan, LEAP_DAY, week).steps[0] == PriceStep(
        "the calendar's price", Decimal(20_000)
    )
    assert Priced(plan, LEAP_DAY, week).minor == 20_000
    assert Priced(plan, date(2028, 3, 1), week).minor == 13_000


def test_discounts_are_taken_off_a_price_in_the_calendar_too() -> None:
    plan = rates(overrides=(DayPrice(FRIDAY, 20_000),), lengths=(Tiered(7, 1_000),))

    assert Priced(plan).minor == 18_000


def test_m9_an_empty_weekend_raises_no_night() -> None:
    plan = rates(weekend=(), weekend_bp=1_500, weekend_minor=99_999)

    assert {Priced(plan, night).minor for night in worked.the_stay().nights()} == {10_000}


def test_a_weekend_price_takes_the_place_of_base_and_season_and_is_not_raised() -> None:
    plan = rates(
        seasons=(Season("July", date(2026, 7, 1), date(2026, 7, 31), 13_000),),
        weekend_bp=1_500,
        weekend_minor=15_000,
    )

    assert Priced(plan).steps == (PriceStep("weekend price", Decimal(15_000)),)
    assert Priced(plan, date(2026, 7, 5)).minor == 13_000


# -- What is taken off ----------------------------------------------------------------------


@pytest.mark.parametrize(("nights", "minor"), [(6, 10_000), (7, 9_000), (27, 9_000), (28, 7_000)])
def test_of_the_lengths_of_stay_the_longest_counts_and_never_two(nights: int, minor: int) -> None:
    plan = rates(lengths=(Tiered(28, 3_000), Tiered(7, 1_000)))

    assert Priced(plan, nights=a_stay(nights=nights)).minor == minor


@pytest.mark.parametrize(
    ("booked_on", "minor"),
    [
        (date(2026, 6, 4), 9_500),
        (date(2026, 6, 5), 10_000),
        (date(2026, 6, 28), 10_000),
        (date(2026, 6, 29), 8_000),
        (date(2026, 7, 2), 8_000),
    ],
)
def test_early_and_late_bookings_are_told_apart_by_days_on_the_propertys_calendar(
    booked_on: date, minor: int
) -> None:
    plan = rates(early_bird=Tiered(28, 500), last_minute=Tiered(3, 2_000))

    assert Priced(plan, booked_on=booked_on).minor == minor


def test_who_gives_up_the_refund_pays_less() -> None:
    plan = rates(non_refundable_bp=1_000)

    assert Priced(plan).minor == 10_000
    assert Priced(plan, non_refundable=True).minor == 9_000
    assert Priced(plan, non_refundable=True).told[-1] == "non-refundable −10 %"


def test_all_discounts_together_take_off_no_more_than_the_cap_and_a_step_says_so() -> None:
    plan = rates(lengths=(Tiered(7, 5_000),), early_bird=Tiered(28, 5_000))

    assert Priced(plan).steps[-1] == PriceStep("no more than 60 % off", Decimal(4_000))
    assert Priced(replace(plan, no_more_off_than_bp=7_500)).minor == 2_500
    assert "no more" not in Priced(replace(plan, no_more_off_than_bp=7_500)).told[-1]


def test_the_cap_is_counted_from_the_raised_price_of_a_weekend() -> None:
    plan = rates(weekend_bp=10_000, lengths=(Tiered(7, 9_000),))

    assert Priced(plan).minor == 8_000


def test_no_night_costs_less_than_the_hosts_lowest_price() -> None:
    plan = rates(lengths=(Tiered(7, 5_000),), lowest_minor=8_000)

    assert Priced(plan).steps[-1] == PriceStep("the host's lowest price", Decimal(8_000))


# -- Who counts -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("children_count", "infants_count", "extra"),
    [(True, False, 2), (False, False, 0), (True, True, 3), (False, True, 1)],
)
def test_children_and_infants_count_as_the_listing_says(
    *, children_count: bool, infants_count: bool, extra: int
) -> None:
    plan = rates(included_guests=2, children_count=children_count, infants_count=infants_count)

    assert extra_guests(plan, Party(adults=2, children=2, infants=1)) == extra
    assert extra_guests(plan, Party(adults=1)) == 0


# -- What contradicts itself ----------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        {"seasons": (Season("backwards", FRIDAY, date(2026, 7, 2), 1),)},
        {"overrides": (DayPrice(FRIDAY, 1), DayPrice(FRIDAY, 2))},
        {"lengths": (Tiered(7, 1), Tiered(7, 2))},
        {"early_bird": Tiered(3, 500), "last_minute": Tiered(3, 500)},
        {"lengths": (Tiered(7, 10_001),)},
        {"early_bird": Tiered(28, -1)},
        {"non_refundable_bp": 10_001},
        {"no_more_off_than_bp": -1},
        {"weekend_bp": -10_001},
        {"base_minor": -1},
        {"weekend_minor": -1},
        {"overrides": (DayPrice(FRIDAY, -1),)},
        {"seasons": (Season("paid to come", FRIDAY, FRIDAY, -1),)},
        {"lowest_minor": -1},
        {"cleaning_minor": -1},
        {"included_guests": -1},
    ],
)
def test_rates_that_contradict_themselves_are_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(RatesContradict):
        consistent(rates(**changed))


@settings(deadline=None)
@given(st.data())
def test_whatever_a_strategy_makes_is_consistent(data: st.DataObject) -> None:
    plan = data.draw(rate_plans(a_stay()))

    assert consistent(plan) is plan


# -- For any plan ---------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(requests())
def test_no_step_is_ever_rounded_and_no_night_costs_less_than_nothing(asked: Asked) -> None:
    plan, occasion = asked.terms.rates, asked.occasion
    for night in asked.stay.nights():
        steps = steps_of(plan, night, asked.stay, occasion)
        last = Fraction(steps[-1].minor)
        off_by = night_price(night, steps).minor - last

        assert abs(off_by) <= Fraction(1, 2)
        assert last >= plan.lowest_minor >= 0
        assert all(step.minor.is_finite() for step in steps)


def test_amounts_of_eight_digits_with_every_odd_discount_stay_exact() -> None:
    plan = rates(
        base_minor=99_999_999,
        weekend_bp=3_333,
        lengths=(Tiered(7, 1_111),),
        early_bird=Tiered(28, 777),
        non_refundable_bp=321,
    )

    (*_, last) = Priced(plan, non_refundable=True).steps

    exact = Fraction(99_999_999)
    for part_bp in (13_333, 8_889, 9_223, 9_679):
        exact *= Fraction(part_bp, 10_000)
    assert Fraction(last.minor) == exact


def test_m7_a_plan_of_365_nights_a_price_each_is_priced_night_by_night() -> None:
    year = stay(date(2027, 1, 1), date(2028, 1, 1))
    plan = rates(overrides=tuple(DayPrice(night, n) for n, night in enumerate(year.nights())))

    assert [Priced(plan, night, year).minor for night in year.nights()] == list(range(365))


@settings(max_examples=60)
@given(asked=requests())
def test_the_nights_of_a_stay_are_explained_as_each_of_them_is(asked: Asked) -> None:
    plan, occasion = asked.terms.rates, asked.occasion

    each = tuple(steps_of(plan, night, asked.stay, occasion) for night in asked.stay.nights())

    assert steps_of_stay(plan, asked.stay, occasion) == each


# -- What no night costs less than ------------------------------------------------------


@settings(max_examples=60)
@given(asked=requests())
def test_a_night_costs_no_less_than_the_lowest_of_its_month_and_no_more_than_the_highest(
    asked: Asked,
) -> None:
    plan = asked.terms.rates
    lowest, count = lowest_nights(plan), asked.stay.nights_count()
    occasion = replace(asked.occasion, non_refundable=False)
    by_day = [tier.off_bp for tier in (plan.early_bird, plan.last_minute) if tier]
    kept = Fraction(ALL_BP - max(by_day, default=0), ALL_BP)

    for night in asked.stay.nights():
        costs = night_price(night, steps_of(plan, night, asked.stay, occasion)).minor
        assert costs <= highest_night(plan)
        for kept_bp in (kept_by_length(plan, count + 1), kept_by_length(plan)):
            least = lowest[night.month - 1] * Fraction(kept_bp, ALL_BP) * kept
            assert costs > least - 1


def test_the_lowest_night_of_a_month_knows_its_seasons_and_single_days() -> None:
    winter = Season("winter", date(2026, 11, 15), date(2027, 2, 3), 6_000)
    fair = DayPrice(date(2026, 5, 9), 4_000)
    week = Tiered(7, 1_000)

    plan = rates(seasons=(winter,), overrides=(fair,), lengths=(week,))

    assert lowest_nights(plan) == (6_000, 6_000, 10_000, 10_000, 4_000, *[10_000] * 5, 6_000, 6_000)
    assert [kept_by_length(plan, fewer) for fewer in (7, 8, None)] == [10_000, 9_000, 9_000]
