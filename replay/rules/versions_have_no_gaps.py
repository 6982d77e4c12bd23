"""The versions of each stream are 1, 2, 3, …, in the order of their positions.

A breach means that an event is missing, came twice, or that two events of a stream changed places:
what follows from the stream can no longer be trusted. Stop writing to it, look at the log for a
restore or a manual change, and call the engineer on duty.
"""

from typing import ClassVar

from ledger.events import Event, Recorded
from ledger.values.ids import StreamId
from replay.rules.rule import Page, Rule


class VersionsHaveNoGaps(Rule):
    """Remembers the last version of each stream."""

    invariants: ClassVar = {
        "INV-E1": "The versions of each stream count 1, 2, 3 without gaps, in order."
    }

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[StreamId, int] = {}

    def read(self, page: Page) -> None:
        """Count along."""
        last = self._last
        for recorded in page:
            version = recorded.version
            before = last.get(recorded.stream_id, 0)
            if version != before + 1:
                self._out_of_turn(recorded, before)
            last[recorded.stream_id] = version

    def _out_of_turn(self, recorded: Recorded[Event], before: int) -> None:
        came = f"version {recorded.version} came after {before or 'nothing'}"
        self.breach("INV-E1", came, recorded)
