"""A property with many rooms, for what books over HTTP to book."""

from dataclasses import dataclass, field
from datetime import date, time

from ledger.aggregates.attestation import AttestProperty
from ledger.aggregates.unit_calendar import OpenCalendar
from ledger.application import Draft, Ledger, Request
from ledger.events import Actor
from ledger.processes import attestation_of
from ledger.values.ids import CommandId, HostId, PropertyId, UnitId, derived_id, fresh_id
from ledger.values.policy import FREE
from ledger.values.price import FeePlan
from ledger.values.stay import House

UNITS_COUNT = 400
HOUSE = House("Europe/Lisbon", time(14), time(11))
OPERATOR = Actor("O", "bench")


@dataclass(frozen=True)
class Estate:
    """The property, its rooms, and the first day on which nobody sleeps in any of them."""

    property_id: PropertyId
    host_id: HostId
    earliest: date
    units: tuple[UnitId, ...] = field(repr=False)


def settle_in(ledger: Ledger, earliest: date, units_count: int = UNITS_COUNT) -> Estate:
    """Vouch for a new property and open the calendars of its rooms."""
    property_id = PropertyId(fresh_id())
    numbers = range(1, units_count + 1)
    units = tuple(UnitId(derived_id(property_id, number)) for number in numbers)
    estate = Estate(property_id, HostId(fresh_id()), earliest, units)
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
        name="House of the bench",
        source="the bench",
        digest="00" * 32,
        guards=("quote", "discoverability"),
        house=HOUSE,
        currency="EUR",
        fee_plan=FeePlan("standard", 1, 1400, 300),
        policies=(FREE,),
    )
