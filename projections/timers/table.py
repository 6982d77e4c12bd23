"""The table of what the clock must do, and how a row of it begins and ends."""

from typing import Any

from sqlalchemy import Boolean, Column, DateTime, Index, MetaData, Table, Text, Uuid

from ledger.events import Recorded
from ledger.values.clock import Instant
from ledger.values.timers import TimerKind
from projections.projection import Rows

tables = MetaData(schema="timers_v14")


timers = Table(
    "timers",
    tables,
    Column("timer", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("case_id", Uuid(as_uuid=False), nullable=False),
    Column("stream_id", Uuid(as_uuid=False), nullable=False),
    Column("fires_at", DateTime(timezone=True), nullable=False),
    Column("armed", Boolean, nullable=False),
    Column("set_by", Text, nullable=False),
    Index("timers_by_time", "fires_at"),
)
"""One row per timer that has not ended. `stream_id` is what it acts upon: the unit for a hold, the
payout for a payout, the payment or receipt for its funds, else the
booking. One that is not armed waits for its booking's confirmation, which may come after the
booking has expired: then its money came late. `set_by` names the event that set it, as
`stream/version`: what the timer causes follows from it.
"""


def begin(
    rows: Rows,
    recorded: Recorded[Any],
    kind: TimerKind,
    fires_at: Instant,
    *,
    of: str | None = None,
    armed: bool = True,
) -> None:
    """Set a timer of the case, or of the stream `of`."""
    rows.insert(
        timers,
        timer=key(kind, of or recorded.case_id),
        kind=kind.value,
        case_id=recorded.case_id,
        stream_id=recorded.stream_id,
        fires_at=fires_at,
        armed=armed,
        set_by=recorded.event_id,
    )


def end(rows: Rows, of: str, *kinds: TimerKind) -> None:
    """End timers, if they are still set."""
    for kind in kinds:
        rows.remove(timers, key(kind, of))


def key(kind: TimerKind, of: str) -> str:
    """A timer's name: it never changes, so what it causes happens once."""
    return f"{kind}/{of}"
