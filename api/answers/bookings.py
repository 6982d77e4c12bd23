"""A booking as it is answered to whoever asked for it."""

from api.commands import answered
from api.shapes import Amount, amount_of
from ledger.aggregates.booking import BOOKING, Book
from ledger.draft import Draft
from ledger.values.clock import Instant
from projections.projection import Answer


class Booked(Answer):
    """The guest can pay until the hold expires; a stay that costs nothing is confirmed."""

    booking_id: str
    status: str
    unit_id: str
    room_type: str
    total: Amount
    hold_expires_at: Instant


def answer(draft: Draft, booked: Book) -> None:
    """Answer a booking as the draft leaves it."""
    booking = draft.state(BOOKING, booked.booking_id)
    assert booking is not None, "it was booked a line ago"
    asked = Booked(
        position=0,
        booking_id=booked.booking_id,
        status=booking.status,
        unit_id=booked.unit_id,
        room_type=booked.room_type,
        total=amount_of(booked.price.total),
        hold_expires_at=booking.hold_expires_at,
    )
    answered(draft, asked)
