"""The one place where this sandbox asks what time it is."""

import time


def wall_seconds() -> float:
    """Seconds since 1970, UTC."""
    return time.time_ns() / 1e9
