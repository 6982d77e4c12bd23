"""Shares a rebuild out among processes, watches them, and stops them together."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ProcessPoolExecutor, wait
from typing import Any

from projections import PROJECTIONS
from replay.fold import Site, Slice, finish, fold

WATCH_SECONDS = 0.1

Progress = Callable[[int, int], None]
"""Hears how many positions of the history were gone through, and how many there are."""

Stopped = Callable[[], bool]
"""Answers whether it is time to stop."""

Named = tuple[str, str, int]
"""A site as it travels between processes: the projection by its name, the schema, the end."""


def build(
    url: str, sites: Sequence[Site], processes: int, progress: Progress, stopped: Stopped
) -> None:
    """Fold the history into the sites and make them whole; there may be none left to fold.

    Raises Interrupted when it is time to stop, with everything committed that was read; and
    whatever stopped one of the processes, after the others were stopped.
    """
    if not sites:
        return
    if processes == 1:
        _build_here(url, sites, progress, stopped)
    else:
        _build_in_processes(url, sites, processes, progress, stopped)


def _build_here(url: str, sites: Sequence[Site], progress: Progress, stopped: Stopped) -> None:
    meter = _Meter(sites, 1, progress)

    def go_on(positions: int) -> bool:
        meter.add(positions)
        return not stopped()

    fold(url, sites, Slice(0, 1), go_on)
    for site in sites:
        finish(url, site)


def _build_in_processes(
    url: str, sites: Sequence[Site], processes: int, progress: Progress, stopped: Stopped
) -> None:
    context = _context()
    gone, enough = context.Array("q", processes), context.Event()
    meter = _Meter(sites, processes, progress)

    def look() -> None:
        meter.show(sum(gone[:]))
        if stopped():
            enough.set()

    with ProcessPoolExecutor(processes, context, _enter, (gone, enough)) as pool:
        named = [(site.projection.name, site.schema, site.until) for site in sites]
        folding = [
            pool.submit(_fold_in_process, url, named, Slice(part, processes))
            for part in range(processes)
        ]
        try:
            _watch(folding, look)
            _watch([pool.submit(_finish_in_process, url, name) for name in named], lambda: None)
        except BaseException:
            enough.set()
            raise


def _context() -> Any:
    """How to start a process: as a copy of this one, which takes no time, where that is safe.

    A copy has only the thread that made it, and would wait for ever for a lock that another held.
    """
    alone = threading.active_count() == 1 and sys.platform == "linux"
    return multiprocessing.get_context("fork" if alone else "spawn")


def _watch(futures: Sequence[Future[None]], tell: Callable[[], None]) -> None:
    """Wait for all, telling now and then. Raises what stopped the first one that was stopped."""
    pending = set(futures)
    while pending:
        tell()
        done, pending = wait(pending, WATCH_SECONDS, FIRST_EXCEPTION)
        for future in done:
            future.result()
    tell()


class _Meter:
    """Turns positions that slices and passes went through into positions of the history."""

    def __init__(self, sites: Sequence[Site], parts: int, progress: Progress) -> None:
        self._total = max((site.until for site in sites), default=0)
        self._passes = parts * len({site.projection.sliced_by for site in sites})
        self._progress = progress
        self._gone = 0

    def add(self, positions: int) -> None:
        self.show(self._gone + positions)

    def show(self, gone: int) -> None:
        self._gone = gone
        self._progress(gone // self._passes, self._total)


# -- Inside a process of ours -------------------------------------------------------------

_shared: dict[str, Any] = {}


def _enter(gone: Any, enough: Any) -> None:
    """Remember what all share. Whoever started us says when to stop, not the keyboard."""
    _shared.update(gone=gone, enough=enough, parent=os.getppid())
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _fold_in_process(url: str, named: Sequence[Named], part: Slice) -> None:
    def go_on(positions: int) -> bool:
        _shared["gone"][part.part] += positions
        return not _shared["enough"].is_set() and os.getppid() == _shared["parent"]

    fold(url, [_site(name) for name in named], part, go_on)


def _finish_in_process(url: str, named: Named) -> None:
    finish(url, _site(named))


def _site(named: Named) -> Site:
    name, schema, until = named
    return Site(next(known for known in PROJECTIONS if known.name == name), schema, until)
