"""How to reach the read models: one way to connect, for everybody who asks."""

from collections.abc import Mapping
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
