"""Other dates for Inês's booking."""

from datetime import timedelta
from typing import Any

from ledger.aggregates import postings
from ledger.aggregates.alteration import ProposeAlteration
from ledger.events.alteration import AlterationAccepted, AlterationProposed, AlterationSettling
from ledger.events.booking import BookingAltered
from ledger.values.guests import Party
from ledger.values.ids import AlterationId
from tests.facts.listing import JUNE_FIRST
from tests.facts.story import BOOKING, CHECK_OUT, LISBON, NOW, PAYMENT, UNIT, an_id
from tests.facts.values import a_price, a_stay, money

ALTERATION = AlterationId(an_id("alteration"))
A_LONGER_STAY = a_stay(nights=4)


def to_propose(**changed: Any) -> ProposeAlteration:
    """Propose to stay a night longer, until 6 July."""
    told: dict[str, Any] = {
        "alteration_id": ALTERATION,
        "booking_id": BOOKING,
        "proposed_by": "G",
        "unit_id": UNIT,
        "stay": A_LONGER_STAY,
        "party": Party(adults=2, children=1),
        "price": a_price(nights=4),
        "total": a_price().total,
        "ends_at": CHECK_OUT,
    }
    return ProposeAlteration(**told | changed)


def proposed() -> AlterationProposed:
    """Inês would stay a night longer, for 136.80 more."""
    told = to_propose()
    return AlterationProposed(
        booking_id=BOOKING,
        number=1,
        proposed_by="G",
        unit_id=UNIT,
        stay=told.stay,
        party=told.party,
        price=told.price,
        difference=money("136.80 EUR"),
        expires_at=NOW + timedelta(hours=72),
    )


def alteration_accepted() -> AlterationAccepted:
    """Rui agrees."""
    return AlterationAccepted(accepted_by="H")


def alteration_settling() -> AlterationSettling:
    """The difference is being paid."""
    return AlterationSettling(
        payment_id=PAYMENT, refund_id=None, waits_until=NOW + timedelta(hours=24)
    )


def altered() -> BookingAltered:
    """She stays a night longer, and has paid for it."""
    price = a_price(nights=4)
    dearer_by = price.shares - a_price().shares
    return BookingAltered(
        revision=1,
        unit_id=UNIT,
        stay=A_LONGER_STAY,
        house=LISBON,
        party=Party(adults=2, children=1),
        price=price,
        payment_id=PAYMENT,
        effective_on=JUNE_FIRST,
        entries=(postings.booking_altered(BOOKING, PAYMENT, dearer_by),),
    )
