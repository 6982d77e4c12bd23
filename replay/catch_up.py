"""Brings read models up to the end of the history before somebody reads figures from them.

Where another process follows already, this only waits for it; where none does, it follows itself
for as long as it takes. So nobody reads a stale figure without being told.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import psycopg
from sqlalchemy import Engine

from ledger.errors import LedgerError
from projections import Projection
from projections.projection import Standing, standing_of
from replay.follow import Follower, Halt
from replay.schemas import prepare

PATIENCE_SECONDS = 30.0
"""How long read models may stand still before they count as stuck."""

LOOK_EVERY_SECONDS = 0.05


class ReadModelIsStale(LedgerError):
    """A read model does not come to the end of the history: is a `stayledger follow` stuck?"""

    code = "READ_MODEL_IS_STALE"
    transient = True


class ReadModelHasHalted(LedgerError):
    """A read model cannot take an event in: mend the cause, then `stayledger rebuild` it."""

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
    halts: list[Halt] = []
    follower = Follower(url, projections, report=halts.append)
    with ThreadPoolExecutor(1, thread_name_prefix="catch-up") as aside:
        following = aside.submit(follower.run)
        try:
            for lowest in _waiting(engine, projections, head):
                told(min(lowest, head), head)
                _refuse_to_wait_in_vain(following, halts)
        finally:
            follower.stop()


def _waiting(engine: Engine, projections: Sequence[Projection], head: int) -> Iterator[int]:
    """Where the last of the read models is, until it is at the head. Raises ReadModelIsStale."""
    reached, moved_at = -1, time.monotonic()
    while reached < head:
        standings = _standings(engine, projections)
        lowest = _lowest(standings)
        if lowest > reached:
            reached, moved_at = lowest, time.monotonic()
        elif time.monotonic() - moved_at > PATIENCE_SECONDS:
            names = ", ".join(each.name for each in standings if each.position < head)
            raise ReadModelIsStale(read_models=names, position=lowest, head=head)
        else:
            time.sleep(LOOK_EVERY_SECONDS)
        yield lowest


def _refuse_to_wait_in_vain(following: Future[None], halts: Sequence[Halt]) -> None:
    """Raises ReadModelHasHalted, or whatever ended our follower.

    A halt that stood before we came says nothing: our follower tries once more.
    """
    if following.done():
        following.result()
    for halt in halts:
        raise ReadModelHasHalted(
            read_model=halt.read_model, position=halt.position, because=halt.because
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
