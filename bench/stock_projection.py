"""The peer: the `eventsourcing` package's own projection runner, feeding a table of trips.

Written as its documentation teaches: one transaction per event, with one statement on the table and
one on the tracking. It gets only events that it listens to, so it passes nothing over.
"""

import time
from functools import singledispatchmethod
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID, uuid4

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL, Identifier

SCHEMA = "stock_projection"


class Booking(Aggregate):
    """A booking with the five events that most bookings have."""

    @event("Requested")
    def __init__(self, guest_id: UUID, check_in: str, check_out: str, due_minor: int) -> None:
        self.guest_id = guest_id
        self.due_minor = due_minor
        self.stay = (check_in, check_out)
        self.status = "pending_payment"

    @event("Paid")
    def pay(self, minor: int) -> None:
        """Take the money in."""
        self.paid_minor = minor

    @event("Confirmed")
    def confirm(self) -> None:
        """Make it the guest's."""
        self.status = "confirmed"

    @event("Started")
    def start(self) -> None:
        """Begin the stay."""
        self.status = "in_stay"

    @event("Completed")
    def complete(self) -> None:
        """End the stay."""
        self.status = "completed"


class Bookings(Application[UUID]):
    """The package's application."""

    name = "bookings"


class TripsView(PostgresTrackingRecorder):
    """The table of trips, and how one event changes it."""

    def __init__(self, datastore: PostgresDatastore, **options: Any) -> None:
        super().__init__(datastore, **options)
        table = SQL("{}.{}").format(Identifier(self.datastore.schema), Identifier("trips"))
        self._insert = SQL("INSERT INTO {} VALUES (%s, %s, %s, %s, 0, 'pending_payment')").format(
            table
        )
        self._change = SQL(
            "UPDATE {} SET status = coalesce(%s, status), paid_minor = coalesce(%s, paid_minor) "
            "WHERE booking_id = %s"
        ).format(table)
        self.sql_create_statements.append(
            SQL(
                "CREATE TABLE IF NOT EXISTS {} (booking_id uuid PRIMARY KEY, guest_id uuid, "
                "stay text, due_minor bigint, paid_minor bigint, status text)"
            ).format(table)
        )

    def add(self, tracking: Tracking, values: tuple[Any, ...]) -> None:
        """Make a trip."""
        self._run(tracking, self._insert, values)

    def change(
        self, tracking: Tracking, booking_id: UUID, status: str | None, paid_minor: int | None
    ) -> None:
        """Change a trip."""
        self._run(tracking, self._change, (status, paid_minor, booking_id))

    def _run(self, tracking: Tracking, statement: Any, values: tuple[Any, ...]) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(statement, values, prepare=True)


class Trips(Projection[TripsView]):
    """What each event does to the table."""

    name = "trips"

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Change the trip of the event's booking."""
        raise NotImplementedError(domain_event)

    @process_event.register
    def _(self, happened: Booking.Requested, tracking: Tracking) -> None:  # type: ignore[name-defined]
        stay = f"{happened.check_in}/{happened.check_out}"
        values = (happened.originator_id, happened.guest_id, stay, happened.due_minor)
        self.view.add(tracking, values)

    @process_event.register
    def _(self, happened: Booking.Paid, tracking: Tracking) -> None:  # type: ignore[name-defined]
        self.view.change(tracking, happened.originator_id, None, happened.minor)

    @process_event.register
    def _(self, happened: Booking.Confirmed, tracking: Tracking) -> None:  # type: ignore[name-defined]
        self.view.change(tracking, happened.originator_id, "confirmed", None)

    @process_event.register
    def _(self, happened: Booking.Started, tracking: Tracking) -> None:  # type: ignore[name-defined]
        self.view.change(tracking, happened.originator_id, "in_stay", None)

    @process_event.register
    def _(self, happened: Booking.Completed, tracking: Tracking) -> None:  # type: ignore[name-defined]
        self.view.change(tracking, happened.originator_id, "completed", None)


def events_per_second(owner_url: str, events: int) -> float:
    """How many events a second the runner takes in, over a history of about so many."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        owner.execute(f"CREATE SCHEMA {SCHEMA}")
    environment = _environment(owner_url)
    last = _write(environment, events // 5)
    began = time.perf_counter()
    with ProjectionRunner(
        application_class=Bookings, projection_class=Trips, view_class=TripsView, env=environment
    ) as runner:
        runner.wait(last, timeout=600)
        return last / (time.perf_counter() - began)


def _write(environment: dict[str, str], bookings: int) -> int:
    application = Bookings(env=environment)
    last = 0
    for _ in range(bookings):
        booking = Booking(uuid4(), "2026-07-02", "2026-07-05", 36_000)
        booking.pay(36_000)
        booking.confirm()
        booking.start()
        booking.complete()
        last = application.save(booking)[-1].notification.id
    application.close()
    return int(last)


def _environment(owner_url: str) -> dict[str, str]:
    place = urlsplit(owner_url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_HOST": place.hostname or "",
        "POSTGRES_PORT": str(place.port),
        "POSTGRES_DBNAME": place.path[1:],
        "POSTGRES_USER": unquote(place.username or ""),
        "POSTGRES_PASSWORD": unquote(place.password or ""),
        "POSTGRES_SCHEMA": SCHEMA,
    }
