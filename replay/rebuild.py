"""Builds read models anew from the whole history, beside the live ones, and takes their places.

Live reads never wait, and a follower only for a moment: the fresh tables are brought to the very
position of the live ones, compared, and renamed in one short transaction. A rebuild that was killed
goes on from where it had committed.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg

from ledger.errors import LedgerError, UnknownTopic
from ledger.store.codec import default_codec
from ledger.store.feed import scan
from projections import PROJECTIONS, Projection
from projections.projection import WHOLE
from replay import schemas
from replay.digest import Digest, digest_of
from replay.drive import Drive, Place
from replay.feed import concerns
from replay.fold import OPTIONS, Site, Slice
from replay.locks import REBUILD, named, try_lock, unlock
from replay.workers import Progress, Stopped, build

Connection = psycopg.Connection[Any]

WORTH_COMPARING = 50_000
"""A live read model that is further behind than so many positions is replaced without comparing."""


class RebuildIsRunning(LedgerError):
    """Another process rebuilds this read model already; wait until it has ended, or stop it."""

    code = "REBUILD_IS_RUNNING"
    transient = True


@dataclass(frozen=True)
class Rebuilt:
    """What became of one read model.

    `events` it took in, up to `position`, where it had `rows` and `digest`. `agrees` says whether
    the live one had the same digest there; None where there was none worth comparing.
    """

    name: str
    rows: int
    digest: str
    events: int
    seconds: float
    position: int
    agrees: bool | None


def _untold(gone: int, total: int) -> None:
    del gone, total


def rebuild(
    url: str,
    projections: Sequence[Projection] = PROJECTIONS,
    *,
    processes: int = 1,
    progress: Progress = _untold,
    stopped: Stopped = lambda: False,
) -> list[Rebuilt]:
    """Build read models from the beginning and let them take the live ones' places.

    More than one process only for projections of `PROJECTIONS`. Raises RebuildIsRunning;
    Interrupted once `stopped` says so, after which the next call goes on from there; psycopg.Error.
    """
    began = time.monotonic()
    with _controlling(url) as control:
        schemas.prepare(control)
        with _alone(control, projections):
            sites = [_site(control, projection, processes) for projection in projections]
            unfinished = [site for site in sites if not _is_whole(control, site)]
            build(url, unfinished, processes, progress, stopped)
            return [_take_place(control, url, site, began) for site in sites]


def drop_superseded(url: str, projections: Sequence[Projection] = PROJECTIONS) -> list[str]:
    """Drop the schemas of other versions of these read models; answers which they were.

    Call it when no process asks them any more.
    """
    with _controlling(url) as control:
        found = [old for each in projections for old in schemas.superseded(control, each)]
        for old in found:
            schemas.drop(control, old)
    return found


# -- Building -----------------------------------------------------------------------------


def _site(control: Connection, projection: Projection, processes: int) -> Site:
    """Where to build: what an earlier rebuild left, or bare tables; and up to which position.

    What was left by other code, or cut for another number of processes, is begun anew.
    """
    schema = f"{projection.schema}__next"
    left = schemas.slices(control, schema)
    ours = {str(Slice(part, processes)) for part in range(processes)}
    goes_on = left and (left.keys() <= ours or WHOLE in left)
    if not (goes_on and schemas.was_begun_by(control, projection, schema)):
        left = {}
        with control.transaction():
            schemas.drop(control, schema)
            schemas.make_bare(control, projection, schema)
    head = _end_of_history(control, projection)
    live = schemas.slices(control, projection.schema).get(WHOLE, 0)
    end = live if live and head - live <= WORTH_COMPARING else head
    return Site(projection, schema, max(end, *left.values(), 0))


def _is_whole(control: Connection, site: Site) -> bool:
    return WHOLE in schemas.slices(control, site.schema)


def _end_of_history(control: Connection, projection: Projection) -> int:
    """The position up to which the read model can be built: to the head, or to before the first
    event that this version cannot read and the read model must not pass over.
    """
    kinds = control.execute(
        "SELECT topic, schema, min(position), max(position) FROM ledger.events GROUP BY 1, 2"
    ).fetchall()
    head = max((last for *_, last in kinds), default=0)
    unreadable = [
        first - 1
        for topic, schema, first, _ in kinds
        if not _is_known(topic, schema) and concerns(topic, projection.topics)
    ]
    return min(unreadable, default=head)


def _is_known(topic: str, schema: int) -> bool:
    try:
        default_codec().decoder(topic, schema)
    except UnknownTopic:
        return False
    return True


# -- Taking the live one's place ----------------------------------------------------------


def _take_place(control: Connection, url: str, site: Site, began: float) -> Rebuilt:
    projection = site.projection
    fresh = Drive(projection, Place(site.schema))
    fresh.begin(control)
    digest, agrees = _compare(control, url, fresh)
    position, events = fresh.position, fresh.events_so_far(control)
    _go_on(control, url, fresh, _end_of_history(control, projection))
    old = _swap(control, url, fresh)
    if old:
        _drop_when_unused(control, old)
    seconds = round(time.monotonic() - began, 3)
    return Rebuilt(projection.name, digest.rows, digest.digest, events, seconds, position, agrees)


def _compare(control: Connection, url: str, fresh: Drive) -> tuple[Digest, bool | None]:
    """The fresh digest, and whether the live one is the same at the same position."""
    projection, schema = fresh.projection, fresh.place.schema
    with psycopg.connect(url) as snapshot:
        # Position and rows of the live one, both as of one moment, without stopping anybody.
        snapshot.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        live = schemas.slices(snapshot, projection.schema).get(WHOLE, 0)
        if not 0 <= live - fresh.position <= WORTH_COMPARING or live == 0:
            return digest_of(control, projection, schema), None
        expected = digest_of(snapshot, projection)
    _go_on(control, url, fresh, live)
    digest = digest_of(control, projection, schema)
    return digest, digest == expected


def _go_on(control: Connection, url: str, drive: Drive, until: int) -> None:
    """Feed a read model that is whole with what came since, up to a position."""
    topics = drive.projection.topics
    for events in scan(url, after=drive.position, until=until, topics=topics):
        drive.apply(control, events, events[-1].position)
    if drive.position < until:
        drive.apply(control, [], until)


def _swap(control: Connection, url: str, fresh: Drive) -> str | None:
    """Let the fresh read model take the live one's name; answers where the old one is left.

    Whoever drives the live one moves its position first, so it waits for us at that row, finds it
    gone, and begins anew with the fresh tables.
    """
    projection = fresh.projection
    with control.transaction():
        standing = control.execute(
            "SELECT position FROM read_models.positions WHERE schema = %s FOR UPDATE",
            (projection.schema,),
        ).fetchone()
        if standing and standing[0] > fresh.position:
            _go_on(control, url, fresh, standing[0])
        return schemas.swap(control, fresh.place.schema, projection.schema)


def _drop_when_unused(control: Connection, old: str) -> None:
    """Drop what nobody finds by name any more; whoever still reads it is waited for a while."""
    with suppress(psycopg.errors.LockNotAvailable), control.transaction():
        control.execute("SET LOCAL lock_timeout = '10s'")
        schemas.drop(control, old)


# -- One at a time ------------------------------------------------------------------------


@contextmanager
def _controlling(url: str) -> Iterator[Connection]:
    with psycopg.connect(
        url, autocommit=True, application_name="stayledger rebuild", options=OPTIONS
    ) as control:
        yield control


@contextmanager
def _alone(control: Connection, projections: Sequence[Projection]) -> Iterator[None]:
    """Hold the read models against other rebuilds. Raises RebuildIsRunning."""
    locks = [named(REBUILD, each.schema) for each in projections]
    for each, lock in zip(projections, locks, strict=True):
        if not try_lock(control, lock):
            raise RebuildIsRunning(read_model=each.name)
    try:
        yield
    finally:
        for lock in locks:
            unlock(control, lock)
