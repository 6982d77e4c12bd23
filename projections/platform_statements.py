"""Platform statements: what moved, what was earned and what is carried, month by month. Questions
over the journal; no tables of their own.

Every account is in exactly one of the carried balances or in the result, so that over all months
they are the trial balance.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter

from pydantic import BaseModel, ConfigDict
from sqlalchemy import BigInteger, Connection, Row, cast, func, select

from ledger.values.clock import Instant
from ledger.values.journal import Account
from projections.journal import JOURNAL, journal
from projections.projection import Answer, position_of


class PlatformMonth(BaseModel):
    """One month of the platform, written `2017-08`; minor units.

    First what moved: what guests were charged and what went back to them, what went to hosts (less
    what was taken back of it) and what of their debts was netted. Then the result: fees and
    penalties earned, less fees that went back and what it all cost. Last what is carried into the
    next month: what we hold at processor and bank, what we owe hosts, guests and authorities, and
    what hosts owe us; `suspense_minor` is what nobody has explained yet.
    """

    model_config = ConfigDict(frozen=True)

    month: str
    charged_minor: int
    refunded_minor: int
    transferred_minor: int
    netted_minor: int
    guest_fees_minor: int
    host_fees_minor: int
    penalties_minor: int
    fee_refunds_minor: int
    costs_minor: int
    exchange_minor: int
    result_minor: int
    vat_minor: int
    taxes_minor: int
    held_minor: int
    owed_to_hosts_minor: int
    owed_to_guests_minor: int
    owed_to_authorities_minor: int
    deferred_fees_minor: int
    owed_by_hosts_minor: int
    disputed_minor: int
    suspense_minor: int


class PlatformStatement(Answer):
    """The platform's months in one currency; one in which nothing moved is left out."""

    currency: str
    rows: Sequence[PlatformMonth]


A = Account

RESULT: Mapping[str, tuple[Account, ...]] = {
    "guest_fees": (A.REV_GUEST_FEE,),
    "host_fees": (A.REV_HOST_FEE,),
    "penalties": (A.REV_PENALTY,),
    "fee_refunds": (A.CONTRA_FEE_REFUNDS,),
    "costs": (
        *(A.EXP_PSP_FEES, A.EXP_DISPUTE_FEES, A.EXP_PROMOTIONS, A.EXP_GOODWILL),
        *(A.EXP_CHARGEBACK_LOSS, A.EXP_BAD_DEBT),
    ),
    "exchange": (A.FX_GAIN_LOSS,),
}
"""What makes the result of a month: what is earned is positive."""

OWED: Mapping[str, tuple[Account, ...]] = {
    "owed_to_hosts": (A.HOST_PAYABLE, A.HOST_DEFERRED, A.HOST_HELD),
    "owed_to_guests": (A.REFUND_PAYABLE, A.UNAPPLIED_RECEIPTS),
    "owed_to_authorities": (A.TAX_PAYABLE, A.TAX_DEFERRED, A.VAT_PAYABLE, A.TAX_RECOVERABLE),
    "deferred_fees": (A.REVENUE_DEFERRED,),
}
"""What is carried and owed to somebody; positive."""

OWNED: Mapping[str, tuple[Account, ...]] = {
    "held": (A.STRIPE_PENDING, A.STRIPE_AVAILABLE, A.BANK),
    "owed_by_hosts": (A.HOST_RECEIVABLE,),
    "disputed": (A.DISPUTED_FUNDS,),
    "suspense": (A.SUSPENSE, A.GUEST_RECEIVABLE, A.FX_POSITION),
}
"""What is carried and ours; positive. The last are bridges: nothing stays on them for long."""

MOVED: Mapping[str, tuple[Account, ...]] = {
    "vat": (A.VAT_PAYABLE,),
    "taxes": (A.TAX_PAYABLE, A.TAX_DEFERRED, A.TAX_RECOVERABLE),
}
"""What came to be owed to authorities in a month, less what went back."""

FLOWS = {
    (A.UNAPPLIED_RECEIPTS, "J26"): ("charged", 1),
    (A.REFUND_PAYABLE, "J12"): ("refunded", 1),
    (A.REFUND_PAYABLE, "J13"): ("refunded", 1),
    (A.SUSPENSE, "J23"): ("refunded", 1),
    (A.SUSPENSE, "J12"): ("refunded", 1),
    (A.HOST_PAYABLE, "J6"): ("transferred", 1),
    (A.STRIPE_AVAILABLE, "J15"): ("transferred", -1),
    (A.HOST_PAYABLE, "J16"): ("netted", 1),
}
"""Which lines are money on its way, by account and number of the posting rule, and their sign.

What went out unasked for and turned out to pay a refund of ours leaves suspense with that (J12s):
it went back once.
"""

MONTH = func.to_char(journal.c.effective_on, "YYYY-MM").label("month")
RULE = re.compile(r"J\d+")
Turnover = Row[str, str, str, int, int]
"""A month, an account, a rule, and what both moved: as a balance, and on the debit side alone."""


def platform_statement(
    db: Connection,
    begins: date | None = None,
    ends: date | None = None,
    as_of: Instant | None = None,
    currency: str = "EUR",
) -> PlatformStatement:
    """The platform's months, from a day of the property to before another; open where None.

    As it was known up to and including an instant of business time. What was before is in what is
    carried.
    """
    position = position_of(db, JOURNAL)
    known = [journal.c.currency == currency]
    known += [] if as_of is None else [journal.c.occurred_at <= as_of]
    known += [] if ends is None else [journal.c.effective_on < ends]
    debit = func.coalesce(func.sum(journal.c.minor).filter(journal.c.minor > 0), 0)
    groups = (MONTH, journal.c.account, journal.c.rule)
    sums = (cast(func.sum(journal.c.minor), BigInteger), cast(debit, BigInteger))
    query = select(*groups, *sums).group_by(*groups).order_by(MONTH)
    carried: Counter[str] = Counter()
    if begins is not None:
        earlier = db.execute(query.where(*known, journal.c.effective_on < begins))
        for _, account, _, minor, _ in earlier:
            carried[account] += minor
        known.append(journal.c.effective_on >= begins)
    found = db.execute(query.where(*known))
    return PlatformStatement(position=position, currency=currency, rows=list(_rows(found, carried)))


def _rows(found: Iterable[Turnover], carried: Counter[str]) -> Iterator[PlatformMonth]:
    for month, lines in groupby(found, key=itemgetter(0)):
        moved: Counter[str] = Counter()
        flows: Counter[str] = Counter()
        for _, account, rule, minor, debit in lines:
            moved[account] += minor
            name, signed = _flow(account, rule, minor, debit)
            flows[name] += signed
        carried.update(moved)
        result = _summed(RESULT, moved, -1)
        figures = {
            **{name: flows[name] for name in ("charged", "refunded", "transferred", "netted")},
            **result,
            "result": sum(result.values()),
            **_summed(MOVED, moved, -1),
            **_summed(OWNED, carried, 1),
            **_summed(OWED, carried, -1),
        }
        yield PlatformMonth(
            month=month, **{f"{name}_minor": minor for name, minor in figures.items()}
        )


def _flow(account: str, rule: str, minor: int, debit: int) -> tuple[str, int]:
    """What a turnover tells of money on its way: under which figure, and how much."""
    number = RULE.match(rule)
    if account == A.GUEST_RECEIVABLE and number and number[0] in CHARGING:
        return "charged", debit
    name, sign = FLOWS.get((A(account), number[0] if number else ""), ("", 0))
    return name, sign * minor


CHARGING = ("J1", "J27")
"""The rules that charge a guest; they also apply what was paid, on the account's other side."""


def _summed(
    figures: Mapping[str, tuple[Account, ...]], moved: Counter[str], sign: int
) -> dict[str, int]:
    return {
        name: sign * sum(moved[account.value] for account in accounts)
        for name, accounts in figures.items()
    }
