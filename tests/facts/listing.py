"""What is told of the house by the sea, and what is asked for its rooms."""

from datetime import date
from typing import Any

from ledger.aggregates.attestation import AttestProperty
from ledger.aggregates.tariff import SetLevies, SetRates
from ledger.events.attestation import PropertyAttested
from ledger.events.tariff import LeviesSet, RatesSet
from ledger.values.levies import FeePlan, TaxBase, TaxRule
from ledger.values.policy import FREE
from ledger.values.rates import RatePlan, Season, Tiered
from ledger.values.stay_rules import StayRules
from ledger.values.tariff import (
    BookingMode,
    Levies,
    Rates,
    RoomRates,
    numbered_levies,
    numbered_rates,
)
from tests.facts.story import ATTESTATION, LISBON, PROPERTY, RUI, THE_DIGEST
from tests.facts.values import HALF, a_fee_plan

JUNE_FIRST = date(2026, 6, 1)


def a_rate_plan(**changed: Any) -> RatePlan:
    """The plan of the worked price (spec: money, section 8): July, weekends, weeks, early birds."""
    told: dict[str, Any] = {
        "name": "sea",
        "version": 1,
        "currency": "EUR",
        "base_minor": 10_000,
        "seasons": (Season("July", date(2026, 7, 4), date(2026, 7, 31), 13_000),),
        "weekend_bp": 1_500,
        "lengths": (Tiered(7, 1_000),),
        "early_bird": Tiered(28, 500),
        "non_refundable_bp": 1_000,
        "included_guests": 3,
        "extra_guest_minor": 1_200,
        "pet_minor": 1_500,
        "cleaning_minor": 6_000,
    }
    return RatePlan(**told | changed)


def some_rates(**changed: Any) -> Rates:
    """What Rui asks for his sea-view rooms: two nights at least, four people at most."""
    told: dict[str, Any] = {
        "currency": "EUR",
        "rooms": (RoomRates("sea view", a_rate_plan(), StayRules(min_nights=2, capacity=4)),),
        "policy": "flexible",
        "mode": BookingMode.INSTANT,
        "non_refundable": True,
    }
    return Rates(**told | changed)


def some_levies(**changed: Any) -> Levies:
    """The split fees with VAT, and Lisbon's tax for each adult and night."""
    city = TaxRule(
        name="city", version=1, jurisdiction="PT-LIS", base=TaxBase.PERSON_NIGHT, minor=165
    )
    told: dict[str, Any] = {
        "fee_plan": FeePlan("split", 1, 1_400, 300, guest_vat_bp=2_000, host_vat_bp=2_000),
        "taxes": (city,),
    }
    return Levies(**told | changed)


def to_attest(**changed: Any) -> AttestProperty:
    """Vouch for the house by the sea."""
    told: dict[str, Any] = {
        "attestation_id": ATTESTATION,
        "property_id": PROPERTY,
        "host_id": RUI,
        "name": "House by the Sea",
        "source": "hotel-bookings.csv",
        "digest": THE_DIGEST,
        "guards": ("quote", "discoverability"),
        "house": LISBON,
        "currency": "EUR",
        "fee_plan": a_fee_plan(),
        "policies": (FREE, HALF),
    }
    return AttestProperty(**told | changed)


def to_set_rates(**changed: Any) -> SetRates:
    """Rui names his prices."""
    return SetRates(property_id=PROPERTY, rates=some_rates(**changed))


def to_set_levies(**changed: Any) -> SetLevies:
    """The operator names fees and taxes."""
    return SetLevies(property_id=PROPERTY, levies=some_levies(**changed))


def a_property_attested() -> PropertyAttested:
    """Somebody vouched for the house by the sea."""
    told = to_attest()
    fields = {name: getattr(told, name) for name in PropertyAttested.__struct_fields__}
    return PropertyAttested(**fields)


def rates_set(version: int = 1, **changed: Any) -> RatesSet:
    """Rui named his prices."""
    rates = numbered_rates(some_rates(**changed), version)
    return RatesSet(property_id=PROPERTY, version=version, rates=rates)


def levies_set(version: int = 1, **changed: Any) -> LeviesSet:
    """The operator named fees and taxes."""
    levies = numbered_levies(some_levies(**changed), version)
    return LeviesSet(property_id=PROPERTY, version=version, levies=levies)
