"""The radio: hears from Redis, as soon as it happens, how far read models have come."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import msgspec
import redis.asyncio
from redis.exceptions import RedisError

from api.freshness import Positions

AGAIN_SECONDS = 0.5
"""How long a Redis that went away is left alone."""

_positions = msgspec.json.Decoder(dict[str, int])


class Radio:
    """Listens to the announcements of a Redis that may come and go."""

    def __init__(self, url: str, channel: str, tell: Callable[[Positions], None]) -> None:
        self._channel = channel
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
            await asyncio.sleep(AGAIN_SECONDS)

    async def _listen_once(self) -> None:
        async with self._redis.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.subscribe(self._channel)
            async for message in pubsub.listen():
                with suppress(msgspec.DecodeError):
                    self._tell(_positions.decode(message["data"]))
