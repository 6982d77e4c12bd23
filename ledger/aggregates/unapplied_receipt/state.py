"""What an unapplied receipt is: where it stands, and what its rules remember of it."""

from enum import StrEnum

from msgspec import Struct

from ledger.values.clock import Instant
from ledger.values.ids import BookingId, DisputeId, ReceiptId, derived_id
from ledger.values.received import Received


class Status(StrEnum):
    """Where a receipt stands."""

    DETECTED = "detected"
    RETURNING = "returning"
    RETURNED = "returned"
    RETURN_FAILED = "return_failed"
    SETTLED_BY_DISPUTE = "settled_by_dispute"
    ADOPTED = "adopted"


class UnappliedReceipt(Struct, frozen=True):
    """What the rules need to remember."""

    status: Status
    booking_id: BookingId
    charge: str
    received: Received
    time_zone: str
    intent: str | None = None
    attempts: int = 0
    available: bool = False
    available_at: Instant | None = None
    disputes: tuple[DisputeId, ...] = ()


def receipt_of(charge: str) -> ReceiptId:
    """The id of the receipt of a processor's charge: told twice, it is one receipt."""
    return ReceiptId(derived_id("receipt", charge))
