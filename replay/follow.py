"""Follows the history as it grows: every read model of this process, each at its own position.

One page is read and decoded for all of them; each commits by itself. A read model that cannot take
an event in stops alone, says where and why, and the others go on.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from ledger.errors import CorruptHistory
from ledger.events import Event, Recorded
from projections import PROJECTIONS, Projection
from replay.announce import Announce, to_nobody
from replay.drive import Drive, SomebodyElseDrives
from replay.feed import Feed, Page, concerns
from replay.locks import FOLLOW, Lock, named, try_lock, unlock
from replay.schemas import prepare

Connection = psycopg.Connection[Any]

POLL_SECONDS = 0.2
"""How long a follower relies on being woken: the poll is the truth, the notification a hint."""

RETRY_SECONDS = 0.5
"""How long it waits before it connects again after Postgres went away."""

STAND_BY_SECONDS = 1.0
"""How often it asks whether a read model that another process drives has become free."""


@dataclass(frozen=True)
class Halt:
    """A read model stopped: the event at `position` could not be taken in, and why."""

    read_model: str
    position: int
    because: str


BLAMELESS = (SomebodyElseDrives, psycopg.OperationalError)
"""What may stop a read model on its way without any event being the reason."""

Report = Callable[[Halt], None]
Away = Callable[[psycopg.Error], None]


def _unreported(what: Halt | psycopg.Error) -> None:
    del what


class Follower:
    """Keeps read models up with the history until it is told to stop."""

    def __init__(
        self,
        url: str,
        projections: Sequence[Projection] = PROJECTIONS,
        *,
        announce: Announce = to_nobody,
        report: Report = _unreported,
        away: Away = _unreported,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        """Follow for these read models, which are made where they are missing.

        `announce` hears which positions were reached, `report` which read model had to stop,
        and `away` why Postgres could not be asked, each time that it is tried again.
        """
        self._url = url
        self._projections = projections
        self._announce = announce
        self._report = report
        self._away = away
        self._poll_seconds = poll_seconds
        self._stop = threading.Event()
        self._driven: list[Drive] = []
        self._waiting: list[Drive] = []
        self._halted: list[Drive] = []
        self._ask_again_at = 0.0

    def stop(self) -> None:
        """Let `run` return after the page that it is at; from any thread or signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Follow until stopped, through losses of the connection."""
        while not self._stop.is_set():
            try:
                self._follow()
            except psycopg.OperationalError as error:
                self._away(error)
                self._stop.wait(RETRY_SECONDS)

    def _follow(self) -> None:
        with Feed(self._url) as feed, _writer(self._url) as connection:
            prepare(connection, *self._projections)
            self._driven, self._halted = [], []
            self._waiting = [Drive(projection) for projection in self._projections]
            self._ask_again_at = 0.0
            while not self._stop.is_set():
                self._take_over(connection)
                if not self._advance(feed, connection):
                    feed.wait(self._poll_seconds)

    def _take_over(self, connection: Connection) -> None:
        """Begin to drive the read models that nobody else drives.

        One that we had halted counts again when it was rebuilt, or taken further by somebody else.
        """
        if not (self._waiting or self._halted) or time.monotonic() < self._ask_again_at:
            return
        self._ask_again_at = time.monotonic() + STAND_BY_SECONDS
        for drive in [each for each in self._waiting if try_lock(connection, _lock_of(each))]:
            self._waiting.remove(drive)
            self._drive(connection, drive)
        for drive in [each for each in self._halted if try_lock(connection, _lock_of(each))]:
            # Only who holds the lock knows: another one who tries it lifts the halt for a moment.
            if drive.is_halted(connection):
                unlock(connection, _lock_of(drive))
            else:
                self._halted.remove(drive)
                self._drive(connection, drive)

    def _drive(self, connection: Connection, drive: Drive) -> None:
        drive.begin(connection)
        self._driven.append(drive)

    def _advance(self, feed: Feed, connection: Connection) -> bool:
        """Take in the next page; answers whether there was anything in it."""
        if not self._driven:
            return False
        page = feed.page(min(drive.position for drive in self._driven))
        behind = [drive for drive in self._driven if drive.position < page.reaches]
        for drive in behind:
            try:
                self._apply(connection, drive, page)
            except SomebodyElseDrives:
                self._let_go(connection, drive)
        if behind:
            self._announce({drive.projection.name: drive.position for drive in self._driven})
        return bool(behind)

    def _apply(self, connection: Connection, drive: Drive, page: Page) -> None:
        """Take a page into one read model, up to the first event that it must not pass over."""
        events, reaches = _above(page.events, drive.position), page.reaches
        stopper = next(
            (
                unreadable
                for unreadable in page.unreadable
                if unreadable.position > drive.position
                and concerns(unreadable.topic, drive.projection.topics)
            ),
            None,
        )
        if stopper:
            reaches = stopper.position - 1
            events = [recorded for recorded in events if recorded.position <= reaches]
        halted = drive.position < reaches and not self._apply_all(
            connection, drive, events, reaches
        )
        if stopper and not halted:
            self._halt(connection, drive, stopper.position, stopper.because)

    def _apply_all(
        self,
        connection: Connection,
        drive: Drive,
        events: Sequence[Recorded[Event]],
        reaches: int,
    ) -> bool:
        """Take events in together or, where they will not go, one by one up to the culprit."""
        try:
            drive.apply(connection, events, reaches)
        except BLAMELESS:
            raise
        except Exception:  # noqa: BLE001 - whatever an event does to a read model, the others go on
            return self._apply_singly(connection, drive, events, reaches)
        return True

    def _apply_singly(
        self,
        connection: Connection,
        drive: Drive,
        events: Sequence[Recorded[Event]],
        reaches: int,
    ) -> bool:
        for recorded in events:
            try:
                drive.apply(connection, [recorded], recorded.position)
            except BLAMELESS:
                raise
            except Exception as error:  # noqa: BLE001 - as above; this is the event to blame
                because = f"{recorded.event.topic} {recorded.event_id}: {_said(error)}"
                self._halt(connection, drive, recorded.position, because)
                return False
        if drive.position < reaches:
            drive.apply(connection, [], reaches)
        return True

    def _halt(self, connection: Connection, drive: Drive, position: int, because: str) -> None:
        """Stop driving, and let go: once it is rebuilt, whoever sees that first drives it."""
        drive.halt(connection, position, because)
        unlock(connection, _lock_of(drive))
        self._driven.remove(drive)
        self._halted.append(drive)
        self._report(Halt(drive.projection.name, position, because))

    def _let_go(self, connection: Connection, drive: Drive) -> None:
        """Stop driving what was moved by somebody else, and begin anew from where it stands now."""
        unlock(connection, _lock_of(drive))
        self._driven.remove(drive)
        self._waiting.append(drive)


def _above(events: Sequence[Recorded[Event]], position: int) -> Sequence[Recorded[Event]]:
    if not events or events[0].position > position:
        return events
    return [recorded for recorded in events if recorded.position > position]


def _said(error: Exception) -> str:
    kind = error.code if isinstance(error, CorruptHistory) else type(error).__name__
    return f"{kind}: {error}".strip()


def _writer(url: str) -> Connection:
    # A read model may lose its last moments with its position: it just takes them in again.
    return psycopg.connect(
        url,
        autocommit=True,
        application_name="stayledger follow",
        options="-c synchronous_commit=off",
    )


def _lock_of(drive: Drive) -> Lock:
    return named(FOLLOW, drive.place.schema)
