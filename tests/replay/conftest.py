"""A story per test; and the small history, lived through once and copied for each test of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from secrets import token_hex

import pytest

from ledger.values.clock import Instant
from replay.rebuild import rebuild
from tests.conftest import Database, Databases
from tests.projections.story import Story
from tests.replay.small_history import History, a_history, going_on


@pytest.fixture
def story(database: Database) -> Iterator[Story]:
    """An empty history, and words to fill it with."""
    story = Story(database)
    yield story
    story.close()


@dataclass(frozen=True)
class Past:
    """A history that nobody may stay connected to, and when it ended."""

    database: Database
    ended_at: Instant


@pytest.fixture(scope="session")
def past(databases: Databases, template: Database) -> Iterator[Past]:
    """Everything that can happen, once."""
    database = databases.make(f"stayledger_small_{token_hex(4)}", template=template)
    with a_history(database.url) as history:
        ended_at = history.clock.now
    yield Past(database, ended_at)
    databases.give_back(database)


@pytest.fixture(scope="session")
def drawn_past(databases: Databases, past: Past) -> Iterator[Database]:
    """The same with every read model of it."""
    database = databases.make(f"stayledger_drawn_{token_hex(4)}", template=past.database)
    rebuild(database.url)
    yield database
    databases.give_back(database)


@pytest.fixture
def drawn(databases: Databases, drawn_past: Database) -> Iterator[Database]:
    """A copy of it with its read models, for this test alone."""
    database = databases.make(f"stayledger_test_{token_hex(4)}", template=drawn_past)
    yield database
    databases.give_back(database)


@pytest.fixture
def lived(databases: Databases, past: Past) -> Iterator[Database]:
    """A copy of it, for this test alone."""
    database = databases.make(f"stayledger_test_{token_hex(4)}", template=past.database)
    yield database
    databases.give_back(database)


@pytest.fixture
def history(lived: Database, past: Past) -> Iterator[History]:
    """The ledger of that copy, and the clock that it goes by."""
    with going_on(lived.url, past.ended_at) as history:
        yield history
