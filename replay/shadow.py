"""Builds the read models a second time, beside the live ones, and compares what they say.

The live ones are looked at in one snapshot, so they may go on meanwhile; their shadows are folded
from the beginning to the same positions, by the code of a rebuild, while the caller does something
else. Shadows are not durable, have no indexes, and are dropped in the end.
"""

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import psycopg
from psycopg import sql

from projections import PROJECTIONS, Projection
from projections.projection import WHOLE
from replay import schemas
from replay.digest import Digest, digest_of
from replay.fold import GoOn, Site, Slice, fold
from replay.locks import SHADOWS

Connection = psycopg.Connection[Any]

PARTS = 3
"""Parts that the work is cut into, so that two processes come to its end together."""

WORTH_A_PROCESS = 100_000
"""Positions from which on a second process is worth its start."""

WATCH_SECONDS = 0.2


@dataclass(frozen=True)
class Compared:
    """A read model at a position: what the live one says there, and what the history makes of it.

    `shadow` is None where the history could not be folded again, and `trouble` says why.
    """

    name: str
    position: int
    live: Digest
    shadow: Digest | None
    trouble: str = ""

    @property
    def agrees(self) -> bool:
        """Whether both say the same."""
        return self.live == self.shadow


@dataclass
class Shadows:
    """The read models of a database and their shadows. Use it as a context: it cleans up."""

    url: str
    _life: ExitStack = field(default_factory=ExitStack)
    _positions: dict[str, int] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Take down where the live ones stand, and begin to fold."""
        with ExitStack() as life:
            self._control = life.enter_context(_connected(self.url))
            life.enter_context(_alone(self._control))
            snapshot = life.enter_context(_snapshot(self.url))
            self._projections = [each for each in PROJECTIONS if self._stands(snapshot, each)]
            life.callback(self._drop)
            self._make()
            threads = life.enter_context(ThreadPoolExecutor(1))
            self._live = threads.submit(_digests, snapshot, self._projections, "")
            self._folding = self._begin(life)
            self._life = life.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop what is still going on, and leave nothing behind."""
        self._life.close()

    def compare(self) -> list[Compared]:
        """Fold what is left to fold, and hold the fingerprints against each other."""
        trouble = ""
        try:
            self._help()
        except Exception as error:  # noqa: BLE001 - whatever it is, the read models cannot be made
            trouble = "; ".join([repr(error), *getattr(error, "__notes__", ())])
        live = self._live.result()
        for projection in self._projections:
            schemas.sum_up(self._control, projection, projection.schema + SUFFIX)
        shadow = {} if trouble else _digests(self._control, self._projections, SUFFIX)
        return [
            Compared(name, position, live[name], shadow.get(name), trouble)
            for name, position in self._positions.items()
        ]

    def _stands(self, snapshot: Connection, projection: Projection) -> bool:
        position = schemas.slices(snapshot, projection.schema).get(WHOLE, 0)
        if position:
            self._positions[projection.name] = position
        return position > 0

    def _make(self) -> None:
        for projection in self._projections:
            with self._control.transaction():
                schema = projection.schema + SUFFIX
                schemas.drop(self._control, schema)
                schemas.make_bare(self._control, projection, schema)
                for table in projection.tables.sorted_tables:
                    name = sql.Identifier(schema, table.name)
                    self._control.execute(sql.SQL("ALTER TABLE {} SET UNLOGGED").format(name))

    def _begin(self, life: ExitStack) -> list[Future[None]]:
        """Let a process of its own begin with the parts, where it is worth one."""
        if max(self._positions.values(), default=0) < WORTH_A_PROCESS:
            return []
        context = multiprocessing.get_context("spawn")
        stopped = context.Event()
        pool = ProcessPoolExecutor(1, context, _enter, (stopped,))
        life.callback(_stop, pool, stopped)
        parts = [Slice(part, PARTS) for part in range(PARTS)]
        return [pool.submit(_fold_in_process, self.url, self._positions, part) for part in parts]

    def _help(self) -> None:
        """Fold the parts that nobody has begun, from the last on, then wait for the others."""
        if not self._folding:
            _fold(self.url, self._positions, Slice(0, 1), lambda _: True)
        for part, folding in reversed(list(enumerate(self._folding))):
            if folding.cancel():
                _fold(self.url, self._positions, Slice(part, PARTS), lambda _: True)
        for folding in self._folding:
            if not folding.cancelled():
                folding.result()

    def _drop(self) -> None:
        for projection in self._projections:
            schemas.drop(self._control, projection.schema + SUFFIX)


SUFFIX = "__shadow"


def _fold(url: str, positions: dict[str, int], part: Slice, go_on: GoOn) -> None:
    """Bring a part of each shadow to its position; what goes the same way is read once."""
    for position in sorted({*positions.values()}):
        sites = [
            Site(projection, projection.schema + SUFFIX, position)
            for projection in PROJECTIONS
            if positions.get(projection.name, 0) >= position
        ]
        fold(url, sites, part, go_on)


def _digests(
    connection: Connection, projections: Sequence[Projection], suffix: str
) -> dict[str, Digest]:
    return {
        projection.name: digest_of(connection, projection, projection.schema + suffix)
        for projection in projections
    }


# -- Connections --------------------------------------------------------------------------


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    with psycopg.connect(url, autocommit=True, application_name="stayledger audit") as connection:
        yield connection


@contextmanager
def _snapshot(url: str) -> Iterator[Connection]:
    with psycopg.connect(url, application_name="stayledger audit") as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        yield connection


@contextmanager
def _alone(control: Connection) -> Iterator[None]:
    """Wait until nobody else builds shadows here."""
    while not _locked(control):
        time.sleep(WATCH_SECONDS)
    try:
        yield
    finally:
        control.execute("SELECT pg_advisory_unlock(%s, %s)", SHADOWS)


def _locked(control: Connection) -> bool:
    found = control.execute("SELECT pg_try_advisory_lock(%s, %s)", SHADOWS).fetchone()
    return bool(found and found[0])


# -- Inside a process of ours -------------------------------------------------------------

_shared: dict[str, Any] = {}


def _enter(stopped: Any) -> None:
    """Whoever started us says when to stop, not the keyboard."""
    _shared.update(stopped=stopped, parent=os.getppid())
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _fold_in_process(url: str, positions: dict[str, int], part: Slice) -> None:
    _fold(
        url,
        positions,
        part,
        lambda _: not _shared["stopped"].is_set() and os.getppid() == _shared["parent"],
    )


def _stop(pool: Executor, stopped: Any) -> None:
    stopped.set()
    pool.shutdown(cancel_futures=True)
