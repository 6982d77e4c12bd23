"""Any rate plan, fees, taxes, coupon, party, occasion, policy and moment: properties of prices."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from ledger.values.clock import Instant
from ledger.values.guests import Party
from ledger.values.levies import FeePlan, TaxBase, TaxRule
from ledger.values.policy import POLICIES, Ending, Occupancy, Policy
from ledger.values.price import CouponUse, Price, Terms, price_under
from ledger.values.rates import (
    DayPrice,
    Occasion,
    RatePlan,
    Season,
    Tiered,
)
from ledger.values.stay import House, Stay, local_date, stay

ZONES = (
    "Europe/Lisbon",
    "America/New_York",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "UTC",
)
"""With clocks that change by an hour, by half an hour, never; and odd offsets."""

arrivals = st.dates(date(2024, 1, 1), date(2028, 12, 31))
amounts = st.one_of(st.integers(0, 3), st.integers(0, 50_000), st.integers(0, 99_999_999))
discounts = st.one_of(st.integers(0, 10_000), st.sampled_from((0, 333, 500, 1_000, 3_333, 10_000)))
currencies = st.sampled_from(("EUR", "JPY", "KWD"))


@st.composite
def stays(draw: st.DrawFn, longest: int = 40) -> Stay:
    """Some nights."""
    check_in = draw(arrivals)
    return stay(check_in, check_in + timedelta(days=draw(st.integers(1, longest))))


parties = st.builds(
    Party, adults=st.integers(1, 16), children=st.integers(0, 6), infants=st.integers(0, 3)
)


@st.composite
def seasons(draw: st.DrawFn, around: Stay, place: int) -> Season:
    """A season near a stay; of seasons in other places, each has another priority."""
    first = around.check_in + timedelta(days=draw(st.integers(-30, 30)))
    last = first + timedelta(days=draw(st.integers(0, 45)))
    return Season(f"season {place}", first, last, draw(amounts), priority=place)


@st.composite
def rate_plans(draw: st.DrawFn, around: Stay) -> RatePlan:
    """What a host may ask, with prices around the nights of a stay."""
    days = draw(st.lists(st.integers(-2, 12), unique=True, max_size=4))
    thresholds = draw(st.lists(st.integers(1, 30), unique=True, max_size=3))
    last_minute = draw(st.none() | st.builds(Tiered, st.integers(0, 6), discounts))
    early_bird = draw(st.none() | st.builds(Tiered, st.integers(7, 60), discounts))
    return RatePlan(
        name="any",
        version=1,
        currency=draw(currencies),
        base_minor=draw(amounts),
        seasons=tuple(draw(seasons(around, place)) for place in range(draw(st.integers(0, 3)))),
        overrides=tuple(
            DayPrice(around.check_in + timedelta(days=day), draw(amounts)) for day in days
        ),
        weekend=draw(st.sampled_from(((4, 5), (), (5, 6), tuple(range(7))))),
        weekend_bp=draw(st.integers(-10_000, 20_000)),
        weekend_minor=draw(st.none() | amounts),
        lengths=tuple(Tiered(threshold, draw(discounts)) for threshold in thresholds),
        early_bird=early_bird,
        last_minute=last_minute,
        non_refundable_bp=draw(discounts),
        lowest_minor=draw(st.integers(0, 5_000)),
        no_more_off_than_bp=draw(st.sampled_from((0, 3_333, 6_000, 10_000))),
        included_guests=draw(st.integers(0, 8)),
        extra_guest_minor=draw(st.integers(0, 5_000)),
        children_count=draw(st.booleans()),
        infants_count=draw(st.booleans()),
        pet_minor=draw(st.integers(0, 5_000)),
        cleaning_minor=draw(st.integers(0, 20_000)),
    )


@st.composite
def fee_plans(draw: st.DrawFn) -> FeePlan:
    """What the platform may ask."""
    least = draw(st.integers(0, 500))
    return FeePlan(
        "any",
        1,
        guest_fee_bp=draw(st.integers(0, 2_500)),
        host_fee_bp=draw(st.integers(0, 2_500)),
        guest_fee_at_least_minor=least,
        guest_fee_at_most_minor=draw(st.none() | st.integers(least, least + 100_000)),
        guest_vat_bp=draw(st.sampled_from((0, 700, 2_000, 2_700))),
        host_vat_bp=draw(st.sampled_from((0, 700, 2_000, 2_700))),
    )


@st.composite
def tax_rules(draw: st.DrawFn) -> TaxRule:
    """A tax: an amount on top for each person or unit and night, or a part of the rent."""
    base = draw(st.sampled_from(TaxBase))
    told: dict[str, Any] = {"minor": draw(st.integers(0, 900))}
    if not base.is_counted:
        told = {
            "part_bp": draw(st.integers(0, 2_500)),
            "inclusive": draw(st.booleans()),
            "compound": draw(st.booleans()),
            "taxes_retained_rent": draw(st.booleans()),
        }
        told["compound"] = told["compound"] and not told["inclusive"]
    return TaxRule(
        name=draw(st.sampled_from(("city", "state", "city"))),
        version=draw(st.integers(1, 3)),
        jurisdiction=draw(st.sampled_from(("PT-LIS", "PT", "US-NY"))),
        base=base,
        cap_nights=draw(st.none() | st.integers(0, 10)),
        children_pay=draw(st.booleans()),
        infants_pay=draw(st.booleans()),
        host_remits=draw(st.booleans()),
        valid_from=draw(st.none() | arrivals),
        valid_until=draw(st.none() | arrivals),
        **told,
    )


@st.composite
def occasions(draw: st.DrawFn, booked: Stay) -> Occasion:
    """Who comes, and how long before."""
    return Occasion(
        draw(parties),
        booked.check_in - timedelta(days=draw(st.integers(0, 90))),
        pets=draw(st.integers(0, 2)),
        non_refundable=draw(st.booleans()),
    )


coupons = st.none() | st.builds(CouponUse, st.just("WELCOME"), st.integers(1, 10**9))

houses = st.builds(
    House,
    st.sampled_from(ZONES),
    st.sampled_from((time(15), time(0), time(2, 30), time(23, 59))),
    st.just(time(11)),
)


@dataclass(frozen=True)
class Asked:
    """Everything that a price follows from."""

    terms: Terms
    stay: Stay
    occasion: Occasion
    coupon: CouponUse | None

    @property
    def price(self) -> Price:
        """The price that follows."""
        return price_under(self.terms, self.stay, self.occasion, self.coupon)


@st.composite
def requests(draw: st.DrawFn, longest: int = 40) -> Asked:
    """Any stay that is asked for, under any terms."""
    booked = draw(stays(longest))
    taxes = draw(st.lists(tax_rules(), max_size=3))
    inclusive = sum(tax.part_bp for tax in taxes if tax.inclusive)
    terms = Terms(
        draw(rate_plans(booked)),
        draw(fee_plans()),
        tuple(tax for tax in taxes if inclusive <= 2_500 or not tax.inclusive),
    )
    return Asked(terms, booked, draw(occasions(booked)), draw(coupons))


policies = st.one_of(
    st.sampled_from(list(POLICIES.values())),
    st.builds(Policy, st.just("any part"), st.just(1), st.integers(0, 10_000)),
)
endings = st.sampled_from(Ending)


@st.composite
def occupancies(draw: st.DrawFn, booked: Stay) -> Occupancy:
    """A house, and an instant before, during or after a stay in it; often exactly at a boundary."""
    house = draw(houses)
    check_in_at = house.check_in_at(booked)
    booked_at = check_in_at - timedelta(minutes=draw(st.integers(0, 60 * 24 * 60)))
    return Occupancy(booked, house, booked_at, draw(moments(house, booked, booked_at)))


@st.composite
def moments(draw: st.DrawFn, house: House, booked: Stay, booked_at: Instant) -> Instant:
    """An instant from the booking on."""
    days = draw(st.sampled_from((30, 14, 7, 5, 1, 0, -1, -2)))
    boundary = house.days_before_check_in(booked, days)
    anywhere = booked_at + timedelta(minutes=draw(st.integers(0, 60 * 24 * 120)))
    at: datetime = draw(st.sampled_from((boundary, booked_at + timedelta(hours=24), anywhere)))
    return max(at + timedelta(microseconds=draw(st.integers(-1, 1))), booked_at)


def booked_on(occupancy: Occupancy) -> date:
    """The property's date of booking."""
    return local_date(occupancy.booked_at, occupancy.house.time_zone)
