"""What a dispute is: where it stands, and what its rules remember of it."""

from enum import StrEnum

from msgspec import Struct

from ledger.aggregates import postings
from ledger.events.dispute import Stage
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, HostId, PaymentId, ReceiptId
from ledger.values.losses import Loss
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
    `receipt_id` is of money that no payment had room for, if it is about that.
    `answers` counts what the processor has of ours, `digest` is of what we last wanted to say, and
    `loss` tells who bore it, once it is lost.
    """

    status: Status
    stage: Stage
    payment_id: PaymentId
    booking_id: BookingId
    host_id: HostId
    amount: Money
    due_by: Instant
    time_zone: str
    processor_dispute: str
    receipt_id: ReceiptId | None = None
    withdrawn: Money | None = None
    fees: Money | None = None
    held: Money | None = None
    balance_transactions: frozenset[str] = frozenset()
    answers: int = 0
    digest: str = ""
    loss: Loss | None = None

    @property
    def is_open(self) -> bool:
        """Whether anybody may still decide about it, or owes us what was decided."""
        taken = self.withdrawn is not None and self.withdrawn.minor > 0
        return self.status in UNDECIDED or taken

    @property
    def host(self) -> postings.HostOf:
        """The host, and the booking that they are paid for."""
        return self.host_id, self.booking_id


UNDECIDED = (Status.OPENED, Status.EVIDENCE_DUE, Status.SUBMITTED, Status.ACCEPTED)

NEXT_STAGE = {
    Stage.CHARGEBACK: Stage.PRE_ARBITRATION,
    Stage.PRE_ARBITRATION: Stage.ARBITRATION,
}
"""Where a dispute goes on that was won."""
