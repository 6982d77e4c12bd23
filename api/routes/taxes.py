"""Taxes: what authorities are owed, and remitting it, which takes two of finance."""

import time
from collections.abc import Callable
from datetime import date
from typing import Annotated, Literal, NamedTuple

import fastapi
from fastapi import APIRouter, Request

from api import speakers
from api.asking import Asking, OnPremises, stated
from api.commands import Command, Commanding, answered
from api.faults import KeyMissing, NoSuchPosition, StaleRead
from api.premises import Premises
from api.problems import described
from api.routes.refund_remedies import BankTransfer
from api.routes.reports import Days
from api.shapes import Amount, Body, Currency, LocalDate, Name, Query, Uuid, amount_of
from ledger import errors, processes
from ledger.aggregates.tax_account import (
    NEW,
    TAX_ACCOUNT,
    ProposeRemittance,
    TaxAccount,
    tax_account_of,
)
from ledger.draft import Draft
from ledger.events import Role
from ledger.values.ids import TaxAccountId
from ledger.values.money import Money
from projections import tax_statements
from projections.journal import JOURNAL
from projections.projection import Answer
from projections.tax_statements import TaxStatement

router = APIRouter(tags=["taxes"])

OF = "/taxes/{jurisdiction}/{currency}"

COMMANDS = (
    KeyMissing,
    errors.AmountsDiffer,
    errors.Conflict,
    errors.RepeatedWithDifferences,
    errors.TransitionNotAllowed,
)


class Authority(NamedTuple):
    """Whom taxes are remitted to, and in which currency."""

    jurisdiction: str
    currency: str

    @property
    def stream(self) -> TaxAccountId:
        """Where it is kept what was remitted: a stream of its own, beside the bookings'."""
        return tax_account_of(self.jurisdiction, self.currency)


class Until(Query):
    """All that was earned before a day."""

    until: LocalDate


class Proposal(Body):
    """Until when taxes are to be remitted, and what is due for it: as it was shown."""

    by: Uuid
    until: LocalDate
    amount: Amount


class Paid(BankTransfer):
    """What our bank paid, who has seen that, and by which document."""

    amount: Amount


class Refusal(Body):
    """Who of finance says no, to which amount, and why."""

    by: Uuid
    amount: Amount
    reason: Literal["wrong_period", "wrong_amount", "not_due", "other"]


class TaxAccountNow(Answer):
    """What was remitted to an authority until when, and what is proposed.

    `recoverable` is what the authority has had too much of; it lessens what is due next.
    """

    jurisdiction: str
    status: str
    remitted_until: date | None
    recoverable: Amount
    proposed: Amount | None
    proposed_until: date | None


class TaxDue(Answer):
    """What is to be remitted of all that was earned before a day; to propose it, send `amount` back.

    `payable` is what is owed for it, `recovered` what of that the authority has had already.
    """

    payable: Amount
    recovered: Amount
    amount: Amount


@router.get("/reports/taxes", responses=described(NoSuchPosition, StaleRead))
async def tax_statement(query: Annotated[Days, fastapi.Query()], ask: Asking) -> TaxStatement:
    """What each authority was to have in each month, what was remitted, and what is still due."""
    return await ask(
        query, JOURNAL, tax_statements.tax_statement, query.begins, query.ends, query.as_of
    )


@router.get(OF)
async def tax_account(
    jurisdiction: Name, currency: Currency, request: Request, premises: OnPremises
) -> TaxAccountNow:
    """What was remitted to an authority, as the ledger has it now."""
    of = Authority(jurisdiction, currency)
    position, account = await _account(premises, of)
    stated(request, position)
    return _shown(position, of, account)


@router.get(f"{OF}/due", responses=described(StaleRead))
async def tax_due(
    jurisdiction: Name,
    currency: Currency,
    query: Annotated[Until, fastapi.Query()],
    request: Request,
    premises: OnPremises,
) -> TaxDue:
    """What is to be remitted of all that was earned before a day."""
    of = Authority(jurisdiction, currency)
    position, account = await _account(premises, of)
    earned = await _earned(premises, of, account, query.until)
    payable = account.payable(earned, query.until)
    recovered = account.recovered(payable)
    stated(request, position)
    return TaxDue(
        position=position,
        payable=_amount(payable),
        recovered=_amount(recovered),
        amount=_amount(payable - recovered),
    )


@router.post(
    f"{OF}/remittance",
    status_code=201,
    responses=described(*COMMANDS, StaleRead, errors.PeriodIsNotOver, errors.TaxNotPayable),
)
async def propose_remittance(
    jurisdiction: Name,
    currency: Currency,
    said: Proposal,
    command: Commanding,
    premises: OnPremises,
) -> TaxAccountNow:
    """Propose to remit what is due of all that was earned before a day, as it was shown."""
    of, finance = Authority(jurisdiction, currency), speakers.staff(Role.FINANCE, said.by)
    _, account = await _account(premises, of)
    wanted = ProposeRemittance(
        jurisdiction=jurisdiction,
        begins=account.remitted_until,
        until=said.until,
        earned=await _earned(premises, of, account, said.until),
        amount=_of_its_currency(of, said.amount),
        proposer=finance.id,
    )
    return await _do(
        command, of, said, lambda draft: processes.propose_remittance(draft, finance, wanted)
    )


@router.post(
    f"{OF}/remittance/payment",
    status_code=201,
    responses=described(*COMMANDS, errors.NotFound, errors.SelfApproval),
)
async def remit_tax(
    jurisdiction: Name, currency: Currency, said: Paid, command: Commanding
) -> TaxAccountNow:
    """Our bank has paid what was proposed; somebody else than who proposed it has seen the proof."""
    of, finance = Authority(jurisdiction, currency), speakers.staff(Role.FINANCE, said.by)
    amount = _of_its_currency(of, said.amount)
    return await _do(
        command,
        of,
        said,
        lambda draft: processes.remit_tax(
            draft, finance, jurisdiction, amount, said.reference, said.proof
        ),
    )


@router.post(
    f"{OF}/remittance/rejection",
    status_code=201,
    responses=described(*COMMANDS, errors.NotFound),
)
async def reject_remittance(
    jurisdiction: Name, currency: Currency, said: Refusal, command: Commanding
) -> TaxAccountNow:
    """Do not remit what was proposed: it is payable as before."""
    of, finance = Authority(jurisdiction, currency), speakers.staff(Role.FINANCE, said.by)
    amount = _of_its_currency(of, said.amount)
    return await _do(
        command,
        of,
        said,
        lambda draft: processes.reject_remittance(
            draft, finance, jurisdiction, amount, said.reason
        ),
    )


async def _do(
    command: Command, of: Authority, said: Body, step: Callable[[Draft], None]
) -> TaxAccountNow:
    def plan(draft: Draft) -> None:
        step(draft)
        answered(draft, _shown(0, of, processes.tax_account_in(draft, *of)))

    return await command.execute(of.stream, said, plan, TaxAccountNow)


async def _account(premises: Premises, of: Authority) -> tuple[int, TaxAccount]:
    position, account = await premises.look(
        lambda store, ledger: (store.head(), ledger.state(TAX_ACCOUNT, of.stream))
    )
    return position, account or NEW


async def _earned(premises: Premises, of: Authority, account: TaxAccount, until: date) -> Money:
    """What stays brought since the last remittance, by a journal that has seen all there is.

    Of days that are over nothing comes any more: it can only be that the journal is behind.
    Raises StaleRead.
    """
    head = await premises.look(lambda store, _: store.head())
    patience = time.monotonic() + premises.patience
    await premises.reach(head, JOURNAL, until=patience)
    begins = account.remitted_until
    earned = await premises.ask(tax_statements.tax_earned, *of, begins, until)
    if earned.position < head:
        premises.freshness.forget(JOURNAL.name)
        raise StaleRead(read_model=JOURNAL.name, wanted=head, position=earned.position)
    return Money(earned.minor, of.currency)


def _of_its_currency(of: Authority, amount: Amount) -> Money:
    """The amount, in the currency that the address names. Raises AmountsDiffer."""
    if amount.currency != of.currency:
        raise errors.AmountsDiffer(currency=of.currency, told=str(amount.money))
    return amount.money


def _shown(position: int, of: Authority, account: TaxAccount) -> TaxAccountNow:
    waiting = account.proposal
    return TaxAccountNow(
        position=position,
        jurisdiction=of.jurisdiction,
        status=account.status,
        remitted_until=account.remitted_until,
        recoverable=Amount(minor=account.recoverable_minor, currency=of.currency),
        proposed=amount_of(waiting.amount) if waiting else None,
        proposed_until=waiting.until if waiting else None,
    )


def _amount(money: Money) -> Amount:
    """An amount as it goes out; where more went back than is owed, nothing is due."""
    return Amount(minor=max(money.minor, 0), currency=money.currency)
