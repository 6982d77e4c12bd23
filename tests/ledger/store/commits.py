"""Believable commits with one-word builders."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from ledger.events import Actor, Envelope, Event, Recorded
from ledger.events.unit_calendar import HoldPlaced
from ledger.store import Commit, EventStore, Expected, NewEvent, Night
from ledger.values.ids import BookingId, CommandId, StreamId, UnitId, fresh_id
from ledger.values.stay import Stay

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
A_GUEST = Envelope(actor=Actor("G", "0d6ad8f6-0c5f-4a3e-8a55-5f7c1c0b7b52"))


def a_stream() -> StreamId:
    """A stream that is not there yet."""
    return StreamId(fresh_id())


def a_unit() -> UnitId:
    """A unit nobody has booked."""
    return UnitId(fresh_id())


def a_hold(booking: str = "7a0c2f0e-6c39-4df5-9a58-7f3d7f0c6a11") -> HoldPlaced:
    """A week in July, held for fifteen minutes."""
    return HoldPlaced(
        booking_id=BookingId(booking),
        stay=Stay(date(2026, 7, 1), date(2026, 7, 8)),
        expires_at=datetime(2026, 3, 1, 12, 15, tzinfo=UTC),
    )


def a_commit(
    stream_id: StreamId | None = None, version: int = 1, *, event: Event | None = None, **rest: Any
) -> Commit:
    """One event on a stream, by a command of its own; `rest` replaces any field of the commit."""
    stream_id = stream_id or a_stream()
    command_id = CommandId(fresh_id())
    fields: dict[str, Any] = {
        "command_id": command_id,
        "case_id": stream_id,
        "content": hashlib.sha256(command_id.encode()).digest(),
        "occurred_at": NOON,
        "events": (NewEvent(stream_id, version, event or a_hold(), A_GUEST),),
        "expected": (Expected(stream_id, version - 1),),
    }
    return Commit(**{**fields, **rest})


def july(unit_id: UnitId, *days: int) -> tuple[Night, ...]:
    """Nights of July 2026."""
    return tuple(Night(unit_id, date(2026, 7, day)) for day in days)


def versions(recorded: Iterable[Recorded[Event]]) -> list[int]:
    """The versions of events, in the order in which they came."""
    return [one.version for one in recorded]


def positions(recorded: Iterable[Recorded[Event]]) -> list[int]:
    """The positions of events, in the order in which they came."""
    return [one.position for one in recorded]


def count_of(store: EventStore, stream_id: StreamId) -> int:
    """How many events a stream has."""
    return len(store.read(stream_id))
