"""A story per test."""

from collections.abc import Iterator

import pytest

from tests.conftest import Database
from tests.projections.story import Story


@pytest.fixture
def story(database: Database) -> Iterator[Story]:
    """An empty history, and words to fill it with."""
    story = Story(database)
    yield story
    story.close()
