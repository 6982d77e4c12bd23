"""Tax statements: what each authority is owed by the books, month by month. Questions over the
journal; no tables of their own.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter

from pydantic import BaseModel, ConfigDict
from sqlalchemy import BigInteger, ColumnElement, Connection, Row, cast, func, select

from ledger.values.clock import Instant
from ledger.values.journal import Account
from projections.journal import JOURNAL, journal
from projections.projection import Answer, position_of


class TaxMonth(BaseModel):
    """One authority's month in one currency, written `2017-08`; minor units.

    First what moved: what stays brought, what of that went back or was put right, and what the bank
    remitted. Then what is carried into the next month: what is still to be remitted, and what the
    authority has had too much of, which lessens that.
    """

    model_config = ConfigDict(frozen=True)

    jurisdiction: str
    currency: str
    month: str
    earned_minor: int
    given_back_minor: int
    remitted_minor: int
    payable_minor: int
    recoverable_minor: int


class TaxStatement(Answer):
    """What every authority is owed; a month in which nothing moved is left out."""

    rows: Sequence[TaxMonth]


class TaxEarned(Answer):
    """What stays brought one authority in one currency, in minor units."""

    minor: int


BY_STAYS = ("J5", "J9")
"""The posting rules by which a stay earns."""

REMITTED = "J24"
"""The posting rule by which our bank pays an authority."""

MONTH = func.to_char(journal.c.effective_on, "YYYY-MM").label("month")
OF_TAXES = journal.c.account.in_((Account.TAX_PAYABLE.value, Account.TAX_RECOVERABLE.value))
Turnover = Row[str, str, str, str, str, int]
"""A jurisdiction, a currency, a month, an account, a rule, and what moved."""


def tax_statement(
    db: Connection,
    begins: date | None = None,
    ends: date | None = None,
    as_of: Instant | None = None,
) -> TaxStatement:
    """Each authority's months, from a day of the property to before another; open where None.

    As it was known up to and including an instant of business time. What was before is in what is
    carried.
    """
    position = position_of(db, JOURNAL)
    known: list[ColumnElement[bool]] = [OF_TAXES]
    known += [] if as_of is None else [journal.c.occurred_at <= as_of]
    known += [] if ends is None else [journal.c.effective_on < ends]
    of = (journal.c.of, journal.c.currency, MONTH, journal.c.account, journal.c.rule)
    total = cast(func.sum(journal.c.minor), BigInteger)
    query = select(*of, total).where(*known).group_by(*of)
    query = query.order_by(journal.c.of, journal.c.currency, MONTH)
    carried: Counter[tuple[str, str, str]] = Counter()
    if begins is not None:
        for jurisdiction, currency, _, account, _, minor in db.execute(
            query.where(journal.c.effective_on < begins)
        ):
            carried[jurisdiction, currency, account] += minor
        query = query.where(journal.c.effective_on >= begins)
    return TaxStatement(position=position, rows=list(_rows(db.execute(query), carried)))


def _rows(found: Iterable[Turnover], carried: Counter[tuple[str, str, str]]) -> Iterator[TaxMonth]:
    for (jurisdiction, currency, month), lines in groupby(found, key=itemgetter(0, 1, 2)):
        moved: Counter[str] = Counter()
        for _, _, _, account, rule, minor in lines:
            carried[jurisdiction, currency, account] += minor
            moved[figure_of(rule)] += minor
        yield TaxMonth(
            jurisdiction=jurisdiction,
            currency=currency,
            month=month,
            earned_minor=-moved["earned_minor"],
            given_back_minor=moved["given_back_minor"],
            remitted_minor=moved["remitted_minor"],
            payable_minor=-carried[jurisdiction, currency, Account.TAX_PAYABLE.value],
            recoverable_minor=carried[jurisdiction, currency, Account.TAX_RECOVERABLE.value],
        )


def figure_of(rule: str) -> str:
    """Under which figure a posting rule's lines are summed."""
    if rule in BY_STAYS:
        return "earned_minor"
    return "remitted_minor" if rule == REMITTED else "given_back_minor"


def tax_earned(
    db: Connection, jurisdiction: str, currency: str, begins: date | None, until: date
) -> TaxEarned:
    """What stays brought an authority from one day until another: what a remittance begins with."""
    position = position_of(db, JOURNAL)
    total = func.coalesce(func.sum(-journal.c.minor), 0)
    query = select(cast(total, BigInteger)).where(
        journal.c.account == Account.TAX_PAYABLE.value,
        journal.c.of == jurisdiction,
        journal.c.currency == currency,
        journal.c.rule.in_(BY_STAYS),
        journal.c.effective_on < until,
        *([] if begins is None else [journal.c.effective_on >= begins]),
    )
    return TaxEarned(position=position, minor=int(db.scalar(query) or 0))
