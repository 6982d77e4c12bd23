"""How read models are reached: the same answers wherever the database thinks that it is."""

from datetime import timedelta

import psycopg
from psycopg import sql
from sqlalchemy import NullPool, func, select

from projections.reading import reader
from tests.conftest import Database


def test_instants_come_in_utc_whatever_the_time_zone_of_the_database(database: Database) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute(
            sql.SQL("ALTER DATABASE {} SET timezone = 'Asia/Tokyo'").format(
                sql.Identifier(owner.info.dbname)
            )
        )

    with reader(database.url, poolclass=NullPool).connect() as db:
        now = db.scalar(select(func.now()))

    assert now is not None
    assert now.utcoffset() == timedelta(0)
