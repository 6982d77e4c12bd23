"""What happens to one refund of one payment."""

from ledger.events.event import Event, MoneyEvent
from ledger.values.ids import BookingId, PaymentId
from ledger.values.money import Money
from ledger.values.policy import LineBack
from ledger.values.shares import Shares


class RefundRequested(Event, topic="refund.requested", schema=2, frozen=True, kw_only=True):
    """Somebody asked that money of a payment goes back to the guest, line by line.

    `back` says whose share it comes from; its total is the amount.
    """

    payment_id: PaymentId
    booking_id: BookingId
    reason: str
    amount: Money
    back: Shares
    lines: tuple[LineBack, ...]
    time_zone: str


class RefundApproved(MoneyEvent, topic="refund.approved", frozen=True, kw_only=True):
    """The refund is right and is owed to the guest from now on."""

    booking_id: BookingId
    amount: Money


class RefundSubmitted(Event, topic="refund.submitted", frozen=True, kw_only=True):
    """The refund was handed to the processor, under a key that makes the call happen once."""

    idempotency_key: str


class RefundPending(Event, topic="refund.pending", frozen=True, kw_only=True):
    """The processor took the refund and is carrying it out."""

    processor_refund: str


class RefundSucceeded(MoneyEvent, topic="refund.succeeded", frozen=True, kw_only=True):
    """The guest has the money back."""

    payment_id: PaymentId
    booking_id: BookingId
    amount: Money


RefundEvent = RefundRequested | RefundApproved | RefundSubmitted | RefundPending | RefundSucceeded
