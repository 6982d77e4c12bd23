"""A property with many rooms, for whoever books over HTTP: vouched for, its nights all free."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from ledger.aggregates.attestation import AttestProperty
from ledger.aggregates.unit_calendar import OpenCalendar
from ledger.application import Ledger
from ledger.draft import Draft, Request
from ledger.events import Actor
from ledger.processes import attestation_of
from ledger.values.ids import CommandId, HostId, PropertyId, UnitId, derived_id, fresh_id
from ledger.values.levies import FeePlan
from ledger.values.listing import unit_of
from ledger.values.policy import FREE, RETAINED
from ledger.values.stay import House

UNITS_COUNT = 400
HOUSE = House("Europe/Lisbon", time(14), time(11))
OPERATOR = Actor("O", "operator")


@dataclass(frozen=True)
class Estate:
    """The property, its rooms, and the first day on which nobody sleeps in any of them."""

    property_id: PropertyId
    host_id: HostId
    earliest: date
    units: tuple[UnitId, ...] = field(repr=False)

    def wish(self, **changes: Any) -> dict[str, Any]:
        """A believable booking: two nights in the first room for 120.00 EUR each."""
        wish = {
            "guest_id": fresh_id(),
            "property_id": self.property_id,
            "unit_id": self.units[0],
            "check_in": self.earliest.isoformat(),
            "check_out": (self.earliest + timedelta(days=2)).isoformat(),
            "party": {"adults": 2},
            "price_per_night": {"minor": 12000, "currency": "EUR"},
            "policy": "free",
        }
        return {key: value for key, value in {**wish, **changes}.items() if value is not None}

    def wish_for_a_room(self, **changes: Any) -> dict[str, Any]:
        """The same for whichever room fits best."""
        return self.wish(unit_id=None, room_type="double", **changes)


def settle_in(
    ledger: Ledger, earliest: date, units_count: int = UNITS_COUNT, host_id: str | None = None
) -> Estate:
    """Vouch for a new property and open the calendars of its rooms."""
    property_id = PropertyId(fresh_id())
    numbers = range(1, units_count + 1)
    units = tuple(unit_of(property_id, "double", number) for number in numbers)
    estate = Estate(property_id, HostId(host_id or fresh_id()), earliest, units)
    command_id = CommandId(derived_id(property_id, "settle in"))
    request = Request(command_id=command_id, case_id=property_id, content=b"")
    ledger.execute(request, lambda draft: _open(draft, estate))
    return estate


def _open(draft: Draft, estate: Estate) -> None:
    draft.do(OPERATOR, _attestation(estate))
    for number, unit_id in enumerate(estate.units, start=1):
        calendar = OpenCalendar(
            unit_id=unit_id,
            property_id=estate.property_id,
            host_id=estate.host_id,
            room_type="double",
            number=number,
            house=HOUSE,
        )
        draft.do(OPERATOR, calendar)


def _attestation(estate: Estate) -> AttestProperty:
    return AttestProperty(
        attestation_id=attestation_of(estate.property_id),
        property_id=estate.property_id,
        host_id=estate.host_id,
        name="House by the sea",
        source="the bench",
        digest="00" * 32,
        guards=("quote", "discoverability"),
        house=HOUSE,
        currency="EUR",
        fee_plan=FeePlan("standard", 1, 1400, 300),
        policies=(FREE, RETAINED),
    )
