"""What there is to book: four houses of three hosts, in three currencies."""

from datetime import time
from typing import Any, NamedTuple

from ledger.values.ids import GuestId, HostId, PropertyId, UnitId
from ledger.values.levies import FeePlan
from ledger.values.rates import RatePlan, Tiered
from ledger.values.stay import House
from ledger.values.stay_rules import StayRules
from ledger.values.tariff import BookingMode, Levies, Rates, RoomRates
from tests.facts import LISBON, PROPERTY, RUI, UNIT, an_id, some_levies, some_rates

ROOM = "sea view"


class Place(NamedTuple):
    """A house: whose it is, what it asks, and in which currencies guests may pay it."""

    name: str
    property_id: PropertyId
    host_id: HostId
    unit_ids: tuple[UnitId, ...]
    house: House
    rates: Rates
    levies: Levies
    paid_in: tuple[str, ...]

    @property
    def currency(self) -> str:
        """What the house is listed in."""
        return self.rates.currency


def a_plan(currency: str, base_minor: int, **changed: Any) -> RatePlan:
    """A plain rate plan: a base price, a weekly rebate, and cleaning."""
    told: dict[str, Any] = {
        "name": "plain",
        "version": 1,
        "currency": currency,
        "base_minor": base_minor,
        "lengths": (Tiered(7, 1_000),),
        "non_refundable_bp": 1_000,
        "cleaning_minor": base_minor // 3,
    }
    return RatePlan(**told | changed)


def asked(plan: RatePlan, policy: str, mode: BookingMode) -> Rates:
    """What a host asks for rooms of one type."""
    rooms = (RoomRates(ROOM, plan, StayRules(capacity=6, buffer_nights=1)),)
    return Rates(currency=plan.currency, rooms=rooms, policy=policy, mode=mode, non_refundable=True)


HOST_PAYS = Levies(fee_plan=FeePlan("host only", 1, 0, 1_500))

PLACES = (
    Place(
        name="Lisbon",
        property_id=PROPERTY,
        host_id=RUI,
        unit_ids=(UNIT, UnitId(an_id("unit 2"))),
        house=LISBON,
        rates=some_rates(),
        levies=some_levies(),
        paid_in=("EUR", "EUR", "GBP", "KWD"),
    ),
    Place(
        name="Porto",
        property_id=PropertyId(an_id("house by the river")),
        host_id=RUI,
        unit_ids=(UnitId(an_id("river 1")),),
        house=LISBON,
        rates=asked(a_plan("EUR", 8_735), "strict", BookingMode.REQUEST),
        levies=some_levies(),
        paid_in=("EUR", "HUF"),
    ),
    Place(
        name="New York",
        property_id=PropertyId(an_id("house by the park")),
        host_id=HostId(an_id("Grace")),
        unit_ids=(UnitId(an_id("park 1")),),
        house=House("America/New_York", time(16), time(10)),
        rates=asked(a_plan("USD", 21_999), "moderate", BookingMode.REQUEST),
        levies=HOST_PAYS,
        paid_in=("USD",),
    ),
    Place(
        name="Kyoto",
        property_id=PropertyId(an_id("house by the temple")),
        host_id=HostId(an_id("Haruka")),
        unit_ids=(UnitId(an_id("temple 1")),),
        house=House("Asia/Tokyo", time(15), time(10)),
        rates=asked(a_plan("JPY", 14_500), "flexible", BookingMode.INSTANT),
        levies=some_levies(),
        paid_in=("JPY",),
    ),
)
"""Euros may be paid in what the processor converts; dollars and yen it keeps as they come."""

SETTLED_IN = ("eur", "usd", "jpy")
"""The currencies in which the processor holds money for us, the first for all that it converts."""

GUESTS = tuple(GuestId(an_id(name)) for name in ("Inês", "Joana", "Tomás", "Ada", "Kenji"))
