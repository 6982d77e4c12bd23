"""Timers that fire: reads which are due, and hands each to whoever gives the command, once."""

from collections.abc import Callable

from sqlalchemy import Connection, select

from ledger.reactions import DueTimer
from ledger.values.clock import Instant
from ledger.values.ids import CommandId
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
    return [DueTimer(**row._mapping) for row in db.execute(query)]


class TimerDesk:
    """Hands over each due timer once, although its row stays until the read model has caught up."""

    def __init__(self, hand_over: Callable[[DueTimer], None]) -> None:
        """Hand timers to `hand_over`; one for which it raises is handed over again later."""
        self._hand_over = hand_over
        self._handed: set[CommandId] = set()

    def fire(self, db: Connection, now: Instant, limit: int = 100) -> int:
        """Hand over what is due; answers how many were. Raises what `hand_over` raises."""
        found = due(db, now, limit + len(self._handed))
        self._handed &= {timer.command_id for timer in found}
        fresh = [timer for timer in found if timer.command_id not in self._handed][:limit]
        for timer in fresh:
            self._hand_over(timer)
            self._handed.add(timer.command_id)
        return len(fresh)
