"""What a rule of the audit is: sentences that must hold, and a checker that reads along.

The history is read and decoded once, and every rule reads along in that one pass. A rule says which
events it hears; what looks at every event hears whole pages instead, because a million calls cost
more than what they do. A rule keeps no more than a few numbers per thing that is still open.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import psycopg
from msgspec import Struct

from ledger.events import Event, Recorded
from ledger.values.clock import Instant

Connection = psycopg.Connection[Any]
Page = Sequence[Recorded[Any]]
Handler = Callable[[Recorded[Any]], None]
Handlers = Mapping[type[Event], Handler]

TOLD = 100
"""Breaches of one invariant that are told one by one; more of them are only counted."""


class Finding(Struct, frozen=True, kw_only=True):
    """A breach: which invariant, what should hold, where it does not, and what was found there.

    `position` and `stream` name the event where it shows; None where no single event does.
    """

    id: str
    sentence: str
    position: int | None
    stream: str | None
    found: str


class Extent(Struct, frozen=True):
    """Which part of the history is audited: up to `until`, of one that goes on to `head`.

    `now` is the database's time when the audit began; `url` is for rules that need a connection of
    their own.
    """

    url: str
    until: int
    head: int
    now: Instant

    @property
    def whole(self) -> bool:
        """Whether the audit goes to the end, so that tables of today can be held against it."""
        return self.until >= self.head


class Rule:
    """One invariant or a tight family of them, on its way through the history once."""

    invariants: ClassVar[Mapping[str, str]]
    """What must hold: a sentence for each id of `spec: invariants`."""

    needs_whole: ClassVar[bool] = False
    """Whether it compares the history with tables of today, and so must see all of it."""

    def __init__(self) -> None:
        self._findings: list[Finding] = []
        self._breaches: Counter[str] = Counter()

    def begin(self, db: Connection, extent: Extent) -> None:
        """Look at the database, in the snapshot that the extent is of. By default: nothing."""

    def hears(self) -> Handlers:
        """What to call for which events."""
        return {}

    def read(self, page: Page) -> None:
        """Read a page of all events, in order. Overridden by rules that look at every event."""

    def end(self, db: Connection, extent: Extent) -> None:
        """The history is read to the end of its extent: judge what is left. By default: nothing."""

    def close(self) -> None:
        """Let go of what was begun, also where the audit was interrupted. By default: nothing."""

    def breach(
        self,
        invariant: str,
        found: str,
        at: Recorded[Any] | None = None,
        *,
        position: int | None = None,
        stream: str | None = None,
    ) -> None:
        """Tell what was found, at an event or at a position and stream as far as there is one."""
        self._breaches[invariant] += 1
        if self._breaches[invariant] > TOLD:
            return
        self._findings.append(
            Finding(
                id=invariant,
                sentence=self.invariants[invariant],
                position=at.position if at else position,
                stream=at.stream_id if at else stream,
                found=found,
            )
        )

    def findings(self) -> list[Finding]:
        """What was found; where an invariant is broken very often, the last one says how often."""
        return self._findings + [
            Finding(
                id=invariant,
                sentence=self.invariants[invariant],
                position=None,
                stream=None,
                found=f"and {breaches - TOLD:,} more like these",
            )
            for invariant, breaches in self._breaches.items()
            if breaches > TOLD
        ]


def reads_pages(rule: Rule) -> bool:
    """Whether a rule looks at every event."""
    return type(rule).read is not Rule.read
