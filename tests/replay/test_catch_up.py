"""Catching up: whoever asks for figures gets all of them, or is told why not, without delay."""

import psycopg
import pytest
from sqlalchemy import NullPool

from projections import Projection
from projections.reading import reader
from projections.trips import TRIPS
from replay import follow
from replay.catch_up import ReadModelHasHalted, catch_up
from replay.drive import Drive
from replay.schemas import prepare
from tests.facts import a_booking
from tests.projections.story import Story
from tests.replay.test_follow import standings, written_by_a_newer_version


def catch_up_with(projection: Projection, url: str) -> int:
    """Catch up; the position that the read model has then."""
    catch_up(url, reader(url, poolclass=NullPool), [projection], lambda done, total: None)
    return standings(url)[projection.name].position


def halt_at(position: int, url: str) -> None:
    """Halt trips, as a version that knew less did."""
    with psycopg.connect(url, autocommit=True) as connection:
        prepare(connection, TRIPS)
        drive = Drive(TRIPS)
        drive.begin(connection)
        drive.halt(connection, position, "unknown")


def test_a_halt_of_a_version_that_knew_less_holds_nobody_up(story: Story) -> None:
    last = story.tells(a_booking())
    halt_at(last, story.database.url)

    assert catch_up_with(TRIPS, story.database.url) == last
    assert standings(story.database.url)["trips"].halted_at is None


def test_a_read_model_that_cannot_go_on_is_told_with_the_position(story: Story) -> None:
    story.tells(a_booking())
    at = written_by_a_newer_version(story.database, "booking.teleported")

    with pytest.raises(ReadModelHasHalted) as told:
        catch_up_with(TRIPS, story.database.url)

    assert told.value.position == at


def test_what_ends_the_follower_ends_the_wait(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    story.tells(a_booking())
    monkeypatch.setattr(follow, "prepare", fail)

    with pytest.raises(ZeroDivisionError):
        catch_up_with(TRIPS, story.database.url)
