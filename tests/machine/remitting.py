"""Moves of finance about taxes: what is due is proposed, remitted by another, or not."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import NamedTuple

from ledger import processes
from ledger.aggregates.tax_account import (
    NEW,
    TAX_ACCOUNT,
    ProposeRemittance,
    TaxAccount,
    tax_account_of,
)
from ledger.events.booking import EarningsRecognized
from ledger.values.journal import Account
from ledger.values.money import Money
from tests.facts import DINIS, FINANCE
from tests.machine.places import PLACES
from tests.machine.town import Town

DAY = timedelta(days=1)
PROOF = "7d" * 32


class Authority(NamedTuple):
    """Whom taxes are remitted to, and in which currency."""

    jurisdiction: str
    currency: str


AUTHORITIES = tuple(
    dict.fromkeys(
        Authority(tax.jurisdiction, place.rates.currency)
        for place in PLACES
        for tax in place.levies.taxes
    )
)


def owed(town: Town, _chance: Random) -> Iterable[Authority]:
    """Authorities that nothing is proposed for."""
    return (of for of in AUTHORITIES if _account(town, of).proposal is None)


def proposed(town: Town, _chance: Random) -> Iterable[Authority]:
    """Authorities that something is proposed for."""
    return (of for of in AUTHORITIES if _account(town, of).proposal is not None)


def proposes(town: Town, of: Authority, chance: Random) -> None:
    """Finance proposes to remit what was earned until some days ago, now and then too much."""
    account, until = (
        _account(town, of),
        town.clock.now.date() - chance.choice((1, 1, 1, 4, 9)) * DAY,
    )
    earned = _earned(town, of, account.remitted_until, until)
    payable = account.payable(earned, until)
    off = chance.choice((0,) * 9 + (1,))
    command = ProposeRemittance(
        jurisdiction=of.jurisdiction,
        begins=account.remitted_until,
        until=until,
        earned=earned,
        amount=payable - account.recovered(payable) + Money(off, of.currency),
        proposer=FINANCE.id,
    )
    plan = partial(processes.propose_remittance, staff=FINANCE, command=command)
    town.decide(plan, tax_account_of(*of))


def remits(town: Town, of: Authority, chance: Random) -> None:
    """Somebody else of finance has seen that the bank paid; now and then who proposed it."""
    waiting = _account(town, of).proposal
    assert waiting is not None, "it was proposed"
    plan = partial(
        processes.remit_tax,
        staff=chance.choice((DINIS, DINIS, DINIS, FINANCE)),
        jurisdiction=of.jurisdiction,
        amount=waiting.amount,
        reference="E2E taxes",
        proof=PROOF,
    )
    town.decide(plan, tax_account_of(*of))


def rejects(town: Town, of: Authority, _chance: Random) -> None:
    """Somebody else of finance says no."""
    waiting = _account(town, of).proposal
    assert waiting is not None, "it was proposed"
    plan = partial(
        processes.reject_remittance,
        staff=DINIS,
        jurisdiction=of.jurisdiction,
        amount=waiting.amount,
        reason="wrong_period",
    )
    town.decide(plan, tax_account_of(*of))


def _account(town: Town, of: Authority) -> TaxAccount:
    return town.state(TAX_ACCOUNT, tax_account_of(*of)) or NEW


def _earned(town: Town, of: Authority, begins: date | None, until: date) -> Money:
    """What stays brought an authority from a day on, up to another, by the books."""
    first = begins or date.min
    lines = (
        line
        for recorded in town.store.history
        if isinstance(event := recorded.event, EarningsRecognized)
        and first <= event.effective_on < until
        for entry in event.entries
        for line in entry.lines
        if (line.account, line.of, line.currency) == (Account.TAX_PAYABLE, *of)
    )
    return Money(-sum(line.minor for line in lines), of.currency)
