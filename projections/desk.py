"""Desk: what staff must look at, since when and until when; what is dealt with is gone from it.

What comes up and what ends it stands in `projections.matters`. History from outside leaves nothing
to do, so it lays nothing on the desk.
"""

from collections.abc import Iterator, Sequence
from typing import assert_never, get_args

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    Index,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
    select,
)

from ledger.events import Event, Recorded
from ledger.events.damage_claim import DamageClaimOpened
from ledger.events.dispute import DisputeEscalated, DisputeOpened, DisputeReopened
from ledger.events.host_debt import (
    DebtCollected,
    DebtDropped,
    DebtNetted,
    DebtRaised,
    DebtWrittenOff,
)
from ledger.events.payout import (
    PayoutHoldLifted,
    PayoutRecalculated,
    PayoutScheduled,
)
from ledger.events.refund import ExternalRefundDetected, RefundRequested
from ledger.events.unapplied_receipt import ReceiptDetected, ReceiptLessened
from ledger.events.unit_calendar import (
    ExternalBlockAdded,
    ExternalBlockRemoved,
    FeedConflictEnded,
)
from ledger.values.clearance import Hold
from ledger.values.clock import Instant
from ledger.values.money import Money
from projections.matters import ENDS, Matter, OpeningEvent, opened
from projections.projection import ONLY_ADDED_TO, Answer, Projection, Rows, position_of
from projections.ways_out import WAYS_OUT

# -- Tables -----------------------------------------------------------------------------

tables = MetaData(schema="desk_v2")

matters = Table(
    "matters",
    tables,
    Column("stream_id", Uuid(as_uuid=False), primary_key=True),
    Column("matter", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("case_id", Uuid(as_uuid=False), nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("shown_from", DateTime(timezone=True), nullable=False),
    Column("detail", Text, nullable=False),
    Column("amount_minor", BigInteger),
    Column("currency", Text),
    Index("matters_by_time", "matter", "since"),
)
"""One row per thing to look at, from a time on. `reason` tells those of one payout apart, else it
is empty."""

subjects = Table(
    "subjects",
    tables,
    Column("stream_id", Uuid(as_uuid=False), primary_key=True),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("due_at", DateTime(timezone=True)),
)
"""What a matter would be about, should there be one: how much, and until when to answer it."""

debts = Table(
    "debts",
    tables,
    Column("host_id", Uuid(as_uuid=False), primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("owed_minor", BigInteger, nullable=False),
    info=ONLY_ADDED_TO,
)
"""What each host owes the platform."""

# -- Events -----------------------------------------------------------------------------

SubjectEvent = (
    RefundRequested
    | ExternalRefundDetected
    | DisputeOpened
    | DisputeEscalated
    | DisputeReopened
    | ReceiptDetected
    | ReceiptLessened
    | PayoutScheduled
    | PayoutRecalculated
    | DamageClaimOpened
)

DebtEvent = DebtRaised | DebtNetted | DebtCollected | DebtDropped | DebtWrittenOff


def project(rows: Rows, recorded: Recorded[Event]) -> None:
    """Note what the event is about, end what it ends, and lay on the desk what it brings up."""
    event = recorded.event
    if isinstance(event, SubjectEvent):
        note(rows, recorded.stream_id, event)
    for matter in ENDS.get(type(event), ()):
        for reason in reasons_of(matter, event):
            rows.remove(matters, (recorded.stream_id, matter.value, reason))
    if isinstance(event, OpeningEvent):
        lay_down(rows, recorded, event)
    if isinstance(event, DebtEvent):
        minor = event.amount.minor if isinstance(event, DebtRaised) else -event.amount.minor
        rows.add(debts, (event.host_id, event.amount.currency), owed_minor=minor)


def note(rows: Rows, stream_id: str, event: SubjectEvent) -> None:
    """Remember how much something is about, and until when it can be answered."""
    match event:
        case RefundRequested() | ExternalRefundDetected() | ReceiptDetected() | PayoutScheduled():
            begin(rows, stream_id, event.amount, None)
        case DisputeOpened():
            begin(rows, stream_id, event.amount, event.due_by)
        case DisputeEscalated() | DisputeReopened():
            rows.change(subjects, stream_id, due_at=event.due_by)
        case ReceiptLessened():
            rows.change(subjects, stream_id, amount_minor=event.left.minor)
        case PayoutRecalculated():
            rows.change(subjects, stream_id, amount_minor=event.amount.minor)
        case DamageClaimOpened():
            rows.remove(subjects, stream_id)  # It may have been withdrawn, and is opened anew.
            begin(rows, stream_id, event.amount, None)
        case _:
            assert_never(event)


def begin(rows: Rows, stream_id: str, amount: Money, due_at: Instant | None) -> None:
    """Something begins that there may be a matter about."""
    rows.insert(
        subjects,
        stream_id=stream_id,
        amount_minor=amount.minor,
        currency=amount.currency,
        due_at=due_at,
    )


def reasons_of(matter: Matter, event: Event) -> Iterator[str]:
    """The reasons under which an event ends a matter: a payout may be held for several, and of a
    unit several ranges of nights be sold twice."""
    if isinstance(event, ExternalBlockAdded | ExternalBlockRemoved | FeedConflictEnded):
        yield event.block_id
    elif matter is not Matter.PAYOUT_HELD:
        yield ""
    elif isinstance(event, PayoutHoldLifted):
        yield event.reason.value
    else:
        yield from (reason.value for reason in Hold)


def lay_down(rows: Rows, recorded: Recorded[Event], event: OpeningEvent) -> None:
    """Lay a matter on the desk, anew if it lies there already."""
    found = opened(event)
    if found is None:
        return
    rows.remove(matters, (recorded.stream_id, found.matter.value, found.reason))
    rows.insert(
        matters,
        stream_id=recorded.stream_id,
        matter=found.matter.value,
        reason=found.reason,
        case_id=recorded.case_id,
        since=recorded.occurred_at,
        shown_from=recorded.occurred_at + found.after,
        detail=found.detail,
        amount_minor=found.amount.minor if found.amount else None,
        currency=found.amount.currency if found.amount else None,
    )


LISTENS_TO = tuple(dict.fromkeys((*get_args(SubjectEvent | OpeningEvent | DebtEvent), *ENDS)))

DESK = Projection("desk", 2, tables, LISTENS_TO, project, sliced_by="stream", live_only=True)

# -- Questions --------------------------------------------------------------------------


class OpenMatter(BaseModel):
    """Something that staff must look at. `stream_id` is what it is about, `case_id` the case whose
    timeline tells all of it; `reason` is that of a hold, `detail` whatever else was told.

    The amount is in minor units of `currency`, where it is about an amount; after `due_at` nobody
    can answer any more. `ways_out` is what can be done, as the addresses of it end.
    """

    model_config = ConfigDict(frozen=True)

    matter: Matter
    stream_id: str
    case_id: str
    reason: str
    detail: str
    since: Instant
    due_at: Instant | None
    amount_minor: int | None
    currency: str | None
    ways_out: Sequence[str]


class OpenDebt(BaseModel):
    """What a host owes the platform, in minor units."""

    model_config = ConfigDict(frozen=True)

    host_id: str
    currency: str
    owed_minor: int


class Desk(Answer):
    """What lies on the desk: what can be answered only until some time first, then the oldest."""

    matters: Sequence[OpenMatter]
    counts: dict[Matter, int]


class Debts(Answer):
    """The debts of all hosts, the largest first in each currency."""

    debts: Sequence[OpenDebt]


def desk(db: Connection, at_most: int, matter: Matter | None = None) -> Desk:
    """What staff must look at, of one kind or of all; `counts` is always of all."""
    position = position_of(db, DESK)
    about = matters.outerjoin(subjects, subjects.c.stream_id == matters.c.stream_id)
    columns = [matters.c[name] for name in OWN]
    query = (
        select(
            *columns,
            subjects.c.due_at,
            func.coalesce(matters.c.amount_minor, subjects.c.amount_minor).label("amount_minor"),
            func.coalesce(matters.c.currency, subjects.c.currency).label("currency"),
        )
        .select_from(about)
        .where(SHOWN)
        .order_by(subjects.c.due_at.nulls_last(), matters.c.since, matters.c.stream_id)
        .limit(at_most)
    )
    if matter is not None:
        query = query.where(matters.c.matter == matter.value)
    counts = select(matters.c.matter, func.count()).where(SHOWN).group_by(matters.c.matter)
    return Desk(
        position=position,
        matters=[
            OpenMatter(**row._mapping, ways_out=WAYS_OUT[Matter(row.matter)])
            for row in db.execute(query)
        ],
        counts={Matter(name): count for name, count in db.execute(counts)},
    )


SHOWN = (matters.c.shown_from <= func.now()) | (matters.c.shown_from == matters.c.since)
"""What lies on the desk; whatever is shown at once is so by any clock."""

OWN = ("matter", "stream_id", "case_id", "reason", "detail", "since")


def open_debts(db: Connection, at_most: int) -> Debts:
    """What hosts owe, the largest debts of each currency first."""
    position = position_of(db, DESK)
    query = (
        select(debts)
        .where(debts.c.owed_minor > 0)
        .order_by(debts.c.currency, debts.c.owed_minor.desc(), debts.c.host_id)
        .limit(at_most)
    )
    return Debts(position=position, debts=[OpenDebt(**row._mapping) for row in db.execute(query)])
