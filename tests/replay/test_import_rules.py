"""The rules of the hotel import, each seen in the events that it leaves."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ledger.events.booking import BookingRequested, StayCompleted
from ledger.events.unit_calendar import CalendarOpened
from ledger.store import EventStore, scan
from ledger.values.clock import Instant, instant
from ledger.values.ids import derived_id
from ledger.values.money import Money
from replay.history.hotel_bookings import read_bookings
from replay.history.importer import Imported, Importer
from replay.history.source import read_source
from tests.conftest import Database
from tests.replay.hotel_files import a_cancellation, a_file, a_no_show, a_row


@pytest.fixture
def store(database: Database) -> Iterator[EventStore]:
    store = EventStore(database.url)
    yield store
    store.close()


def take_in(store: EventStore, path: Path) -> Imported:
    source = read_source(path)
    return Importer(store, source, read_bookings(source)).run()


def history(database: Database, line: int | None = None, path: Path | None = None) -> list[Any]:
    """All recorded events, or those of the booking on a line of a file."""
    events = [recorded for page in scan(database.url) for recorded in page]
    if path is None:
        return events
    case_id = derived_id(read_source(path).digest, line or 2, "booking")
    return [recorded for recorded in events if recorded.case_id == case_id]


def told(events: list[Any]) -> list[tuple[str, Instant]]:
    return [(recorded.event.topic, recorded.occurred_at) for recorded in events]


# -- Clock and order ----------------------------------------------------------------------


def test_a_stay_is_told_by_the_hours_of_lisbon(
    database: Database, store: EventStore, tmp_path: Path
) -> None:
    path = a_file(tmp_path, a_row())
    take_in(store, path)

    booked, began = instant("2016-06-01T07:00:00Z"), instant("2016-06-11T13:00:00Z")
    earned, left = began + timedelta(hours=24), instant("2016-06-14T10:00:00Z")
    assert told(history(database, 2, path)) == [
        ("unit_calendar.hold_placed", booked),
        ("booking.requested", booked),
        ("payment.opened", booked),
        ("payment.processing", booked),
        ("payment.completed", booked),
        ("payment.funds_available", booked),
        ("unit_calendar.reservation_made", booked),
        ("booking.confirmed", booked),
        ("payout.scheduled", booked),
        ("booking.stay_started", began),
        ("booking.earnings_recognized", earned),
        ("payout.due", earned),
        ("payout.released", earned),
        ("payout.transferred", earned),
        ("booking.stay_completed", left),
    ]


def test_a_check_out_on_the_day_of_arrival_is_at_nine_in_the_evening_by_the_host(
    database: Database, store: EventStore, tmp_path: Path
) -> None:
    path = a_file(tmp_path, a_row(reservation_status_date="2016-06-11"))
    take_in(store, path)

    (left,) = [each for each in history(database, 2, path) if type(each.event) is StayCompleted]

    assert left.occurred_at == instant("2016-06-11T20:00:00Z")
    assert left.envelope.actor.role == "H"


def test_steps_are_taken_in_order_of_time_over_all_rows_and_ties_by_line(
    database: Database, store: EventStore, tmp_path: Path
) -> None:
    may = {"arrival_date_month": "May", "reservation_status_date": "2016-05-14"}
    take_in(store, a_file(tmp_path, a_row(), a_cancellation(), a_row(**may), a_row()))

    events = history(database)

    assert [each.occurred_at for each in events] == sorted(each.occurred_at for each in events)
    requested = [each for each in events if type(each.event) is BookingRequested]
    digest = read_source(tmp_path / "hotel.csv").digest
    lines = [4, 2, 3, 5]
    assert [each.stream_id for each in requested] == [
        derived_id(digest, line, "booking") for line in lines
    ]


# -- Money --------------------------------------------------------------------------------


def test_the_host_pays_fifteen_percent_of_the_total_half_even_once(
    database: Database, store: EventStore, tmp_path: Path
) -> None:
    # 3 × 1.10 = 3.30, of which 15 % are 0.495: rounded per night it would be 3 × 0.165 ≈ 0.51.
    path = a_file(tmp_path, a_row(adr="1.1"))
    take_in(store, path)

    requested = history(database, 2, path)[1].event

    assert requested.price.total == Money(330, "EUR")
    assert requested.price.guest_fee == Money(0, "EUR")
    assert requested.price.host_fee == Money(50, "EUR")


def test_a_free_cancellation_gives_everything_back_at_its_instant(
    database: Database, store: EventStore, tmp_path: Path
) -> None:
    path = a_file(tmp_path, a_cancellation())
    take_in(store, path)

    cancelled = instant("2016-06-05T09:00:00Z")
    after = [step for step in told(history(database, 2, path)) if step[1] >= cancelled]
    assert [topic for topic, at in after if at == cancelled] == [
        "booking.cancelled",
        "unit_calendar.reservation_released",
        "payout.cancelled",
        "refund.requested",
        "refund.approved",
        "payment.refund_reserved",
        "refund.submitted",
        "refund.pending",
        "refund.succeeded",
        "payment.refund_recorded",
    ]
    assert len(after) == 10


@pytest.mark.parametrize("row", [a_cancellation, a_no_show])
def test_what_is_retained_is_earned_and_paid_out_at_once(
    database: Database, store: EventStore, tmp_path: Path, row: Any
) -> None:
    path = a_file(tmp_path, row(deposit_type="Non Refund"))
    take_in(store, path)

    events = history(database, 2, path)

    ended = events[-1].occurred_at
    topics = [each.event.topic for each in events if each.occurred_at == ended]
    assert topics[1:] == [
        "unit_calendar.reservation_released",
        "payout.recalculated",
        "booking.earnings_recognized",
        "payout.due",
        "payout.released",
        "payout.transferred",
    ]
    assert events[-1].event.amount == Money(30_150 - 4_522, "EUR")


def test_a_no_show_begins_the_stay_and_is_reported_six_hours_later(
    database: Database, store: EventStore, tmp_path: Path
) -> None:
    path = a_file(tmp_path, a_no_show(reservation_status_date="2016-06-13"))
    take_in(store, path)

    steps = dict(told(history(database, 2, path)))

    assert steps["booking.stay_started"] == instant("2016-06-11T13:00:00Z")
    assert steps["booking.no_show_reported"] == instant("2016-06-11T19:00:00Z")
    assert steps["refund.succeeded"] == steps["booking.no_show_reported"]


@pytest.mark.parametrize("row", [a_row, a_cancellation, a_no_show])
def test_a_stay_for_nothing_runs_its_course_without_any_money(
    database: Database, store: EventStore, tmp_path: Path, row: Any
) -> None:
    path = a_file(tmp_path, row(adr="0"))
    imported = take_in(store, path)

    topics = {each.event.topic.split(".")[0] for each in history(database, 2, path)}

    assert topics == {"booking", "unit_calendar"}
    assert (imported.accepted, len(imported.refused)) == (1, 0)


# -- Units --------------------------------------------------------------------------------


def test_a_unit_is_added_only_where_none_of_the_type_is_free(
    database: Database, store: EventStore, tmp_path: Path
) -> None:
    july = {"arrival_date_month": "July", "reservation_status_date": "2016-07-14"}
    rows = (a_row(), a_row(), a_row(reserved_room_type="D"), a_row(**july, lead_time="40"))
    imported = take_in(store, a_file(tmp_path, *rows))

    assert {added.room_type: added.units for added in imported.units_added} == {"A": 2, "D": 1}
    opened = [each.event for each in history(database) if type(each.event) is CalendarOpened]
    assert Counter((event.room_type, event.number) for event in opened) == {
        ("A", 1): 1,
        ("A", 2): 1,
        ("D", 1): 1,
    }


def test_nights_of_a_cancelled_booking_are_sold_again(
    database: Database, store: EventStore, tmp_path: Path
) -> None:
    # Cancelled on 5 June; the same nights are booked on 6 June.
    imported = take_in(store, a_file(tmp_path, a_cancellation(), a_row(lead_time="5")))

    assert [added.units for added in imported.units_added] == [1]


def test_nights_of_a_guest_who_left_early_stay_claimed(
    database: Database, store: EventStore, tmp_path: Path
) -> None:
    take_in(store, a_file(tmp_path, a_row(reservation_status_date="2016-06-12")))

    with psycopg.connect(database.url) as connection:
        row = connection.execute("SELECT count(*) FROM ledger.night_claims").fetchone()
    assert row == (3,)


# -- Guards, ids, origin ------------------------------------------------------------------


def test_one_event_per_property_names_the_guards_that_are_vouched_for(
    database: Database, store: EventStore, tmp_path: Path
) -> None:
    take_in(store, a_file(tmp_path, a_row(), a_row(), a_row(hotel="City Hotel")))

    attested = [
        each.event
        for each in history(database)
        if each.event.topic == "attestation.property_attested"
    ]

    assert [event.name for event in attested] == ["Resort Hotel", "City Hotel"]
    assert set(attested[0].guards) == {
        "quote",
        "discoverability",
        "identity checks",
        "reconciliation",
        "approval limits",
    }


def test_everything_that_is_imported_says_so(
    database: Database, store: EventStore, tmp_path: Path
) -> None:
    take_in(store, a_file(tmp_path, a_row(), a_cancellation(), a_no_show()))

    assert all(recorded.imported for recorded in history(database))


def test_guests_of_rows_that_are_alike_are_different_people(
    database: Database, store: EventStore, tmp_path: Path
) -> None:
    take_in(store, a_file(tmp_path, a_row(), a_row()))

    requested = [each.event for each in history(database) if type(each.event) is BookingRequested]

    assert len({event.guest_id for event in requested}) == 2


def test_what_the_ledger_itself_refuses_is_reported_with_its_row(
    database: Database, store: EventStore, tmp_path: Path
) -> None:
    # Given that somebody else has claimed the nights of the unit that the first row will get.
    path = a_file(tmp_path, a_row(), a_row(adults="1"))
    digest = read_source(path).digest
    with psycopg.connect(database.owner_url) as connection:
        connection.execute(
            "INSERT INTO ledger.night_claims SELECT %s::uuid, night, %s::uuid FROM "
            "generate_series('2016-06-11'::date, '2016-06-13', '1 day') AS night",
            (
                derived_id(derived_id(digest, "Resort Hotel", "property"), "unit", "A", 1),
                derived_id("somebody else"),
            ),
        )

    imported = take_in(store, path)

    assert (imported.rows, imported.accepted) == (2, 1)
    (refused,) = imported.refused
    assert refused.line == 2
    assert refused.rule == "book: DATES_UNAVAILABLE"
    again = take_in(store, path)
    assert again.events == 0
    assert (again.refused, again.units_added) == (imported.refused, imported.units_added)
