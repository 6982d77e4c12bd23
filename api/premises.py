"""What is behind the door: the ledger, the read models, and threads in which to reach them."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

import psycopg
from anyio import CapacityLimiter, to_thread
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from api.faults import NoSuchPosition, ReadModelMissing
from api.freshness import Freshness, Positions
from api.quoting import Quoting
from api.radio import Radio
from ledger.application import Ledger
from ledger.draft import Plan
from ledger.draft import Request as LedgerRequest
from ledger.errors import StoreUnavailable
from ledger.store import EventStore, Receipt
from projections import PROJECTIONS, Projection
from projections.projection import Answer, standing_of
from projections.reading import reader

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

    def __init__(
        self,
        store: EventStore,
        ledger: Ledger,
        database_url: str,
        quoting: Quoting,
        patience: float,
    ) -> None:
        """`patience` is how many seconds a caller waits for a read model that is behind."""
        self.store = store
        self.quoting = quoting
        self.patience = patience
        self.ledger = ledger
        self.radio: Radio | None = None
        self.freshness = Freshness(self.positions)
        self._head = 0
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
        receipt = await to_thread.run_sync(
            self.ledger.execute, request, plan, limiter=self._commands
        )
        self._head = max(self._head, receipt.position)
        return receipt

    async def look(self, look: Callable[[EventStore, Ledger], T]) -> T:
        """Look at the write side itself, where a read model could be too old."""
        return await to_thread.run_sync(look, self.store, self.ledger, limiter=self._questions)

    async def reach(self, position: int, *read_models: Projection, until: float) -> None:
        """Return when read models have come to a position, before an instant of `time.monotonic`.

        Raises NoSuchPosition at once where waiting would be in vain; StaleRead.
        """
        if position > self._head:
            self._head = await self.ask(head)
        if position > self._head:
            raise NoSuchPosition(wanted=position, position=self._head)
        for read_model in read_models:
            await self.freshness.reach(read_model.name, position, until=until)

    async def positions(self) -> Positions:
        """How far each read model has come, by name."""
        standings = await self.ask(standing_of, PROJECTIONS)
        return {standing.name: standing.position for standing in standings}

    def close(self) -> None:
        """Let go of everything."""
        self.store.close()
        self._engine.dispose()


def head(db: Connection) -> int:
    """The position of the last event; 0 where there is none."""
    return int(db.scalar(text("SELECT coalesce(max(position), 0) FROM ledger.events")) or 0)


def engine(database_url: str) -> Engine:
    """Connections to ask questions over: read-only by nature, and never for long."""
    return reader(
        database_url,
        options=f"-c statement_timeout={QUESTION_SECONDS}s",
        connect_args={"application_name": "stayledger api", "connect_timeout": 2},
        isolation_level="AUTOCOMMIT",
        pool_size=QUESTIONS_AT_ONCE,
        max_overflow=0,
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
