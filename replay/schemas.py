"""Where read models live: their schemas and tables, made, finished, swapped and dropped."""

import hashlib
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Column, DDLElement, MetaData, Table
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable

from projections.projection import WHOLE, Projection, bookkeeping, positions
from replay.locks import SETUP

Connection = psycopg.Connection[Any]

_dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]


def prepare(connection: Connection, *projections: Projection) -> None:
    """Make what is missing of the bookkeeping and of read models, empty and at position 0.

    May be run at any time and by any number of processes at once, in autocommit mode.
    """
    with connection.transaction(), _setting_up(connection):
        _make_bookkeeping(connection)
        for projection in projections:
            if not exists(connection, projection.schema):
                make(connection, projection)


def make(connection: Connection, projection: Projection) -> None:
    """Make a read model's schema and its tables, empty and complete."""
    schema = projection.schema
    make_bare(connection, projection, schema)
    finish(connection, projection, schema)


def make_bare(connection: Connection, projection: Projection, schema: str) -> None:
    """Make the tables as a load wants them: no index that the load itself does not need."""
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    connection.execute(
        sql.SQL("COMMENT ON SCHEMA {} IS {}").format(
            sql.Identifier(schema), sql.Literal(fingerprint(projection))
        )
    )
    for table in projection.tables.sorted_tables:
        _execute(connection, CreateTable(_bare(table, schema)))
        if not _loads_without_a_key(table):
            _execute(connection, AddConstraint(_copy(table, schema).primary_key))


def fingerprint(projection: Projection) -> str:
    """What tells the code of a projection from that of another: the hash of its module's source."""
    module = inspect.getmodule(projection.project)
    assert module is not None, f"{projection.name} is projected by a function of a module"
    return hashlib.sha256(inspect.getsource(module).encode()).hexdigest()


def was_begun_by(connection: Connection, projection: Projection, schema: str) -> bool:
    """Whether a schema was made by this very code, so that the code may go on filling it."""
    found = connection.execute(
        "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s",
        (schema,),
    ).fetchone()
    return found == (fingerprint(projection),)


def finish(connection: Connection, projection: Projection, schema: str) -> None:
    """Add what `make_bare` left out, and let the planner see what the tables hold."""
    sum_up(connection, projection, schema)
    for table in projection.tables.sorted_tables:
        copy = _copy(table, schema)
        if _loads_without_a_key(table):
            _execute(connection, AddConstraint(copy.primary_key))
        for index in copy.indexes:
            _execute(connection, CreateIndex(index))
        connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(schema, table.name)))


def sum_up(connection: Connection, projection: Projection, schema: str) -> None:
    """Turn the additions that a load wrote down into sums, one row per key."""
    for table in projection.tables.sorted_tables:
        if table.info.get("only_added_to"):
            _sum_up(connection, table, schema)


def _sum_up(connection: Connection, table: Table, schema: str) -> None:
    summed, additions = sql.Identifier(schema, table.name), f"{table.name}__additions"
    keys = [sql.Identifier(column.name) for column in table.primary_key]
    others = [sql.Identifier(column.name) for column in table.columns if not column.primary_key]
    connection.execute(
        sql.SQL("ALTER TABLE {} RENAME TO {}").format(summed, sql.Identifier(additions))
    )
    _execute(connection, CreateTable(_bare(table, schema)))
    connection.execute(
        sql.SQL("INSERT INTO {} ({}) SELECT {}, {} FROM {} GROUP BY {}").format(
            summed,
            sql.SQL(", ").join(keys + others),
            sql.SQL(", ").join(keys),
            sql.SQL(", ").join(sql.SQL("sum({})").format(other) for other in others),
            sql.Identifier(schema, additions),
            sql.SQL(", ").join(keys),
        )
    )
    connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(schema, additions)))


def slices(connection: Connection, schema: str) -> dict[str, int]:
    """The slices that a schema's rows are fed from, and the position of each."""
    found = connection.execute(
        "SELECT slice, position FROM read_models.positions WHERE schema = %s", (schema,)
    )
    return dict(found.fetchall())


def unite(connection: Connection, schema: str) -> None:
    """Say of a schema that was fed in slices that it is one now."""
    connection.execute(
        "WITH slices AS (DELETE FROM read_models.positions WHERE schema = %(schema)s RETURNING *) "
        "INSERT INTO read_models.positions (schema, slice, position, events) "
        "SELECT %(schema)s, %(whole)s, min(position), sum(events) FROM slices",
        {"schema": schema, "whole": WHOLE},
    )


def swap(connection: Connection, fresh: str, live: str) -> str | None:
    """Let a fresh schema take a live one's name and place; answers what the old one is called.

    Call it in a transaction: until its end nobody else makes or swaps a schema.
    """
    with _setting_up(connection):
        old = f"{live}__old"
        drop(connection, old)
        replaced = exists(connection, live)
        if replaced:
            rename(connection, live, old)
        rename(connection, fresh, live)
        connection.execute("DELETE FROM read_models.positions WHERE schema = %s", (live,))
        connection.execute(
            "UPDATE read_models.positions SET schema = %s WHERE schema = %s", (live, fresh)
        )
    return old if replaced else None


def rename(connection: Connection, schema: str, name: str) -> None:
    """Call a schema by another name."""
    connection.execute(
        sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(schema), sql.Identifier(name))
    )


def drop(connection: Connection, schema: str) -> None:
    """Drop a read model's schema with everything in it, and what is known of its position."""
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))
    connection.execute("DELETE FROM read_models.positions WHERE schema = %s", (schema,))


def exists(connection: Connection, schema: str) -> bool:
    """Whether there is a schema of this name."""
    found = connection.execute("SELECT FROM pg_namespace WHERE nspname = %s", (schema,))
    return found.fetchone() is not None


def superseded(connection: Connection, projection: Projection) -> list[str]:
    """The schemas of a read model's other versions, which nobody needs once all run this one."""
    pattern = rf"^{projection.name}_v\d+$"
    found = connection.execute(
        "SELECT nspname::text FROM pg_namespace WHERE nspname ~ %s AND nspname <> %s ORDER BY 1",
        (pattern, projection.schema),
    )
    return [row[0] for row in found]


@contextmanager
def _setting_up(connection: Connection) -> Iterator[None]:
    connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", SETUP)
    yield


def _make_bookkeeping(connection: Connection) -> None:
    name = bookkeeping.schema
    assert name is not None, "the bookkeeping has a schema of its own"
    if exists(connection, name):
        return
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
    _execute(connection, CreateTable(positions))
    # Few rows, each rewritten many times a second: they must find room in their own page.
    connection.execute(
        "ALTER TABLE read_models.positions SET "
        "(fillfactor = 50, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0)"
    )


def _loads_without_a_key(table: Table) -> bool:
    """Whether a load only adds rows, so that the key may be built over all of them at once."""
    return bool(table.info.get("only_inserted") or table.info.get("only_added_to"))


def _copy(table: Table, schema: str) -> Table:
    return table.to_metadata(MetaData(schema=schema), schema=schema)


def _bare(table: Table, schema: str) -> Table:
    columns = [
        Column(column.name, column.type, nullable=column.nullable) for column in table.columns
    ]
    return Table(table.name, MetaData(schema=schema), *columns)


def _execute(connection: Connection, ddl: DDLElement) -> None:
    connection.execute(str(ddl.compile(dialect=_dialect)).encode())
