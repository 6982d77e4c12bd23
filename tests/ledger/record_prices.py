"""Writes the snapshots of prices that there are none of: `python -m tests.ledger.record_prices`.

A snapshot holds a price of billing version 1 and a settlement of it, in the bytes in which they are
stored. Once written it is never changed and never removed: another answer to the same question is
another billing version.
"""

import sys
from datetime import date, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ledger.values.guests import Party
from ledger.values.levies import FeePlan, TaxBase, TaxRule
from ledger.values.policy import (
    FLEXIBLE,
    MODERATE,
    STRICT,
    Ending,
    Occupancy,
    Policy,
    Settlement,
    settle,
)
from ledger.values.price import CouponUse, Price, Terms, price_of, price_under
from ledger.values.rates import DayPrice, Occasion, RatePlan, Tiered
from ledger.values.stay import Stay, stay
from tests.facts import LISBON, a_price, a_stay
from tests.ledger import worked

RECORDED = Path(__file__).parent / "recorded_prices"
DAY = timedelta(days=1)


class Snapshot(Struct, frozen=True):
    """A price, how the stay fell away, and what came of it."""

    price: Price
    policy: Policy
    ending: Ending
    occupancy: Occupancy
    settlement: Settlement

    def again(self) -> "Snapshot":
        """The same, worked out from its own inputs by the rules of today."""
        price = worked_out_again(self.price, self.occupancy.stay)
        settlement = settle(price, self.policy, self.ending, self.occupancy)
        return replace(self, price=price, settlement=settlement)


def worked_out_again(price: Price, booked: Stay) -> Price:
    """A price from the inputs that stand in it."""
    if price.rates is None or price.occasion is None:
        return price_of(price.nights, price.fee_plan, price.currency)
    terms = Terms(price.rates, price.fee_plan, tuple(tax.rule for tax in price.taxes))
    return price_under(terms, booked, price.occasion, price.coupon)


def file_of(name: str) -> Path:
    """Where a snapshot stands."""
    return RECORDED / f"{name}.1.json"


def snapshots() -> dict[str, Snapshot]:
    """One of each kind of price that billing version 1 knows."""
    return {
        "stated": of(a_price(), a_stay(), STRICT, Ending.BY_GUEST, days_ahead=10),
        "worked": of(worked.the_price(), worked.the_stay(), MODERATE, Ending.BY_GUEST, 4),
        "coupon": of(
            worked.the_price(CouponUse("WELCOME", 5_000)),
            worked.the_stay(),
            FLEXIBLE,
            Ending.BY_GUEST,
            days_ahead=-2,
        ),
        "taxed": of(taxed(), AUTUMN, STRICT, Ending.BY_HOST, days_ahead=-3),
        "yen": of(yen(), AUTUMN, MODERATE, Ending.NO_SHOW, days_ahead=-1),
        "year": of(year(), LONG, STRICT, Ending.BY_GUEST, days_ahead=7),
    }


AUTUMN = stay(date(2026, 10, 23), date(2026, 10, 30))
LONG = stay(date(2028, 1, 1), date(2028, 12, 31))


def of(price: Price, booked: Stay, policy: Policy, ending: Ending, days_ahead: int) -> Snapshot:
    """A price and what comes of it when the stay falls away so many days ahead of check-in."""
    at = LISBON.days_before_check_in(booked, days_ahead)
    occupancy = Occupancy(booked, LISBON, LISBON.days_before_check_in(booked, 60), at)
    return Snapshot(price, policy, ending, occupancy, settle(price, policy, ending, occupancy))


def taxed() -> Price:
    """Four taxes of every kind, over the end of summer time, for a family with a dog."""

    def tax(name: str, base: TaxBase, **said: int | bool) -> TaxRule:
        return TaxRule(name=name, version=2, jurisdiction=name, base=base, **said)  # type: ignore[arg-type]

    taxes = (
        tax("VAT", TaxBase.NIGHTS_AND_CLEANING, part_bp=600, inclusive=True),
        tax("city", TaxBase.PERSON_NIGHT, minor=265, cap_nights=5, children_pay=True),
        tax("state", TaxBase.NIGHTS, part_bp=333, compound=True, taxes_retained_rent=False),
        tax("island", TaxBase.UNIT_NIGHT, minor=77, host_remits=True),
    )
    rates = replace(worked.RATES, pet_minor=1_500, non_refundable_bp=1_000, children_count=False)
    occasion = Occasion(Party(3, 2, 1), date(2026, 8, 24), pets=1, non_refundable=True)
    return price_under(Terms(rates, worked.FEES, taxes), AUTUMN, occasion)


def yen() -> Price:
    """A currency without cents, odd discounts, a floor and a cap."""
    rates = RatePlan(
        name="machiya",
        version=3,
        currency="JPY",
        base_minor=12_345,
        weekend_minor=15_555,
        lengths=(Tiered(7, 3_333),),
        last_minute=Tiered(3, 5_000),
        lowest_minor=5_000,
    )
    fees = FeePlan("host only", 4, 0, 1_500, host_vat_bp=1_000)
    return price_under(Terms(rates, fees), AUTUMN, Occasion(Party(2), date(2026, 10, 21)))


def year() -> Price:
    """365 nights of a leap year at a price each, near the largest amounts that are charged."""
    rates = RatePlan(
        name="palace",
        version=1,
        currency="EUR",
        base_minor=99_999,
        overrides=(DayPrice(date(2028, 2, 29), 111_111),),
        weekend_bp=777,
        lengths=(Tiered(28, 2_222),),
        included_guests=1,
        extra_guest_minor=333,
    )
    fees = FeePlan("bounded", 1, 1_400, 300, guest_fee_at_most_minor=100_000)
    return price_under(Terms(rates, fees), LONG, Occasion(Party(16), date(2027, 6, 1)))


def main() -> None:
    """Write what is missing."""
    RECORDED.mkdir(exist_ok=True)
    for name, snapshot in snapshots().items():
        if not file_of(name).exists():
            file_of(name).write_bytes(msgspec.json.encode(snapshot) + b"\n")
            sys.stdout.write(f"{file_of(name).name}: written\n")


if __name__ == "__main__":
    main()
