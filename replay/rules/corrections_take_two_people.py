"""A correction takes back exactly what was recorded, and two people stand behind it.

What was recorded is looked up in the history itself, by the event that the correction names, and
not believed of the draft. A breach means that somebody changed the books alone, or in another way
than was agreed. Close no period, and call finance with the correction named.
"""

from typing import Any, ClassVar

import msgspec
from msgspec import Struct

from ledger.events import Recorded
from ledger.events.correction import CorrectionApplied, CorrectionDrafted
from ledger.values.journal import Entry, Line
from replay.rules.rule import Connection, Extent, Handlers, Rule


class Draft(Struct):
    """What somebody proposed."""

    proposer: str
    drafted: CorrectionDrafted


class Booked(Struct):
    """The part of a stored event that stands in the books."""

    entries: tuple[Entry, ...] = ()


class CorrectionsTakeTwoPeople(Rule):
    """Remembers every correction: there are few."""

    invariants: ClassVar = {
        "INV-L14": "A correction takes back exactly what was recorded, and two people stand behind"
        " it."
    }

    def __init__(self) -> None:
        super().__init__()
        self._drafts: dict[str, Draft] = {}
        self._corrected: dict[tuple[str, int, int], str] = {}

    def hears(self) -> Handlers:
        """The draft, and what became of it."""
        return {CorrectionDrafted: self.draft, CorrectionApplied: self.apply}

    def draft(self, recorded: Recorded[CorrectionDrafted]) -> None:
        """Remember who proposed what."""
        self._drafts[recorded.stream_id] = Draft(recorded.envelope.actor.id, recorded.event)

    def apply(self, recorded: Recorded[CorrectionApplied]) -> None:
        """Hold what was booked against what was proposed, and by whom."""
        draft = self._drafts.get(recorded.stream_id)
        if draft is None:
            self.breach("INV-L14", "nobody proposed what was booked", recorded)
            return
        if recorded.envelope.actor.id == draft.proposer:
            self.breach("INV-L14", f"proposed and applied by {draft.proposer}", recorded)
        drafted, event = draft.drafted, recorded.event
        back = tuple(_other_side(line) for line in drafted.wrong.lines)
        agreed = [lines for lines in (back, drafted.right) if lines]
        if [entry.lines for entry in event.entries] != agreed:
            self.breach("INV-L14", "booked is not what was proposed", recorded)
        place = (event.wrong_stream, event.wrong_version, event.number)
        if place != (drafted.wrong_stream, drafted.wrong_version, drafted.number):
            self.breach("INV-L14", "booked for another event than was proposed", recorded)
        if place in self._corrected:
            self.breach("INV-L14", f"{self._corrected[place]} had corrected it before", recorded)
        self._corrected[place] = recorded.stream_id

    def end(self, db: Connection, extent: Extent) -> None:
        """Look up what was recorded of each entry that was said to be wrong."""
        del extent
        for stream_id, draft in self._drafts.items():
            drafted = draft.drafted
            entries = _recorded(db, drafted)
            if not 0 < drafted.number <= len(entries) or (
                entries[drafted.number - 1] != drafted.wrong
            ):
                found = f"{drafted.wrong_stream}/{drafted.wrong_version} has no such entry"
                self.breach("INV-L14", found, stream=stream_id)


def _recorded(db: Connection, drafted: CorrectionDrafted) -> tuple[Entry, ...]:
    found: Any = db.execute(
        "SELECT state FROM ledger.events WHERE stream_id = %s AND version = %s",
        (drafted.wrong_stream, drafted.wrong_version),
    ).fetchone()
    return msgspec.json.decode(found[0], type=Booked).entries if found else ()


def _other_side(line: Line) -> Line:
    return Line(line.account, line.of, -line.minor, line.currency)
