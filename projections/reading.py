"""How to reach the read models: one way to connect, for everybody who asks."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, create_engine, make_url


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
