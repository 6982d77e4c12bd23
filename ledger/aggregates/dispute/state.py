"""What a dispute is: where it stands, and what its rules remember of it."""

from enum import StrEnum

from msgspec import Struct

from ledger.aggregates import postings
from ledger.events.dispute import Stage
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, HostId, PaymentId
from ledger.values.money import Money


class Status(StrEnum):
    """Where a dispute stands, at whatever stage."""

    OPENED = "opened"
    EVIDENCE_DUE = "evidence_due"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    WON = "won"
    LOST = "lost"
    CLOSED_NO_LOSS = "closed_no_loss"
    PREVENTED = "prevented"


class Dispute(Struct, frozen=True):
    """What the rules need to remember.

    `withdrawn` is what the processor took and did not give back, `fees` what it took beside and
    `held` what of the host's part waits for the end: None, before money moved for the first time.
    """

    status: Status
    stage: Stage
    payment_id: PaymentId
    booking_id: BookingId
    host_id: HostId
    amount: Money
    due_by: Instant
    time_zone: str
    withdrawn: Money | None = None
    fees: Money | None = None
    held: Money | None = None
    balance_transactions: frozenset[str] = frozenset()

    @property
    def host(self) -> postings.HostOf:
        """The host, and the booking that they are paid for."""
        return self.host_id, self.booking_id


NEXT_STAGE = {
    Stage.CHARGEBACK: Stage.PRE_ARBITRATION,
    Stage.PRE_ARBITRATION: Stage.ARBITRATION,
}
"""Where a dispute goes on that was won."""
