"""What happens to one dispute: a guest's bank asks about a charge, or takes it back."""

from enum import StrEnum

from ledger.events.event import Event, MoneyEvent
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, HostId, PaymentId, ReceiptId
from ledger.values.losses import Loss
from ledger.values.money import Money


class Stage(StrEnum):
    """How far a dispute has gone, beside where it stands."""

    INQUIRY = "inquiry"
    CHARGEBACK = "chargeback"
    PRE_ARBITRATION = "pre_arbitration"
    ARBITRATION = "arbitration"


class DisputeOpened(Event, topic="dispute.opened", schema=2, frozen=True, kw_only=True):
    """A guest's bank asks about a charge (an inquiry), or takes it back; an answer is due by then.

    `amount` is what is disputed, in the guest's currency. `receipt_id` is of the charge's money
    where no payment had room for it, so that none of it is the host's.
    """

    stage: Stage
    payment_id: PaymentId
    booking_id: BookingId
    host_id: HostId
    amount: Money
    reason: str
    due_by: Instant
    processor_dispute: str
    time_zone: str
    to: str
    receipt_id: ReceiptId | None


class DisputeEscalated(Event, topic="dispute.escalated", frozen=True, kw_only=True):
    """The bank was not content with an inquiry, and takes the charge back."""

    stage: Stage
    due_by: Instant


class EvidenceSubmitted(Event, topic="dispute.evidence_submitted", frozen=True, kw_only=True):
    """What speaks for the charge was handed in, once and for all; `digest` is of the whole pack."""

    digest: str


class EvidenceDelivered(Event, topic="dispute.evidence_delivered", frozen=True, kw_only=True):
    """The processor has what speaks for the charge, its `answers`th; the bank decides now."""

    answers: int


class EvidenceFailed(Event, topic="dispute.evidence_failed", frozen=True, kw_only=True):
    """The processor did not take what speaks for the charge, and said why; it may be tried anew."""

    reason: str
    to: str


class DisputeAccepted(Event, topic="dispute.accepted", frozen=True, kw_only=True):
    """Two persons gave the money up; the processor does not let anybody take that back."""

    proposer: str
    approver: str


class DisputeFundsWithdrawn(MoneyEvent, topic="dispute.funds_withdrawn", frozen=True, kw_only=True):
    """The processor took the disputed amount and a fee; what the host is still owed is held."""

    booking_id: BookingId
    host_id: HostId
    amount: Money
    fee: Money
    held: Money
    balance_transactions: tuple[str, ...]


class DisputeFundsReinstated(
    MoneyEvent, topic="dispute.funds_reinstated", frozen=True, kw_only=True
):
    """The processor gave the disputed amount back, and what it returns of its fee."""

    booking_id: BookingId
    amount: Money
    fee: Money
    balance_transactions: tuple[str, ...]


class DisputeFeeCharged(MoneyEvent, topic="dispute.fee_charged", frozen=True, kw_only=True):
    """The processor took a fee beside the disputed amount, such as for countering."""

    booking_id: BookingId
    fee: Money
    balance_transactions: tuple[str, ...]


class DisputeWon(MoneyEvent, topic="dispute.won", frozen=True, kw_only=True):
    """The bank decided for the charge; the host has back what was held."""

    booking_id: BookingId
    host_id: HostId
    given_back: Money


class DisputeLost(MoneyEvent, topic="dispute.lost", frozen=True, kw_only=True):
    """The bank decided for the guest, or nobody answered in time: `loss` says who bears it."""

    booking_id: BookingId
    host_id: HostId
    amount: Money
    loss: Loss


class DisputeClosed(Event, topic="dispute.closed", frozen=True, kw_only=True):
    """The bank was content with the answer to its inquiry; no money moved."""


class DisputePrevented(MoneyEvent, topic="dispute.prevented", frozen=True, kw_only=True):
    """The processor gave the guest the money before the bank took it: a refund, not a loss."""

    booking_id: BookingId
    host_id: HostId
    given_back: Money


class DisputeReopened(Event, topic="dispute.reopened", frozen=True, kw_only=True):
    """A dispute that was won goes to the next stage; an answer is due again."""

    stage: Stage
    due_by: Instant


DisputeEvent = (
    DisputeOpened
    | DisputeEscalated
    | EvidenceSubmitted
    | EvidenceDelivered
    | EvidenceFailed
    | DisputeAccepted
    | DisputeFundsWithdrawn
    | DisputeFundsReinstated
    | DisputeFeeCharged
    | DisputeWon
    | DisputeLost
    | DisputeClosed
    | DisputePrevented
    | DisputeReopened
)
