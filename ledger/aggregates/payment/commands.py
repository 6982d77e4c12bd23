"""What may be asked of a payment."""

from ledger.aggregates.decider import Command
from ledger.events.payment import Capture
from ledger.values.clock import Instant
from ledger.values.ids import (
    BookingId,
    DamageClaimId,
    DisputeId,
    GuestId,
    PaymentId,
    ReceiptId,
    RefundId,
)
from ledger.values.money import Money
from ledger.values.price import Price


class OpenPayment(Command, frozen=True, kw_only=True):
    """Ask a guest for what a booking costs, for what one alteration makes dearer, or for damage.

    `due` is that difference; then `price` is the one that the booking will have. Or it is what the
    claim `for_damage` comes to, beside the booking's price. `minimum` is the least that the
    processor takes in this currency.
    """

    payment_id: PaymentId
    booking_id: BookingId
    guest_id: GuestId
    price: Price
    time_zone: str
    capture: Capture = Capture.AUTOMATIC
    for_alteration: int | None = None
    for_damage: DamageClaimId | None = None
    due: Money | None = None
    minimum: Money | None = None


class LinkIntent(Command, frozen=True, kw_only=True):
    """Remember the intent that the processor opened for the payment."""

    payment_id: PaymentId
    intent: str


class SubmitPayment(Command, frozen=True, kw_only=True):
    """Hand the payment to the processor; the key is stored before the call."""

    payment_id: PaymentId
    idempotency_key: str


class RequireAction(Command, frozen=True, kw_only=True):
    """Record that the guest's bank wants to hear from the guest."""

    payment_id: PaymentId


class FinishAction(Command, frozen=True, kw_only=True):
    """Record that the guest has answered their bank; the same attempt goes on."""

    payment_id: PaymentId


class AuthorizePayment(Command, frozen=True, kw_only=True):
    """Record that the guest's bank holds the money for us."""

    payment_id: PaymentId
    amount: Money
    capture_before: Instant


class CapturePayment(Command, frozen=True, kw_only=True):
    """Ask for what is held, or a part of it; the key is stored before the call."""

    payment_id: PaymentId
    amount: Money
    idempotency_key: str


class CompletePayment(Command, frozen=True, kw_only=True):
    """Record that the processor has the guest's money.

    `settled` and `fee` are in the currency that the processor settled in.
    """

    payment_id: PaymentId
    amount: Money
    charge: str
    intent: str | None = None
    balance_transaction: str | None = None
    settled: Money | None = None
    fee: Money | None = None
    available_at: Instant | None = None


class AdoptPayment(Command, frozen=True, kw_only=True):
    """Begin a payment with money that came without a place, and is due after all.

    What is told of the money is that of the receipt, as its own stream says.
    """

    payment_id: PaymentId
    booking_id: BookingId
    guest_id: GuestId
    price: Price
    time_zone: str
    receipt_id: ReceiptId
    amount: Money
    charge: str
    intent: str | None = None
    settled: Money | None = None
    fee: Money | None = None
    available: bool = False
    available_at: Instant | None = None


class FailPayment(Command, frozen=True, kw_only=True):
    """Record that the attempt came to nothing."""

    payment_id: PaymentId
    decline_code: str
    retryable: bool
    charge: str | None = None


class AskToCancel(Command, frozen=True, kw_only=True):
    """Let the processor give the payment up, because nobody waits for it any more."""

    payment_id: PaymentId
    reason: str


class CloseIntent(Command, frozen=True, kw_only=True):
    """Record that the processor takes no more money for it."""

    payment_id: PaymentId


class RetryPayment(Command, frozen=True, kw_only=True):
    """Try once more: `due` is what the booking asks for, `hold_alive` whether it has its nights."""

    payment_id: PaymentId
    due: Money
    hold_alive: bool


class CancelPayment(Command, frozen=True, kw_only=True):
    """Give the payment up; while it is processed, only as the processor's own confirmation."""

    payment_id: PaymentId
    reason: str
    confirmed_by_processor: bool = False


class VoidPayment(Command, frozen=True, kw_only=True):
    """Let go of what the guest's bank holds."""

    payment_id: PaymentId
    reason: str


class ExpireAuthorization(Command, frozen=True, kw_only=True):
    """Record that the guest's bank holds nothing any more."""

    payment_id: PaymentId


class ReportUnknownOutcome(Command, frozen=True, kw_only=True):
    """Record that we looked, and there is no answer to the last call yet."""

    payment_id: PaymentId


class RecordFunds(Command, frozen=True, kw_only=True):
    """Record that the captured money can be used."""

    payment_id: PaymentId


class ReserveRefund(Command, frozen=True, kw_only=True):
    """Set aside what an approved refund will give back, so that no other refund can."""

    payment_id: PaymentId
    refund_id: RefundId
    amount: Money


class ReleaseRefund(Command, frozen=True, kw_only=True):
    """Free what was set aside for a refund that will not take place."""

    payment_id: PaymentId
    refund_id: RefundId


class RecordRefund(Command, frozen=True, kw_only=True):
    """Record that a refund of this payment reached the guest.

    `outside` says that it went out without us: then nobody asks what could be given back.
    """

    payment_id: PaymentId
    refund_id: RefundId
    amount: Money
    outside: bool = False


class ReverseRefund(Command, frozen=True, kw_only=True):
    """Record that a refund which had reached the guest came back."""

    payment_id: PaymentId
    refund_id: RefundId


class MarkDisputed(Command, frozen=True, kw_only=True):
    """Record that the guest's bank took money back over a dispute."""

    payment_id: PaymentId
    dispute_id: DisputeId
    amount: Money


class ClearDispute(Command, frozen=True, kw_only=True):
    """Record that what was taken over a dispute is ours again."""

    payment_id: PaymentId
    dispute_id: DisputeId


OnTheWayCommand = (
    LinkIntent
    | SubmitPayment
    | RequireAction
    | FinishAction
    | AuthorizePayment
    | CapturePayment
    | CompletePayment
    | FailPayment
    | AskToCancel
    | CloseIntent
    | RetryPayment
    | CancelPayment
    | VoidPayment
    | ExpireAuthorization
    | ReportUnknownOutcome
)
"""What is done until the money is here, or will not come."""

AfterwardsCommand = (
    RecordFunds
    | ReserveRefund
    | ReleaseRefund
    | RecordRefund
    | ReverseRefund
    | MarkDisputed
    | ClearDispute
)
"""What is done with money that is here."""

PaymentCommand = OpenPayment | AdoptPayment | OnTheWayCommand | AfterwardsCommand
