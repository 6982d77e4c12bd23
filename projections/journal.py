"""Journal and balances: every movement of money as double entry, and what each account sums to."""

from collections.abc import Sequence
from typing import get_args

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Index,
    Integer,
    Label,
    MetaData,
    Select,
    Table,
    Text,
    Uuid,
    cast,
    func,
    select,
)

from ledger.events import MoneyEvent, Recorded
from ledger.events.booking import BookingConfirmed, EarningsRecognized
from ledger.events.payment import FundsAvailable, PaymentCompleted
from ledger.events.payout import PayoutTransferred
from ledger.events.refund import RefundApproved, RefundSucceeded
from ledger.values.clock import Instant
from projections.projection import (
    ONLY_ADDED_TO,
    ONLY_INSERTED,
    Answer,
    Projection,
    Rows,
    position_of,
)

# -- Tables -----------------------------------------------------------------------------

tables = MetaData(schema="journal_v1")

journal = Table(
    "journal",
    tables,
    Column("stream_id", Uuid(as_uuid=False), primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("leg", Integer, primary_key=True),
    Column("case_id", Uuid(as_uuid=False), nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("rule", Text, nullable=False),
    Column("rule_version", Integer, nullable=False),
    Column("account", Text, nullable=False),
    Column("of", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Index("journal_by_case", "case_id"),
    Index("journal_by_day", "effective_on"),
    info=ONLY_INSERTED,
)
"""One row per line; `minor` is positive for a debit and negative for a credit."""

balances = Table(
    "balances",
    tables,
    Column("account", Text, primary_key=True),
    Column("of", Text, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("debit_minor", BigInteger, nullable=False),
    Column("credit_minor", BigInteger, nullable=False),
    info=ONLY_ADDED_TO,
)
"""The turnover of each account, apart for each key of its sub-ledger; both sides are ≥ 0."""

# -- Events -----------------------------------------------------------------------------

JournalEvent = (
    BookingConfirmed
    | EarningsRecognized
    | PaymentCompleted
    | FundsAvailable
    | PayoutTransferred
    | RefundApproved
    | RefundSucceeded
)
"""The events that move money: a test holds this union against `Event.moves_money`."""


def project(rows: Rows, recorded: Recorded[JournalEvent]) -> None:
    """Write down the lines that the event carries, and add them to the balances.

    Which lines an event has was decided with it, so here all events are the same.
    """
    event: MoneyEvent = recorded.event
    leg = 0
    for entry in event.entries:
        for line in entry.lines:
            leg += 1
            minor = line.minor
            rows.insert(
                journal,
                stream_id=recorded.stream_id,
                version=recorded.version,
                leg=leg,
                case_id=recorded.case_id,
                occurred_at=recorded.occurred_at,
                effective_on=event.effective_on,
                rule=entry.rule,
                rule_version=entry.version,
                account=line.account,
                of=line.of,
                currency=line.currency,
                minor=minor,
            )
            rows.add(
                balances,
                (line.account, line.of, line.currency),
                debit_minor=minor if minor > 0 else 0,
                credit_minor=-minor if minor < 0 else 0,
            )


JOURNAL = Projection("journal", 1, tables, get_args(JournalEvent), project)

# -- Questions --------------------------------------------------------------------------


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
    """What every account turned over, up to and including an instant of business time, or so far."""
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
