"""What happens to one guest payment."""

from ledger.events.event import Event, MoneyEvent
from ledger.values.ids import BookingId, GuestId, RefundId
from ledger.values.money import Money
from ledger.values.price import Price


class PaymentOpened(Event, topic="payment.opened", frozen=True, kw_only=True):
    """An amount is due for a booking; the whole calculation stands beside it."""

    booking_id: BookingId
    guest_id: GuestId
    due: Money
    price: Price
    time_zone: str


class PaymentProcessing(Event, topic="payment.processing", frozen=True, kw_only=True):
    """The payment was handed to the processor, under a key that makes the call happen once."""

    attempt: int
    idempotency_key: str


class PaymentCompleted(MoneyEvent, topic="payment.completed", frozen=True, kw_only=True):
    """The processor has the guest's money."""

    booking_id: BookingId
    amount: Money
    charge: str


class FundsAvailable(MoneyEvent, topic="payment.funds_available", frozen=True, kw_only=True):
    """The captured money can be used: it left the pending balance for the available one."""

    booking_id: BookingId
    amount: Money


class PaymentRefundRecorded(Event, topic="payment.refund_recorded", frozen=True, kw_only=True):
    """A refund of this payment reached the guest; `refunded` is the sum so far.

    `to` says what is left: partially_refunded or refunded.
    """

    booking_id: BookingId
    refund_id: RefundId
    amount: Money
    refunded: Money
    to: str


PaymentEvent = (
    PaymentOpened | PaymentProcessing | PaymentCompleted | FundsAvailable | PaymentRefundRecorded
)
