"""Journal and balances: every movement of money as double entry, and what each account sums to.

What is asked of them stands in `projections.balances` and `projections.statements`.
"""

from typing import get_args

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)

from ledger.events import MoneyEvent, Recorded
from ledger.events.booking import (
    BookingAltered,
    BookingConfirmed,
    EarningsRecognized,
    PenaltyCharged,
)
from ledger.events.correction import CorrectionApplied
from ledger.events.damage_claim import DamageCharged
from ledger.events.difference import DifferenceWrittenOff
from ledger.events.dispute import (
    DisputeFeeCharged,
    DisputeFundsReinstated,
    DisputeFundsWithdrawn,
    DisputeLost,
    DisputePrevented,
    DisputeWon,
)
from ledger.events.host_debt import DebtNetted, DebtWrittenOff
from ledger.events.own_transfer import OwnTransferMade, OwnTransferReturned
from ledger.events.payment import FundsAvailable, PaymentAdopted, PaymentCompleted
from ledger.events.payout import PayoutReversed, PayoutTransferred
from ledger.events.refund import (
    ExternalRefundClassified,
    ExternalRefundDetected,
    ExternalRefundReversed,
    RefundApproved,
    RefundCancelled,
    RefundFailed,
    RefundLessened,
    RefundSettledAlternatively,
    RefundSettledByDispute,
    RefundSettledElsewhere,
    RefundSucceeded,
)
from ledger.events.tax_account import TaxOwedAgain, TaxRemitted
from ledger.events.unapplied_receipt import (
    ReceiptDetected,
    ReceiptFundsAvailable,
    ReceiptLessened,
    ReceiptReturned,
    ReceiptReturnReversed,
    ReceiptSettledAlternatively,
    ReceiptSettledByDispute,
)
from projections.projection import (
    ONLY_ADDED_TO,
    ONLY_INSERTED,
    Projection,
    Rows,
)

# -- Tables -----------------------------------------------------------------------------

OF_HOSTS = text("account IN ('host_payable', 'host_receivable')")
"""The accounts that are kept by host; whoever asks for one host says it with these very words, so
that Postgres sees that the index has it.
"""

tables = MetaData(schema="journal_v2")

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
    Index("journal_by_host", text("split_part(\"of\", '/', 1)"), postgresql_where=OF_HOSTS),
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
    | BookingAltered
    | PenaltyCharged
    | EarningsRecognized
    | DamageCharged
    | PaymentCompleted
    | PaymentAdopted
    | FundsAvailable
    | PayoutTransferred
    | DebtNetted
    | DebtWrittenOff
    | PayoutReversed
    | DisputeFundsWithdrawn
    | DisputeFeeCharged
    | DisputeFundsReinstated
    | DisputeWon
    | DisputeLost
    | DisputePrevented
    | RefundApproved
    | RefundSucceeded
    | ReceiptDetected
    | ReceiptFundsAvailable
    | ReceiptReturned
    | ReceiptReturnReversed
    | ReceiptSettledByDispute
    | ReceiptLessened
    | ReceiptSettledAlternatively
    | RefundFailed
    | RefundLessened
    | RefundSettledAlternatively
    | RefundSettledByDispute
    | RefundSettledElsewhere
    | RefundCancelled
    | ExternalRefundDetected
    | ExternalRefundReversed
    | ExternalRefundClassified
    | CorrectionApplied
    | DifferenceWrittenOff
    | OwnTransferMade
    | OwnTransferReturned
    | TaxOwedAgain
    | TaxRemitted
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


JOURNAL = Projection("journal", 2, tables, get_args(JournalEvent), project)
