"""Reconciles the processor's books with ours, to the last movement.

    read its statement ─▶ ask for what it told in vain ─▶ compare ─▶ look where strays come from
                                                             │                    │
                              close what fits now, queue what does not ◀── compare again

What was lost on its way to us is taken in through the same inbox as what came. What does not fit
then stands in the queue of differences until a person has settled it, or it fits.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any

import psycopg
from msgspec import Struct
from sqlalchemy import Row, select

from ledger import processes
from ledger.aggregates.difference import FindDifference
from ledger.errors import LedgerError
from ledger.reactions import World
from ledger.reactions.letters import letter_about
from ledger.store import inbox
from ledger.values.clock import Instant
from ledger.values.ids import DifferenceId
from ledger.values.money import Money
from projections.reading import reader
from projections.reconciliation import RECONCILIATION, differences
from replay.catch_up import catch_up
from replay.comparison import STATEMENT, Comparison, Misfit, Stray, Sum, compare
from replay.locks import RECONCILE, try_lock
from replay.outside import Failed, read_inbox
from replay.statement import ask_what_was_told, read_statement

Connection = psycopg.Connection[Any]
Told = Callable[[int, int], None]

ROUNDS = 5
"""How often the inbox is worked on before what is left in it is left to the service."""


class ReconciliationIsRunning(LedgerError):
    """Another process reconciles this database; wait until it has ended, or stop it."""

    code = "RECONCILIATION_IS_RUNNING"
    transient = True


class Open(Struct, frozen=True, kw_only=True):
    """A difference that nobody has settled, as it stands in the queue."""

    difference_id: DifferenceId
    kind: str
    object_id: str
    expected: Money | None
    found: Money | None
    detail: str
    found_at: Instant


class Reconciled(Struct, frozen=True, kw_only=True):
    """What a reconciliation came to.

    `complete` says that the whole statement was read; where it was not, nothing was compared.
    `lost` notices were asked for that had never come, and `strays` were looked at; of the
    differences `found` are new and `closed` fit now. `queue` is what is open, `on_their_way` what
    is too young to be called a difference.
    """

    complete: bool
    movements: int = 0
    lost: int = 0
    strays: int = 0
    found: int = 0
    closed: int = 0
    sums: tuple[Sum, ...] = ()
    queue: tuple[Open, ...] = ()
    on_their_way: tuple[Misfit, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether every movement is explained, or will be by itself."""
        return self.complete and not self.queue


class Reconciler:
    """One reconciliation of a database with the processor; `run` is called once."""

    def __init__(self, url: str, world: World, failed: Failed) -> None:
        self._url = url
        self._world = world
        self._failed = failed
        self._engine = reader(url, pool_size=1)

    def run(
        self,
        told: Told = lambda *_: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Reconciled:
        """Reconcile, or read a part of the statement where it is `stopped`.

        Raises ReconciliationIsRunning, GatewayFailure, StoreUnavailable, ReadModelIsStale,
        psycopg.Error; run it again to go on.
        """
        with ExitStack() as life:
            connection = life.enter_context(_connected(self._url))
            life.callback(self._engine.dispose)
            if not try_lock(connection, RECONCILE):
                raise ReconciliationIsRunning
            if not read_statement(connection, self._world.stripe.balance, told, stopped):
                return Reconciled(complete=False)
            lost = ask_what_was_told(connection, self._world.stripe.notices, self._now())
            self._work(connection, wanted=lost)
            compared = self._compared(connection)
            strays = len(compared.strays)
            if self._look(connection, compared.strays):
                compared = self._compared(connection)
            return self._settle(compared, lost=lost, strays=strays)

    def _now(self) -> Instant:
        return self._world.calls.clock()

    # -- Taking in ------------------------------------------------------------------------

    def _look(self, connection: Connection, strays: Sequence[Stray]) -> int:
        """Look where movements come from that we know nothing of; answers at how many places."""
        now = self._now()
        letters = [letter_about(one.movement, one.kind, one.origin, now) for one in strays]
        kept = sum(inbox.keep(connection, letter, now) for letter in letters if letter)
        connection.commit()
        self._work(connection, wanted=kept)
        return kept

    def _work(self, connection: Connection, wanted: int) -> None:
        """Read the inbox, until as much of it is settled as was put there."""
        for _ in range(ROUNDS):
            if wanted <= 0:
                return
            wanted -= read_inbox(connection, self._world, self._now(), self._failed)

    # -- What does not fit ----------------------------------------------------------------

    def _settle(self, compared: Comparison, *, lost: int, strays: int) -> Reconciled:
        """Queue what does not fit, close what fits again, and say how all of it stands."""
        now, before = self._now(), self._queue()
        known = {one.difference_id for one in before}
        misfits = {one.difference_id: one for one in compared.settled(now)}
        on_their_way = tuple(compared.on_their_way(now))
        gone = known - misfits.keys() - {one.difference_id for one in on_their_way}
        for difference_id, misfit in misfits.items():
            plan = partial(processes.find_difference, found=_found(misfit))
            self._world.take(difference_id, plan)
        for difference_id in gone:
            plan = partial(processes.close_difference, difference_id=difference_id)
            self._world.take(difference_id, plan)
        queue = self._queue() if misfits or gone else before
        return Reconciled(
            complete=True,
            movements=compared.movements,
            lost=lost,
            strays=strays,
            found=len({one.difference_id for one in queue} - known),
            closed=len(gone),
            sums=compared.sums,
            queue=queue,
            on_their_way=on_their_way,
        )

    def _compared(self, connection: Connection) -> Comparison:
        self._catch_up()
        compared = compare(connection)
        connection.commit()
        return compared

    def _catch_up(self) -> None:
        catch_up(self._url, self._engine, [RECONCILIATION], lambda *_: None)

    def _queue(self) -> tuple[Open, ...]:
        """What stands in the queue now."""
        self._catch_up()
        query = select(differences).where(differences.c.source == STATEMENT)
        with self._engine.connect() as db:
            rows = db.execute(query.order_by(differences.c.found_at, differences.c.object_id))
            return tuple(map(_open, rows))


def _found(misfit: Misfit) -> FindDifference:
    return FindDifference(
        difference_id=misfit.difference_id,
        kind=misfit.kind,
        object_id=misfit.object_id,
        source=STATEMENT,
        expected=misfit.expected,
        found=misfit.found,
        detail=misfit.detail,
    )


def _open(row: Row[Any]) -> Open:
    return Open(
        difference_id=DifferenceId(row.difference_id),
        kind=row.kind,
        object_id=row.object_id,
        expected=_money(row.expected_minor, row.expected_currency),
        found=_money(row.found_minor, row.found_currency),
        detail=row.detail,
        found_at=row.found_at,
    )


def _money(minor: int | None, currency: str | None) -> Money | None:
    return None if minor is None or currency is None else Money(minor, currency)


def _connected(url: str) -> Connection:
    name = "stayledger reconcile"
    return psycopg.connect(url, application_name=name, options="-c timezone=UTC")
