"""Freshness: whoever passes on the position that a command returned sees what the command did.

Redis tells as soon as read models have moved. It may be away, late or wrong: a poll of Postgres runs
beside it as long as somebody waits, and an answer's own position has the last word.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from dataclasses import dataclass

import msgspec
import redis.asyncio
import structlog
from redis.exceptions import RedisError

from api.faults import StaleRead
from ledger.errors import LedgerError

PATIENCE_SECONDS = 2.0
"""How long a caller waits for a read model before hearing that it is behind."""

POLL_SECONDS = 0.02
"""How often Postgres is asked while somebody waits: what a lost Redis costs, at most."""

CHANNEL = "stayledger:positions"
"""Where the followers announce positions; a test holds it against theirs."""

log = structlog.get_logger("api")
_positions = msgspec.json.Decoder(dict[str, int])

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
        for waiting in self._waiting:
            if positions.get(waiting.name, 0) >= waiting.position and not waiting.reached.done():
                waiting.reached.set_result(None)

    def _keep_polling(self) -> None:
        if self._poll is None or self._poll.done():
            # In no context: it is not part of the request that happens to start it.
            self._poll = asyncio.create_task(self._poll_while_somebody_waits(), context=Context())

    async def _poll_while_somebody_waits(self) -> None:
        complained = False
        while self._waiting:
            try:
                self.tell(await self._ask())
            except LedgerError as error:
                # Whoever waits hears of it when their patience is over.
                if not complained:
                    log.warning("positions_unknown", because=error.code)
                complained = True
            await asyncio.sleep(POLL_SECONDS)


class Radio:
    """Listens to the announcements of a Redis that may come and go."""

    def __init__(self, url: str, tell: Callable[[Positions], None]) -> None:
        self._redis = redis.asyncio.Redis.from_url(url, socket_connect_timeout=1)
        self._tell = tell

    @asynccontextmanager
    async def on(self) -> AsyncIterator[None]:
        """Listen while the context lasts."""
        listening = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening
            await self._redis.aclose()

    async def answers(self) -> bool:
        """Whether Redis is there now."""
        try:
            async with asyncio.timeout(1):
                return bool(await self._redis.ping())
        except (RedisError, OSError, TimeoutError):
            return False

    async def _listen(self) -> None:
        while True:
            with suppress(RedisError, OSError):
                await self._listen_once()
            await asyncio.sleep(0.5)

    async def _listen_once(self) -> None:
        async with self._redis.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.subscribe(CHANNEL)
            async for message in pubsub.listen():
                with suppress(msgspec.DecodeError):
                    self._tell(_positions.decode(message["data"]))
