"""How routes reach what is behind the door: threads to ask in, threads to command in."""

import time
from collections.abc import Callable
from typing import Annotated, Concatenate, ParamSpec, TypeVar

import psycopg
from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Header, Request
from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from api.freshness import PATIENCE_SECONDS, Freshness, Positions, Radio
from api.problems import ReadModelMissing, StaleRead
from api.shapes import Position, Query
from ledger.application import Ledger, Plan
from ledger.application import Request as LedgerRequest
from ledger.errors import StoreUnavailable
from ledger.store import EventStore, Receipt
from ledger.values.clock import Clock
from projections import PROJECTIONS, Projection
from projections.projection import Answer, standing_of

QUESTIONS_AT_ONCE = 8
"""Threads and connections for questions: slow reports never take those of commands."""

COMMANDS_AT_ONCE = 64
"""Threads for commands: they wait together for one commit."""

QUESTION_SECONDS = 10
"""How long Postgres may work on one question."""

P = ParamSpec("P")
T = TypeVar("T")
A = TypeVar("A", bound=Answer)


class Premises:
    """Everything behind the door, for as long as the application runs."""

    def __init__(self, store: EventStore, ledger: Ledger, database_url: str, now: Clock) -> None:
        self.store = store
        self.now = now
        self.ledger = ledger
        self.radio: Radio | None = None
        self.freshness = Freshness(self.positions)
        self._engine = engine(database_url)
        self._questions = CapacityLimiter(QUESTIONS_AT_ONCE)
        self._commands = CapacityLimiter(COMMANDS_AT_ONCE)

    async def ask(
        self, question: Callable[Concatenate[Connection, P], T], /, *args: P.args, **named: P.kwargs
    ) -> T:
        """Put a question to the read models. Raises StoreUnavailable, ReadModelMissing."""
        return await to_thread.run_sync(
            lambda: _answered(self._engine, lambda db: question(db, *args, **named)),
            limiter=self._questions,
        )

    async def execute(self, request: LedgerRequest, plan: Plan) -> Receipt:
        """Execute a plan; see `Ledger.execute`."""
        return await to_thread.run_sync(self.ledger.execute, request, plan, limiter=self._commands)

    async def look(self, look: Callable[[EventStore, Ledger], T]) -> T:
        """Look at the write side itself, where a read model could be too old."""
        return await to_thread.run_sync(look, self.store, self.ledger, limiter=self._questions)

    async def positions(self) -> Positions:
        """How far each read model has come, by name."""
        standings = await self.ask(standing_of, PROJECTIONS)
        return {standing.name: standing.position for standing in standings}

    def close(self) -> None:
        """Let go of everything."""
        self.store.close()
        self._engine.dispose()


def engine(database_url: str) -> Engine:
    """Connections to ask questions over: read-only by nature, in UTC, and never for long."""
    return create_engine(
        make_url(database_url).set(drivername="postgresql+psycopg"),
        isolation_level="AUTOCOMMIT",
        pool_size=QUESTIONS_AT_ONCE,
        max_overflow=0,
        connect_args={
            "application_name": "stayledger api",
            "connect_timeout": 2,
            "options": f"-c timezone=UTC -c statement_timeout={QUESTION_SECONDS}s",
        },
    )


def _answered(engine: Engine, question: Callable[[Connection], T]) -> T:
    try:
        return _asked(engine, question)
    except OperationalError as error:
        if not error.connection_invalidated:
            raise StoreUnavailable(reason=_reason(error)) from error
    # The server was started anew, and the connection was a dead one from before.
    try:
        return _asked(engine, question)
    except OperationalError as error:
        raise StoreUnavailable(reason=_reason(error)) from error


def _asked(engine: Engine, question: Callable[[Connection], T]) -> T:
    try:
        with engine.connect() as db:
            return question(db)
    except ProgrammingError as error:
        if isinstance(error.orig, psycopg.errors.UndefinedTable | psycopg.errors.InvalidSchemaName):
            raise ReadModelMissing from error
        raise


def _reason(error: DBAPIError) -> str:
    # The driver's text names hosts and roles; which kind of trouble it is suffices for callers.
    return type(error.orig).__name__


def premises_of(request: Request) -> Premises:
    """What is behind the door that a request came through."""
    premises: Premises = request.app.state.premises
    return premises


class Ask:
    """Asks read models on behalf of one request, and waits where the answer would be too old."""

    def __init__(
        self,
        request: Request,
        min_position: Annotated[
            Position | None,
            Header(alias="Min-Position", description="The same as the query parameter `after`"),
        ] = None,
    ) -> None:
        self._request = request
        self._premises = premises_of(request)
        self._min_position = min_position or 0

    async def __call__(
        self,
        query: Query,
        of: Projection,
        question: Callable[Concatenate[Connection, P], A],
        /,
        *args: P.args,
        **named: P.kwargs,
    ) -> A:
        """Put a question to a read model that has come far enough. Raises StaleRead."""
        wanted = max(query.after or 0, self._min_position)
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            if wanted:
                await self._premises.freshness.reach(of.name, wanted, until=until)
            answer = await self._premises.ask(question, *args, **named)
            if answer.position >= wanted:
                stated(self._request, answer.position)
                return answer
            # It was set back, for instance to be rebuilt: what was known of it is wrong.
            self._premises.freshness.forget(of.name)
            if time.monotonic() > until:
                raise StaleRead(read_model=of.name, wanted=wanted, position=answer.position)


Asking = Annotated[Ask, Depends()]
OnPremises = Annotated[Premises, Depends(premises_of)]


def stated(request: Request, position: int) -> None:
    """Say in the answer's header which position it reflects."""
    request.state.position = position
