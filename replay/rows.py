"""The engine's unit of work: gathers what a projection changes, and writes it as sets.

It never reads. A row made and changed in the same batch is written once, in its last shape; a
change to a row written before becomes part of one UPDATE; additions become one upsert. So the cost
of a batch is a few statements per table, however many events it has.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

import msgspec
import psycopg
from psycopg import sql
from sqlalchemy import Table

from ledger.errors import CorruptHistory
from projections.projection import Projection

Connection = psycopg.Connection[Any]
Values = dict[str, Any]

STREAMED_ROWS = 4_000
"""How many rows of an only-inserted table are gathered before they go to the server."""

TOGETHER = 5_000
"""How many rows one statement changes at most."""

BETWEEN_ROWS = b"],["


class RowMissing(CorruptHistory):
    """An event changes a row that no event before it made."""

    code = "ROW_MISSING"


class RowExists(CorruptHistory):
    """An event makes a row that an event before it made."""

    code = "ROW_EXISTS"


class UnitOfWork:
    """What a projection changed since it was last written; the `Rows` that `project` is given."""

    def __init__(self, projection: Projection, schema: str | None = None) -> None:
        """Gather for the tables of a projection, in its own schema or in another one."""
        self._shelves = {
            table: _shelf(table, schema or projection.schema, tolerant=projection.live_only)
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
        """Send rows of only-inserted tables ahead, where enough of them have gathered."""
        for shelf in self._shelves.values():
            if isinstance(shelf, Stream) and shelf.rows_gathered >= STREAMED_ROWS:
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
    """What was changed in one table."""

    def __init__(self, table: Table, schema: str, *, tolerant: bool) -> None:
        self._sql = Statements(table, schema)
        self._tolerant = tolerant
        self._key_of = itemgetter(*self._sql.keys)
        self._new: dict[Any, Values] = {}
        self._changed: dict[Any, Values] = {}
        self._gone: dict[Any, None] = {}
        self._sums: dict[Any, Values] = {}

    @property
    def rows_gathered(self) -> int:
        """How many rows are in memory."""
        return len(self._new) + len(self._changed) + len(self._gone) + len(self._sums)

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

    def add(self, key: Any, deltas: Values) -> None:
        """Add to columns of a row."""
        sums = self._sums.get(key)
        if sums is None:
            self._sums[key] = deltas
            return
        for column, delta in deltas.items():
            sums[column] += delta

    def remove(self, key: Any) -> None:
        """Take a row away. It may have been written before, so the database is told as well."""
        self._new.pop(key, None)
        self._changed.pop(key, None)
        self._gone[key] = None

    def write(self, connection: Connection) -> None:
        """Write the table's changes, in an order in which none undoes another."""
        if self._gone:
            self._sql.delete(connection, list(map(self._keyed, self._gone)))
        if self._new:
            self._sql.copy(connection, self._new.values())
        for columns, rows in self._changes_by_columns().items():
            found = self._sql.update(connection, columns, rows)
            if found != len(rows) and not self._tolerant:
                raise RowMissing(table=self._sql.name, columns=columns, missing=len(rows) - found)
        if self._sums:
            # Sorted, so that two processes adding to the same rows wait for each other in turn.
            rows = [{**self._keyed(key), **sums} for key, sums in sorted(self._sums.items())]
            self._sql.add(connection, rows)
        self.forget()

    def forget(self) -> None:
        """Drop what was gathered."""
        for gathered in (self._new, self._changed, self._gone, self._sums):
            gathered.clear()

    def _changes_by_columns(self) -> dict[tuple[str, ...], list[Values]]:
        groups: dict[tuple[str, ...], list[Values]] = {}
        for key, values in self._changed.items():
            groups.setdefault(tuple(sorted(values)), []).append({**self._keyed(key), **values})
        return groups

    def _keyed(self, key: Any) -> Values:
        keys = self._sql.keys
        return {keys[0]: key} if len(keys) == 1 else dict(zip(keys, key, strict=True))


class Stream(Shelf):
    """New rows of a table whose rows are never touched again: no key needs remembering."""

    def __init__(self, table: Table, schema: str) -> None:
        super().__init__(table, schema, tolerant=False)
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
            self._rows.clear()

    def forget(self) -> None:
        """Drop what was gathered."""
        self._rows.clear()


def _shelf(table: Table, schema: str, *, tolerant: bool) -> Shelf:
    if table.info.get("only_inserted"):
        return Stream(table, schema)
    return Shelf(table, schema, tolerant=tolerant)


class Statements:
    """The statements that write sets of rows of one table."""

    def __init__(self, table: Table, schema: str) -> None:
        self.name = table.name
        self.keys = tuple(column.name for column in table.primary_key)
        self._columns = tuple(column.name for column in table.columns)
        self._values_of = itemgetter(*self._columns)
        self._table = sql.Identifier(schema, table.name)
        self._copy_in = sql.SQL(
            "COPY {} ({}) FROM STDIN (FORMAT csv, ESCAPE '\\', NULL 'null')"
        ).format(self._table, _names(self._columns))

    def copy(self, connection: Connection, rows: Collection[Values]) -> None:
        """Add new rows."""
        with connection.cursor().copy(self._copy_in) as copy:
            copy.write(self._csv(rows))

    def update(self, connection: Connection, columns: Sequence[str], rows: Sequence[Values]) -> int:
        """Set some columns of rows that are there; answers how many were."""
        assignments = sql.SQL(", ").join(
            sql.SQL("{column} = given.{column}").format(column=sql.Identifier(column))
            for column in columns
        )
        statement = sql.SQL("UPDATE {table} AS kept SET {set} FROM {given} AS given WHERE {same}")
        parts = {"table": self._table, "set": assignments, "same": self._same_key()}
        return self._run(connection, statement, parts, rows)

    def delete(self, connection: Connection, rows: Sequence[Values]) -> int:
        """Take rows away; answers how many were there."""
        statement = sql.SQL("DELETE FROM {table} AS kept USING {given} AS given WHERE {same}")
        parts = {"table": self._table, "same": self._same_key()}
        return self._run(connection, statement, parts, rows)

    def add(self, connection: Connection, rows: Sequence[Values]) -> int:
        """Add to rows, which are made where they are missing."""
        sums = sql.SQL(", ").join(
            sql.SQL("{column} = kept.{column} + excluded.{column}").format(
                column=sql.Identifier(column)
            )
            for column in self._columns
            if column not in self.keys
        )
        statement = sql.SQL(
            "INSERT INTO {table} AS kept ({columns}) SELECT {columns} FROM {given} AS given "
            "ORDER BY {keys} ON CONFLICT ({keys}) DO UPDATE SET {sums}"
        )
        parts = {
            "table": self._table,
            "columns": _names(self._columns),
            "keys": _names(self.keys),
            "sums": sums,
        }
        return self._run(connection, statement, parts, rows)

    def _run(
        self,
        connection: Connection,
        statement: sql.SQL,
        parts: Mapping[str, sql.Composable],
        rows: Sequence[Values],
    ) -> int:
        """Run a statement over given rows; answers how many rows of the table it touched.

        The rows travel as JSON, which takes any subset of the columns and the table's own types.
        """
        given = sql.SQL("json_populate_recordset(NULL::{}, %s::json)").format(self._table)
        query = statement.format(given=given, **parts)
        touched = 0
        for few in batched(rows, TOGETHER):
            cursor = connection.execute(query, (_json.encode(few).decode(),))
            touched += cursor.rowcount
        return touched

    def _csv(self, rows: Collection[Values]) -> bytes:
        """The rows as comma-separated values; quoted, escaped with a backslash, `null` for nothing.

        JSON arrays are just that once their brackets are gone, as long as no text holds what JSON
        escapes its own way or what looks like the end of a row. Nearly none does, and encoding all
        rows at once is several times faster than writing each.
        """
        values = list(map(self._values_of, rows))
        text = _json.encode(values)[2:-2]
        if b"\\" not in text and text.count(BETWEEN_ROWS) == len(values) - 1:
            return text.replace(BETWEEN_ROWS, b"\n")
        return "\n".join(",".join(map(_quoted, row)) for row in values).encode()

    def _same_key(self) -> sql.Composed:
        return sql.SQL(" AND ").join(
            sql.SQL("kept.{key} = given.{key}").format(key=sql.Identifier(key)) for key in self.keys
        )


def _quoted(value: Any) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return _json.encode(value).decode()


def _names(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def batched(rows: Sequence[Values], size: int) -> Iterator[Sequence[Values]]:
    """The rows, in parts of at most `size`."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


_json = msgspec.json.Encoder()
