"""A store in memory behind the real ledger, and read models that are folded as events come.

What Postgres would judge is judged here in the plainest way: versions are compared, a night has one
booking, and a command that was answered is not carried out again.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import Table

from ledger.errors import Conflict, NightsAreTaken
from ledger.events import Event, Recorded
from ledger.store import Commit, EventStore, Night, Receipt
from ledger.values.ids import CommandId, StreamId
from projections import Projection

Moment = Callable[[str], None]
"""Hears of each moment at which a worker may die, by its name."""


def nobody_dies(_moment: str) -> None:
    """What a moment is as a rule."""


class MemoryStore(EventStore):
    """Streams, claims and answers in dicts."""

    def __init__(self) -> None:
        self.history: list[Recorded[Event]] = []
        self.nights: dict[Night, str] = {}
        self.moment: Moment = nobody_dies
        self._streams: dict[str, list[Recorded[Event]]] = defaultdict(list)
        self._answers: dict[CommandId, Commit] = {}

    def append(self, commit: Commit) -> Receipt:
        """Record a commit, all or nothing. Raises Conflict, NightsAreTaken, a recorded Refused."""
        self.moment("before a commit")
        receipt = self._append(commit)
        self.moment("after a commit")
        return receipt

    def _append(self, commit: Commit) -> Receipt:
        answered = self._answers.get(commit.command_id)
        if answered is not None:
            if answered.refusal is not None:
                raise answered.refusal
            return self._receipt(answered, repeated=True)
        for expected in commit.expected:
            if len(self._streams[expected.stream_id]) != expected.version:
                raise Conflict(streams=[expected.stream_id])
        self._claim(commit)
        self._answers[commit.command_id] = commit
        for new in commit.events:
            recorded = Recorded(
                position=len(self.history) + 1,
                stream_id=new.stream_id,
                version=new.version,
                case_id=commit.case_id,
                occurred_at=commit.occurred_at,
                recorded_at=commit.occurred_at,
                command_id=commit.command_id,
                sealed_envelope=msgspec.json.encode(new.envelope),
                event=new.event,
            )
            self.history.append(recorded)
            self._streams[new.stream_id].append(recorded)
        return self._receipt(commit, repeated=False)

    def commits(self) -> list[Commit]:
        """Every commit, and every refusal that was recorded, in order."""
        return list(self._answers.values())

    def read(self, stream_id: StreamId, after: int = 0) -> list[Recorded[Event]]:
        """A stream's events above a version, in order."""
        return self._streams[stream_id][after:]

    def snapshot(self, stream_id: StreamId, fingerprint: str) -> tuple[int, bytes] | None:
        """None: streams are short here."""
        return None

    def keep_snapshot(
        self, stream_id: StreamId, version: int, fingerprint: str, state: bytes
    ) -> None:
        """Keep none."""

    def close(self) -> None:
        """Nothing is open."""

    def _claim(self, commit: Commit) -> None:
        nights = {**self.nights}
        for night in commit.freed:
            assert nights.pop(night) == commit.case_id
        taken = [night for night in commit.taken if night in nights]
        if taken:
            raise NightsAreTaken(nights=[night.night for night in taken])
        self.nights = nights | dict.fromkeys(commit.taken, commit.case_id)

    def _receipt(self, commit: Commit, *, repeated: bool) -> Receipt:
        return Receipt(commit.command_id, len(self.history), repeated, commit.answer)


class Shown:
    """The rows of a live-only read model of one table, folded from a store as it grows."""

    def __init__(self, projection: Projection, store: MemoryStore) -> None:
        (self._table,) = projection.tables.sorted_tables
        self._projection = projection
        self._store = store
        self._seen = 0
        self._rows: dict[Any, dict[str, Any]] = {}

    def rows(self) -> list[dict[str, Any]]:
        """The rows as the whole history makes them."""
        for recorded in self._store.history[self._seen :]:
            if isinstance(recorded.event, self._projection.listens_to) and not recorded.imported:
                self._projection.project(self, recorded)
        self._seen = len(self._store.history)
        return list(self._rows.values())

    def insert(self, table: Table, /, **values: Any) -> None:
        """Make a row."""
        key = values[self._key]
        assert key not in self._rows, f"there is a row {key}"
        self._rows[key] = values

    def change(self, table: Table, key: Any, /, **values: Any) -> None:
        """Set columns of a row, if it is there."""
        if key in self._rows:
            self._rows[key] |= values

    def add(self, table: Table, key: Any, /, **deltas: int) -> None:
        """Nobody adds to what is shown live."""
        raise NotImplementedError

    def remove(self, table: Table, key: Any, /) -> None:
        """Take a row away, if it is there."""
        self._rows.pop(key, None)

    @property
    def _key(self) -> str:
        (column,) = self._table.primary_key.columns
        return str(column.name)
