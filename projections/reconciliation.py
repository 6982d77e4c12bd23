"""Reconciliation: what our books say moved at the processor, and what is known not to fit.

A group is what one event says of the processor's money. It names the movements that it stands for,
as the processor calls them; where they are held against each other is `replay.reconcile`. History
from outside is not in it: its movements were another processor's.
"""

from collections.abc import Callable, Mapping
from typing import Any, get_args

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, MetaData, Table, Text, Uuid

from ledger.events import MoneyEvent, Recorded
from ledger.events.correction import CorrectionApplied
from ledger.events.difference import DifferenceEvent, DifferenceFound
from ledger.events.dispute import DisputeFeeCharged, DisputeFundsReinstated, DisputeFundsWithdrawn
from ledger.events.own_transfer import OwnTransferMade, OwnTransferReturned
from ledger.events.payment import FundsAvailable, PaymentCompleted
from ledger.events.payout import PayoutReversed, PayoutTransferred
from ledger.events.refund import (
    ExternalRefundDetected,
    ExternalRefundReversed,
    RefundFailed,
    RefundSucceeded,
)
from ledger.events.unapplied_receipt import (
    ReceiptDetected,
    ReceiptFundsAvailable,
    ReceiptReturned,
    ReceiptReturnReversed,
)
from ledger.values.journal import Account
from projections.projection import ONLY_INSERTED, Projection, Rows

# -- Tables -----------------------------------------------------------------------------

tables = MetaData(schema="reconciliation_v1")

groups = Table(
    "groups",
    tables,
    Column("event", Text, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("of", Text, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("pending_minor", BigInteger, nullable=False),
    Column("available_minor", BigInteger, nullable=False),
    Index("groups_by_first", "of"),
    info=ONLY_INSERTED,
)
"""What an event says of the processor's money, signed. `of` is the event that it belongs to: a
correction belongs to the one that it corrects, every other to itself."""

names = Table(
    "names",
    tables,
    Column("event", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("by_origin", Boolean, nullable=False),
    Index("names_by_name", "name"),
    info=ONLY_INSERTED,
)
"""What each event stands for: the processor's name of a movement or, `by_origin`, of the object
that it comes from."""

differences = Table(
    "differences",
    tables,
    Column("difference_id", Uuid(as_uuid=False), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("object_id", Text, nullable=False),
    Column("expected_minor", BigInteger),
    Column("expected_currency", Text),
    Column("found_minor", BigInteger),
    Column("found_currency", Text),
    Column("detail", Text, nullable=False),
    Column("found_at", DateTime(timezone=True), nullable=False),
)
"""The queue: one row per difference that nobody has settled yet."""

# -- Events -----------------------------------------------------------------------------

NAMES_ONE: tuple[type[MoneyEvent], ...] = (
    *(PaymentCompleted, PayoutTransferred, OwnTransferMade, OwnTransferReturned),
    *(RefundSucceeded, RefundFailed, ExternalRefundDetected, ExternalRefundReversed),
    *(ReceiptDetected, ReceiptReturned, ReceiptReturnReversed),
)
NAMES_SEVERAL = (DisputeFundsWithdrawn, DisputeFeeCharged, DisputeFundsReinstated)
NAMED: Mapping[type[MoneyEvent], Callable[[Any], tuple[str | None, ...]]] = {
    **dict.fromkeys(NAMES_ONE, lambda event: (event.balance_transaction,)),
    **dict.fromkeys(NAMES_SEVERAL, lambda event: event.balance_transactions),
}
"""The movements that an event names."""

ORIGIN: Mapping[type[MoneyEvent], Callable[[Any], str | None]] = {
    PayoutTransferred: lambda event: event.transfer,
    PayoutReversed: lambda event: event.reversal,
}
"""Where the movement of an event comes from, for those that do not name it itself."""

GroupEvent = (
    PaymentCompleted
    | FundsAvailable
    | ReceiptDetected
    | ReceiptFundsAvailable
    | ReceiptReturned
    | ReceiptReturnReversed
    | RefundSucceeded
    | RefundFailed
    | ExternalRefundDetected
    | ExternalRefundReversed
    | PayoutTransferred
    | PayoutReversed
    | DisputeFundsWithdrawn
    | DisputeFeeCharged
    | DisputeFundsReinstated
    | CorrectionApplied
    | OwnTransferMade
    | OwnTransferReturned
)
"""What may move the processor's money: a test holds this union against the posting rules."""

ReconciliationEvent = GroupEvent | DifferenceEvent


def project(rows: Rows, recorded: Recorded[ReconciliationEvent]) -> None:
    """Write down what an event says of the processor's money, or what stands in the queue."""
    if isinstance(recorded.event, GroupEvent):
        project_group(rows, recorded, recorded.event)
        return
    # A difference that is found anew says it in other words.
    rows.remove(differences, recorded.stream_id)
    if isinstance(recorded.event, DifferenceFound):
        project_difference(rows, recorded, recorded.event)


def project_group(rows: Rows, recorded: Recorded[ReconciliationEvent], event: GroupEvent) -> None:
    """What the event's lines sum up to on the processor's two accounts, and what it names."""
    sums: dict[str, dict[str, int]] = {}
    for entry in event.entries:
        for line in entry.lines:
            if line.account in HELD:
                held = sums.setdefault(line.currency, dict.fromkeys(HELD, 0))
                held[line.account] += line.minor
    for currency, held in sums.items():
        rows.insert(
            groups,
            event=recorded.event_id,
            currency=currency,
            of=_belongs_to(recorded, event),
            occurred_at=recorded.occurred_at,
            pending_minor=held[Account.STRIPE_PENDING],
            available_minor=held[Account.STRIPE_AVAILABLE],
        )
    if sums:
        for name, by_origin in names_of(event).items():
            rows.insert(names, event=recorded.event_id, name=name, by_origin=by_origin)


HELD = (Account.STRIPE_PENDING.value, Account.STRIPE_AVAILABLE.value)
"""The accounts of what the processor holds for us."""


def names_of(event: MoneyEvent) -> dict[str, bool]:
    """What an event stands for, and whether that is only where the movement comes from."""
    kind = type(event)
    named = [name for name in NAMED[kind](event) if name] if kind in NAMED else []
    origin = ORIGIN[kind](event) if kind in ORIGIN and not named else None
    return dict.fromkeys(named, False) | ({origin: True} if origin else {})


def _belongs_to(recorded: Recorded[ReconciliationEvent], event: GroupEvent) -> str:
    if isinstance(event, CorrectionApplied):
        return f"{event.wrong_stream}/{event.wrong_version}"
    return recorded.event_id


def project_difference(
    rows: Rows, recorded: Recorded[ReconciliationEvent], event: DifferenceFound
) -> None:
    """Something does not fit, until somebody settles it."""
    rows.insert(
        differences,
        difference_id=recorded.stream_id,
        kind=event.kind.value,
        source=event.source,
        object_id=event.object_id,
        expected_minor=event.expected and event.expected.minor,
        expected_currency=event.expected and event.expected.currency,
        found_minor=event.found and event.found.minor,
        found_currency=event.found and event.found.currency,
        detail=event.detail,
        found_at=recorded.occurred_at,
    )


RECONCILIATION = Projection(
    "reconciliation",
    1,
    tables,
    get_args(ReconciliationEvent),
    project,
    sliced_by="stream",
    live_only=True,
)
