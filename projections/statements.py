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

    Captured counts when it was paid, refunded when it left for the guest by processor or bank, less
    what came back of that; both in the currency in which we had it, and money that found no place
    among them. Retained and the host's fee count when they were earned, be it by a stay or for
    damage, the payout when it was transferred.
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


CAME = ("J2", "J2fx", "J22", "J22fx")
"""The rules by which guests' money comes."""

WENT = (
    *("J12", "J12fx", "J12b", "J12bfx", "J13", "J13fx", "J23", "J23r"),
    *("J22r", "J22rfx", "J22p", "J22pfx", "J22b", "J22bfx"),
)
"""The rules by which it goes back, or does not arrive. What a refund of ours was paid by (J12s) or
a dispute took (J12d) went out by another entry."""

EARNED = ("J5", "J9", "J26", "J26fx")
"""The rules by which it is earned, by a stay or for damage."""

EARNERS = (Account.HOST_PAYABLE, Account.REV_GUEST_FEE, Account.REV_HOST_FEE, Account.TAX_PAYABLE)
"""Who earns it."""

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
            _sum("captured_minor", _moved(CAME, Account.STRIPE_PENDING)),
            _sum("refunded_minor", _moved(WENT, Account.STRIPE_AVAILABLE, Account.BANK), sign=-1),
            _sum("retained_minor", _moved(EARNED, *EARNERS), sign=-1),
            _sum("host_fee_minor", _moved(EARNED, Account.REV_HOST_FEE), sign=-1),
            _sum("payout_minor", PAID_OUT),
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
        select(MONTH, func.count(transfer).label("count"), _sum("payout_minor", PAID_OUT))
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


def _moved(rules: Sequence[str], *accounts: Account) -> ColumnElement[bool]:
    return journal.c.rule.in_(rules) & journal.c.account.in_([one.value for one in accounts])


PAID_OUT = _moved(("J6",), Account.HOST_PAYABLE)
"""What is transferred to hosts."""


def _sum(name: str, lines: ColumnElement[bool], sign: int = 1) -> Label[int]:
    amount = sign * func.coalesce(func.sum(journal.c.minor).filter(lines), 0)
    return cast(amount, BigInteger).label(name)
