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


def digest_of(connection: Connection, projection: Projection, schema: str | None = None) -> Digest:
    """The digest of a read model's rows as the connection's snapshot sees them.

    Columns that name places in the store (positions, its own time) do not count.
    """
    rows, total = 0, 0
    with connection.transaction():
        # A row's text must not depend on how the session writes instants and dates.
        connection.execute("SET LOCAL timezone = 'UTC'")
        connection.execute("SET LOCAL datestyle = 'ISO, YMD'")
        for table in projection.tables.sorted_tables:
            count, high, low = _sums(connection, table, schema or projection.schema)
            rows += count
            total += (high << 64) + low
    return Digest(rows, f"{total % MODULUS:032x}")


def _sums(connection: Connection, table: Table, schema: str) -> tuple[int, int, int]:
    """How many rows, and the sums of the upper and of the lower halves of their hashes."""
    columns = [column for column in table.columns if not column.info.get("not_in_digest")]
    values = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
    found = connection.execute(
        sql.SQL(
            "SELECT count(*), coalesce(sum(('x' || left(hash, 16))::bit(64)::bigint), 0)::text, "
            "coalesce(sum(('x' || right(hash, 16))::bit(64)::bigint), 0)::text "
            "FROM (SELECT md5({name} || ROW({values})::text) AS hash FROM {table}) AS hashes"
        ).format(
            name=sql.Literal(table.name),
            values=values,
            table=sql.Identifier(schema, table.name),
        )
    ).fetchone()
    assert found is not None, "an aggregate without groups gives one row"
    return found[0], int(found[1]), int(found[2])
