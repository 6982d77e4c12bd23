"""Decisions by which two persons give a debt up."""

from collections.abc import Sequence

from ledger.aggregates import postings
from ledger.aggregates.host_debt.commands import ApproveWriteOff, ProposeWriteOff, RejectWriteOff
from ledger.aggregates.host_debt.lifecycle import LIFECYCLE
from ledger.aggregates.host_debt.owing import less
from ledger.aggregates.host_debt.state import HostDebt, Proposal
from ledger.errors import AmountsDiffer, SelfApproval
from ledger.events.host_debt import DebtWrittenOff, HostDebtEvent, WriteOffProposed
from ledger.values.clock import Instant
from ledger.values.stay import local_date


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


def proposed(debt: HostDebt, command: ApproveWriteOff | RejectWriteOff) -> Proposal:
    """The proposal that a command is about. Raises AmountsDiffer, TransitionNotAllowed."""
    proposal = debt.proposals.get(command.amount.currency)
    if proposal is None:
        LIFECYCLE.refuse(type(command), debt.status)
    if proposal.amount != command.amount:
        raise AmountsDiffer(proposed=str(proposal.amount), told=str(command.amount))
    return proposal
