"""What may be asked of a payout."""

from ledger.aggregates.decider import Command
from ledger.values.clearance import Clearance, Hold
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, HostId, PayoutId
from ledger.values.money import Money


class SchedulePayout(Command, frozen=True, kw_only=True):
    """Promise a host what a tranche of a confirmed booking will bring."""

    payout_id: PayoutId
    booking_id: BookingId
    host_id: HostId
    amount: Money
    release_at: Instant
    time_zone: str
    tranche: int = 1


class RecalculatePayout(Command, frozen=True, kw_only=True):
    """Work the payout out again from the ledger, because the booking changed."""

    payout_id: PayoutId
    amount: Money
    release_at: Instant


class HoldPayout(Command, frozen=True, kw_only=True):
    """Keep the payout back for a reason; `detail` names what gives it, such as a dispute."""

    payout_id: PayoutId
    reason: Hold
    detail: str = ""


class LiftPayoutHold(Command, frozen=True, kw_only=True):
    """Let a reason go: `still_stands` is what its own streams say of it.

    `reviewer` is who of finance looked at it, for the reasons that people must look at.
    """

    payout_id: PayoutId
    reason: Hold
    still_stands: bool
    reviewer: str = ""


class MaturePayout(Command, frozen=True, kw_only=True):
    """Let the payout fall due: its time has come."""

    payout_id: PayoutId


class ReleasePayout(Command, frozen=True, kw_only=True):
    """Order the transfer; above the limit, `approver` is who of finance approves it."""

    payout_id: PayoutId
    clearance: Clearance
    limit: Money | None = None
    approver: str = ""


class RecordTransfer(Command, frozen=True, kw_only=True):
    """Record that the host's account has the money."""

    payout_id: PayoutId
    amount: Money
    transfer: str
    balance_transaction: str | None = None


class FailTransfer(Command, frozen=True, kw_only=True):
    """Record that the processor did not make the transfer."""

    payout_id: PayoutId
    reason: str


class ReportUnknownTransfer(Command, frozen=True, kw_only=True):
    """Record that nobody answered whether the transfer was made."""

    payout_id: PayoutId


class RetryPayout(Command, frozen=True, kw_only=True):
    """Order a transfer that failed anew; what is known is known anew as well."""

    payout_id: PayoutId
    clearance: Clearance
    limit: Money | None = None
    approver: str = ""


class OrderReversal(Command, frozen=True, kw_only=True):
    """Order a part of the transfer back; `cause` is the refund or dispute that it is due for."""

    payout_id: PayoutId
    amount: Money
    cause: str


class RecordReversal(Command, frozen=True, kw_only=True):
    """Record that a part came back, as ordered; `debt` is what the host owes at that instant."""

    payout_id: PayoutId
    amount: Money
    reversal: str
    idempotency_key: str
    debt: Money


class FailReversal(Command, frozen=True, kw_only=True):
    """Record that a part that was ordered back does not come."""

    payout_id: PayoutId
    reason: str
    idempotency_key: str


PayoutCommand = (
    SchedulePayout
    | RecalculatePayout
    | HoldPayout
    | LiftPayoutHold
    | MaturePayout
    | ReleasePayout
    | RecordTransfer
    | FailTransfer
    | ReportUnknownTransfer
    | RetryPayout
    | OrderReversal
    | RecordReversal
    | FailReversal
)
