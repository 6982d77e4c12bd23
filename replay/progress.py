"""Shows how far long work has come, and lets it be interrupted at a good moment.

Everything goes to standard error: a moving bar with rate and time left at a terminal, a line now
and then elsewhere. Standard output is for answers alone.
"""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

Told = Callable[[int, int], None]
"""Hears how much is done, and of how much."""

LINE_EVERY_SECONDS = 10.0


@contextmanager
def progress(label: str, unit: str) -> Iterator[Told]:
    """Show the progress of work that is counted in a unit, such as `steps`."""
    if sys.stderr.isatty():
        # Only a terminal pays for loading rich: a fifth of a short command's time.
        from replay.bar import bar

        with bar(label, unit) as told:
            yield told
    else:
        yield _Lines(label, unit)


class _Lines:
    """A line now and then; work that is quick says nothing."""

    def __init__(self, label: str, unit: str) -> None:
        self._label = label
        self._unit = unit
        self._began = self._last = time.monotonic()
        self._first_done: int | None = None

    def __call__(self, done: int, total: int) -> None:
        if self._first_done is None:
            self._first_done = done
        now = time.monotonic()
        if now - self._last < LINE_EVERY_SECONDS:
            return
        self._last = now
        rate = (done - self._first_done) / (now - self._began)
        left = f", {(total - done) / rate:,.0f} s left" if rate else ""
        sys.stderr.write(
            f"{self._label}: {done:,} of {total:,} {self._unit}, {rate:,.0f}/s{left}\n"
        )
        sys.stderr.flush()


class Interruption:
    """Asks work to stop where it may go on later; asked twice, stops it where it is."""

    def __init__(self, *then: Callable[[], None]) -> None:
        """Call each of `then` as well, when the first signal comes."""
        self._then = then
        self._came: int | None = None

    def __call__(self) -> bool:
        """Whether it is time to stop."""
        return self._came is not None

    @property
    def exit_code(self) -> int:
        """The code that a shell gives a command ended by the signal that came; 0 without one."""
        return 0 if self._came is None else 128 + self._came

    def __enter__(self) -> "Interruption":
        self._before = {
            number: signal.signal(number, self._note) for number in (signal.SIGINT, signal.SIGTERM)
        }
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self._came is not None:
            raise KeyboardInterrupt
        self._came = number
        for act in self._then:
            act()
