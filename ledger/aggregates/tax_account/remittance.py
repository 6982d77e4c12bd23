"""Decisions by which two persons remit what is due."""

from collections.abc import Sequence

from ledger.aggregates import postings
from ledger.aggregates.tax_account.commands import ProposeRemittance, RejectRemittance, RemitTax
from ledger.aggregates.tax_account.state import ZONE, Proposal, TaxAccount
from ledger.errors import (
    AmountsDiffer,
    NotFound,
    NothingVouchedFor,
    PeriodIsNotOver,
    TaxNotPayable,
)
from ledger.events.tax_account import RemittanceProposed, TaxAccountEvent, TaxRemitted
from ledger.values.clock import Instant
from ledger.values.consent import second_person
from ledger.values.stay import local_date


def propose(
    account: TaxAccount, command: ProposeRemittance, now: Instant
) -> Sequence[TaxAccountEvent]:
    """Ask a second person to remit what is due.

    Raises PeriodIsNotOver, TaxNotPayable, AmountsDiffer.
    """
    begins, until = account.remitted_until, command.until
    if until >= local_date(now, ZONE) or (begins is not None and until <= begins):
        raise PeriodIsNotOver(begins=str(begins), until=str(until))
    payable = account.payable(command.earned, until)
    recovered = account.recovered(payable)
    due = payable - recovered
    if payable.minor <= 0 or command.amount.minor > due.minor:
        raise TaxNotPayable(payable=str(due), told=str(command.amount))
    if command.amount != due or command.begins != begins:
        raise AmountsDiffer(payable=str(due), told=str(command.amount))
    return [
        RemittanceProposed(
            jurisdiction=command.jurisdiction,
            begins=begins,
            until=until,
            payable=payable,
            recovered=recovered,
            amount=due,
            proposer=command.proposer,
        )
    ]


def proposed(account: TaxAccount | None, command: RejectRemittance | RemitTax) -> Proposal:
    """The proposal that a command is about. Raises NotFound, AmountsDiffer."""
    if account is None or account.proposal is None:
        raise NotFound(jurisdiction=command.jurisdiction)
    if account.proposal.amount != command.amount:
        raise AmountsDiffer(proposed=str(account.proposal.amount), told=str(command.amount))
    return account.proposal


def remit(proposal: Proposal, command: RemitTax, now: Instant) -> Sequence[TaxAccountEvent]:
    """Our bank has paid. Raises SecondPersonRequired, SelfApproval, NothingVouchedFor."""
    approver = second_person(proposal.proposer, command.approver)
    if not command.proof:
        raise NothingVouchedFor(guard="proof")
    entry = postings.tax_remitted(command.jurisdiction, proposal.payable, proposal.recovered)
    return [
        TaxRemitted(
            jurisdiction=command.jurisdiction,
            until=proposal.until,
            payable=proposal.payable,
            recovered=proposal.recovered,
            amount=proposal.amount,
            proposer=proposal.proposer,
            approver=approver,
            reference=command.reference,
            proof=command.proof,
            effective_on=local_date(now, ZONE),
            entries=(entry,),
        )
    ]
