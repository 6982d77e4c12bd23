"""What a refund is: where it stands, and what its rules remember of it."""

from enum import StrEnum

from msgspec import Struct

from ledger.events.refund import Funding
from ledger.values.ids import BookingId, DisputeId, HostId, PaymentId, RefundId, derived_id
from ledger.values.journal import Entry
from ledger.values.money import Money, round_half_even, total
from ledger.values.policy import LineBack
from ledger.values.shares import Shares


class Status(StrEnum):
    """Where a refund stands."""

    REQUESTED = "requested"
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    SUBMITTING = "submitting"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    NEEDS_ALTERNATIVE = "needs_alternative"
    SETTLED_ALTERNATIVELY = "settled_alternatively"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXTERNAL_DETECTED = "external_detected"


class Part(Struct, frozen=True):
    """A part of a refund that was made elsewhere, and what it took of the processor's balance."""

    amount: Money
    taken: Money


class Refund(Struct, frozen=True):
    """What the rules need to remember.

    `approval` is what the approval booked; `settled` is what success took of the processor's
    balance; `position` is what the refund left open in the currency that it will be settled in;
    `gift` is what a gift in another currency is in the listing's; `had` is what of its worth the
    guest has by each refund that was made elsewhere. Of one made elsewhere itself, `pays` is what
    of it was the money of refunds of ours.
    """

    status: Status
    payment_id: PaymentId
    booking_id: BookingId
    host_id: HostId | None
    amount: Money
    back: Shares
    lines: tuple[LineBack, ...]
    funded_by: Funding
    preview: str | None
    requested_by: str | None
    time_zone: str
    approval: tuple[Entry, ...] = ()
    debt: Money | None = None
    keys: frozenset[str] = frozenset()
    processor_refund: str | None = None
    pending_reason: str | None = None
    settled: Money | None = None
    position: Money | None = None
    chosen_by: str | None = None
    settled_by: DisputeId | None = None
    gift: Money | None = None
    had: dict[RefundId, Money] = {}
    pays: dict[RefundId, Part] = {}

    @property
    def worth(self) -> Money:
        """What is owed of it, out of the booking's money or the platform's, in the listing's
        currency.
        """
        if self.funded_by is Funding.PLATFORM and self.gift is None:
            return self.amount
        whole = self.gift or self.back.total
        return whole - total(list(self.had.values()), whole.currency)

    @property
    def unexplained(self) -> Part:
        """What of one that was made elsewhere was the money of no refund of ours."""
        whole = self.settled or self.amount
        amounts = [part.amount for part in self.pays.values()]
        taken = [part.taken for part in self.pays.values()]
        return Part(
            self.amount - total(amounts, self.amount.currency),
            whole - total(taken, whole.currency),
        )

    def share(self, whole: Money, amount: Money) -> Money:
        """What of something falls on a part of the amount that is owed, to the nearest unit."""
        minor = round_half_even(whole.minor * amount.minor, self.amount.minor)
        return Money(minor, whole.currency)


def external_refund_of(processor_refund: str) -> RefundId:
    """The id of a refund the processor tells of and we never asked for: told twice, it is one."""
    return RefundId(derived_id("refund", processor_refund))
