"""Errands that fail: what could not be said to the processor so far, and what they met at last."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, select

from ledger.store import troubles
from ledger.values.clock import Instant
from ledger.values.errands import ErrandKind
from projections.errands import ERRANDS, errands
from projections.projection import Answer, position_of
from projections.reading import driver_of


class FailingErrand(BaseModel):
    """Something to be said or asked outside that failed `attempts` times, first at `since`.

    `stream_id` is what it is about, `case_id` the case whose timeline tells all of it;
    `last_trouble` is what it met last: a rule of ours that does not let it yet, or the world. It is
    tried again at `again_at`, or at once where somebody wants it: `hurried_by` was the last one.
    """

    model_config = ConfigDict(frozen=True)

    errand: str
    kind: ErrandKind
    case_id: str
    stream_id: str
    attempts: int
    since: Instant
    last_trouble: str
    again_at: Instant
    hurried_by: str | None


class FailingErrands(Answer):
    """Those that have failed for the longest time first."""

    errands: Sequence[FailingErrand]


def failing_errands(db: Connection, at_most: int) -> FailingErrands:
    """The errands that are still to be done, and could not be so far."""
    position = position_of(db, ERRANDS)
    known = troubles.known(driver_of(db))
    columns = (errands.c.errand, errands.c.set_by, errands.c.kind)
    query = select(*columns, errands.c.case_id, errands.c.stream_id)
    named = query.where(errands.c.errand.in_([one.errand for one in known]))
    rows = {(row.errand, row.set_by): row for row in db.execute(named)}
    found = [
        FailingErrand(
            errand=one.errand,
            kind=row.kind,
            case_id=row.case_id,
            stream_id=row.stream_id,
            attempts=one.attempts,
            since=one.since,
            last_trouble=one.last_trouble,
            again_at=one.again_at,
            hurried_by=one.hurried_by,
        )
        for one in known
        if (row := rows.get((one.errand, one.set_by)))
    ]
    return FailingErrands(position=position, errands=found[:at_most])
