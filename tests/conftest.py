"""A real Postgres for every test: one server per run, one fresh database per test.

The server is the one that the environment names (`python3 run.py test` starts one), or, where
pytest is started bare, a scratch set of its own. The schema is installed once, into a template
database; each test that asks for `database` gets a copy of that template, and loses it when the
next one begins: to drop it at once would be to wait for backends that are still ending.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from secrets import token_hex
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import redis
from hypothesis import Phase, settings
from psycopg import sql

from ledger.store import install_schema
from sandbox.box import scratch

# A busy machine is no counterexample, and tracing every line of one to explain it takes minutes.
PHASES = [phase for phase in Phase if phase is not Phase.explain]
# A property that says nothing else is tried less often by day, and at night all the more.
settings.register_profile("stayledger", deadline=None, phases=PHASES, max_examples=40)
settings.register_profile("nightly", deadline=None, phases=PHASES, max_examples=400)
settings.load_profile("stayledger")


@dataclass(frozen=True, kw_only=True)
class Database:
    """One database, by the URLs of those who come to it."""

    url: str
    owner_url: str
    admin_url: str

    def named(self, name: str) -> "Database":
        """Another database of the same server."""
        at = partial(_with_database, name=name)
        return Database(
            url=at(self.url), owner_url=at(self.owner_url), admin_url=at(self.admin_url)
        )


def _with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@dataclass(frozen=True, kw_only=True)
class Servers:
    """What the whole run shares."""

    database: Database
    redis_url: str | None
    redis_is_ours: bool
    missing: tuple[str, ...] = ()


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """The servers that the environment names; those that it does not name are started here."""
    given = os.environ.get("DATABASE_URL")
    redis_url = os.environ.get("REDIS_URL")
    with ExitStack() as life:
        box = life.enter_context(
            scratch(durable=False, postgres=given is None, redis=redis_url is None)
        )
        if given is None:
            database = Database(
                url=box.database_url, owner_url=box.owner_url, admin_url=box.admin_url
            )
        else:
            owner = os.environ.get("DATABASE_OWNER_URL", given)
            admin = os.environ.get("DATABASE_ADMIN_URL", owner)
            database = Database(url=given, owner_url=owner, admin_url=admin)
        yield Servers(
            database=database,
            redis_url=redis_url or box.redis_url,
            redis_is_ours=not redis_url or "REDIS_URL" in os.environ.get("SANDBOX_SCRATCH", ""),
            missing=box.missing,
        )


class Databases:
    """Databases on the shared server. Those that are given back are dropped by the next one."""

    def __init__(self, server: Database) -> None:
        self._server = server
        self._given_back: list[str] = []

    def make(self, name: str, *, template: Database | None = None) -> Database:
        """A database, a copy of the template if there is one."""
        # Copying files beats writing 8 MB through the log, which is the default.
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY").format(
            sql.Identifier(name),
            sql.Identifier(urlsplit(self._server.owner_url).username or "postgres"),
            sql.Identifier(urlsplit(template.url).path[1:] if template else "template0"),
        )
        # A copy has the template's tables and their grants, but not the database's own.
        grant = sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(
            sql.Identifier(name), sql.Identifier(urlsplit(self._server.url).username or "postgres")
        )
        with psycopg.connect(self._server.admin_url, autocommit=True) as connection:
            self._drop_what_was_given_back(connection)
            connection.execute(statement)
            if template:
                connection.execute(grant)
        return self._server.named(name)

    def give_back(self, database: Database) -> None:
        """Nobody needs it any more."""
        self._given_back.append(urlsplit(database.url).path[1:])

    def close(self) -> None:
        """Drop whatever was given back."""
        with psycopg.connect(self._server.admin_url, autocommit=True) as connection:
            self._drop_what_was_given_back(connection)

    def _drop_what_was_given_back(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        while self._given_back:
            name = sql.Identifier(self._given_back.pop())
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.fixture(scope="session")
def databases(servers: Servers) -> Iterator[Databases]:
    """Where databases come from, and where they go."""
    databases = Databases(servers.database)
    yield databases
    databases.close()


@pytest.fixture(scope="session")
def template(databases: Databases) -> Iterator[Database]:
    """A database with the ledger's schema and nothing in it; nobody may stay connected to it."""
    template = databases.make(f"stayledger_template_{token_hex(4)}")
    install_schema(template.owner_url)
    yield template
    databases.give_back(template)


@pytest.fixture
def empty_database(databases: Databases) -> Iterator[Database]:
    """A database of this test alone, without any schema."""
    database = databases.make(f"stayledger_test_{token_hex(4)}")
    yield database
    databases.give_back(database)


@pytest.fixture
def database(databases: Databases, template: Database) -> Iterator[Database]:
    """A database of this test alone, with the ledger's schema: `.url` is the application's."""
    database = databases.make(f"stayledger_test_{token_hex(4)}", template=template)
    yield database
    databases.give_back(database)


@pytest.fixture
def redis_url(servers: Servers) -> str:
    """A Redis that is empty when the test begins; the test is skipped where there is none.

    A Redis that somebody else named is used as it is: emptying it is not for us.
    """
    if servers.redis_url is None:
        pytest.skip("; ".join(servers.missing) or "no Redis")
    if not servers.redis_is_ours:
        return servers.redis_url
    # One of its numbered databases for each of pytest's workers, where there are several.
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    url = _with_database(servers.redis_url, worker)
    with redis.Redis.from_url(url) as connection:
        connection.flushdb()
    return url
