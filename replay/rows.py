"""The engine's unit of work: gathers what a projection changes, and writes it as sets.

It never reads. A row made and changed in the same batch is written once, in its last shape; a
change to a row written before becomes part of one UPDATE; additions become one upsert. So the cost
of a batch is a few statements per table, however many events it has.
"""

from operator import itemgetter
from typing import Any, ClassVar

import psycopg
from sqlalchemy import Table

from ledger.errors import CorruptHistory
from projections.projection import Projection
from replay.statements import Statements, Values

Connection = psycopg.Connection[Any]
STREAMED_ROWS = 4_000
"""How many rows that need no more changes are gathered before they go to the server."""


class RowMissing(CorruptHistory):
    """An event changes a row that no event before it made."""

    code = "ROW_MISSING"


class RowExists(CorruptHistory):
    """An event makes a row that an event before it made."""

    code = "ROW_EXISTS"


class UnitOfWork:
    """What a projection changed since it was last written; the `Rows` that `project` is given."""

    def __init__(
        self, projection: Projection, schema: str | None = None, *, loading: bool = False
    ) -> None:
        """Gather for the tables of a projection, in its own schema or in another one.

        Those that are being loaded are bare, and made whole afterwards (`replay.schemas`).
        """
        self._shelves: dict[Table, Shelf] = {
            table: _shelf(
                table, schema or projection.schema, tolerant=projection.live_only, loading=loading
            )
            for table in projection.tables.sorted_tables
        }

    def insert(self, table: Table, /, **values: Any) -> None:
        """Make a row. Raises RowExists."""
        self._shelves[table].insert(values)

    def change(self, table: Table, key: Any, /, **values: Any) -> None:
        """Set columns of a row. Raises RowMissing, now or when written."""
        self._shelves[table].change(key, values)

    def add(self, table: Table, key: Any, /, **deltas: int) -> None:
        """Add to columns of a row, from zero where there is none."""
        self._shelves[table].add(key, deltas)

    def remove(self, table: Table, key: Any, /) -> None:
        """Take a row away, if there is one."""
        self._shelves[table].remove(key)

    @property
    def rows_gathered(self) -> int:
        """How many rows are in memory."""
        return sum(shelf.rows_gathered for shelf in self._shelves.values())

    def stream(self, connection: Connection) -> None:
        """Send rows ahead that need no more changes, where enough of them have gathered."""
        for shelf in self._shelves.values():
            if shelf.streams and shelf.rows_gathered >= STREAMED_ROWS:
                shelf.write(connection)

    def write(self, connection: Connection) -> None:
        """Write everything that was gathered, in the connection's transaction, and forget it.

        Raises RowMissing; psycopg.Error where the database refuses.
        """
        for shelf in self._shelves.values():
            shelf.write(connection)

    def forget(self) -> None:
        """Drop what was gathered, because it will not be written."""
        for shelf in self._shelves.values():
            shelf.forget()


class Shelf:
    """What was changed in one table. Each kind of table takes only some of the changes."""

    streams: ClassVar[bool] = False
    """Whether what was gathered may be written before the batch is complete."""

    def __init__(self, table: Table, schema: str) -> None:
        self._sql = Statements(table, schema)

    @property
    def rows_gathered(self) -> int:
        """How many rows are in memory."""
        raise NotImplementedError

    def insert(self, values: Values) -> None:
        """Make a row; the values are the shelf's own from now on."""
        raise self._refused("insert", values)

    def change(self, key: Any, values: Values) -> None:
        """Set columns of a row."""
        raise self._refused("change", key, values)

    def add(self, key: Any, deltas: Values) -> None:
        """Add to columns of a row."""
        raise self._refused("add", key, deltas)

    def remove(self, key: Any) -> None:
        """Take a row away."""
        raise self._refused("remove", key)

    def write(self, connection: Connection) -> None:
        """Write what was gathered, and forget it."""
        raise NotImplementedError

    def forget(self) -> None:
        """Drop what was gathered."""
        raise NotImplementedError

    def _refused(self, change: str, *given: Any) -> TypeError:
        return TypeError(
            f"{self._sql.name} takes no `{change}`, given {given}: see the `info` of its table"
        )


class Kept(Shelf):
    """Rows that are made, changed and removed under their keys."""

    def __init__(self, table: Table, schema: str, *, tolerant: bool) -> None:
        super().__init__(table, schema)
        self._tolerant = tolerant
        self._key_of = itemgetter(*self._sql.keys)
        self._new: dict[Any, Values] = {}
        self._changed: dict[Any, Values] = {}
        self._gone: dict[Any, None] = {}

    @property
    def rows_gathered(self) -> int:
        """How many rows are in memory."""
        return len(self._new) + len(self._changed) + len(self._gone)

    def insert(self, values: Values) -> None:
        """Make a row; the values are the shelf's own from now on. Raises RowExists."""
        key = self._key_of(values)
        if key in self._new or key in self._changed:
            raise RowExists(table=self._sql.name, key=key)
        self._new[key] = values

    def change(self, key: Any, values: Values) -> None:
        """Set columns of a row. Raises RowMissing for one that was just removed."""
        row = self._new.get(key)
        if row is not None:
            row.update(values)
        elif key in self._gone:
            if not self._tolerant:
                raise RowMissing(table=self._sql.name, key=key)
        else:
            self._changed.setdefault(key, {}).update(values)

    def remove(self, key: Any) -> None:
        """Take a row away. It may have been written before, so the database is told as well."""
        self._new.pop(key, None)
        self._changed.pop(key, None)
        self._gone[key] = None

    def write(self, connection: Connection) -> None:
        """Write the table's changes, in an order in which none undoes another."""
        if self._gone:
            self._sql.delete(connection, list(map(self._sql.keyed, self._gone)))
        if self._new:
            self._sql.copy(connection, self._new.values())
        for columns, rows in self._changes_by_columns().items():
            found = self._sql.update(connection, columns, rows)
            if found != len(rows) and not self._tolerant:
                raise RowMissing(table=self._sql.name, columns=columns, missing=len(rows) - found)
        self.forget()

    def forget(self) -> None:
        """Drop what was gathered."""
        for gathered in (self._new, self._changed, self._gone):
            gathered.clear()

    def _changes_by_columns(self) -> dict[tuple[str, ...], list[Values]]:
        groups: dict[tuple[str, ...], list[Values]] = {}
        for key, values in self._changed.items():
            columns = tuple(sorted(values))
            groups.setdefault(columns, []).append({**self._sql.keyed(key), **values})
        return groups


class Stream(Shelf):
    """New rows of a table whose rows are never touched again: no key needs remembering."""

    streams = True

    def __init__(self, table: Table, schema: str) -> None:
        super().__init__(table, schema)
        self._rows: list[Values] = []

    @property
    def rows_gathered(self) -> int:
        """How many rows are in memory."""
        return len(self._rows)

    def insert(self, values: Values) -> None:
        """Make a row; the values are the shelf's own from now on."""
        self._rows.append(values)

    def write(self, connection: Connection) -> None:
        """Send the rows."""
        if self._rows:
            self._sql.copy(connection, self._rows)
            self.forget()

    def forget(self) -> None:
        """Drop what was gathered."""
        self._rows.clear()


class Sums(Shelf):
    """Rows that are sums of what is added to them."""

    def __init__(self, table: Table, schema: str) -> None:
        super().__init__(table, schema)
        self._sums: dict[Any, Values] = {}

    @property
    def rows_gathered(self) -> int:
        """How many rows are in memory."""
        return len(self._sums)

    def add(self, key: Any, deltas: Values) -> None:
        """Add to columns of a row; the deltas are the shelf's own from now on."""
        sums = self._sums.get(key)
        if sums is None:
            self._sums[key] = deltas
            return
        for column, delta in deltas.items():
            sums[column] += delta

    def write(self, connection: Connection) -> None:
        """Add what was gathered to what is there."""
        if self._sums:
            self._sql.add(connection, self._rows())
            self.forget()

    def forget(self) -> None:
        """Drop what was gathered."""
        self._sums.clear()

    def _rows(self) -> list[Values]:
        return [{**self._sql.keyed(key), **sums} for key, sums in self._sums.items()]


class Additions(Sums):
    """Additions to a table of sums that is being loaded: they are summed up when it is whole.

    Looking each row up to add to it costs ten times as much as writing the addition down.
    """

    streams = True

    def write(self, connection: Connection) -> None:
        """Write down what was gathered."""
        if self._sums:
            self._sql.copy(connection, self._rows())
            self.forget()


def _shelf(table: Table, schema: str, *, tolerant: bool, loading: bool) -> Shelf:
    if table.info.get("only_inserted"):
        return Stream(table, schema)
    if table.info.get("only_added_to"):
        return Additions(table, schema) if loading else Sums(table, schema)
    return Kept(table, schema, tolerant=tolerant)
