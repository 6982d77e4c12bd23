"""What may be asked of a dispute."""

from ledger.aggregates.decider import Command
from ledger.events.dispute import Stage
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, DisputeId, HostId, PaymentId, ReceiptId
from ledger.values.losses import Stake
from ledger.values.money import Money


class OpenDispute(Command, frozen=True, kw_only=True):
    """Record that a guest's bank asks about a charge, or takes it back."""

    dispute_id: DisputeId
    stage: Stage
    payment_id: PaymentId
    booking_id: BookingId
    host_id: HostId
    amount: Money
    reason: str
    due_by: Instant
    processor_dispute: str
    time_zone: str
    receipt_id: ReceiptId | None = None


class EscalateDispute(Command, frozen=True, kw_only=True):
    """Record that an inquiry became a chargeback."""

    dispute_id: DisputeId
    due_by: Instant


class SubmitEvidence(Command, frozen=True, kw_only=True):
    """Hand in what speaks for the charge; `digest` is the SHA-256 of the whole pack."""

    dispute_id: DisputeId
    digest: str


class RecordEvidence(Command, frozen=True, kw_only=True):
    """Record that the processor has what speaks for the charge; `answers` counts what it has."""

    dispute_id: DisputeId
    answers: int


class FailEvidence(Command, frozen=True, kw_only=True):
    """Record that the processor does not take what speaks for the charge."""

    dispute_id: DisputeId
    reason: str


class AcceptDispute(Command, frozen=True, kw_only=True):
    """Give the money up for good; `proposer` asked for it, `approver` is who gives the command."""

    dispute_id: DisputeId
    proposer: str
    approver: str


class WithdrawFunds(Command, frozen=True, kw_only=True):
    """Record that the processor took the disputed amount, and a fee, from our balance.

    `host_part` is the host's part of it, `payable` what the books owe the host for the booking: the
    smaller of the two is held until the dispute ends.
    """

    dispute_id: DisputeId
    amount: Money
    fee: Money
    payable: Money
    host_part: Money
    balance_transactions: tuple[str, ...]


class ReinstateFunds(Command, frozen=True, kw_only=True):
    """Record that the processor gave the disputed amount back, and `fee` of what it took beside."""

    dispute_id: DisputeId
    amount: Money
    fee: Money
    balance_transactions: tuple[str, ...]


class ChargeFee(Command, frozen=True, kw_only=True):
    """Record that the processor took a fee beside the disputed amount."""

    dispute_id: DisputeId
    fee: Money
    balance_transactions: tuple[str, ...]


class WinDispute(Command, frozen=True, kw_only=True):
    """Record that the bank decided for the charge."""

    dispute_id: DisputeId


class LoseDispute(Command, frozen=True, kw_only=True):
    """Record that the bank decided for the guest."""

    dispute_id: DisputeId
    stake: Stake


class LapseDispute(Command, frozen=True, kw_only=True):
    """Count a dispute as lost that nobody answered in time: the clock says so, or the processor."""

    dispute_id: DisputeId
    by_clock: bool
    stake: Stake


class CloseDispute(Command, frozen=True, kw_only=True):
    """Record that the bank was content with the answer to its inquiry."""

    dispute_id: DisputeId


class PreventDispute(Command, frozen=True, kw_only=True):
    """Record that the processor gave the guest the money before the bank took it."""

    dispute_id: DisputeId


class ReopenDispute(Command, frozen=True, kw_only=True):
    """Record that a dispute that was won goes to the next stage."""

    dispute_id: DisputeId
    due_by: Instant


DisputeCommand = (
    OpenDispute
    | EscalateDispute
    | SubmitEvidence
    | RecordEvidence
    | FailEvidence
    | AcceptDispute
    | WithdrawFunds
    | ReinstateFunds
    | ChargeFee
    | WinDispute
    | LoseDispute
    | LapseDispute
    | CloseDispute
    | PreventDispute
    | ReopenDispute
)
