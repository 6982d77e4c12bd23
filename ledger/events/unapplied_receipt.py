"""What happens to money that came where no payment had room for it."""

from enum import StrEnum

from ledger.events.event import Event, MoneyEvent
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, DisputeId, PaymentId
from ledger.values.money import Money


class Why(StrEnum):
    """Why there was no room: too late, once more, or not what was due."""

    LATE_SUCCESS = "late_success"
    DOUBLE_CAPTURE = "double_capture"
    WRONG_AMOUNT = "wrong_amount"
    WRONG_CURRENCY = "wrong_currency"


class ReceiptDetected(MoneyEvent, topic="unapplied_receipt.detected", frozen=True, kw_only=True):
    """The processor took a guest's money that no payment was waiting for.

    `payment_id` is the payment that it was meant for. `settled` is the gross that the processor
    holds for it in its own currency, nothing where that is the amount itself; `fee` is what it
    keeps of it, nothing where that is not known.
    """

    booking_id: BookingId
    payment_id: PaymentId
    amount: Money
    charge: str
    intent: str | None
    balance_transaction: str | None
    settled: Money | None
    fee: Money | None
    why: Why
    time_zone: str
    available_at: Instant | None = None


class ReceiptFundsAvailable(
    MoneyEvent, topic="unapplied_receipt.funds_available", frozen=True, kw_only=True
):
    """The money can be used: it left the pending balance for the available one.

    `amount` is what is left after the processor's fee, in the currency that it settled in.
    """

    booking_id: BookingId
    amount: Money


class ReceiptReturning(Event, topic="unapplied_receipt.returning", frozen=True, kw_only=True):
    """The processor was asked to give the money back, under a key that makes it happen once."""

    attempt: int
    idempotency_key: str


class ReceiptReturned(MoneyEvent, topic="unapplied_receipt.returned", frozen=True, kw_only=True):
    """The guest has the money back.

    `settled` is what it cost in the processor's own currency, nothing where that is the amount.
    """

    booking_id: BookingId
    amount: Money
    processor_refund: str
    balance_transaction: str | None
    settled: Money | None


class ReceiptReturnFailed(
    Event, topic="unapplied_receipt.return_failed", frozen=True, kw_only=True
):
    """The money could not be given back, for the processor's reason; it is still the guest's."""

    reason: str


class ReceiptReturnReversed(
    MoneyEvent, topic="unapplied_receipt.return_reversed", frozen=True, kw_only=True
):
    """What the guest had back came back, for the processor's reason; it is the guest's still.

    `settled` is what came back in the processor's own currency, nothing where that is the amount.
    """

    booking_id: BookingId
    amount: Money
    reason: str
    balance_transaction: str
    settled: Money | None


class ReceiptDisputed(Event, topic="unapplied_receipt.disputed", frozen=True, kw_only=True):
    """The guest's bank asks about money that is on its way back, or takes it by itself."""

    dispute_id: DisputeId


class ReceiptSettledByDispute(
    MoneyEvent, topic="unapplied_receipt.settled_by_dispute", frozen=True, kw_only=True
):
    """The guest has the money by a dispute that was lost, so it does not go back beside.

    `settled` is what the dispute took in the processor's own currency, nothing where that is the
    amount.
    """

    booking_id: BookingId
    dispute_id: DisputeId
    amount: Money
    settled: Money | None


class ReceiptLessened(MoneyEvent, topic="unapplied_receipt.lessened", frozen=True, kw_only=True):
    """The guest has a part of the money by a dispute that was lost; `left` is the guest's still.

    `settled` is what the dispute took, and `position` what that part was exchanged into when it
    came, both in the processor's own currency, nothing where that is the amount itself.
    """

    booking_id: BookingId
    dispute_id: DisputeId
    amount: Money
    left: Money
    settled: Money | None
    position: Money | None


class ReceiptAlternativeChosen(
    Event, topic="unapplied_receipt.alternative_chosen", frozen=True, kw_only=True
):
    """Our bank will pay the guest, because the money cannot go back where it came from."""

    reason: str
    chosen_by: str


class ReceiptSettledAlternatively(
    MoneyEvent, topic="unapplied_receipt.settled_alternatively", frozen=True, kw_only=True
):
    """The guest has the money by a transfer from our bank.

    `reference` is the bank's; `proof` is the SHA-256 of the bank's document, in hexadecimal.
    `settled` is what it cost in the processor's own currency, nothing where that is the amount.
    """

    booking_id: BookingId
    amount: Money
    reference: str
    proof: str
    settled: Money | None


class ReceiptAdopted(Event, topic="unapplied_receipt.adopted", frozen=True, kw_only=True):
    """The money was due after all: it became a payment of its own."""

    payment_id: PaymentId


UnappliedReceiptEvent = (
    ReceiptDetected
    | ReceiptFundsAvailable
    | ReceiptReturning
    | ReceiptReturned
    | ReceiptReturnFailed
    | ReceiptReturnReversed
    | ReceiptDisputed
    | ReceiptSettledByDispute
    | ReceiptLessened
    | ReceiptAlternativeChosen
    | ReceiptSettledAlternatively
    | ReceiptAdopted
)
