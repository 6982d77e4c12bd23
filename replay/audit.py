"""Audits the history: reads all of it once, and holds it against every rule.

Nothing that lasts is written and nobody waits: the tables of today (claims, positions) are looked
at in one short snapshot that also says how far to read. What cannot be decoded is a finding, no
crash.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import psycopg
from msgspec import Struct

from ledger.events import Event
from ledger.store import scan
from replay.collector import without_collector
from replay.rules import RULES, Finding, Rule
from replay.rules.events_are_known import patient_codec
from replay.rules.rule import Connection, Extent, Handler, Page, reads_pages

Progress = Callable[[int, int], None]
"""Is told how far the audit has come, and how far it goes, as positions."""

PAGE = 5_000
"""Events that are read, and in memory, at once."""


class Report(Struct, frozen=True, kw_only=True):
    """What an audit found.

    `events` were read, `checks` invariants were held against them, `violations` are the breaches;
    `position` is the last position that was audited, `seconds` how long it took. `skipped` are the
    invariants that compare with tables of today, where the audit ended before today.
    """

    events: int
    checks: int
    violations: tuple[Finding, ...]
    seconds: float
    position: int
    skipped: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not self.violations


def silent(position: int, until: int) -> None:
    """Tell nobody how far the audit has come."""
    del position, until


def audit(
    url: str,
    *,
    until: int | None = None,
    progress: Progress = silent,
    rules: Iterable[type[Rule]] = RULES,
) -> Report:
    """Hold the history up to a position, or all of it, against rules.

    May be interrupted at any time, and leaves nothing behind. Raises psycopg.Error where the
    database cannot be read.
    """
    began = time.monotonic()
    with ExitStack() as life:
        db = life.enter_context(_connected(url))
        with _snapshot(db):
            extent = _extent(db, url, until)
            kinds = [rule for rule in rules if extent.whole or not rule.needs_whole]
            skipped = [rule for rule in rules if rule not in kinds]
            checkers = [rule() for rule in kinds]
            for checker in checkers:
                life.callback(checker.close)
                checker.begin(db, extent)
        with without_collector():
            events = _read_along(checkers, _pages(extent), extent, progress)
        for checker in checkers:
            checker.end(db, extent)
    return Report(
        events=events,
        checks=sum(len(rule.invariants) for rule in kinds),
        violations=tuple(finding for checker in checkers for finding in checker.findings()),
        seconds=time.monotonic() - began,
        position=extent.until,
        skipped=tuple(invariant for rule in skipped for invariant in rule.invariants),
    )


def _connected(url: str) -> Connection:
    return psycopg.connect(url, autocommit=True, application_name="stayledger audit")


@contextmanager
def _snapshot(db: Connection) -> Iterator[None]:
    """Everything that is asked for inside is of one and the same moment."""
    with db.transaction():
        db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _extent(db: Connection, url: str, until: int | None) -> Extent:
    found = db.execute(
        "SELECT coalesce(max(position), 0), clock_timestamp() FROM ledger.events"
    ).fetchone()
    assert found is not None, "an aggregate without groups gives one row"
    head, now = found
    return Extent(url, head if until is None else min(until, head), head, now)


def _pages(extent: Extent) -> Iterator[Page]:
    return scan(extent.url, until=extent.until, batch=PAGE, codec=patient_codec())


def _read_along(
    checkers: Sequence[Rule], pages: Iterable[Page], extent: Extent, progress: Progress
) -> int:
    """Let every checker read along in one pass; answers how many events there were."""
    read = [checker.read for checker in checkers if reads_pages(checker)]
    heard = _listeners(checkers)
    events = 0
    progress(0, extent.until)
    for page in pages:
        for reader in read:
            reader(page)
        for recorded in page:
            for handler in heard[type(recorded.event)]:
                handler(recorded)
        events += len(page)
        progress(page[-1].position, extent.until)
    progress(extent.until, extent.until)
    return events


def _listeners(checkers: Sequence[Rule]) -> defaultdict[type[Event], tuple[Handler, ...]]:
    """Who is called for which event, in the order of the rules."""
    heard: defaultdict[type[Event], tuple[Handler, ...]] = defaultdict(tuple)
    for checker in checkers:
        for event, handler in checker.hears().items():
            heard[event] += (handler,)
    return heard
