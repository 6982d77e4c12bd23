"""Taxes: what authorities are owed, and remitting it, which takes two of finance."""

from collections.abc import Callable
from typing import Annotated

import fastapi
from fastapi import APIRouter, Request

from api import speakers
from api.answers import taxes as answers
from api.answers.taxes import TaxAccountNow, TaxDue
from api.asking import Asking, OnPremises, stated
from api.commands import Command, Commanding
from api.faults import KeyMissing, NoSuchPosition, StaleRead
from api.problems import described
from api.routes.reports import Days
from api.shapes import Body
from api.wishes import taxes as wishes
from api.wishes.taxes import Authority, OfAuthority, Until
from ledger import errors, processes
from ledger.aggregates.tax_account import ProposeRemittance
from ledger.draft import Draft
from ledger.events import Role
from projections import tax_statements
from projections.journal import JOURNAL
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


@router.get("/reports/taxes", responses=described(NoSuchPosition, StaleRead))
async def tax_statement(query: Annotated[Days, fastapi.Query()], ask: Asking) -> TaxStatement:
    """What each authority was to have in each month, what was remitted, and what is still due."""
    return await ask(
        query, JOURNAL, tax_statements.tax_statement, query.begins, query.ends, query.as_of
    )


@router.get(OF, responses=described())
async def tax_account(of: OfAuthority, request: Request, premises: OnPremises) -> TaxAccountNow:
    """What was remitted to an authority, as the ledger has it now."""
    position, account = await answers.account_of(premises, of)
    stated(request, position)
    return answers.shown(position, of, account)


@router.get(f"{OF}/due", responses=described(StaleRead))
async def tax_due(
    of: OfAuthority,
    query: Annotated[Until, fastapi.Query()],
    request: Request,
    premises: OnPremises,
) -> TaxDue:
    """What is to be remitted of all that was earned before a day."""
    position, account = await answers.account_of(premises, of)
    earned = await answers.earned_since(premises, of, account, query.until)
    payable = account.payable(earned, query.until)
    recovered = account.recovered(payable)
    stated(request, position)
    return TaxDue(
        position=position,
        payable=answers.not_below_nothing(payable),
        recovered=answers.not_below_nothing(recovered),
        amount=answers.not_below_nothing(payable - recovered),
    )


@router.post(
    f"{OF}/remittance",
    status_code=201,
    responses=described(*COMMANDS, StaleRead, errors.PeriodIsNotOver, errors.TaxNotPayable),
)
async def propose_remittance(
    of: OfAuthority, said: wishes.RemittanceProposal, command: Commanding, premises: OnPremises
) -> TaxAccountNow:
    """Propose to remit what is due of all that was earned before a day, as it was shown."""
    finance = speakers.staff(Role.FINANCE, said.by)
    _, account = await answers.account_of(premises, of)
    wanted = ProposeRemittance(
        jurisdiction=of.jurisdiction,
        begins=account.remitted_until,
        until=said.until,
        earned=await answers.earned_since(premises, of, account, said.until),
        amount=of.amount(said.amount),
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
    of: OfAuthority, said: wishes.RemittancePayment, command: Commanding
) -> TaxAccountNow:
    """Our bank has paid what was proposed; a person who did not propose it has seen the proof."""
    finance = speakers.staff(Role.FINANCE, said.by)
    amount = of.amount(said.amount)
    return await _do(
        command,
        of,
        said,
        lambda draft: processes.remit_tax(
            draft, finance, of.jurisdiction, amount, said.reference, said.proof
        ),
    )


@router.post(
    f"{OF}/remittance/rejection", status_code=201, responses=described(*COMMANDS, errors.NotFound)
)
async def reject_remittance(
    of: OfAuthority, said: wishes.RemittanceRejection, command: Commanding
) -> TaxAccountNow:
    """Do not remit what was proposed: it is payable as before."""
    finance = speakers.staff(Role.FINANCE, said.by)
    amount = of.amount(said.amount)
    return await _do(
        command,
        of,
        said,
        lambda draft: processes.reject_remittance(
            draft, finance, of.jurisdiction, amount, said.reason
        ),
    )


async def _do(
    command: Command, of: Authority, said: Body, step: Callable[[Draft], None]
) -> TaxAccountNow:
    def plan(draft: Draft) -> None:
        step(draft)
        answers.answer(draft, of)

    return await command.execute(of.stream, said, plan, TaxAccountNow)
