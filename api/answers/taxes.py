"""Taxes as finance sees them: what was remitted until when, what is due, and what is proposed."""

import time
from datetime import date

from api.commands import answered
from api.faults import StaleRead
from api.premises import Premises
from api.shapes import Amount, amount_of
from api.wishes.taxes import Authority
from ledger import processes
from ledger.aggregates.tax_account import NEW, TAX_ACCOUNT, TaxAccount
from ledger.draft import Draft
from ledger.values.money import Money
from projections import tax_statements
from projections.journal import JOURNAL
from projections.projection import Answer


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
    """What is to be remitted of all that was earned before a day; to propose it, send `amount`.

    `payable` is what is owed for it, `recovered` what of that the authority has had already.
    """

    payable: Amount
    recovered: Amount
    amount: Amount


def answer(draft: Draft, of: Authority) -> None:
    """Answer a command by the account as it left it."""
    answered(draft, shown(0, of, processes.tax_account_in(draft, *of)))


async def account_of(premises: Premises, of: Authority) -> tuple[int, TaxAccount]:
    """The tax account as the ledger has it now, and where the history ended then."""
    position, account = await premises.look(
        lambda store, ledger: (store.head(), ledger.state(TAX_ACCOUNT, of.stream))
    )
    return position, account or NEW


async def earned_since(
    premises: Premises, of: Authority, account: TaxAccount, until: date
) -> Money:
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


def shown(position: int, of: Authority, account: TaxAccount) -> TaxAccountNow:
    """What was remitted, and what is proposed."""
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


def not_below_nothing(money: Money) -> Amount:
    """An amount as it goes out; where more went back than is owed, nothing is due."""
    return Amount(minor=max(money.minor, 0), currency=money.currency)
