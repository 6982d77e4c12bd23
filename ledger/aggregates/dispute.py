"""A dispute: a guest's bank asks about a charge, or takes it back, and somebody bears it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates import postings
from ledger.aggregates.decider import SAME, Command, Decider, Lifecycle, Step, actors, states
from ledger.errors import (
    AmountsDiffer,
    NotFound,
    SecondPersonRequired,
    SelfApproval,
    TooEarly,
    TooLate,
)
from ledger.events.dispute import (
    DisputeAccepted,
    DisputeClosed,
    DisputeEscalated,
    DisputeEvent,
    DisputeFundsReinstated,
    DisputeFundsWithdrawn,
    DisputeLost,
    DisputeOpened,
    DisputePrevented,
    DisputeReopened,
    DisputeWon,
    EvidenceSubmitted,
    Stage,
)
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, DisputeId, HostId, PaymentId
from ledger.values.journal import Entry
from ledger.values.losses import Stake, loss_of, nothing_lost
from ledger.values.money import Money, zero
from ledger.values.stay import local_date

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Where a dispute stands, at whatever stage."""

    OPENED = "opened"
    EVIDENCE_DUE = "evidence_due"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    WON = "won"
    LOST = "lost"
    CLOSED_NO_LOSS = "closed_no_loss"
    PREVENTED = "prevented"


class Dispute(Struct, frozen=True):
    """What the rules need to remember.

    `withdrawn` is what the processor took and did not give back, `fees` what it took beside and
    `held` what of the host's part waits for the end: None, before money moved for the first time.
    """

    status: Status
    stage: Stage
    payment_id: PaymentId
    booking_id: BookingId
    host_id: HostId
    amount: Money
    due_by: Instant
    time_zone: str
    withdrawn: Money | None = None
    fees: Money | None = None
    held: Money | None = None
    balance_transactions: frozenset[str] = frozenset()

    @property
    def host(self) -> postings.HostOf:
        """The host, and the booking that they are paid for."""
        return self.host_id, self.booking_id


NEXT_STAGE = {
    Stage.CHARGEBACK: Stage.PRE_ARBITRATION,
    Stage.PRE_ARBITRATION: Stage.ARBITRATION,
}
"""Where a dispute goes on that was won."""

# -- Commands ---------------------------------------------------------------------------


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


class EscalateDispute(Command, frozen=True, kw_only=True):
    """Record that an inquiry became a chargeback."""

    dispute_id: DisputeId
    due_by: Instant


class SubmitEvidence(Command, frozen=True, kw_only=True):
    """Hand in what speaks for the charge; `digest` is the SHA-256 of the whole pack."""

    dispute_id: DisputeId
    digest: str


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
    | AcceptDispute
    | WithdrawFunds
    | ReinstateFunds
    | WinDispute
    | LoseDispute
    | LapseDispute
    | CloseDispute
    | PreventDispute
    | ReopenDispute
)

# -- Lifecycle --------------------------------------------------------------------------

S = Status

LIFECYCLE = Lifecycle(
    "dispute",
    Step("DI1", OpenDispute, states(None), actors("P"), DisputeOpened, (S.OPENED,),
         "an inquiry: no money moves"),
    Step("DI2", OpenDispute, states(None), actors("P"), DisputeOpened, (S.EVIDENCE_DUE,),
         "any other stage"),
    Step("DI3", EscalateDispute, states(S.OPENED), actors("P"), DisputeEscalated, S.EVIDENCE_DUE),
    Step("DI4", SubmitEvidence, states(S.OPENED, S.EVIDENCE_DUE), actors("SF"), EvidenceSubmitted,
         S.SUBMITTED, "before an answer is due"),
    Step("DI5", AcceptDispute, states(S.EVIDENCE_DUE), actors("F"), DisputeAccepted, S.ACCEPTED,
         "by two persons"),
    Step("DI5l", LoseDispute, states(S.ACCEPTED), actors("P"), DisputeLost, S.LOST),
    Step("DI6", LapseDispute, states(S.EVIDENCE_DUE), actors("TP"), DisputeLost, S.LOST,
         "the time for an answer has passed"),
    Step("DI7", WinDispute, states(S.SUBMITTED), actors("P"), DisputeWon, S.WON),
    Step("DI8", LoseDispute, states(S.SUBMITTED), actors("P"), DisputeLost, S.LOST),
    Step("DI9", CloseDispute, states(S.OPENED), actors("P"), DisputeClosed, S.CLOSED_NO_LOSS),
    Step("DI10", PreventDispute, states(S.OPENED, S.EVIDENCE_DUE, S.SUBMITTED), actors("P"),
         DisputePrevented, S.PREVENTED),
    Step("DI11", ReopenDispute, states(S.WON), actors("P"), DisputeReopened, S.EVIDENCE_DUE,
         "there is a next stage"),
    Step("DI12", EscalateDispute, states(S.SUBMITTED), actors("P"), DisputeEscalated,
         S.EVIDENCE_DUE, "it is an inquiry"),
    Step("DI13", CloseDispute, states(S.SUBMITTED), actors("P"), DisputeClosed, S.CLOSED_NO_LOSS,
         "it is an inquiry"),
    Step("DI14", WithdrawFunds, states(S.EVIDENCE_DUE, S.SUBMITTED, S.ACCEPTED), actors("P"),
         DisputeFundsWithdrawn, SAME, "the disputed amount; nothing is withdrawn"),
    Step("DI15", ReinstateFunds, states(S.EVIDENCE_DUE, S.SUBMITTED, S.WON, S.PREVENTED),
         actors("P"), DisputeFundsReinstated, SAME, "the amount that was withdrawn"),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def decide(
    dispute: Dispute | None, command: DisputeCommand, now: Instant
) -> Sequence[DisputeEvent]:
    """What a command does to a dispute. Raises Refused."""
    if isinstance(command, OpenDispute):
        return open_(command)
    if dispute is None:
        raise NotFound(dispute_id=command.dispute_id)
    match command:
        case EscalateDispute():
            refuse_unless_inquiry(dispute, command)
            return [DisputeEscalated(stage=Stage.CHARGEBACK, due_by=command.due_by)]
        case SubmitEvidence():
            return submit(dispute, command, now)
        case AcceptDispute():
            return accept(command)
        case WithdrawFunds():
            return withdraw(dispute, command, now)
        case ReinstateFunds():
            return reinstate(dispute, command, now)
        case WinDispute():
            return win(dispute, command, now)
        case LoseDispute():
            return lose(dispute, command, now)
        case LapseDispute():
            return lapse(dispute, command, now)
        case CloseDispute():
            refuse_unless_inquiry(dispute, command)
            return [DisputeClosed()]
        case PreventDispute():
            return prevent(dispute, command, now)
        case ReopenDispute():
            return reopen(dispute, command)
        case _:
            assert_never(command)


def open_(command: OpenDispute) -> Sequence[DisputeEvent]:
    """Begin a dispute of an amount above zero. Raises AmountsDiffer."""
    if command.amount.minor <= 0:
        raise AmountsDiffer(amount=str(command.amount))
    return [
        DisputeOpened(
            stage=command.stage,
            payment_id=command.payment_id,
            booking_id=command.booking_id,
            host_id=command.host_id,
            amount=command.amount,
            reason=command.reason,
            due_by=command.due_by,
            processor_dispute=command.processor_dispute,
            time_zone=command.time_zone,
            to=S.OPENED if command.stage is Stage.INQUIRY else S.EVIDENCE_DUE,
        )
    ]


def refuse_unless_inquiry(dispute: Dispute, command: EscalateDispute | CloseDispute) -> None:
    """Only an inquiry becomes a chargeback, or is let go. Raises TransitionNotAllowed."""
    if dispute.stage is not Stage.INQUIRY:
        LIFECYCLE.refuse(type(command), dispute.status)


def submit(dispute: Dispute, command: SubmitEvidence, now: Instant) -> Sequence[DisputeEvent]:
    """Hand the evidence in, while there is time. Raises TooLate."""
    if now >= dispute.due_by:
        raise TooLate(not_after=dispute.due_by)
    return [EvidenceSubmitted(digest=command.digest)]


def accept(command: AcceptDispute) -> Sequence[DisputeEvent]:
    """Give the money up, two persons together. Raises SecondPersonRequired, SelfApproval."""
    if not (command.proposer and command.approver):
        raise SecondPersonRequired(proposer=command.proposer, approver=command.approver)
    if command.proposer == command.approver:
        raise SelfApproval(approver=command.approver)
    return [DisputeAccepted(proposer=command.proposer, approver=command.approver)]


def withdraw(dispute: Dispute, command: WithdrawFunds, now: Instant) -> Sequence[DisputeEvent]:
    """The processor took the money: hold what of the host's part is still to be paid.

    Raises AmountsDiffer, CurrenciesDiffer, TransitionNotAllowed where it is taken already.
    """
    taken = dispute.withdrawn is not None and dispute.withdrawn.minor > 0
    if taken or dispute.balance_transactions.intersection(command.balance_transactions):
        LIFECYCLE.refuse(WithdrawFunds, dispute.status)
    refuse_unless_disputed(dispute, command.amount)
    payable, host_part = command.payable, command.host_part
    held = payable if (host_part - payable).minor > 0 else host_part
    entry = postings.dispute_funds_withdrawn(
        command.dispute_id, dispute.host, command.amount, command.fee, held
    )
    return [
        DisputeFundsWithdrawn(
            booking_id=dispute.booking_id,
            host_id=dispute.host_id,
            amount=command.amount,
            fee=command.fee,
            held=held,
            balance_transactions=command.balance_transactions,
            effective_on=local_date(now, dispute.time_zone),
            entries=(entry,),
        )
    ]


def reinstate(dispute: Dispute, command: ReinstateFunds, now: Instant) -> Sequence[DisputeEvent]:
    """The processor gave the money back, and no more of its fee than it took.

    Raises AmountsDiffer, CurrenciesDiffer, TransitionNotAllowed where nothing is withdrawn.
    """
    withdrawn, fees = dispute.withdrawn, dispute.fees
    if withdrawn is None or fees is None or not withdrawn.minor:
        LIFECYCLE.refuse(ReinstateFunds, dispute.status)
    refuse_unless_disputed(dispute, command.amount)
    if (fees - command.fee).minor < 0:
        raise AmountsDiffer(fees=str(fees), returned=str(command.fee))
    entry = postings.dispute_funds_reinstated(
        command.dispute_id, withdrawn, command.amount, command.fee
    )
    return [
        DisputeFundsReinstated(
            booking_id=dispute.booking_id,
            amount=command.amount,
            fee=command.fee,
            balance_transactions=command.balance_transactions,
            effective_on=local_date(now, dispute.time_zone),
            entries=(entry,),
        )
    ]


def refuse_unless_disputed(dispute: Dispute, settled: Money) -> None:
    """Where the account is kept in the guest's currency, exactly the disputed amount moves.

    In another one it moves at the rate of the day. Raises AmountsDiffer.
    """
    if settled.currency == dispute.amount.currency and settled != dispute.amount:
        raise AmountsDiffer(disputed=str(dispute.amount), settled=str(settled))


def win(dispute: Dispute, command: WinDispute, now: Instant) -> Sequence[DisputeEvent]:
    """The charge stands: what was held is the host's again.

    Raises TransitionNotAllowed for an inquiry, which is closed.
    """
    if dispute.stage is Stage.INQUIRY:
        LIFECYCLE.refuse(WinDispute, dispute.status)
    held, entries = hold_ended(command.dispute_id, dispute)
    return [
        DisputeWon(
            booking_id=dispute.booking_id,
            host_id=dispute.host_id,
            given_back=held,
            effective_on=local_date(now, dispute.time_zone),
            entries=entries,
        )
    ]


def prevent(dispute: Dispute, command: PreventDispute, now: Instant) -> Sequence[DisputeEvent]:
    """The guest has the money by a refund: what was held is the host's again."""
    held, entries = hold_ended(command.dispute_id, dispute)
    return [
        DisputePrevented(
            booking_id=dispute.booking_id,
            host_id=dispute.host_id,
            given_back=held,
            effective_on=local_date(now, dispute.time_zone),
            entries=entries,
        )
    ]


def hold_ended(dispute_id: DisputeId, dispute: Dispute) -> tuple[Money, tuple[Entry, ...]]:
    """What is held for a dispute, and the entry that gives it back; none for nothing."""
    held = dispute.held or zero(dispute.amount.currency)
    if not held.minor:
        return held, ()
    return held, (postings.dispute_hold_ended(dispute_id, dispute.host, held),)


def lapse(dispute: Dispute, command: LapseDispute, now: Instant) -> Sequence[DisputeEvent]:
    """Nobody answered: the clock may say so when the time has passed. Raises TooEarly, as `lose`."""
    if command.by_clock and now < dispute.due_by:
        raise TooEarly(not_before=dispute.due_by)
    return lose(dispute, command, now)


def lose(
    dispute: Dispute, command: LoseDispute | LapseDispute, now: Instant
) -> Sequence[DisputeEvent]:
    """The money is gone: everybody's part of it is taken away, or the platform bears it.

    Where no money was withdrawn, none is lost. Raises TransitionNotAllowed for an inquiry, which
    is closed; CurrenciesDiffer.
    """
    if dispute.stage is Stage.INQUIRY:
        LIFECYCLE.refuse(type(command), dispute.status)
    stake, withdrawn, held = command.stake, dispute.withdrawn, dispute.held
    loss = nothing_lost(stake.disputed.currency)
    entries: tuple[Entry, ...] = ()
    if withdrawn is not None and held is not None and withdrawn.minor:
        loss = loss_of(stake, withdrawn, held)
        entries = (postings.dispute_lost(command.dispute_id, dispute.host, withdrawn, loss),)
    return [
        DisputeLost(
            booking_id=dispute.booking_id,
            host_id=dispute.host_id,
            amount=withdrawn or zero(stake.disputed.currency),
            loss=loss,
            effective_on=local_date(now, dispute.time_zone),
            entries=entries,
        )
    ]


def reopen(dispute: Dispute, command: ReopenDispute) -> Sequence[DisputeEvent]:
    """Go to the next stage. Raises TransitionNotAllowed where there is none."""
    stage = NEXT_STAGE.get(dispute.stage)
    if stage is None:
        LIFECYCLE.refuse(ReopenDispute, dispute.status)
    return [DisputeReopened(stage=stage, due_by=command.due_by)]


# -- Evolution --------------------------------------------------------------------------


def evolve(dispute: Dispute | None, event: DisputeEvent) -> Dispute:
    """The dispute after an event."""
    status = LIFECYCLE.after(event, dispute and dispute.status)
    if isinstance(event, DisputeOpened):
        return Dispute(
            status=status,
            stage=event.stage,
            payment_id=event.payment_id,
            booking_id=event.booking_id,
            host_id=event.host_id,
            amount=event.amount,
            due_by=event.due_by,
            time_zone=event.time_zone,
        )
    assert dispute is not None
    match event:
        case DisputeEscalated() | DisputeReopened():
            return replace(dispute, status=status, stage=event.stage, due_by=event.due_by)
        case DisputeFundsWithdrawn():
            return replace(
                dispute,
                withdrawn=event.amount,
                fees=event.fee + dispute.fees if dispute.fees else event.fee,
                held=event.held,
                balance_transactions=dispute.balance_transactions.union(event.balance_transactions),
            )
        case DisputeFundsReinstated():
            assert dispute.fees is not None, "the fee was taken before"
            return replace(
                dispute, withdrawn=zero(event.amount.currency), fees=dispute.fees - event.fee
            )
        case DisputeWon() | DisputePrevented():
            return replace(dispute, status=status, held=None)
        case DisputeLost():
            return replace(dispute, status=status, withdrawn=None, held=None)
        case EvidenceSubmitted() | DisputeAccepted() | DisputeClosed():
            return replace(dispute, status=status)
        case _:
            assert_never(event)


DISPUTE = Decider(
    lifecycle=LIFECYCLE,
    state=Dispute,
    stream_of=lambda command: command.dispute_id,
    decide=decide,
    evolve=evolve,
)
