"""What happens to one refund of one payment."""

from datetime import date

import msgspec

from ledger.events.event import Event, MoneyEvent
from ledger.values.ids import BookingId, PaymentId
from ledger.values.money import Money


class RefundLine(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is given back of one line of the price: its code, its night if it has one, minor units."""

    code: str
    night: date | None
    minor: int


class RefundRequested(Event, topic="refund.requested", frozen=True, kw_only=True):
    """Somebody asked that money of a payment goes back to the guest, line by line.

    `host_part` and `fees_part` say whose share it comes from; they sum to the amount.
    """

    payment_id: PaymentId
    booking_id: BookingId
    reason: str
    amount: Money
    host_part: Money
    fees_part: Money
    lines: tuple[RefundLine, ...]
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
