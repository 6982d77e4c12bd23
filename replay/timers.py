"""Timers that fire: reads which are due, and hands each to whoever gives the command, once."""

from collections.abc import Callable

import psycopg
from sqlalchemy import Connection, select

from ledger.errors import StoreUnavailable
from ledger.reactions import DueTimer
from ledger.values.clock import Instant
from ledger.values.ids import CommandId
from ledger.values.timers import TimerKind
from projections.timers import timers


def due(db: Connection, now: Instant, limit: int = 100) -> list[DueTimer]:
    """The timers whose time has come, the longest overdue first."""
    query = (
        select(
            timers.c.timer,
            timers.c.kind,
            timers.c.case_id,
            timers.c.stream_id,
            timers.c.fires_at,
            timers.c.set_by,
        )
        .where(timers.c.armed, timers.c.fires_at <= now)
        .order_by(timers.c.fires_at, timers.c.timer)
        .limit(limit)
    )
    return [DueTimer(**{**row._mapping, "kind": TimerKind(row.kind)}) for row in db.execute(query)]


class TimerDesk:
    """Hands over each due timer once, although its row stays until the read model has caught up.

    One that cannot be handed over is tried again after the others, so it holds nobody up.
    """

    def __init__(
        self,
        hand_over: Callable[[DueTimer], None],
        failed: Callable[[DueTimer, Exception], None],
    ) -> None:
        """Hand timers to `hand_over`; `failed` hears, once, of one for which it raises."""
        self._hand_over = hand_over
        self._failed = failed
        self._handed: set[CommandId] = set()
        self._failing: set[CommandId] = set()

    def fire(self, db: Connection, now: Instant, limit: int = 100) -> int:
        """Hand over what is due; answers how many were. Raises StoreUnavailable, psycopg.Error.

        Where the ledger is away it is so for every timer: then all of them wait.
        """
        found = due(db, now, limit + len(self._handed) + len(self._failing))
        still_due = {timer.command_id for timer in found}
        self._handed &= still_due
        self._failing &= still_due
        fresh = [timer for timer in found if timer.command_id not in self._handed]
        fresh.sort(key=lambda timer: timer.command_id in self._failing)
        return sum([self._try(timer) for timer in fresh[:limit]])

    def _try(self, timer: DueTimer) -> bool:
        try:
            self._hand_over(timer)
        except (StoreUnavailable, psycopg.OperationalError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever one timer meets, the others fire
            if timer.command_id not in self._failing:
                self._failed(timer, error)
            self._failing.add(timer.command_id)
            return False
        self._handed.add(timer.command_id)
        self._failing.discard(timer.command_id)
        return True
