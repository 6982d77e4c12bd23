"""The statements that write sets of rows of one table."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

import msgspec
import psycopg
from psycopg import sql
from sqlalchemy import Table

Connection = psycopg.Connection[Any]
Values = dict[str, Any]

TOGETHER = 5_000
"""How many rows one statement changes at most."""

BETWEEN_ROWS = b"],["


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

    def keyed(self, key: Any) -> Values:
        """A key's values by the names of their columns."""
        return (
            {self.keys[0]: key} if len(self.keys) == 1 else dict(zip(self.keys, key, strict=True))
        )

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
            "ON CONFLICT ({keys}) DO UPDATE SET {sums}"
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
