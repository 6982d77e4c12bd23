"""Balances: what each account turned over. Questions over the journal; no tables of their own."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Label,
    Select,
    Table,
    cast,
    func,
    select,
)

from ledger.values.clock import Instant
from projections.journal import JOURNAL, balances, journal
from projections.projection import Answer, position_of


class Balance(BaseModel):
    """An account's turnover on both sides and their difference, debit minus credit; minor units."""

    model_config = ConfigDict(frozen=True)

    account: str
    of: str = ""
    currency: str
    debit_minor: int
    credit_minor: int
    balance_minor: int


class AccountTotal(BaseModel):
    """An account in the trial balance, over all its sub-ledgers; minor units."""

    model_config = ConfigDict(frozen=True)

    account: str
    currency: str
    debit_minor: int
    credit_minor: int
    balance_minor: int


class TrialBalance(Answer):
    """All accounts; both sums are equal, or money got lost. Where several currencies are kept,
    each balances by itself, and the two sums are only a sign that nothing is missing."""

    accounts: Sequence[AccountTotal]
    debit_minor: int
    credit_minor: int


class Balances(Answer):
    """The accounts that a case touched, apart for each key of their sub-ledgers."""

    balances: Sequence[Balance]


DEBIT = func.sum(journal.c.minor).filter(journal.c.minor > 0)
CREDIT = -func.sum(journal.c.minor).filter(journal.c.minor < 0)


def trial_balance(db: Connection, as_of: Instant | None = None) -> TrialBalance:
    """What every account turned over, up to and with an instant of business time, or so far."""
    position = position_of(db, JOURNAL)
    turnover = (
        _sums(balances, func.sum(balances.c.debit_minor), func.sum(balances.c.credit_minor))
        if as_of is None
        else _sums(journal, DEBIT, CREDIT, journal.c.occurred_at <= as_of)
    )
    accounts = [AccountTotal(**row._mapping) for row in db.execute(turnover)]
    return TrialBalance(
        position=position,
        accounts=accounts,
        debit_minor=sum(total.debit_minor for total in accounts),
        credit_minor=sum(total.credit_minor for total in accounts),
    )


def balances_of(db: Connection, case_id: str) -> Balances:
    """What a case turned over on each account that it touched."""
    position = position_of(db, JOURNAL)
    by_key = (journal.c.account, journal.c.of, journal.c.currency)
    query = (
        select(*by_key, *_turnover(DEBIT, CREDIT))
        .where(journal.c.case_id == case_id)
        .group_by(*by_key)
        .order_by(*by_key)
    )
    return Balances(
        position=position, balances=[Balance(**row._mapping) for row in db.execute(query)]
    )


def _sums(
    source: Table,
    debit: ColumnElement[int],
    credit: ColumnElement[int],
    *where: ColumnElement[bool],
) -> Select[tuple[object, ...]]:
    by_account = (source.c.account, source.c.currency)
    return (
        select(*by_account, *_turnover(debit, credit))
        .where(*where)
        .group_by(*by_account)
        .order_by(*by_account)
    )


def _turnover(debit: ColumnElement[int], credit: ColumnElement[int]) -> list[Label[int]]:
    debits, credits_ = func.coalesce(debit, 0), func.coalesce(credit, 0)
    sums = {"debit_minor": debits, "credit_minor": credits_, "balance_minor": debits - credits_}
    return [cast(figure, BigInteger).label(name) for name, figure in sums.items()]
