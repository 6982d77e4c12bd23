"""A store on a database of its own."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest

from ledger.store import EventStore
from tests.conftest import Database


@pytest.fixture
def store(database: Database) -> Iterator[EventStore]:
    """The event store, as the application's role."""
    with closing(EventStore(database.url, patience_seconds=10)) as store:
        yield store


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the application's role, in autocommit mode."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        yield connection
