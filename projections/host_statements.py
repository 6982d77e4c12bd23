"""Host statements: what moved a host's account, month by month, from balance to balance. Questions
over the journal; no tables of their own.

A host's account is what we owe them (`host_payable`) less what they owe us (`host_receivable`).
Every line on it belongs to one cause by its posting rule, so that the figures of a month lead from
its opening balance to its closing one, to the cent.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from pydantic import BaseModel, ConfigDict
from sqlalchemy import BigInteger, ColumnElement, Connection, and_, cast, func, select, text, tuple_

from ledger.values.clock import Instant
from ledger.values.ids import HostId
from ledger.values.journal import Account
from projections.journal import JOURNAL, OF_HOSTS, journal
from projections.projection import Answer, position_of


class HostMonth(BaseModel):
    """One month of a host's account in one currency, written `2017-08`; minor units.

    What the host gains is positive. `charges_minor` is what guests were charged for the stays that
    were earned, without the tax on the platform's fees, which was booked when they were confirmed;
    less fees and taxes it is what the host earned. `netted_minor` was kept of payouts for what the
    host owes: it moves nothing between the two balances. `other_minor` is of rules that are not the
    host's usual ones.
    """

    model_config = ConfigDict(frozen=True)

    month: str
    currency: str
    opening_minor: int
    charges_minor: int
    guest_fees_minor: int
    host_fees_minor: int
    taxes_minor: int
    refunds_minor: int
    disputes_minor: int
    penalties_minor: int
    transfers_minor: int
    taken_back_minor: int
    written_off_minor: int
    corrections_minor: int
    other_minor: int
    netted_minor: int
    closing_minor: int


class HostBalance(BaseModel):
    """What we owe a host at the end of a statement, less what the host owes us; minor units."""

    model_config = ConfigDict(frozen=True)

    currency: str
    closing_minor: int


class HostStatement(Answer):
    """A host's account by currency and month; a month in which nothing moved is left out, so the
    balances at the end stand by themselves.
    """

    host_id: str
    rows: Sequence[HostMonth]
    balances: Sequence[HostBalance]


CAUSES = {
    "J5": "earned",
    "J9": "earned",
    "J26": "earned",
    "J27": "earned",
    "J8": "refunds",
    "J10": "refunds",
    "J11": "refunds",
    "J18": "disputes",
    "J19": "disputes",
    "J20": "disputes",
    "J21": "penalties",
    "J6": "transfers",
    "J15": "taken_back",
    "J16": "netted",
    "J17": "written_off",
    "J28": "corrections",
}
"""Under which figure a line on a host's account is told, by the number of its posting rule."""

SHARES = {
    Account.REV_GUEST_FEE.value: "guest_fees",
    Account.REV_HOST_FEE.value: "host_fees",
    Account.TAX_PAYABLE.value: "taxes",
}
"""Who else got a part of what was earned, in the same entry."""

FIGURES = (
    *SHARES.values(),
    *("charges", "refunds", "disputes", "penalties", "transfers", "taken_back", "written_off"),
    *("corrections", "other"),
)
"""The figures that lead from one balance to the next."""

MONTH = func.to_char(journal.c.effective_on, "YYYY-MM").label("month")
MINOR = cast(func.sum(journal.c.minor), BigInteger).label("minor")
RULE = re.compile(r"J\d+")

Key = tuple[str, str]
Sums = dict[Key, Counter[str]]


def host_statement(
    db: Connection,
    host: HostId,
    begins: date | None = None,
    ends: date | None = None,
    as_of: Instant | None = None,
) -> HostStatement:
    """A host's account from a day of the property to before another, a side that is None is open.

    As it was known up to and including an instant of business time. What was before is in the
    opening balance of the first month.
    """
    position = position_of(db, JOURNAL)
    known = [] if as_of is None else [journal.c.occurred_at <= as_of]
    if ends is not None:
        known.append(journal.c.effective_on < ends)
    within = () if begins is None else (journal.c.effective_on >= begins,)
    before = {} if begins is None else _opening(db, host, (*known, journal.c.effective_on < begins))
    sums: Sums = {}
    _add_causes(sums, db, host, (*known, *within))
    _add_shares(sums, db, host, (*known, *within))
    rows = list(_rows(sums, before))
    closing = {**before, **{row.currency: row.closing_minor for row in rows}}
    return HostStatement(
        position=position,
        host_id=host,
        rows=rows,
        balances=[
            HostBalance(currency=currency, closing_minor=closing[currency])
            for currency in sorted(closing)
        ],
    )


def _of(host: HostId) -> ColumnElement[bool]:
    of_host = text("split_part(journal.\"of\", '/', 1) = :host").bindparams(host=host)
    return and_(OF_HOSTS, of_host)


def _opening(db: Connection, host: HostId, where: Sequence[ColumnElement[bool]]) -> dict[str, int]:
    query = select(journal.c.currency, MINOR).where(_of(host), *where).group_by(journal.c.currency)
    return {row.currency: -row.minor for row in db.execute(query)}


def _add_causes(
    sums: Sums, db: Connection, host: HostId, where: Sequence[ColumnElement[bool]]
) -> None:
    groups = (journal.c.currency, MONTH, journal.c.rule, journal.c.account)
    query = select(*groups, MINOR).where(_of(host), *where).group_by(*groups)
    for row in db.execute(query):
        found = sums.setdefault((row.currency, row.month), Counter())
        cause = cause_of(row.rule)
        if cause == "netted" and row.account == Account.HOST_RECEIVABLE:
            continue  # the other leg of the same amount
        found[cause] -= row.minor


def _add_shares(
    sums: Sums, db: Connection, host: HostId, where: Sequence[ColumnElement[bool]]
) -> None:
    earned = (
        select(journal.c.stream_id, journal.c.version)
        .where(_of(host), journal.c.rule.in_([rule for rule in CAUSES if CAUSES[rule] == "earned"]))
        .distinct()
    )
    groups = (journal.c.currency, MONTH, journal.c.account)
    query = (
        select(*groups, MINOR)
        .where(tuple_(journal.c.stream_id, journal.c.version).in_(earned), *where)
        .where(journal.c.account.in_(list(SHARES)))
        .group_by(*groups)
    )
    for row in db.execute(query):
        found = sums.setdefault((row.currency, row.month), Counter())
        found[SHARES[row.account]] += row.minor
        found["shares"] -= row.minor


def _rows(sums: Sums, opening: dict[str, int]) -> Iterator[HostMonth]:
    for currency, months in groupby(sorted(sums), key=lambda key: key[0]):
        balance = opening.get(currency, 0)
        for _, month in months:
            found = sums[currency, month]
            figures = Counter({**found, "charges": found["earned"] + found["shares"]})
            told = {f"{name}_minor": figures[name] for name in FIGURES}
            closing = balance + sum(told.values())
            yield HostMonth(
                month=month,
                currency=currency,
                opening_minor=balance,
                netted_minor=figures["netted"],
                closing_minor=closing,
                **told,
            )
            balance = closing


def cause_of(rule: str) -> str:
    """The figure that a posting rule's lines on a host's account are told under."""
    number = RULE.match(rule)
    return CAUSES.get(number[0], "other") if number else "other"
