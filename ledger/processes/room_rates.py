"""What the rooms of a unit's type cost now, and which stays are let in them."""

from ledger.aggregates.tariff import TARIFF, tariff_of
from ledger.draft import Draft
from ledger.processes.found import calendar_in
from ledger.values.ids import UnitId
from ledger.values.stay import Stay
from ledger.values.stay_rules import StayRules
from ledger.values.tariff import RoomRates


def room_rates_of(draft: Draft, unit_id: UnitId) -> RoomRates | None:
    """What a unit's host asks for rooms like it, where anybody has said. Raises NotFound."""
    calendar = calendar_in(draft, unit_id)
    tariff = draft.state(TARIFF, tariff_of(calendar.property_id))
    return tariff.rates.of(calendar.room_type) if tariff and tariff.rates else None


def rules_of(draft: Draft, unit_id: UnitId, stay: Stay) -> StayRules | None:
    """The rules that a stay in a unit is let by now, where anybody has said. Raises NotFound."""
    room = room_rates_of(draft, unit_id)
    return room.rules_for(stay.check_in) if room else None
