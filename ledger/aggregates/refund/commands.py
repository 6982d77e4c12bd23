"""What may be asked of a refund."""

from ledger.aggregates.decider import Command
from ledger.events.refund import Doubt, Funding
from ledger.values.ids import BookingId, DisputeId, HostId, PaymentId, RefundId
from ledger.values.money import Money
from ledger.values.policy import LineBack
from ledger.values.shares import Shares


class RequestRefund(Command, frozen=True, kw_only=True):
    """Ask that money goes back to the guest, line by line.

    `amount` and `lines` are in the guest's currency, `back` in the listing's. `refundable` is what
    the payment can still give back, `left_on_lines` what is left on each line of the price.
    """

    refund_id: RefundId
    payment_id: PaymentId
    booking_id: BookingId
    host_id: HostId
    reason: str
    amount: Money
    back: Shares
    lines: tuple[LineBack, ...]
    funded_by: Funding
    preview: str | None
    requested_by: str
    refundable: Money
    left_on_lines: tuple[LineBack, ...]
    time_zone: str


class AskForApproval(Command, frozen=True, kw_only=True):
    """Put the refund before a person, and say why."""

    refund_id: RefundId
    reasons: tuple[Doubt, ...]


class AutoApprove(Command, frozen=True, kw_only=True):
    """Approve a refund that the policy worked out: `preview` is the digest of what it says now.

    `earned`, `payable`, `remitted` and `deferred` say where the stay's money stands
    (`postings.Standing`).
    """

    refund_id: RefundId
    preview: str
    refundable: Money
    earned: bool
    payable: Money
    remitted: tuple[str, ...]
    deferred: Shares | None = None


class ApproveRefund(Command, frozen=True, kw_only=True):
    """Approve a refund as the second person, with what can be given back looked up once more.

    `worth` is the amount at the booking's own rate, where the listing's currency is another.
    """

    refund_id: RefundId
    approved_by: str | None
    refundable: Money
    left_on_lines: tuple[LineBack, ...]
    earned: bool
    payable: Money
    remitted: tuple[str, ...]
    worth: Money | None = None
    deferred: Shares | None = None


class RejectRefund(Command, frozen=True, kw_only=True):
    """Say no to a refund, and why."""

    refund_id: RefundId
    reason: str


class SubmitRefund(Command, frozen=True, kw_only=True):
    """Hand the refund to the processor; the key is stored before the call.

    `disputed` says whether a dispute has withdrawn this money.
    """

    refund_id: RefundId
    idempotency_key: str
    disputed: bool


class AcceptRefund(Command, frozen=True, kw_only=True):
    """Record that the processor carries the refund out, or that it has not answered."""

    refund_id: RefundId
    processor_refund: str | None
    pending_reason: str | None = None


class SucceedRefund(Command, frozen=True, kw_only=True):
    """Record that the guest has the money back; `settled` is what it took of our balance."""

    refund_id: RefundId
    amount: Money
    processor_refund: str | None = None
    balance_transaction: str | None = None
    settled: Money | None = None


class FailRefund(Command, frozen=True, kw_only=True):
    """Record that the money did not reach the guest, or came back as `settled`."""

    refund_id: RefundId
    reason: str
    processor_refund: str | None = None
    balance_transaction: str | None = None
    settled: Money | None = None


class ResubmitRefund(Command, frozen=True, kw_only=True):
    """Hand a refund that failed to the processor once more, under a new key."""

    refund_id: RefundId
    idempotency_key: str
    refundable: Money
    disputed: bool


class UseAlternative(Command, frozen=True, kw_only=True):
    """Give up the way that the guest paid by, and pay by bank transfer."""

    refund_id: RefundId
    reason: str
    chosen_by: str
    refundable: Money


class SettleAlternatively(Command, frozen=True, kw_only=True):
    """Record that our bank paid the guest; `proof` is the SHA-256 of the bank's document.

    `settled` is what it took of our account, where that is another currency than the guest's.
    """

    refund_id: RefundId
    settled_by: str | None
    reference: str
    proof: str
    settled: Money | None = None


class SettleByDispute(Command, frozen=True, kw_only=True):
    """Count the guest as paid by their bank, out of what a lost dispute took beside all parts."""

    refund_id: RefundId
    dispute_id: DisputeId


class SettleElsewhere(Command, frozen=True, kw_only=True):
    """Count the guest as paid, whole or in part, by a refund made at the processor's own desk.

    `taken` is what that took of the processor's balance.
    """

    refund_id: RefundId
    external_refund: RefundId
    amount: Money
    taken: Money


class CancelRefund(Command, frozen=True, kw_only=True):
    """Take a refund back that was not handed over yet."""

    refund_id: RefundId
    reason: str


class SeeExternalRefund(Command, frozen=True, kw_only=True):
    """Record a refund that the processor tells of and we never asked for."""

    refund_id: RefundId
    payment_id: PaymentId
    booking_id: BookingId
    amount: Money
    processor_refund: str
    balance_transaction: str | None
    settled: Money | None
    time_zone: str


class ReverseExternalRefund(Command, frozen=True, kw_only=True):
    """Record that an external refund came back before anybody explained it, as `settled`."""

    refund_id: RefundId
    reason: str
    balance_transaction: str | None
    settled: Money | None


class MatchExternalRefund(Command, frozen=True, kw_only=True):
    """Say that an external refund, or so much of it, was the money of one that we still owed."""

    refund_id: RefundId
    pays: RefundId
    amount: Money


class ClassifyRefund(Command, frozen=True, kw_only=True):
    """Say whose money an external refund was, line by line, and why it went out."""

    refund_id: RefundId
    host_id: HostId
    back: Shares
    lines: tuple[LineBack, ...]
    funded_by: Funding
    reason: str
    left_on_lines: tuple[LineBack, ...]
    earned: bool
    payable: Money
    remitted: tuple[str, ...]
    deferred: Shares | None = None


RefundCommand = (
    RequestRefund
    | AskForApproval
    | AutoApprove
    | ApproveRefund
    | RejectRefund
    | SubmitRefund
    | AcceptRefund
    | SucceedRefund
    | FailRefund
    | ResubmitRefund
    | UseAlternative
    | SettleAlternatively
    | SettleByDispute
    | SettleElsewhere
    | CancelRefund
    | SeeExternalRefund
    | ReverseExternalRefund
    | MatchExternalRefund
    | ClassifyRefund
)
