"""What a payment is: where it stands, and what its rules remember of it."""

from enum import StrEnum

from msgspec import Struct

from ledger.events.payment import Capture
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, DamageClaimId, DisputeId, RefundId
from ledger.values.money import Money, total, zero
from ledger.values.received import Received


class Status(StrEnum):
    """Where a payment stands. A dispute is no state of it, but lies over it."""

    PENDING = "pending"
    PROCESSING = "processing"
    REQUIRES_ACTION = "requires_action"
    AUTHORIZED = "authorized"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


class Held(Struct, frozen=True):
    """What the guest's bank holds for us, and until when it can be captured."""

    amount: Money
    capture_before: Instant


class Payment(Struct, frozen=True):
    """What the rules need to remember.

    `asked` is what success must bring: what is due, or what of a hold was asked to be captured.
    `answer_due_at` is when to look, `looks` how often we did; `refunds`, `reserved` and `disputed`
    are amounts by refund and by dispute; `came_back` are refunds that the guest has no more.
    """

    status: Status
    booking_id: BookingId
    due: Money
    asked: Money
    captured: Money
    time_zone: str
    billing: int
    capture: Capture = Capture.AUTOMATIC
    for_alteration: int | None = None
    for_damage: DamageClaimId | None = None
    intent: str | None = None
    attempts: int = 0
    key: str = ""
    answer_due_at: Instant | None = None
    looks: int = 0
    held: Held | None = None
    retryable: bool = False
    failed_charge: str | None = None
    giving_up: bool = False
    closed: bool = False
    received: Received | None = None
    charge: str | None = None
    available: bool = False
    refunds: dict[RefundId, Money] = {}
    reserved: dict[RefundId, Money] = {}
    disputed: dict[DisputeId, Money] = {}
    came_back: frozenset[RefundId] = frozenset()

    @property
    def gross(self) -> Money | None:
        """What the processor holds for it, in the currency that it settled in, once it is here."""
        return self.received.gross if self.received else None

    @property
    def refunded(self) -> Money:
        """What went back to the guest by refunds."""
        return total(list(self.refunds.values()), self.due.currency)

    @property
    def refundable(self) -> Money:
        """What could still go back: no refund has or has reserved it, and no dispute took it."""
        taken = [*self.refunds.values(), *self.reserved.values(), *self.disputed.values()]
        left = self.captured - total(taken, self.due.currency)
        return left if left.minor > 0 else zero(left.currency)

    @property
    def outcome_unknown(self) -> bool:
        """Whether the processor did not answer the last call in time, and has not since."""
        return self.looks > 0
