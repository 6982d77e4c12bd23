"""A host's debt: what one host owes the platform, kept apart per currency.

A debt is netted from what the host would be paid next, collected by taking a transfer back, or
written off by two persons. It never goes below zero, and no currency pays for another.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates import postings
from ledger.aggregates.decider import SAME, Command, Decider, Lifecycle, Step, actors, states
from ledger.errors import AmountsDiffer, DebtExceeded, NotFound, SelfApproval
from ledger.events.host_debt import (
    DebtCollected,
    DebtDropped,
    DebtNetted,
    DebtRaised,
    DebtWrittenOff,
    HostDebtEvent,
    WriteOffProposed,
    WriteOffRejected,
)
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, HostId, PayoutId, StreamId, derived_id
from ledger.values.money import Money
from ledger.values.stay import local_date

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Whether anything is owed, in whatever currency."""

    CLEAR = "clear"
    OWING = "owing"


class Cause(StrEnum):
    """Why a host owes the platform."""

    REFUND_AFTER_PAYOUT = "refund_after_payout"
    DISPUTE_LOST = "dispute_lost"
    HOST_PENALTY = "host_penalty"


class Proposal(Struct, frozen=True):
    """A write-off that waits for a second person."""

    amount: Money
    proposer: str


class HostDebt(Struct, frozen=True):
    """What is owed in minor units and what may be written off, by currency.

    `settled` has the amount of each thing that raised or paid a debt, by its own name, so that
    none of them counts twice.
    """

    status: Status
    owed_minor: dict[str, int]
    proposals: dict[str, Proposal]
    settled: dict[str, Money]

    def owed(self, currency: str) -> Money:
        """What is owed in a currency; nothing if nothing ever was."""
        return Money(self.owed_minor.get(currency, 0), currency)


def debt_of(host_id: HostId) -> StreamId:
    """The id of the stream of a host's debt."""
    return StreamId(derived_id(host_id, "debt"))


# -- Commands ---------------------------------------------------------------------------


class RaiseDebt(Command, frozen=True, kw_only=True):
    """Let a host owe more; `caused_by` is the id of the refund, dispute or cancellation."""

    host_id: HostId
    amount: Money
    cause: Cause
    booking_id: BookingId
    caused_by: str


class NetDebt(Command, frozen=True, kw_only=True):
    """Keep a part of what a payout would bring, in the time zone of the booking's property."""

    host_id: HostId
    booking_id: BookingId
    payout_id: PayoutId
    amount: Money
    time_zone: str


class CollectDebt(Command, frozen=True, kw_only=True):
    """Count what taking a transfer back has paid of the debt."""

    host_id: HostId
    amount: Money
    reversal: str


class DropDebt(Command, frozen=True, kw_only=True):
    """Let a host owe no more what something raised that was taken back, such as a refund."""

    host_id: HostId
    amount: Money
    cause: Cause
    booking_id: BookingId
    caused_by: str


class ProposeWriteOff(Command, frozen=True, kw_only=True):
    """Propose to give a part of the debt up; `proposer` is who asks."""

    host_id: HostId
    amount: Money
    reason: str
    proposer: str


class ApproveWriteOff(Command, frozen=True, kw_only=True):
    """Give up what was proposed; `approver` is who asks, `time_zone` that of the books' day."""

    host_id: HostId
    amount: Money
    approver: str
    time_zone: str


class RejectWriteOff(Command, frozen=True, kw_only=True):
    """Do not give up what was proposed; `reviewer` is who asks."""

    host_id: HostId
    amount: Money
    reviewer: str


HostDebtCommand = (
    RaiseDebt
    | NetDebt
    | CollectDebt
    | DropDebt
    | ProposeWriteOff
    | ApproveWriteOff
    | RejectWriteOff
)

# -- Lifecycle --------------------------------------------------------------------------

S = Status
OWING = states(S.OWING)

LIFECYCLE = Lifecycle(
    "host_debt",
    Step("HD1", RaiseDebt, states(None, S.CLEAR, S.OWING), actors("X"), DebtRaised, S.OWING,
         "above zero; each cause once"),
    Step("HD2", NetDebt, OWING, actors("X"), DebtNetted, (S.CLEAR, S.OWING),
         "no more than is owed in that currency; each payout once"),
    Step("HD3", CollectDebt, OWING, actors("X"), DebtCollected, (S.CLEAR, S.OWING),
         "no more than is owed in that currency; each reversal once"),
    Step("HD4", ProposeWriteOff, OWING, actors("F"), WriteOffProposed, SAME,
         "no more than is owed in that currency; no other proposal in it"),
    Step("HD5", ApproveWriteOff, OWING, actors("FO"), DebtWrittenOff, (S.CLEAR, S.OWING),
         "what was proposed, and is still owed; approver ≠ proposer"),
    Step("HD6", RejectWriteOff, states(S.CLEAR, S.OWING), actors("FO"), WriteOffRejected, SAME,
         "what was proposed"),
    Step("HD7", DropDebt, OWING, actors("X"), DebtDropped, (S.CLEAR, S.OWING),
         "it was raised, and is still owed; each cause once"),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def decide(
    debt: HostDebt | None, command: HostDebtCommand, now: Instant
) -> Sequence[HostDebtEvent]:
    """What a command does to a debt. Raises Refused."""
    if command.amount.minor <= 0:
        raise AmountsDiffer(amount=str(command.amount))
    if isinstance(command, RaiseDebt):
        return raise_debt(debt, command)
    if debt is None:
        raise NotFound(host_id=command.host_id)
    match command:
        case NetDebt():
            return net(debt, command, now)
        case CollectDebt():
            return collect(debt, command)
        case DropDebt():
            return drop(debt, command)
        case ProposeWriteOff():
            return propose(debt, command)
        case ApproveWriteOff():
            return approve(debt, command, now)
        case RejectWriteOff():
            proposed(debt, command)
            return [
                WriteOffRejected(
                    host_id=command.host_id, amount=command.amount, reviewer=command.reviewer
                )
            ]
        case _:
            assert_never(command)


def raise_debt(debt: HostDebt | None, command: RaiseDebt) -> Sequence[HostDebtEvent]:
    """Owe more, once for each cause. Raises AmountsDiffer."""
    if debt is not None and counted(debt, f"{command.cause}/{command.caused_by}", command.amount):
        return []
    return [
        DebtRaised(
            host_id=command.host_id,
            amount=command.amount,
            cause=command.cause.value,
            booking_id=command.booking_id,
            caused_by=command.caused_by,
        )
    ]


def net(debt: HostDebt, command: NetDebt, now: Instant) -> Sequence[HostDebtEvent]:
    """Pay debt with earnings, once for each payout. Raises DebtExceeded, AmountsDiffer."""
    if counted(debt, command.payout_id, command.amount):
        return []
    entry = postings.debt_netted(command.host_id, command.booking_id, command.amount)
    return [
        DebtNetted(
            host_id=command.host_id,
            booking_id=command.booking_id,
            payout_id=command.payout_id,
            amount=command.amount,
            to=less(debt, command.amount).value,
            effective_on=local_date(now, command.time_zone),
            entries=(entry,),
        )
    ]


def collect(debt: HostDebt, command: CollectDebt) -> Sequence[HostDebtEvent]:
    """Count money that came back, once for each reversal. Raises DebtExceeded, AmountsDiffer."""
    if counted(debt, command.reversal, command.amount):
        return []
    return [
        DebtCollected(
            host_id=command.host_id,
            amount=command.amount,
            reversal=command.reversal,
            to=less(debt, command.amount).value,
        )
    ]


def drop(debt: HostDebt, command: DropDebt) -> Sequence[HostDebtEvent]:
    """Owe no more what something raised, once; what is paid of it already cannot be dropped.

    Raises DebtExceeded, AmountsDiffer, TransitionNotAllowed where it raised nothing.
    """
    name = f"{command.cause}/{command.caused_by}"
    if not counted(debt, name, command.amount):
        LIFECYCLE.refuse(DropDebt, debt.status)
    if counted(debt, f"dropped/{name}", command.amount):
        return []
    return [
        DebtDropped(
            host_id=command.host_id,
            amount=command.amount,
            cause=command.cause.value,
            booking_id=command.booking_id,
            caused_by=command.caused_by,
            to=less(debt, command.amount).value,
        )
    ]


def propose(debt: HostDebt, command: ProposeWriteOff) -> Sequence[HostDebtEvent]:
    """Ask a second person to give debt up. Raises DebtExceeded, TransitionNotAllowed."""
    if command.amount.currency in debt.proposals:
        LIFECYCLE.refuse(ProposeWriteOff, debt.status)
    less(debt, command.amount)
    return [
        WriteOffProposed(
            host_id=command.host_id,
            amount=command.amount,
            reason=command.reason,
            proposer=command.proposer,
        )
    ]


def approve(debt: HostDebt, command: ApproveWriteOff, now: Instant) -> Sequence[HostDebtEvent]:
    """Give up what was proposed, as far as it is still owed, as another person.

    Raises SelfApproval, DebtExceeded, AmountsDiffer, TransitionNotAllowed.
    """
    proposal = proposed(debt, command)
    if command.approver == proposal.proposer:
        raise SelfApproval(proposer=proposal.proposer)
    return [
        DebtWrittenOff(
            host_id=command.host_id,
            amount=command.amount,
            proposer=proposal.proposer,
            approver=command.approver,
            to=less(debt, command.amount).value,
            effective_on=local_date(now, command.time_zone),
            entries=(postings.debt_written_off(command.host_id, command.amount),),
        )
    ]


def counted(debt: HostDebt, name: str, amount: Money) -> bool:
    """Whether something was counted already. Raises AmountsDiffer where it was another amount."""
    before = debt.settled.get(name)
    if before not in (None, amount):
        raise AmountsDiffer(counted=str(before), told=str(amount))
    return before is not None


def less(debt: HostDebt, amount: Money) -> Status:
    """Where a debt stands after so much less of it. Raises DebtExceeded."""
    owed = debt.owed(amount.currency)
    if owed.minor < amount.minor:
        raise DebtExceeded(owed=str(owed), amount=str(amount))
    others = any(minor for key, minor in debt.owed_minor.items() if key != amount.currency)
    return S.OWING if others or owed != amount else S.CLEAR


def proposed(debt: HostDebt, command: ApproveWriteOff | RejectWriteOff) -> Proposal:
    """The proposal that a command is about. Raises AmountsDiffer, TransitionNotAllowed."""
    proposal = debt.proposals.get(command.amount.currency)
    if proposal is None:
        LIFECYCLE.refuse(type(command), debt.status)
    if proposal.amount != command.amount:
        raise AmountsDiffer(proposed=str(proposal.amount), told=str(command.amount))
    return proposal


# -- Evolution --------------------------------------------------------------------------


def evolve(debt: HostDebt | None, event: HostDebtEvent) -> HostDebt:
    """The debt after an event."""
    status = LIFECYCLE.after(event, debt and debt.status)
    if debt is None:
        debt = HostDebt(status=status, owed_minor={}, proposals={}, settled={})
    debt = replace(debt, status=status)
    match event:
        case DebtRaised():
            return _moved(debt, event.amount, f"{event.cause}/{event.caused_by}")
        case DebtNetted():
            return _moved(debt, -event.amount, event.payout_id)
        case DebtCollected():
            return _moved(debt, -event.amount, event.reversal)
        case DebtDropped():
            return _moved(debt, -event.amount, f"dropped/{event.cause}/{event.caused_by}")
        case WriteOffProposed():
            proposal = Proposal(event.amount, event.proposer)
            return replace(debt, proposals={**debt.proposals, event.amount.currency: proposal})
        case WriteOffRejected():
            return _answered(debt, event.amount)
        case DebtWrittenOff():
            return _answered(_moved(debt, -event.amount), event.amount)
        case _:
            assert_never(event)


def _moved(debt: HostDebt, by: Money, name: str | None = None) -> HostDebt:
    owed = debt.owed(by.currency) + by
    debt = replace(debt, owed_minor={**debt.owed_minor, by.currency: owed.minor})
    if name is None:
        return debt
    amount = Money(abs(by.minor), by.currency)
    return replace(debt, settled={**debt.settled, name: amount})


def _answered(debt: HostDebt, amount: Money) -> HostDebt:
    waiting = {key: one for key, one in debt.proposals.items() if key != amount.currency}
    return replace(debt, proposals=waiting)


HOST_DEBT = Decider(
    lifecycle=LIFECYCLE,
    state=HostDebt,
    stream_of=lambda command: debt_of(command.host_id),
    decide=decide,
    evolve=evolve,
)
