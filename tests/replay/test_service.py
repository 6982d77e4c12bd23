"""The service: two threads with one life."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from ledger.settings import Settings
from ledger.values.ids import BookingId
from replay import service
from replay.service import Service
from tests.conftest import Database
from tests.facts import an_id
from tests.replay.small_history import History
from tests.replay.test_follow import PATIENCE_SECONDS, until

LATER = BookingId(an_id("later"))


@contextmanager
def serving(it: Service) -> Iterator[list[Exception]]:
    """A service at work in a thread, stopped at the end; what ended it, if anything did."""
    ended: list[Exception] = []

    def run() -> None:
        try:
            it.run()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test looks at it
            ended.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield ended
    finally:
        it.stop()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive(), "the service does not stop"


def test_a_hold_that_nobody_pays_expires_by_itself(lived: Database, history: History) -> None:
    with psycopg.connect(lived.url) as connection:
        history.book(history.to_book(LATER, "2025-08-01"))
        with serving(Service(Settings(database_url=lived.url))) as ended:
            until(lambda: topics_of(LATER, connection)[-1] == "booking.expired")
    assert ended == []


def topics_of(booking: BookingId, connection: psycopg.Connection) -> list[str]:
    found = connection.execute(
        "SELECT topic FROM ledger.events WHERE case_id = %s ORDER BY position", (booking,)
    ).fetchall()
    connection.rollback()
    return [topic for (topic,) in found]


def test_a_follower_that_fails_ends_the_timers_too(empty_database: Database) -> None:
    with serving(Service(Settings(database_url=empty_database.url))) as ended:
        until(lambda: bool(ended))
    assert isinstance(ended[0], psycopg.Error)


def test_timers_that_cannot_begin_end_the_follower_too(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_engine(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(service, "reader", no_engine)
    with serving(Service(Settings(database_url=database.url))) as ended:
        until(lambda: bool(ended))
    assert isinstance(ended[0], ZeroDivisionError)
