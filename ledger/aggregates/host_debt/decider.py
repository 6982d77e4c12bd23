"""The rules of a host's debt, whole: which decision answers a command, and what follows."""

from collections.abc import Sequence
from typing import assert_never

from msgspec.structs import replace

from ledger.aggregates.decider import Decider
from ledger.aggregates.host_debt.commands import (
    ApproveWriteOff,
    CollectDebt,
    DropDebt,
    HostDebtCommand,
    NetDebt,
    ProposeWriteOff,
    RaiseDebt,
    RejectWriteOff,
)
from ledger.aggregates.host_debt.lifecycle import LIFECYCLE
from ledger.aggregates.host_debt.owing import collect, drop, net, raise_debt
from ledger.aggregates.host_debt.state import HostDebt, Proposal, debt_of
from ledger.aggregates.host_debt.write_off import approve, propose, proposed
from ledger.errors import AmountsDiffer, NotFound
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
from ledger.values.money import Money, zero

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
    before = debt.settled.get(name, zero(by.currency))
    return replace(debt, settled={**debt.settled, name: before + amount})


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
