"""A real server on a port of its own, in front of a real Postgres and Redis, and a real client."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import uvicorn

from api.app import create_app
from bench.estate import Estate
from ledger.application import Ledger
from ledger.settings import Settings
from ledger.store import EventStore
from ledger.values.clock import Clock, system_clock
from projections import PROJECTIONS
from replay.announce import ToRedis, to_nobody
from replay.follow import Follower
from tests.api.houses import settle_in
from tests.conftest import Database
from tests.sandbox.stripe.shells import serving as stand_in

QUOTE_KEYS = (f"test:{'k' * 43}",)
PATIENCE_SECONDS = 30.0
"""Long: tests that wait for something that comes must pass on a machine that is busy."""


WEBHOOK_SECRET = "whsec_of_the_tests"
HOSTS_SECRET = "whsec_of_the_hosts"


@dataclass(frozen=True)
class Door:
    """A client of a server, with the words that stories are told in."""

    client: httpx.Client

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        """Ask."""
        return self.client.get(path, params=parameters)

    def put(self, path: str, body: Any, key: str) -> httpx.Response:
        """Command, under a key, what shall stand at an address."""
        return self.client.put(path, json=body, headers={"Idempotency-Key": key})

    def post(self, path: str, body: Any, key: str) -> httpx.Response:
        """Command, under a key."""
        return self.client.post(path, json=body, headers={"Idempotency-Key": key})


@contextmanager
def serving(
    settings: Settings,
    patience: float = PATIENCE_SECONDS,
    clock: Clock = system_clock,
    port: int = 0,
) -> Iterator[str]:
    """A server in a thread, on a port that the kernel chooses unless one is named; its URL."""
    app = create_app(settings, clock=clock, patience=patience)
    config = uvicorn.Config(app, port=port, access_log=False, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until(lambda: server.started)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def following(url: str, redis_url: str | None = None) -> Iterator[None]:
    """Followers of all read models in a thread."""
    channel = Settings(database_url=url).positions_channel
    announce = ToRedis(redis_url, channel) if redis_url else None
    follower = Follower(url, announce=announce or to_nobody)
    thread = threading.Thread(target=follower.run, daemon=True)
    thread.start()
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            until(lambda: keeps_up(connection))
        yield
    finally:
        follower.stop()
        thread.join()
        if announce:
            announce.close()


def keeps_up(connection: psycopg.Connection[tuple[Any, ...]]) -> bool:
    """Whether every read model is there, and at the end of the history."""
    try:
        (behind,) = connection.execute(
            "SELECT %s - count(*) FROM read_models.positions "
            "WHERE position >= (SELECT coalesce(max(position), 0) FROM ledger.events)",
            (len(PROJECTIONS),),
        ).fetchall()[0]
    except psycopg.errors.UndefinedTable:
        return False
    return bool(behind == 0)


def until(true: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < give_up_at, "it never became true"
        time.sleep(0.005)


@pytest.fixture
def store(database: Database) -> Iterator[EventStore]:
    """The store of the test's database, beside the server's."""
    store = EventStore(database.url)
    yield store
    store.close()


@pytest.fixture
def ledger(store: EventStore) -> Ledger:
    """The write side of the test's database, beside the server."""
    return Ledger(store)


@pytest.fixture
def estate(ledger: Ledger) -> Estate:
    """A property with three rooms."""
    return settle_in(ledger)


@pytest.fixture
def followed(database: Database, estate: Estate, redis_url: str) -> Iterator[None]:
    """Read models that keep up."""
    with following(database.url, redis_url):
        yield


@pytest.fixture
def settings(database: Database, redis_url: str, tmp_path: Path) -> Settings:
    """The settings of a server of this test."""
    return Settings(
        database_url=database.url,
        redis_url=redis_url,
        quote_keys=QUOTE_KEYS,
        objects_folder=tmp_path / "objects",
        stripe_webhook_secrets=(WEBHOOK_SECRET,),
        stripe_hosts_webhook_secrets=(HOSTS_SECRET,),
    )


@contextmanager
def knocking(
    settings: Settings, patience: float = PATIENCE_SECONDS, clock: Clock = system_clock
) -> Iterator[Door]:
    """A server and its client."""
    with (
        serving(settings, patience, clock) as url,
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        yield Door(client)


@pytest.fixture
def door(settings: Settings) -> Iterator[Door]:
    """The door; whether read models keep up is another fixture's business."""
    with knocking(settings) as door:
        yield door


@pytest.fixture
def impatient(settings: Settings) -> Iterator[Door]:
    """A door that soon says when a read model is behind."""
    with knocking(settings, patience=0.3) as door:
        yield door


@pytest.fixture
def built(database: Database, estate: Estate) -> None:
    """Read models that are there, but no longer followed."""
    with following(database.url):
        pass


@pytest.fixture
def without_redis(database: Database) -> Iterator[Door]:
    """A door whose Redis is not there."""
    settings = Settings(database_url=database.url, redis_url="redis://127.0.0.1:9/0")
    with knocking(settings) as door:
        yield door


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The stand-in for the processor over HTTP, shared by all tests."""
    with stand_in() as url:
        yield url
