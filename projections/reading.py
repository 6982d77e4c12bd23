"""How to reach the read models: one way to connect, for everybody who asks."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, make_url


def reader(
    database_url: str,
    *,
    options: str = "",
    connect_args: Mapping[str, Any] | None = None,
    **pool: Any,
) -> Engine:
    """Connections to ask questions over; instants come in UTC, whatever the database's time zone.

    `options` are further settings of the session, in Postgres' words.
    """
    return create_engine(
        make_url(database_url).set(drivername="postgresql+psycopg"),
        connect_args={**(connect_args or {}), "options": f"-c timezone=UTC {options}".strip()},
        **pool,
    )


def driver_of(db: Connection) -> psycopg.Connection[Any]:
    """The driver's own connection beneath such a one: the store's tables are asked over it."""
    connection = db.connection.driver_connection
    assert isinstance(connection, psycopg.Connection), "the engine is psycopg's"
    return connection


@contextmanager
def at_one_moment(db: Connection) -> Iterator[None]:
    """Let several questions see the same rows, whatever is taken in meanwhile.

    The connection must be in autocommit mode, as those are that questions are asked over.
    """
    assert driver_of(db).autocommit, "a transaction of somebody else's has begun"
    db.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        yield
    finally:
        db.exec_driver_sql("ROLLBACK")
