"""A story per test; and a whole history, lived through once and copied for each test that asks."""

from collections.abc import Iterator
from secrets import token_hex

import pytest

from bench.history import write_history
from tests.conftest import Database, Databases
from tests.projections.story import Story
from tests.replay.small_history import a_history

EVENTS = 3_000
"""How many events of a hotel's first months a history has, beside one booking for each fate."""


@pytest.fixture
def story(database: Database) -> Iterator[Story]:
    """An empty history, and words to fill it with."""
    story = Story(database)
    yield story
    story.close()


@pytest.fixture(scope="session")
def lived(databases: Databases, template: Database) -> Iterator[Database]:
    """A hotel's first months, as if they had happened live, so that timers are set too.

    Nobody may stay connected to it.
    """
    lived = databases.make(f"stayledger_lived_{token_hex(4)}", template=template)
    write_history(lived.owner_url, EVENTS, origin="live")
    with a_history(lived.url):
        pass
    yield lived
    databases.give_back(lived)


@pytest.fixture
def history(databases: Databases, lived: Database) -> Iterator[Database]:
    """A copy of that history, for this test alone."""
    history = databases.make(f"stayledger_test_{token_hex(4)}", template=lived)
    yield history
    databases.give_back(history)
