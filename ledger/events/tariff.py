"""What a property's stays cost, from when on."""

from ledger.events.event import Event
from ledger.values.ids import PropertyId
from ledger.values.tariff import Levies, Rates


class RatesSet(Event, topic="tariff.rates_set", schema=2, frozen=True, kw_only=True):
    """The host's rates and rules of a property hold for every quote from now on.

    `version` counts up from 1; each plan carries it, so a price says by which rates it was made.
    """

    property_id: PropertyId
    version: int
    rates: Rates


class LeviesSet(Event, topic="tariff.levies_set", frozen=True, kw_only=True):
    """The platform's fees, taxes and penalty of a property hold for every quote from now on.

    `version` counts up from 1, on its own; the fee plan and every rule carry it.
    """

    property_id: PropertyId
    version: int
    levies: Levies


TariffEvent = RatesSet | LeviesSet
