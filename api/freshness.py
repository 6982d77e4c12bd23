"""Freshness: whoever passes on the position that a command returned sees what the command did.

Redis tells as soon as read models have moved. It may be away, late or wrong: a poll of Postgres
runs beside it as long as somebody waits, and an answer's own position has the last word.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Context
from dataclasses import dataclass

import structlog

from api.faults import StaleRead
from ledger.errors import LedgerError

PATIENCE_SECONDS = 2.0
"""How long a caller waits for a read model before hearing that it is behind."""

POLL_SECONDS = 0.02
"""After how much silence Postgres is asked, while somebody waits: what a lost Redis costs."""

DISTRUST_SECONDS = 0.2
"""How often Postgres is asked however much is announced: it may be about other read models."""

log = structlog.get_logger("api")

Positions = Mapping[str, int]
"""How far read models have come, by name."""


@dataclass(frozen=True, eq=False)
class Waiting:
    """Somebody who waits for a read model to come to a position."""

    name: str
    position: int
    reached: asyncio.Future[None]


class Freshness:
    """How far each read model is known to have come, and those who wait for one to come further."""

    def __init__(self, ask: Callable[[], Awaitable[Positions]]) -> None:
        """`ask` reads the positions from Postgres; where it raises, it is asked again later."""
        self._ask = ask
        self._known: dict[str, int] = {}
        self._waiting: set[Waiting] = set()
        self._poll: asyncio.Task[None] | None = None
        self._told_at = 0.0

    @property
    def known(self) -> Positions:
        """How far each read model has come, by all that was heard."""
        return dict(self._known)

    async def reach(self, name: str, position: int, *, until: float) -> None:
        """Return when a read model has come to a position.

        `until` is an instant of `time.monotonic`. Raises StaleRead when that has passed.
        """
        if self._known.get(name, 0) >= position:
            return
        waiting = Waiting(name, position, asyncio.get_running_loop().create_future())
        self._waiting.add(waiting)
        self._keep_polling()
        try:
            async with asyncio.timeout(until - time.monotonic()):
                await waiting.reached
        except TimeoutError:
            known = self._known.get(name, 0)
            raise StaleRead(read_model=name, wanted=position, position=known) from None
        finally:
            self._waiting.discard(waiting)

    def forget(self, name: str) -> None:
        """What was known of a read model turned out to be wrong."""
        self._known.pop(name, None)

    def tell(self, positions: Positions) -> None:
        """Take in how far read models have come, and wake those who waited for it."""
        self._known.update(positions)
        self._told_at = time.monotonic()
        for waiting in self._waiting:
            if positions.get(waiting.name, 0) >= waiting.position and not waiting.reached.done():
                waiting.reached.set_result(None)

    def _keep_polling(self) -> None:
        if self._poll is None or self._poll.done():
            # In no context: it is not part of the request that happens to start it.
            self._poll = asyncio.create_task(self._poll_while_somebody_waits(), context=Context())

    async def _poll_while_somebody_waits(self) -> None:
        asked_at, complained = 0.0, False
        while self._waiting:
            now = time.monotonic()
            if now - self._told_at > POLL_SECONDS or now - asked_at > DISTRUST_SECONDS:
                asked_at = now
                try:
                    self.tell(await self._ask())
                except LedgerError as error:
                    # Whoever waits hears of it when their patience is over.
                    if not complained:
                        log.warning("positions_unknown", because=error.code)
                    complained = True
            await asyncio.sleep(POLL_SECONDS)
