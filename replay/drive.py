"""Drives one read model: applies events to it, rows and position in one transaction.

A position only moves from where it is thought to be. So of two drivers of the same read model one
loses, and neither counts an event twice.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import psycopg

from ledger.errors import LedgerError
from ledger.events import Event, Recorded
from projections.projection import WHOLE, Projection
from replay.rows import UnitOfWork

Connection = psycopg.Connection[Any]


class SomebodyElseDrives(LedgerError):
    """Another process moved the read model's position meanwhile."""

    code = "SOMEBODY_ELSE_DRIVES"
    transient = True


@dataclass(frozen=True)
class Place:
    """Which rows are driven: those of a schema, fed from a slice of the history."""

    schema: str
    slice: str = WHOLE


class Drive:
    """A read model on its way through the history."""

    def __init__(self, projection: Projection, place: Place | None = None) -> None:
        """Drive the read model itself, or a copy of it that is being built elsewhere."""
        self.projection = projection
        self.place = place or Place(projection.schema)
        self.position = 0
        self._taken = 0
        loading = self.place.slice != WHOLE
        self._rows = UnitOfWork(projection, self.place.schema, loading=loading)
        self._listens_to = frozenset(projection.listens_to)

    def begin(self, connection: Connection) -> None:
        """Go to where the read model stands; at the beginning where it is new.

        One that had halted tries again: what stopped it may be known by now.
        """
        self._rows.forget()
        found = connection.execute(
            "INSERT INTO read_models.positions AS kept (schema, slice, position) "
            "VALUES (%s, %s, 0) ON CONFLICT (schema, slice) "
            "DO UPDATE SET halted_at = NULL, halted_because = NULL RETURNING position",
            (self.place.schema, self.place.slice),
        ).fetchone()
        assert found is not None, "the statement returns the row"
        self.position = found[0]

    @property
    def rows_gathered(self) -> int:
        """How many changed rows are in memory."""
        return self._rows.rows_gathered

    def take(self, events: Sequence[Recorded[Event]]) -> None:
        """Let the projection change rows by events above the position; nothing is written yet.

        Events that it does not listen to are passed over.
        """
        listens_to, project, rows = self._listens_to, self.projection.project, self._rows
        live_only = self.projection.live_only
        taken = 0
        recorded = None
        try:
            for recorded in events:
                if type(recorded.event) in listens_to and not (live_only and recorded.imported):
                    project(rows, recorded)
                    taken += 1
        except Exception as error:
            if recorded:
                error.add_note(f"{self.projection.name}, at position {recorded.position}")
            raise
        self._taken += taken

    def stream(self, connection: Connection) -> None:
        """Send rows ahead that need no more changes, in the transaction of `settle`."""
        self._rows.stream(connection)

    def settle(self, connection: Connection, position: int) -> None:
        """Write the changed rows and the position up to which they are complete.

        Call it in a transaction, and `settled` after its commit. The position moves first: so
        whoever swaps the tables behind us holds that row, and we never write to tables that were
        replaced. Raises SomebodyElseDrives; RowMissing; psycopg.Error.
        """
        moved = connection.execute(
            "UPDATE read_models.positions SET position = %s, events = events + %s "
            "WHERE schema = %s AND slice = %s AND position = %s AND halted_at IS NULL",
            (position, self._taken, self.place.schema, self.place.slice, self.position),
        )
        if moved.rowcount != 1:
            raise SomebodyElseDrives(read_model=self.projection.name, position=self.position)
        self._rows.write(connection)

    def settled(self, position: int) -> None:
        """Stand at a position that was committed."""
        self.position = position
        self._taken = 0

    def events_so_far(self, connection: Connection) -> int:
        """How many events the read model has taken in since its beginning."""
        found = connection.execute(
            "SELECT events FROM read_models.positions WHERE schema = %s AND slice = %s",
            (self.place.schema, self.place.slice),
        ).fetchone()
        return found[0] if found else 0

    def apply(
        self, connection: Connection, events: Sequence[Recorded[Event]], position: int
    ) -> None:
        """Take events in and commit them with the position, or change nothing at all.

        Raises whatever the projection or the database has against it.
        """
        with self._all_or_nothing():
            self.take(events)
            # Where only the position moves, its one statement needs no transaction around it.
            with connection.transaction() if self.rows_gathered else nullcontext():
                self.settle(connection, position)
        self.settled(position)

    def halt(self, connection: Connection, at: int, because: str) -> None:
        """Say for everybody to see that the event at a position cannot be taken in, and why.

        Raises SomebodyElseDrives: tables that took our place meanwhile may be better than ours.
        """
        halted = connection.execute(
            "UPDATE read_models.positions SET halted_at = %s, halted_because = %s "
            "WHERE schema = %s AND slice = %s AND position = %s",
            (at, because, self.place.schema, self.place.slice, self.position),
        )
        if halted.rowcount != 1:
            raise SomebodyElseDrives(read_model=self.projection.name, position=self.position)

    def is_halted(self, connection: Connection) -> bool:
        """Whether the read model still stands where somebody halted it."""
        found = connection.execute(
            "SELECT halted_at IS NOT NULL FROM read_models.positions "
            "WHERE schema = %s AND slice = %s",
            (self.place.schema, self.place.slice),
        ).fetchone()
        return bool(found and found[0])

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._rows.forget()
            self._taken = 0
            raise
