"""The worked price of the spec (money, section 8): seven nights by the sea, in full."""

from datetime import date, timedelta

from ledger.values.clock import Instant
from ledger.values.guests import Party
from ledger.values.levies import FeePlan, TaxBase, TaxRule
from ledger.values.policy import Ending, Occupancy, Policy, Settlement, settle
from ledger.values.price import CouponUse, Price, Terms, price_under
from ledger.values.rates import Occasion, RatePlan, Season, Tiered
from ledger.values.stay import Stay, stay
from tests.facts import LISBON

RATES = RatePlan(
    name="sea",
    version=1,
    currency="EUR",
    base_minor=10_000,
    seasons=(Season("July", date(2026, 7, 4), date(2026, 7, 31), 13_000),),
    weekend_bp=1_500,
    lengths=(Tiered(7, 1_000),),
    early_bird=Tiered(28, 500),
    included_guests=3,
    extra_guest_minor=1_200,
    cleaning_minor=6_000,
)
FEES = FeePlan("split", 1, 1_400, 300, guest_vat_bp=2_000, host_vat_bp=2_000)
CITY_TAX = TaxRule(
    name="city", version=1, jurisdiction="PT-LIS", base=TaxBase.PERSON_NIGHT, minor=165
)
TERMS = Terms(RATES, FEES, (CITY_TAX,))
OCCASION = Occasion(Party(adults=2, children=2), date(2026, 6, 1))


def the_stay() -> Stay:
    """From Thursday 2 July to Thursday 9 July 2026."""
    return stay(date(2026, 7, 2), date(2026, 7, 9))


A = LISBON.check_in_at(the_stay())
"""Check-in, as the page calls it."""

LONG_BEFORE = A - timedelta(days=60)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def the_price(coupon: CouponUse | None = None) -> Price:
    """The worked price."""
    return price_under(TERMS, the_stay(), OCCASION, coupon)


def settled(
    policy: Policy, at: Instant, ending: Ending = Ending.BY_GUEST, price: Price | None = None
) -> Settlement:
    """What the worked price comes apart into, booked sixty days ahead."""
    occupancy = Occupancy(the_stay(), LISBON, LONG_BEFORE, at)
    return settle(price or the_price(), policy, ending, occupancy)
