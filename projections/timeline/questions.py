"""Questions to the timeline: what happened in a case, and in what words."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, Connection, Row, select

from ledger.events import Role
from ledger.values.clock import Instant
from projections.projection import Answer, position_of
from projections.timeline.sentences import sentence_of
from projections.timeline.table import TIMELINE, timeline


class Happening(BaseModel):
    """One event, said in plain language. `actor` is the word for who acted, such as `guest`.

    `amount_minor` is in minor units of `currency`, where the event is about an amount.
    """

    model_config = ConfigDict(frozen=True)

    position: int
    stream_id: str
    version: int
    topic: str
    occurred_at: Instant
    recorded_at: Instant
    actor: str
    sentence: str
    amount_minor: int | None
    currency: str | None


class Timeline(Answer):
    """What happened, in order. `case_id` is None where all of one stream was told instead."""

    case_id: str | None
    happenings: Sequence[Happening]


def timeline_of(db: Connection, any_id: str) -> Timeline:
    """What happened in a case, by its own id or by that of any stream that belongs to it alone.

    A stream that many cases share, such as a unit's calendar, is told by itself. In order of
    business time, and of recording where that is equal; nothing for an id that nobody knows.
    """
    position = position_of(db, TIMELINE)
    case_id = _case_of(db, any_id)
    where = timeline.c.stream_id == any_id if case_id is None else timeline.c.case_id == case_id
    return Timeline(position=position, case_id=case_id, happenings=_happenings(db, where))


def _case_of(db: Connection, any_id: str) -> str | None:
    known = select(timeline.c.case_id).where(timeline.c.case_id == any_id).limit(1)
    of_stream = select(timeline.c.case_id).where(timeline.c.stream_id == any_id).distinct().limit(2)
    if db.execute(known).first() is not None:
        return any_id
    cases = db.scalars(of_stream).all()
    return cases[0] if len(cases) == 1 else None


def _happenings(db: Connection, where: ColumnElement[bool]) -> list[Happening]:
    query = select(timeline).where(where).order_by(timeline.c.occurred_at, timeline.c.position)
    latest: dict[str, str] = {}
    told = []
    for row in db.execute(query):
        told.append(_happening(row, latest.get(row.stream_id)))
        latest[row.stream_id] = row.topic
    return told


def _happening(row: Row[tuple[object, ...]], after: str | None) -> Happening:
    return Happening(
        position=row.position,
        stream_id=row.stream_id,
        version=row.version,
        topic=row.topic,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        actor=Role(row.actor).word,
        sentence=sentence_of(row, after),
        amount_minor=row.amount_minor,
        currency=row.currency,
    )
