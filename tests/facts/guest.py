"""What Inês has nights kept for."""

from typing import Any

from ledger.aggregates.guest import HoldStay
from ledger.events.guest import StayHeld
from ledger.values.ids import BookingId
from tests.facts.story import BOOKING, INES


def to_hold_stay(**changed: Any) -> HoldStay:
    """Keep the nights of a stay for Inês, who has no others."""
    told: dict[str, Any] = {"guest_id": INES, "booking_id": BOOKING, "beside": ()}
    return HoldStay(**told | changed)


def stay_held(booking_id: BookingId = BOOKING, *beside: BookingId) -> StayHeld:
    """Nights were kept for Inês, beside those of other stays."""
    return StayHeld(guest_id=INES, booking_id=booking_id, beside=beside)
