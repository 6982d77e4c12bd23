"""Time, as the store stamped it, only goes forward, and never past the present.

A breach means that a server's clock jumped, or that rows were put in by hand. Nothing is decided by
`recorded_at`, so money is safe; timers and reports that ask "since when" are not. Check the clocks
of the database and of the application's machines, and tell the engineer on duty.
"""

from datetime import timedelta
from typing import ClassVar

from ledger.events import Event, Recorded
from ledger.values.clock import Instant
from replay.rules.rule import Connection, Extent, Page, Rule

APART = timedelta(minutes=5)
"""How far the clocks of two machines may be apart before it counts."""


class ClocksAreSane(Rule):
    """Remembers the latest store time so far."""

    invariants: ClassVar = {
        "INV-E8": "Store time never runs backwards, and nothing happens in the future."
    }

    def __init__(self) -> None:
        super().__init__()
        self._latest: Instant | None = None
        self._at_most: Instant | None = None

    def begin(self, db: Connection, extent: Extent) -> None:
        """Take the time."""
        del db
        self._at_most = extent.now + APART

    def read(self, page: Page) -> None:
        """Follow both times of each event."""
        latest, at_most = self._latest, self._at_most
        assert at_most is not None, "a rule begins before it reads"
        for recorded in page:
            stamped = recorded.recorded_at
            if latest is not None and stamped < latest:
                self._told(recorded, f"stamped {stamped:%c}, after one of {latest:%c}")
            elif stamped > at_most:
                self._told(recorded, f"stamped {stamped:%c}, which is still to come")
            else:
                latest = stamped
            if recorded.occurred_at > stamped + APART:
                self._told(
                    recorded, f"happened {recorded.occurred_at:%c}, recorded before: {stamped:%c}"
                )
        self._latest = latest

    def _told(self, recorded: Recorded[Event], found: str) -> None:
        self.breach("INV-E8", found, recorded)
