"""The audit's own rules, reading along: after each step what is new, and everything at the end.

What a rule asks of the database is answered here from memory: the claims on nights, the records of
commands, and single stored events.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, cast

from ledger.events import Event
from ledger.store import Commit
from ledger.store.codec import default_codec
from ledger.values.ids import CommandId, StreamId
from replay.rules import RULES, Finding, Rule
from replay.rules.events_are_known import patient_codec
from replay.rules.notices_are_settled import NoticesAreSettled
from replay.rules.read_models_agree import ReadModelsAgree
from replay.rules.read_models_are_not_ahead import ReadModelsAreNotAhead
from replay.rules.rule import Connection, Extent, Handler, reads_pages
from replay.rules.texts_are_kept import TextsAreKept
from tests.ledger.memory import MemoryStore
from tests.machine.laws import LAWS

THE_END = datetime(9999, 1, 1, tzinfo=UTC)
NEEDS_TABLES = (ReadModelsAgree, ReadModelsAreNotAhead, NoticesAreSettled, TextsAreKept)
JUDGES: tuple[type[Rule], ...] = (
    *(rule for rule in RULES if rule not in NEEDS_TABLES),
    *LAWS,
)
"""Every rule but those about read models, inbox and vault, which are not in memory."""


def along(rules: Sequence[type[Rule]]) -> list[type[Rule]]:
    """Those of the rules that can read along, and need not see tables as they are at the end."""
    return [rule for rule in rules if not rule.needs_whole]


class Reading:
    """A set of rules that reads a history as it grows."""

    def __init__(self, rules: Iterable[type[Rule]], store: MemoryStore) -> None:
        self._store = store
        self._db = cast(Connection, MemoryDatabase(store))
        self._seen = 0
        self._told = 0
        self.rules = [rule() for rule in rules]
        for rule in self.rules:
            rule.begin(self._db, self._extent(THE_END))
        self._heard: dict[type[Event], list[Handler]] = {}
        for rule in self.rules:
            for event, handler in rule.hears().items():
                self._heard.setdefault(event, []).append(handler)

    def read(self) -> list[Finding]:
        """Read what is new; answers what is newly found."""
        page = self._store.history[self._seen :]
        self._seen += len(page)
        for rule in self.rules if page else ():
            if reads_pages(rule):
                rule.read(page)
        for recorded in page:
            for handler in self._heard.get(type(recorded.event), ()):
                handler(recorded)
        return self._new()

    def end(self, now: datetime) -> list[Finding]:
        """Nothing more will happen; answers what is newly found."""
        for rule in self.rules:
            rule.end(self._db, self._extent(now))
        return self._new()

    def _new(self) -> list[Finding]:
        findings = [finding for rule in self.rules for finding in rule.findings()]
        new = findings[self._told :] if len(findings) > self._told else []
        self._told = len(findings)
        return new

    def _extent(self, now: datetime) -> Extent:
        head = len(self._store.history)
        return Extent("", head, head, now)


def judged(
    store: MemoryStore, now: datetime, rules: Sequence[type[Rule]] = JUDGES
) -> list[Finding]:
    """What rules find in a whole history, read once from its beginning."""
    reading = Reading(rules, store)
    return reading.read() + reading.end(now)


def unreadable(store: MemoryStore) -> Iterator[str]:
    """Events that do not come back as they were when they are written and read (INV-E7)."""
    writing, reading = default_codec(), patient_codec()
    for recorded in store.history:
        event = recorded.event
        if reading.decode(event.topic, event.schema, writing.encode(event)) != event:
            yield f"{event.topic} at {recorded.position} does not come back as it was"


class MemoryDatabase:
    """Answers the questions that rules ask of Postgres, from a store in memory."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def execute(self, question: str, told: Any = None) -> Any:
        """The rows that answer a question, told apart by the table it asks."""
        if "ledger.night_claims" in question:
            return list(self._claims())
        if "ledger.commands" in question:
            return list(self._stray())
        if "ledger.statement" in question:
            return []  # nobody has read it: `books_agree` asks the processor itself
        assert "FROM ledger.events WHERE stream_id" in question, question
        return _One(self._state(*told))

    def _claims(self) -> Iterator[tuple[str, str, date, date, int]]:
        claimed: dict[tuple[str, str], list[date]] = {}
        for night, case_id in self._store.nights.items():
            claimed.setdefault((case_id, night.unit_id), []).append(night.night)
        for (case_id, unit_id), nights in claimed.items():
            yield case_id, unit_id, min(nights), max(nights), len(nights)

    def _stray(self) -> Iterator[tuple[CommandId | None, int | None, bool, int | None]]:
        lasts: dict[CommandId | None, list[int]] = {}
        for recorded in self._store.history:
            lasts.setdefault(recorded.command_id, []).append(recorded.position)
        known: dict[CommandId | None, Commit] = {
            commit.command_id: commit for commit in self._store.commits()
        }
        for command_id, positions in lasts.items():
            apart = positions[-1] - positions[0] + 1 != len(positions)
            commit = known.get(command_id)
            recorded_events = 0 if commit is None else len(commit.events)
            if apart or recorded_events != len(positions):
                yield command_id, positions[-1], apart, None
        for command_id, commit in known.items():
            if commit.events and command_id not in lasts:
                yield command_id, None, False, None

    def _state(self, stream_id: StreamId, version: int) -> tuple[bytes] | None:
        found = self._store.read(stream_id, after=version - 1)[:1]
        return (default_codec().encode(found[0].event),) if found else None


class _One:
    def __init__(self, row: Sequence[Any] | None) -> None:
        self._row = row

    def fetchone(self) -> Sequence[Any] | None:
        return self._row
