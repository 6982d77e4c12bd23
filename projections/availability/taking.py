"""Taking: who has which nights of a unit, so that nobody else is offered them."""

from sqlalchemy import Column, Date, Table, Text, Uuid

from ledger.events.unit_calendar import HoldPlaced, ReservationMade, ReservationMoved
from ledger.values.ids import BlockId, BookingId
from ledger.values.stay import Stay
from projections.availability.schema import tables
from projections.projection import Rows

nights = Table(
    "nights",
    tables,
    Column("unit_id", Uuid(as_uuid=False), primary_key=True),
    Column("night", Date, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("claim_id", Uuid(as_uuid=False), nullable=False),
)
"""Nights that are not free; `kind` is `hold` or `reservation`, or the `buffer` after one, whose
claim is a booking's, or `host_block` or `external_block`, whose claim is a block's."""


def take(rows: Rows, unit_id: str, kind: str, claim_id: BookingId | BlockId, *stays: Stay) -> None:
    """Nights of a unit are somebody's, or nobody's to book."""
    for stay in stays:
        for night in stay.nights():
            rows.insert(nights, unit_id=unit_id, night=night, kind=kind, claim_id=claim_id)


def take_for_booking(
    rows: Rows, unit_id: str, event: HoldPlaced | ReservationMade | ReservationMoved
) -> None:
    """Nights of a unit are a booking's, and those after them are kept to get the unit ready."""
    stay, kind = event.stay, "hold" if isinstance(event, HoldPlaced) else "reservation"
    take(rows, unit_id, kind, event.booking_id, stay)
    if event.buffer_nights:
        buffer = Stay(stay.check_out, stay.kept(event.buffer_nights).check_out)
        take(rows, unit_id, "buffer", event.booking_id, buffer)


def free(rows: Rows, unit_id: str, *stays: Stay) -> None:
    """Nights of a unit can be booked."""
    for stay in stays:
        for night in stay.nights():
            rows.remove(nights, (unit_id, night))
