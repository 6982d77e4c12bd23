"""The table of what must be said or done, and how a row of it begins and ends."""

from typing import Any

from sqlalchemy import Column, DateTime, Index, MetaData, Table, Text, Uuid

from ledger.events import Recorded
from ledger.values.clock import Instant
from ledger.values.errands import ErrandKind
from projections.projection import Rows

tables = MetaData(schema="errands_v7")


errands = Table(
    "errands",
    tables,
    Column("errand", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("case_id", Uuid(as_uuid=False), nullable=False),
    Column("stream_id", Uuid(as_uuid=False), nullable=False),
    Column("key", Text, nullable=False),
    Column("stored_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("set_by", Text, nullable=False),
    Index("errands_by_time", "due_at"),
)
"""One row per errand that is not done. `stream_id` is what it is about, `key` what makes its call
happen once, `stored_at` since when that key is stored; `set_by` the event that asks for it.
"""


def begin(
    rows: Rows,
    recorded: Recorded[Any],
    kind: ErrandKind,
    *,
    key: str,
    due_at: Instant | None = None,
    called: str | None = None,
) -> None:
    """Set an errand of the event's stream, anew if it was set before.

    `called` tells apart what there may be several of for a stream.
    """
    rows.remove(errands, name(kind, called or recorded.stream_id))
    rows.insert(
        errands,
        errand=name(kind, called or recorded.stream_id),
        kind=kind.value,
        case_id=recorded.case_id,
        stream_id=recorded.stream_id,
        key=key,
        stored_at=recorded.occurred_at,
        due_at=due_at or recorded.occurred_at,
        set_by=recorded.event_id,
    )


def end(rows: Rows, recorded: Recorded[Any], *kinds: ErrandKind) -> None:
    """End errands, if they are still set."""
    for kind in kinds:
        rows.remove(errands, name(kind, recorded.stream_id))


def name(kind: ErrandKind, of: str) -> str:
    """An errand's name: there is one of a kind for a stream at a time, or for what is called so."""
    return f"{kind}/{of}"
