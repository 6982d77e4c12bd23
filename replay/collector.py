"""Spares the garbage collector from walking over what a long pass over the history remembers."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """Collect no garbage meanwhile: rows and what rules remember form no cycles.

    Walking over them again and again is nearly half of the time that a long history takes.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
