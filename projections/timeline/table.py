"""The table of the timeline, and what each event adds to it."""

from typing import get_args

from sqlalchemy import BigInteger, Column, Date, DateTime, Index, MetaData, Table, Text, Uuid

from ledger.events import AnyEvent, Recorded
from projections.projection import NOT_IN_DIGEST, ONLY_INSERTED, Projection, Rows
from projections.timeline.matters import TELLING

tables = MetaData(schema="timeline_v2")

timeline = Table(
    "timeline",
    tables,
    Column("stream_id", Uuid(as_uuid=False), primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("case_id", Uuid(as_uuid=False), nullable=False),
    Column("position", BigInteger, nullable=False, info=NOT_IN_DIGEST),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, info=NOT_IN_DIGEST),
    Column("topic", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("amount_minor", BigInteger),
    Column("currency", Text),
    Column("check_in", Date),
    Column("check_out", Date),
    Column("due_at", DateTime(timezone=True)),
    Column("detail", Text),
    Index("timeline_by_case", "case_id"),
    info=ONLY_INSERTED,
)
"""One row per event, with the facts that its sentence is made of when somebody asks.

The sentence itself is not stored (`projections.timeline.sentences`).
"""

_FACTS = {event: told.facts for event, told in TELLING.items()}


def project(rows: Rows, recorded: Recorded[AnyEvent]) -> None:
    """Add the event to the timeline of its case."""
    event = recorded.event
    amount_minor, currency, check_in, check_out, due_at, detail = _FACTS[type(event)](event)
    rows.insert(
        timeline,
        stream_id=recorded.stream_id,
        version=recorded.version,
        case_id=recorded.case_id,
        position=recorded.position,
        occurred_at=recorded.occurred_at,
        recorded_at=recorded.recorded_at,
        topic=event.topic,
        actor=recorded.envelope.actor.role,
        amount_minor=amount_minor,
        currency=currency,
        check_in=check_in,
        check_out=check_out,
        due_at=due_at,
        detail=detail,
    )


TIMELINE = Projection("timeline", 2, tables, get_args(AnyEvent), project)
