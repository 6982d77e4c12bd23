"""A read model in memory: what its events make of its tables, one event at a time."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table

from ledger.events import Event, Recorded
from projections import Projection


class Kept:
    """The simplest rows there are: dictionaries, changed one event at a time."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[Any, dict[str, Any]]] = {}

    def insert(self, table: Table, /, **values: Any) -> None:
        key = tuple(values[column.name] for column in table.primary_key)
        assert key not in self.rows(table), key
        self.rows(table)[key] = values

    def change(self, table: Table, key: Any, /, **values: Any) -> None:
        self.rows(table)[self._key(key)].update(values)

    def add(self, table: Table, key: Any, /, **deltas: int) -> None:
        names = [column.name for column in table.primary_key]
        fresh = dict(zip(names, self._key(key), strict=True))
        row = self.rows(table).setdefault(self._key(key), fresh)
        for column, delta in deltas.items():
            row[column] = row.get(column, 0) + delta

    def remove(self, table: Table, key: Any, /) -> None:
        self.rows(table).pop(self._key(key), None)

    def rows(self, table: Table) -> dict[Any, dict[str, Any]]:
        """A table's rows, by their keys."""
        return self.tables.setdefault(table.name, {})

    def _key(self, key: Any) -> tuple[Any, ...]:
        return key if isinstance(key, tuple) else (key,)


def fold(projection: Projection, events: Iterable[Recorded[Event]]) -> Kept:
    """The tables that a history makes."""
    kept = Kept()
    for recorded in events:
        if isinstance(recorded.event, projection.listens_to):
            projection.project(kept, recorded)
    return kept
