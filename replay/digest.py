"""One number for what a read model says: the same rows give the same number, in whatever order."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Table

from projections.projection import Projection

Connection = psycopg.Connection[Any]

MODULUS = 2**128


@dataclass(frozen=True)
class Digest:
    """How many rows a read model has, and the sum of their hashes modulo 2**128, in hexadecimal."""

    rows: int
    digest: str

    def __str__(self) -> str:
        return f"{self.rows} rows ({self.digest})"


def digest_of(connection: Connection, projection: Projection, schema: str | None = None) -> Digest:
    """The digest of a read model's rows as the connection's snapshot sees them.

    Columns that name places in the store (positions, its own time) do not count. The hash is
    Postgres' own of a record's values, under two seeds: a tenth of the cost of hashing its text,
    but only digests of servers of the same major version can be held against each other.
    """
    found = [
        _sums(connection, table, schema or projection.schema)
        for table in projection.tables.sorted_tables
    ]
    rows, high, low = map(sum, zip(*found, strict=True))
    return Digest(rows, f"{((high << 64) + low) % MODULUS:032x}")


def _sums(connection: Connection, table: Table, schema: str) -> tuple[int, int, int]:
    """How many rows, and the sums of the upper and of the lower halves of their hashes."""
    columns = [column for column in table.columns if not column.info.get("not_in_digest")]
    row = sql.SQL("ROW({}::text, {})").format(
        sql.Literal(table.name),
        sql.SQL(", ").join(sql.Identifier(column.name) for column in columns),
    )
    query = sql.SQL(
        "SELECT count(*), coalesce(sum(hash_record_extended({row}, 0)), 0), "
        "coalesce(sum(hash_record_extended({row}, 1)), 0) FROM {table}"
    ).format(row=row, table=sql.Identifier(schema, table.name))
    found = connection.execute(query).fetchone()
    assert found is not None, "an aggregate without groups gives one row"
    return int(found[0]), int(found[1]), int(found[2])
