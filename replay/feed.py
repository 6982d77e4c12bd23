"""The history as read models see it: pages of events in order, and what of them cannot be read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import msgspec
import psycopg

from ledger.errors import CorruptHistory
from ledger.events import Event, Recorded
from ledger.store.codec import default_codec
from ledger.store.feed import EVENTS, cursor, listen, news, pull, recorded_of

PAGE_EVENTS = 1_000


@dataclass(frozen=True)
class Unreadable:
    """An event that this version cannot read: of a topic, or in a shape, that it does not know."""

    position: int
    topic: str
    because: str


def concerns(topic: str, topics: Sequence[str]) -> bool:
    """Whether somebody who listens to these topics must not pass over an event of a strange one.

    Its first word tells of an aggregate; who follows that aggregate would miss a step in its life.
    """
    aggregate = topic.split(".")[0]
    return any(known.split(".")[0] == aggregate for known in topics)


@dataclass(frozen=True)
class Page:
    """A stretch of the history: every event above the place that was asked for, up to `reaches`."""

    events: Sequence[Recorded[Event]]
    reaches: int
    unreadable: Sequence[Unreadable] = field(default=())


class Feed:
    """The history on a connection of its own: ask for a page, or wait for news."""

    def __init__(self, url: str) -> None:
        """Connect, and listen before anything is asked: so nothing is missed in between."""
        self._connection: psycopg.Connection[Any] = psycopg.connect(
            url, autocommit=True, application_name="stayledger follow"
        )
        listen(self._connection)

    def page(self, after: int, limit: int = PAGE_EVENTS) -> Page:
        """The next events above a position, all topics. Raises psycopg.Error."""
        try:
            events = pull(self._connection, after=after, limit=limit)
        except (CorruptHistory, msgspec.DecodeError):
            return self._page_with_unreadable(after, limit)
        return Page(events, reaches=events[-1].position if events else after)

    def wait(self, seconds: float) -> None:
        """Wait until something was appended, at most so long. A hint: ask for a page either way."""
        news(self._connection, timeout_seconds=seconds)

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _page_with_unreadable(self, after: int, limit: int) -> Page:
        query = EVENTS + "WHERE position > %s ORDER BY position LIMIT %s"
        events: list[Recorded[Event]] = []
        unreadable: list[Unreadable] = []
        reaches = after
        for row in cursor(self._connection).execute(query, (after, limit)):
            reaches, topic = row[0], row[8]
            try:
                events += recorded_of([row], default_codec())
            except (CorruptHistory, msgspec.DecodeError) as error:
                unreadable.append(Unreadable(reaches, topic, str(error)))
        return Page(events, reaches, unreadable)
