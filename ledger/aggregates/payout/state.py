"""What a payout is: where it stands, and what its rules remember of it."""

from enum import StrEnum

from msgspec import Struct

from ledger.values.clearance import Hold
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, HostId
from ledger.values.money import Money, total


class Status(StrEnum):
    """Where a payout stands."""

    SCHEDULED = "scheduled"
    ON_HOLD = "on_hold"
    DUE = "due"
    RELEASING = "releasing"
    TRANSFERRED = "transferred"
    PARTLY_REVERSED = "partly_reversed"
    REVERSED = "reversed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Payout(Struct, frozen=True):
    """What the rules need to remember.

    `amount` is the tranche's; of it `netted` stays with the platform for what the host owes, and
    `sent` is on its way or with the host; `reversed` of that came back, of which `owed_again`
    found no debt to pay, so that it is the host's; and `coming_back` is ordered back, by the keys
    of the orders. `orders` and `reversals` count the keys given out; `transfer` is the processor's
    name of what was sent. `causes` are what gave each reason to hold, where it was told.
    """

    status: Status
    booking_id: BookingId
    host_id: HostId
    amount: Money
    release_at: Instant
    time_zone: str
    tranche: int
    netted: Money
    sent: Money
    reversed: Money
    owed_again: Money
    holds: frozenset[Hold] = frozenset()
    unknown: bool = False
    orders: int = 0
    reversals: int = 0
    coming_back: dict[str, Money] = {}
    transfer: str | None = None
    causes: dict[Hold, frozenset[str]] = {}

    @property
    def outstanding(self) -> Money:
        """What of the amount is neither netted nor with the host."""
        return self.amount - self.netted

    @property
    def ordered_back(self) -> Money:
        """What is ordered back, and has not come yet."""
        return total(list(self.coming_back.values()), self.sent.currency)

    @property
    def reversible(self) -> Money:
        """What could still be ordered back."""
        return self.sent - self.reversed - self.ordered_back
