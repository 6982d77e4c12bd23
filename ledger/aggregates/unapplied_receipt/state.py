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
    NEEDS_ALTERNATIVE = "needs_alternative"
    SETTLED_ALTERNATIVELY = "settled_alternatively"
    ADOPTED = "adopted"


class UnappliedReceipt(Struct, frozen=True):
    """What the rules need to remember.

    `rest` is what of the money is the guest's: all that was `received`, less what the disputes in
    `settled_by` took.
    """

    status: Status
    booking_id: BookingId
    charge: str
    received: Received
    rest: Received
    time_zone: str
    intent: str | None = None
    attempts: int = 0
    available: bool = False
    available_at: Instant | None = None
    disputes: tuple[DisputeId, ...] = ()
    settled_by: tuple[DisputeId, ...] = ()
    chosen_by: str | None = None


def receipt_of(charge: str) -> ReceiptId:
    """The id of the receipt of a processor's charge: told twice, it is one receipt."""
    return ReceiptId(derived_id("receipt", charge))
