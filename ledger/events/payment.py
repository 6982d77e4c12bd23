"""What happens to one guest payment."""

from enum import StrEnum

from ledger.events.event import Event, MoneyEvent
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, DamageClaimId, DisputeId, GuestId, ReceiptId, RefundId
from ledger.values.money import Money
from ledger.values.price import Price


class Capture(StrEnum):
    """Whether the processor takes the money at once, or holds it until we ask for it."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


class PaymentOpened(Event, topic="payment.opened", schema=3, frozen=True, kw_only=True):
    """An amount is due for a booking; the whole calculation stands beside it.

    `for_alteration` is the number of the alteration that it pays for, `for_damage` the claim of
    damage; both are nothing for the booking.
    """

    booking_id: BookingId
    guest_id: GuestId
    due: Money
    price: Price
    time_zone: str
    capture: Capture = Capture.AUTOMATIC
    for_alteration: int | None = None
    for_damage: DamageClaimId | None = None


class PaymentIntentLinked(Event, topic="payment.intent_linked", frozen=True, kw_only=True):
    """The processor opened an intent for the payment; the guest's secret for it is not kept."""

    intent: str


class PaymentProcessing(Event, topic="payment.processing", schema=2, frozen=True, kw_only=True):
    """The payment was handed to the processor, under a key that makes the call happen once.

    From `answer_due_at` on the outcome counts as unknown; nothing for history from outside.
    """

    attempt: int
    idempotency_key: str
    answer_due_at: Instant | None = None


class PaymentActionRequired(Event, topic="payment.action_required", frozen=True, kw_only=True):
    """The guest's bank wants to hear from the guest before it pays."""

    attempt: int


class PaymentAuthorized(Event, topic="payment.authorized", frozen=True, kw_only=True):
    """The guest's bank holds the amount for us, until `capture_before`."""

    amount: Money
    capture_before: Instant


class CaptureRequested(Event, topic="payment.capture_requested", frozen=True, kw_only=True):
    """The processor was asked for so much of what is held, under a key of its own."""

    amount: Money
    idempotency_key: str
    answer_due_at: Instant


class PaymentOutcomeUnknown(Event, topic="payment.outcome_unknown", frozen=True, kw_only=True):
    """The processor has not answered an attempt, and we have looked so many times.

    `look_again_at` is when to ask once more; nothing where it is for people now.
    """

    attempt: int
    looks: int
    look_again_at: Instant | None


class PaymentCompleted(MoneyEvent, topic="payment.completed", schema=2, frozen=True, kw_only=True):
    """The processor has the guest's money.

    `settled` is the gross that the processor holds for it in its own currency, nothing where that
    is the amount itself; `fee` is what the processor keeps of it, nothing where that is not known.
    From `available_at` on the rest can be used.
    """

    booking_id: BookingId
    amount: Money
    charge: str
    intent: str | None = None
    balance_transaction: str | None = None
    settled: Money | None = None
    fee: Money | None = None
    available_at: Instant | None = None


class PaymentAdopted(MoneyEvent, topic="payment.adopted", schema=2, frozen=True, kw_only=True):
    """Money that had come without a place became the payment of a booking, which was due it.

    `settled` and `fee` are those of the receipt; `available` says whether it can be used already,
    and `available_at` from when on it can, where the processor has said so.
    """

    booking_id: BookingId
    guest_id: GuestId
    due: Money
    price: Price
    time_zone: str
    receipt_id: ReceiptId
    charge: str
    intent: str | None
    settled: Money | None
    fee: Money | None
    available: bool
    available_at: Instant | None


class PaymentFailed(Event, topic="payment.failed", frozen=True, kw_only=True):
    """The attempt came to nothing, for the processor's reason; some are worth another attempt.

    `charge` is the processor's own name of the attempt, where a bank was asked.
    """

    attempt: int
    decline_code: str
    retryable: bool
    charge: str | None = None


class PaymentCancellationAsked(
    Event, topic="payment.cancellation_asked", frozen=True, kw_only=True
):
    """The processor is to give the payment up; until it says so, it may still succeed."""

    reason: str


class PaymentIntentClosed(Event, topic="payment.intent_closed", frozen=True, kw_only=True):
    """The processor will not take money for this payment any more."""


class PaymentRetried(Event, topic="payment.retried", frozen=True, kw_only=True):
    """The guest will try once more; `attempt` is the number of the attempt to come."""

    attempt: int


class PaymentCancelled(Event, topic="payment.cancelled", frozen=True, kw_only=True):
    """The payment will not take place, and nothing of it is held any more."""

    booking_id: BookingId
    reason: str


class FundsAvailable(MoneyEvent, topic="payment.funds_available", frozen=True, kw_only=True):
    """The captured money can be used: it left the pending balance for the available one.

    `amount` is what is left after the processor's fee, in the currency that it settled in.
    """

    booking_id: BookingId
    amount: Money


class RefundReserved(Event, topic="payment.refund_reserved", frozen=True, kw_only=True):
    """So much of the payment is spoken for by a refund that was approved."""

    refund_id: RefundId
    amount: Money


class RefundReservationReleased(
    Event, topic="payment.refund_reservation_released", frozen=True, kw_only=True
):
    """A refund will not take place, and what it had reserved is free for another."""

    refund_id: RefundId
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


class PaymentRefundReversed(Event, topic="payment.refund_reversed", frozen=True, kw_only=True):
    """A refund that had reached the guest came back; `refunded` is the sum that is left of them.

    `to` says what is left: completed or partially_refunded.
    """

    booking_id: BookingId
    refund_id: RefundId
    amount: Money
    refunded: Money
    to: str


class DisputedAmountWithdrawn(
    Event, topic="payment.disputed_amount_withdrawn", frozen=True, kw_only=True
):
    """The guest's bank took so much of the payment back over a dispute."""

    dispute_id: DisputeId
    amount: Money


class DisputedAmountReinstated(
    Event, topic="payment.disputed_amount_reinstated", frozen=True, kw_only=True
):
    """What the guest's bank had taken over a dispute is ours again."""

    dispute_id: DisputeId
    amount: Money


PaymentEvent = (
    PaymentOpened
    | PaymentIntentLinked
    | PaymentProcessing
    | PaymentActionRequired
    | PaymentAuthorized
    | CaptureRequested
    | PaymentOutcomeUnknown
    | PaymentCompleted
    | PaymentAdopted
    | PaymentFailed
    | PaymentCancellationAsked
    | PaymentIntentClosed
    | PaymentRetried
    | PaymentCancelled
    | FundsAvailable
    | RefundReserved
    | RefundReservationReleased
    | PaymentRefundRecorded
    | PaymentRefundReversed
    | DisputedAmountWithdrawn
    | DisputedAmountReinstated
)
