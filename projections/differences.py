"""Differences: the queue of what does not fit. A question over reconciliation, without tables."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, select

from projections.projection import Answer, position_of
from projections.reconciliation import RECONCILIATION, differences


class OpenDifference(BaseModel):
    """Something that does not fit: what our books say, and what was found; minor units, signed."""

    model_config = ConfigDict(frozen=True)

    difference_id: str
    kind: str
    source: str
    object_id: str
    expected_minor: int | None
    expected_currency: str | None
    found_minor: int | None
    found_currency: str | None
    detail: str
    found_at: datetime


class Differences(Answer):
    """What nobody has settled yet, the oldest first."""

    differences: Sequence[OpenDifference]


def open_differences(db: Connection, limit: int) -> Differences:
    """The differences that stand in the queue."""
    position = position_of(db, RECONCILIATION)
    query = select(differences).order_by(differences.c.found_at, differences.c.difference_id)
    rows = db.execute(query.limit(limit))
    return Differences(
        position=position, differences=[OpenDifference(**row._mapping) for row in rows]
    )
