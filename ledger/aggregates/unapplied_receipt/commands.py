"""What may be asked of an unapplied receipt."""

from ledger.aggregates.decider import Command
from ledger.events.unapplied_receipt import Why
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, DisputeId, PaymentId, ReceiptId
from ledger.values.money import Money


class DetectReceipt(Command, frozen=True, kw_only=True):
    """Record that money came that no payment was waiting for.

    `settled` and `fee` are in the currency that the processor settled in.
    """

    receipt_id: ReceiptId
    booking_id: BookingId
    payment_id: PaymentId
    amount: Money
    charge: str
    why: Why
    time_zone: str
    intent: str | None = None
    balance_transaction: str | None = None
    settled: Money | None = None
    fee: Money | None = None
    available_at: Instant | None = None


class RecordReceiptFunds(Command, frozen=True, kw_only=True):
    """Record that the money can be used."""

    receipt_id: ReceiptId


class ReturnReceipt(Command, frozen=True, kw_only=True):
    """Ask the processor to give the money back; the key is stored before the call.

    `disputed` says whether a dispute has the money.
    """

    receipt_id: ReceiptId
    idempotency_key: str
    disputed: bool = False


class RecordReturn(Command, frozen=True, kw_only=True):
    """Record that the guest has the money back; `settled` is what it cost, where exchanged."""

    receipt_id: ReceiptId
    amount: Money
    processor_refund: str
    balance_transaction: str | None = None
    settled: Money | None = None


class FailReturn(Command, frozen=True, kw_only=True):
    """Record that the processor could not give the money back."""

    receipt_id: ReceiptId
    reason: str


class ReverseReturn(Command, frozen=True, kw_only=True):
    """Record that what the guest had back came back; `settled` is what of it, where exchanged."""

    receipt_id: ReceiptId
    amount: Money
    reason: str
    balance_transaction: str
    settled: Money | None = None


class DisputeReceipt(Command, frozen=True, kw_only=True):
    """Remember that a dispute is about the money."""

    receipt_id: ReceiptId
    dispute_id: DisputeId


class SettleReceiptByDispute(Command, frozen=True, kw_only=True):
    """Owe the guest so much less: a dispute about `amount` was lost, and took `lost` for it."""

    receipt_id: ReceiptId
    dispute_id: DisputeId
    amount: Money
    lost: Money


class UseReceiptAlternative(Command, frozen=True, kw_only=True):
    """Give up sending the money back: our bank will pay the guest.

    `disputed` says whether a dispute has the money.
    """

    receipt_id: ReceiptId
    reason: str
    chosen_by: str
    disputed: bool = False


class SettleReceiptAlternatively(Command, frozen=True, kw_only=True):
    """Record that our bank has paid the guest; `proof` is its document's SHA-256.

    `settled` is what it cost our bank in the currency that the money was exchanged into.
    """

    receipt_id: ReceiptId
    settled_by: str
    reference: str
    proof: str
    settled: Money | None = None


class AdoptReceipt(Command, frozen=True, kw_only=True):
    """Let the money be a payment of its own: `due` is what its booking still waits for."""

    receipt_id: ReceiptId
    payment_id: PaymentId
    due: Money


UnappliedReceiptCommand = (
    DetectReceipt
    | RecordReceiptFunds
    | ReturnReceipt
    | RecordReturn
    | FailReturn
    | ReverseReturn
    | DisputeReceipt
    | SettleReceiptByDispute
    | UseReceiptAlternative
    | SettleReceiptAlternatively
    | AdoptReceipt
)
