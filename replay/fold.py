"""Folds a slice of the history into bare tables, in one pass, and makes them whole afterwards."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import psycopg

from ledger.errors import LedgerError
from ledger.store.feed import scan
from projections import Projection
from replay import schemas
from replay.collector import without_collector
from replay.drive import Drive, Place

Connection = psycopg.Connection[Any]

BATCH_EVENTS = 5_000
"""How many events are read at once."""

ROWS_IN_MEMORY = 100_000
"""With so many changed rows a process writes them down and commits: that keeps its memory flat."""

EVENTS_UNCOMMITTED = 150_000
"""After so many events a process commits, so that being killed costs little."""

OPTIONS = "-c synchronous_commit=off -c maintenance_work_mem=128MB"
"""What a crash takes away is folded again: rows and position are lost together."""


class Interrupted(LedgerError):
    """The rebuild was interrupted; started again, it goes on from here."""

    code = "REBUILD_INTERRUPTED"
    transient = True


@dataclass(frozen=True)
class Site:
    """Where a read model is being built, and up to which position."""

    projection: Projection
    schema: str
    until: int


@dataclass(frozen=True)
class Slice:
    """Part number `part` of `parts` of the history, counted from 0."""

    part: int
    parts: int

    def __str__(self) -> str:
        return f"{self.part + 1} of {self.parts}"


GoOn = Callable[[int], bool]
"""Is told how many more positions were gone through; answers whether to go on."""


def fold(url: str, sites: Sequence[Site], part: Slice, go_on: GoOn) -> None:
    """Feed the sites with a slice of the history, each from where it stands to its end.

    Sites that are cut the same way and stand at the same place share one reading. Raises
    Interrupted, after everything that was read so far was committed; and, with a note of the
    position, whatever a projection or the database has against an event.
    """
    with (
        psycopg.connect(url, autocommit=True, application_name="stayledger rebuild") as reader,
        psycopg.connect(url, application_name="stayledger rebuild", options=OPTIONS) as writer,
    ):
        begun = [_begun(writer, site, part) for site in sites]
        writer.commit()
        with without_collector():
            for _, together in groupby(sorted(begun, key=_way), key=_way):
                _Fold(writer, part, list(together)).run(reader, go_on)


def finish(url: str, site: Site) -> None:
    """Make the site's tables whole and its slices one, all at once."""
    with psycopg.connect(url, application_name="stayledger rebuild", options=OPTIONS) as writer:
        schemas.finish(writer, site.projection, site.schema)
        schemas.unite(writer, site.schema)


@dataclass(frozen=True)
class _Begun:
    drive: Drive
    until: int


def _begun(writer: Connection, site: Site, part: Slice) -> _Begun:
    drive = Drive(site.projection, Place(site.schema, str(part)))
    drive.begin(writer)
    return _Begun(drive, site.until)


def _way(begun: _Begun) -> tuple[str, int, int]:
    return begun.drive.projection.sliced_by, begun.drive.position, begun.until


class _Fold:
    """One reading of a slice, for read models that go the same way."""

    def __init__(self, writer: Connection, part: Slice, begun: Sequence[_Begun]) -> None:
        self._writer = writer
        self._part = part
        self._drives = [each.drive for each in begun]
        self._sliced_by, self._position, self._until = _way(begun[0])
        self._uncommitted = 0

    def run(self, reader: Connection, go_on: GoOn) -> None:
        """Go through it from the position to the end, and commit."""
        for events in scan(
            reader,
            after=self._position,
            until=self._until,
            topics=_topics(drive.projection for drive in self._drives),
            slice=self._cut(),
            batch=BATCH_EVENTS,
        ):
            for drive in self._drives:
                drive.take(events)
                drive.stream(self._writer)
            going_on = go_on(events[-1].position - self._position)
            self._position = events[-1].position
            self._uncommitted += len(events)
            if self._much_uncommitted() or not going_on:
                self._commit()
            if not going_on:
                raise Interrupted(position=self._position)
        go_on(self._until - self._position)
        self._position = self._until
        self._commit()

    def _cut(self) -> tuple[int, int, Any] | None:
        if self._part.parts == 1:
            return None
        return self._part.part, self._part.parts, self._sliced_by

    def _much_uncommitted(self) -> bool:
        rows = sum(drive.rows_gathered for drive in self._drives)
        return rows > ROWS_IN_MEMORY or self._uncommitted > EVENTS_UNCOMMITTED

    def _commit(self) -> None:
        for drive in self._drives:
            drive.settle(self._writer, self._position)
        self._writer.commit()
        for drive in self._drives:
            drive.settled(self._position)
        self._uncommitted = 0


def _topics(projections: Iterable[Projection]) -> list[str]:
    return sorted({topic for projection in projections for topic in projection.topics})
