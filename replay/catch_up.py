"""Brings read models up to the end of the history before somebody reads figures from them.

Where another process follows already, this only waits for it; where none does, it follows itself
for as long as it takes. So nobody reads a stale figure without being told.
"""

import threading
import time
from collections.abc import Callable, Sequence

import psycopg
from sqlalchemy import Engine

from ledger.errors import LedgerError
from projections import Projection
from projections.projection import Standing, standing_of
from replay.follow import Follower
from replay.schemas import prepare

PATIENCE_SECONDS = 30.0
"""How long read models may stand still before they count as stuck."""

LOOK_EVERY_SECONDS = 0.05


class ReadModelIsStale(LedgerError):
    """A read model does not come to the end of the history."""

    code = "READ_MODEL_IS_STALE"
    transient = True


class ReadModelHasHalted(LedgerError):
    """A read model could not take an event in, and shows nothing after it."""

    code = "READ_MODEL_HALTED"


def catch_up(
    url: str,
    engine: Engine,
    projections: Sequence[Projection],
    told: Callable[[int, int], None],
) -> None:
    """Return when the read models hold everything that is in the history now.

    Raises ReadModelHasHalted; ReadModelIsStale after `PATIENCE_SECONDS` in which nothing moved.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        prepare(connection, *projections)
        head = _head(connection)
    if _lowest(_standings(engine, projections)) >= head:
        return
    follower = Follower(url, projections)
    thread = threading.Thread(target=follower.run, name="catch-up", daemon=True)
    thread.start()
    try:
        _wait(engine, projections, head, told)
    finally:
        follower.stop()
        thread.join()


def _wait(
    engine: Engine,
    projections: Sequence[Projection],
    head: int,
    told: Callable[[int, int], None],
) -> None:
    reached, moved_at = -1, time.monotonic()
    while reached < head:
        standings = _standings(engine, projections)
        _refuse_halted(standings)
        lowest = _lowest(standings)
        if lowest > reached:
            reached, moved_at = lowest, time.monotonic()
            told(min(reached, head), head)
        elif time.monotonic() - moved_at > PATIENCE_SECONDS:
            names = ", ".join(each.name for each in standings if each.position < head)
            raise ReadModelIsStale(read_models=names, position=lowest, head=head)
        else:
            time.sleep(LOOK_EVERY_SECONDS)


def _refuse_halted(standings: Sequence[Standing]) -> None:
    for standing in standings:
        if standing.halted_at is not None:
            raise ReadModelHasHalted(
                read_model=standing.name,
                position=standing.halted_at,
                because=standing.halted_because,
            )


def _standings(engine: Engine, projections: Sequence[Projection]) -> list[Standing]:
    with engine.connect() as db:
        return standing_of(db, projections)


def _lowest(standings: Sequence[Standing]) -> int:
    return min(standing.position for standing in standings)


def _head(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT coalesce(max(position), 0) FROM ledger.events").fetchone()
    assert row is not None, "an aggregate without groups gives one row"
    return int(row[0])
