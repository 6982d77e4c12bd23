"""Instants, and the only place that may ask what time it is.

Everything that decides is handed `now`; everything that replays never sees it. An instant is an
aware datetime in UTC; a hotel day is a local date of a property's zone (`ledger.values.stay`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

Instant = datetime


class NotAnInstant(ValueError):
    """A time without a zone, or in another zone than UTC, was offered as an instant."""


def instant(text: str) -> Instant:
    """Read an ISO 8601 text with an offset, such as `2017-08-31T23:59:59Z`, as an instant.

    Raises NotAnInstant where the text is no time or names no offset.
    """
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotAnInstant(f"{text!r} is not a time; write 2017-08-31T23:59:59Z") from error
    if parsed.tzinfo is None:
        raise NotAnInstant(f"{text!r} names no offset; add Z for UTC")
    return in_utc(parsed)


def in_utc(at: datetime) -> Instant:
    """The same moment as an instant: a session of the database may show it in another zone."""
    return at.astimezone(UTC)


Clock = Callable[[], Instant]
"""Whatever answers the question "what time is it" with an instant."""


def system_clock() -> Instant:
    """The machine's time, in UTC."""
    return datetime.now(UTC)


@dataclass
class StandingClock:
    """A clock that stands still until it is told to move: for tests, and for history."""

    now: Instant

    def __call__(self) -> Instant:
        """The time that the clock was last set to."""
        return self.now

    def pass_by(self, duration: timedelta) -> None:
        """Move on by a duration."""
        self.now += duration
