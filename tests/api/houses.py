"""A house to book in: vouched for, with rooms whose nights are all free, and guests to book them."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from ledger.aggregates.attestation import AttestProperty
from ledger.aggregates.unit_calendar import OpenCalendar
from ledger.application import Draft, Ledger, Request
from ledger.events import Actor
from ledger.processes import attestation_of
from ledger.values.clock import system_clock
from ledger.values.ids import CommandId, HostId, PropertyId, UnitId, derived_id, fresh_id
from ledger.values.policy import FREE, RETAINED
from ledger.values.price import FeePlan
from ledger.values.stay import House

LISBON = House("Europe/Lisbon", time(14), time(11))
OPERATOR = Actor("O", "operator")
EARLIEST = system_clock().date() + timedelta(days=30)
"""A day that is still to come, whenever the tests run."""


@dataclass(frozen=True)
class Estate:
    """A property of one room type, and what its guests write to the door."""

    property_id: PropertyId
    host_id: HostId
    units: tuple[UnitId, ...] = field(repr=False)

    def wish(self, **changes: Any) -> dict[str, Any]:
        """A believable booking: two nights in the first room for 120.00 EUR each."""
        wish = {
            "guest_id": fresh_id(),
            "property_id": self.property_id,
            "unit_id": self.units[0],
            "check_in": day(0),
            "check_out": day(2),
            "party": {"adults": 2},
            "price_per_night": {"minor": 12000, "currency": "EUR"},
            "policy": "free",
        }
        return {key: value for key, value in {**wish, **changes}.items() if value is not None}

    def wish_for_a_room(self, **changes: Any) -> dict[str, Any]:
        """The same for whichever room fits best."""
        return self.wish(unit_id=None, room_type="double", **changes)


def day(ahead: int) -> str:
    """A local date that is still to come, as the door wants it."""
    return (EARLIEST + timedelta(days=ahead)).isoformat()


def nights_from(ahead: int) -> list[date]:
    """The two nights of a believable booking."""
    return [EARLIEST + timedelta(days=ahead + night) for night in range(2)]


def settle_in(ledger: Ledger, units_count: int = 3, host_id: str | None = None) -> Estate:
    """Vouch for a new property and open the calendars of its rooms."""
    property_id = PropertyId(fresh_id())
    estate = Estate(
        property_id=property_id,
        host_id=HostId(host_id or fresh_id()),
        units=tuple(
            UnitId(derived_id(property_id, "double", number))
            for number in range(1, units_count + 1)
        ),
    )
    command_id = CommandId(derived_id(property_id, "settle in"))
    request = Request(command_id=command_id, case_id=property_id, content=b"")
    ledger.execute(request, lambda draft: _open(draft, estate))
    return estate


def _open(draft: Draft, estate: Estate) -> None:
    draft.do(OPERATOR, _attested(estate))
    for number, unit_id in enumerate(estate.units, start=1):
        calendar = OpenCalendar(
            unit_id=unit_id,
            property_id=estate.property_id,
            host_id=estate.host_id,
            room_type="double",
            number=number,
            house=LISBON,
        )
        draft.do(OPERATOR, calendar)


def _attested(estate: Estate) -> AttestProperty:
    return AttestProperty(
        attestation_id=attestation_of(estate.property_id),
        property_id=estate.property_id,
        host_id=estate.host_id,
        name="House by the sea",
        source="the tests",
        digest="00" * 32,
        guards=("quote", "discoverability"),
        house=LISBON,
        currency="EUR",
        fee_plan=FeePlan("standard", 1, 1400, 300),
        policies=(FREE, RETAINED),
    )
