"""Earnings: what moved each host's account, booking by booking, and what the host owes.

Every figure is a sum of the journal's own lines of `host_payable`, sorted by what caused them, so
that together they are what the host is still to be paid.
"""

from collections.abc import Sequence
from typing import assert_never, get_args

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Label,
    MetaData,
    Table,
    Text,
    Uuid,
    cast,
    func,
    literal,
    select,
)

from ledger.events import Recorded
from ledger.events.booking import EarningsRecognized
from ledger.events.correction import CorrectionApplied
from ledger.events.damage_claim import DamageCharged
from ledger.events.dispute import DisputeFundsWithdrawn, DisputeLost, DisputePrevented, DisputeWon
from ledger.events.host_debt import (
    DebtCollected,
    DebtDropped,
    DebtNetted,
    DebtRaised,
    DebtWrittenOff,
)
from ledger.events.payout import PayoutReversed, PayoutTransferred
from ledger.events.refund import ExternalRefundClassified, RefundApproved, RefundCancelled
from ledger.values.ids import HostId
from ledger.values.journal import Account
from projections.projection import ONLY_ADDED_TO, Answer, Projection, Rows, position_of

# -- Tables -----------------------------------------------------------------------------

tables = MetaData(schema="earnings_v1")

earnings = Table(
    "earnings",
    tables,
    Column("host_id", Uuid(as_uuid=False), primary_key=True),
    Column("booking_id", Uuid(as_uuid=False), primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("earned_minor", BigInteger, nullable=False),
    Column("refunded_minor", BigInteger, nullable=False),
    Column("disputed_minor", BigInteger, nullable=False),
    Column("corrected_minor", BigInteger, nullable=False),
    Column("netted_minor", BigInteger, nullable=False),
    Column("paid_minor", BigInteger, nullable=False),
    Column("taken_back_minor", BigInteger, nullable=False),
    info=ONLY_ADDED_TO,
)
"""What moved the account of a host for a booking (`host_payable` in the journal), by its cause;
what the host is owed more is positive.
"""

debts = Table(
    "debts",
    tables,
    Column("host_id", Uuid(as_uuid=False), primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("raised_minor", BigInteger, nullable=False),
    Column("settled_minor", BigInteger, nullable=False),
    info=ONLY_ADDED_TO,
)
"""What a host came to owe, and what of it was netted, collected or written off."""

# -- Events -----------------------------------------------------------------------------

EarningEvent = (
    EarningsRecognized
    | DamageCharged
    | RefundApproved
    | RefundCancelled
    | ExternalRefundClassified
    | DisputeFundsWithdrawn
    | DisputeWon
    | DisputeLost
    | DisputePrevented
    | CorrectionApplied
    | DebtNetted
    | PayoutTransferred
    | PayoutReversed
)
"""The events that move a host's account: a test holds this union against the journal's lines."""

DebtEvent = DebtRaised | DebtNetted | DebtCollected | DebtDropped | DebtWrittenOff

EarningsEvent = EarningEvent | DebtEvent


def project(rows: Rows, recorded: Recorded[EarningsEvent]) -> None:
    """Add what the event does to hosts' accounts and debts; netting does something to both."""
    event = recorded.event
    if isinstance(event, EarningEvent):
        add_lines(rows, event)
    if isinstance(event, DebtEvent):
        add_debt(rows, event)


def add_lines(rows: Rows, event: EarningEvent) -> None:
    """Add the event's lines on hosts' accounts."""
    for entry in event.entries:
        for line in entry.lines:
            if line.account == Account.HOST_PAYABLE:
                host_id, booking_id = line.of.split("/")
                figures = dict.fromkeys(FIGURES, 0) | {figure_of(event): -line.minor}
                rows.add(earnings, (host_id, booking_id, line.currency), **figures)


FIGURES = tuple(column.name for column in earnings.columns if not column.primary_key)


def figure_of(event: EarningEvent) -> str:
    """Under which cause the lines of an event are summed."""
    match event:
        case EarningsRecognized() | DamageCharged():
            return "earned_minor"
        case RefundApproved() | RefundCancelled() | ExternalRefundClassified():
            return "refunded_minor"
        case DisputeFundsWithdrawn() | DisputeWon() | DisputeLost() | DisputePrevented():
            return "disputed_minor"
        case CorrectionApplied():
            return "corrected_minor"
        case DebtNetted():
            return "netted_minor"
        case PayoutTransferred():
            return "paid_minor"
        case PayoutReversed():
            return "taken_back_minor"
        case _:
            assert_never(event)


def add_debt(rows: Rows, event: DebtEvent) -> None:
    """What a host owes more, or less."""
    minor, raised = event.amount.minor, isinstance(event, DebtRaised)
    rows.add(
        debts,
        (event.host_id, event.amount.currency),
        raised_minor=minor if raised else 0,
        settled_minor=0 if raised else minor,
    )


EARNINGS = Projection("earnings", 1, tables, get_args(EarningsEvent), project)

# -- Questions --------------------------------------------------------------------------


class EarnedFigures(BaseModel):
    """What moved a host's account, by its cause; `payable_minor`, their sum, is still to be paid.

    Minor units of `currency`; what the host is owed more is positive. `netted_minor` was kept for
    what the host owes, `taken_back_minor` came back of what had been paid.
    """

    model_config = ConfigDict(frozen=True)

    currency: str
    earned_minor: int
    refunded_minor: int
    disputed_minor: int
    corrected_minor: int
    netted_minor: int
    paid_minor: int
    taken_back_minor: int
    payable_minor: int


class EarnedBooking(EarnedFigures):
    """The same for one booking."""

    booking_id: str


class Owed(BaseModel):
    """What a host came to owe, what of it is settled, and what is left; minor units."""

    model_config = ConfigDict(frozen=True)

    currency: str
    raised_minor: int
    settled_minor: int
    owed_minor: int


class Earnings(Answer):
    """A host's account: its sums in each currency, the bookings that are still to be paid, and what
    the host owes.
    """

    totals: Sequence[EarnedFigures]
    to_be_paid: Sequence[EarnedBooking]
    owed: Sequence[Owed]


def earnings_of(db: Connection, host: HostId) -> Earnings:
    """What a host has earned, and what of it is not paid yet; nothing for an unknown host."""
    position = position_of(db, EARNINGS)
    of_host = earnings.c.host_id == host
    payable = sum((earnings.c[name] for name in FIGURES), literal(0))
    totals = (
        select(earnings.c.currency, *(_summed(name, earnings.c[name]) for name in FIGURES))
        .add_columns(_summed("payable_minor", payable))
        .where(of_host)
        .group_by(earnings.c.currency)
        .order_by(earnings.c.currency)
    )
    bookings = (
        select(earnings.c.booking_id, earnings.c.currency, *(earnings.c[name] for name in FIGURES))
        .add_columns(payable.label("payable_minor"))
        .where(of_host, payable != 0)
        .order_by(earnings.c.booking_id, earnings.c.currency)
    )
    return Earnings(
        position=position,
        totals=[EarnedFigures(**row._mapping) for row in db.execute(totals)],
        to_be_paid=[EarnedBooking(**row._mapping) for row in db.execute(bookings)],
        owed=_owed(db, host),
    )


def _summed(name: str, figure: ColumnElement[int]) -> Label[int]:
    return cast(func.sum(figure), BigInteger).label(name)


def _owed(db: Connection, host: HostId) -> list[Owed]:
    query = (
        select(debts.c.currency, debts.c.raised_minor, debts.c.settled_minor)
        .add_columns((debts.c.raised_minor - debts.c.settled_minor).label("owed_minor"))
        .where(debts.c.host_id == host)
        .order_by(debts.c.currency)
    )
    return [Owed(**row._mapping) for row in db.execute(query)]
