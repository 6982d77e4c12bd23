"""Statements: revenue and payouts by month. Questions over the journal; no tables of their own.

A month is the property's own: that of the day on which a line takes effect there.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Label,
    cast,
    distinct,
    func,
    select,
    tuple_,
)

from ledger.values.clock import Instant
from ledger.values.journal import Account
from projections.journal import JOURNAL, journal
from projections.projection import Answer, position_of


class RevenueFigures(BaseModel):
    """Minor units: what came in, went back, was earned, and of that the platform's and the host's.

    Captured counts when it was paid, refunded when it reached the guest, retained and the host's
    fee when they were earned, the payout when it was transferred.
    """

    model_config = ConfigDict(frozen=True)

    captured_minor: int = 0
    refunded_minor: int = 0
    retained_minor: int = 0
    host_fee_minor: int = 0
    payout_minor: int = 0


class RevenueMonth(RevenueFigures):
    """The figures of one month, written `2017-08`."""

    month: str


class Revenue(Answer):
    """Revenue of one currency, by month."""

    currency: str
    rows: Sequence[RevenueMonth]
    total: RevenueFigures


class PayoutFigures(BaseModel):
    """How many payouts were transferred, and how much in minor units."""

    model_config = ConfigDict(frozen=True)

    count: int = 0
    payout_minor: int = 0


class PayoutMonth(PayoutFigures):
    """The payouts of one month, written `2017-08`."""

    month: str


class Payouts(Answer):
    """Payouts of one currency, by month."""

    currency: str
    rows: Sequence[PayoutMonth]
    total: PayoutFigures


MONTH = func.to_char(journal.c.effective_on, "YYYY-MM").label("month")


def revenue(
    db: Connection,
    begins: date | None = None,
    ends: date | None = None,
    as_of: Instant | None = None,
    currency: str = "EUR",
) -> Revenue:
    """What was captured, refunded and retained, and of that the host's fee and the payouts.

    From a day of the property to before another, as it was known up to and including an instant of
    business time; a side that is None is open.
    """
    position = position_of(db, JOURNAL)
    query = (
        select(
            MONTH,
            _sum("captured_minor", _debits_of("J2")),
            _sum("refunded_minor", _debits_of("J12")),
            _sum("retained_minor", _debits_of("J5", "J9")),
            _sum("host_fee_minor", _credits_on(Account.REV_HOST_FEE)),
            _sum("payout_minor", _debits_of("J6")),
        )
        .where(*_lines(begins, ends, as_of), journal.c.currency == currency)
        .group_by(MONTH)
        .order_by(MONTH)
    )
    rows = [RevenueMonth(**row._mapping) for row in db.execute(query)]
    figures = {
        name: sum(getattr(row, name) for row in rows) for name in RevenueFigures.model_fields
    }
    return Revenue(
        position=position,
        currency=currency,
        rows=[row for row in rows if any(row.model_dump(exclude={"month"}).values())],
        total=RevenueFigures(**figures),
    )


def payouts(
    db: Connection,
    begins: date | None = None,
    ends: date | None = None,
    as_of: Instant | None = None,
    currency: str = "EUR",
) -> Payouts:
    """How many payouts were transferred, and how much; the sides are those of `revenue`."""
    position = position_of(db, JOURNAL)
    transfer = distinct(tuple_(journal.c.stream_id, journal.c.version))
    query = (
        select(MONTH, func.count(transfer).label("count"), _sum("payout_minor", _debits_of("J6")))
        .where(*_lines(begins, ends, as_of), journal.c.currency == currency)
        .where(journal.c.rule == "J6")
        .group_by(MONTH)
        .order_by(MONTH)
    )
    rows = [PayoutMonth(**row._mapping) for row in db.execute(query)]
    return Payouts(
        position=position,
        currency=currency,
        rows=rows,
        total=PayoutFigures(
            count=sum(row.count for row in rows), payout_minor=sum(row.payout_minor for row in rows)
        ),
    )


def _lines(
    begins: date | None, ends: date | None, as_of: Instant | None
) -> Iterator[ColumnElement[bool]]:
    if begins is not None:
        yield journal.c.effective_on >= begins
    if ends is not None:
        yield journal.c.effective_on < ends
    if as_of is not None:
        yield journal.c.occurred_at <= as_of


def _debits_of(*rules: str) -> ColumnElement[bool]:
    # An entry's debits sum to what it moves, and so do its credits.
    return journal.c.rule.in_(rules) & (journal.c.minor > 0)


def _credits_on(account: Account) -> ColumnElement[bool]:
    return (journal.c.account == account.value) & (journal.c.minor < 0)


def _sum(name: str, lines: ColumnElement[bool]) -> Label[int]:
    amount = func.coalesce(func.sum(func.abs(journal.c.minor)).filter(lines), 0)
    return cast(amount, BigInteger).label(name)
