"""Tells Redis which position each read model has reached. Whoever misses it asks Postgres."""

import time
from collections.abc import Mapping
from typing import Protocol

import msgspec
import redis

PATIENCE_SECONDS = 0.05
"""How long an announcement may take: a slow Redis must not hold the read models back."""

SILENCE_SECONDS = 1.0
"""How long Redis is left alone after it failed."""


class Announce(Protocol):
    """Whatever wants to know how far the read models are."""

    def __call__(self, reached: Mapping[str, int]) -> None:
        """Hear of positions, by the read models' names."""


def to_nobody(reached: Mapping[str, int]) -> None:
    """Announce nothing: where there is no Redis."""
    del reached


class ToRedis:
    """Publishes positions on a channel of Redis, as JSON: `{"trips": 4711, "timeline": 4711}`.

    Losing Redis, or a message, loses nothing.
    """

    def __init__(self, url: str, channel: str) -> None:
        """Publish to the Redis of this address; it need not be there."""
        self._channel = channel
        self._redis = redis.Redis.from_url(
            url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS
        )
        self._silent_until = 0.0

    def __call__(self, reached: Mapping[str, int]) -> None:
        """Publish the positions, unless Redis failed a moment ago."""
        if time.monotonic() < self._silent_until:
            return
        try:
            self._redis.publish(self._channel, msgspec.json.encode(dict(reached)))
        except redis.RedisError:
            self._silent_until = time.monotonic() + SILENCE_SECONDS

    def close(self) -> None:
        """Let go of the connection."""
        self._redis.close()
