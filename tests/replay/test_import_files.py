"""What is wrong with a file, or with a row of it, is found before anything is written."""

import gzip
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.values.money import Money
from ledger.values.policy import FREE, RETAINED
from ledger.values.stay import Stay
from replay.history.hotel_bookings import Ending, HotelBookings, read_bookings
from replay.history.source import Unreadable, read_source
from tests.replay.hotel_files import RESORT, a_cancellation, a_file, a_no_show, a_row

# -- Files --------------------------------------------------------------------------------


def read(path: Path) -> HotelBookings:
    return read_bookings(read_source(path))


def test_a_gzipped_file_is_the_same_source_as_its_plain_text(tmp_path: Path) -> None:
    plain = a_file(tmp_path, a_row())
    zipped = tmp_path / "hotel.csv.gz"
    zipped.write_bytes(gzip.compress(plain.read_bytes()))

    assert read_source(zipped).digest == read_source(plain).digest
    assert read(zipped) == read(plain)


def truncated(path: Path) -> None:
    path.write_bytes(gzip.compress(b"hotel,adr\n" * 100)[:-12])


def half_a_gzip(path: Path) -> None:
    path.write_bytes(RESORT.read_bytes()[:200_000])


def latin_1(path: Path) -> None:
    path.write_bytes("hotel,adr\nHotel São Rafael,70\n".encode("latin-1"))


def another_table(path: Path) -> None:
    path.write_text("listing_id,price\n1,$99.00\n")


def only_a_header(path: Path) -> None:
    a_file(path.parent, name=path.name)


def an_open_quote(path: Path) -> None:
    a_file(path.parent, a_row(), name=path.name)
    with path.open("a") as file:
        file.write('"Resort Hotel,0\n')


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (Path.mkdir, "is a directory"),
        (Path.touch, "is empty"),
        (lambda path: path.write_bytes(gzip.compress(b"")), "is empty"),
        (lambda path: path.write_bytes(b"\x1f\x8bno gzip at all"), "damaged or incomplete gzip"),
        (truncated, "damaged or incomplete gzip"),
        (half_a_gzip, "damaged or incomplete gzip"),
        (latin_1, "is not UTF-8 (line 2)"),
        (another_table, "lacks the columns hotel, lead_time, arrival_date_year"),
        (only_a_header, "has a header and no rows"),
        (an_open_quote, "line 3"),
        (lambda _: None, "No such file"),
    ],
)
def test_a_file_that_cannot_be_imported_is_refused_in_one_line(
    tmp_path: Path, make: Callable[[Path], object], says: str
) -> None:
    path = tmp_path / "hotel.csv"
    make(path)

    with pytest.raises(Unreadable) as refused:
        read(path)

    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_columns_may_stand_in_another_order_and_beside_others(tmp_path: Path) -> None:
    path = tmp_path / "turned.csv"
    row = dict(reversed(a_row().items()))
    path.write_text(f"mood,{','.join(row)}\nsunny,{','.join(row.values())}\n")

    (booking,) = read(path).bookings

    assert booking.room_type == "A"


# -- Rows that are bookings ---------------------------------------------------------------


def test_a_row_is_read_as_the_booking_that_it_was(tmp_path: Path) -> None:
    (booking,) = read(a_file(tmp_path, a_row(children="1", babies="2"))).bookings

    assert booking.line == 2
    assert booking.booked_on == date(2016, 6, 1)
    assert booking.stay == Stay(date(2016, 6, 11), date(2016, 6, 14))
    assert booking.rate == Money(10_050, "EUR")
    assert booking.party.heads() == 5
    assert booking.policy == FREE
    assert (booking.ending, booking.ended_on) == (Ending.CHECK_OUT, date(2016, 6, 14))


@pytest.mark.parametrize("nobody", ["NA", "NULL", ""])
def test_children_without_a_number_count_as_none(tmp_path: Path, nobody: str) -> None:
    (booking,) = read(a_file(tmp_path, a_row(children=nobody))).bookings

    assert booking.party.children == 0


@pytest.mark.parametrize(
    ("told", "left_on"),
    [
        ("2016-06-11", date(2016, 6, 11)),
        ("2016-06-13", date(2016, 6, 13)),
        ("2016-06-14", date(2016, 6, 14)),
        ("2016-06-10", date(2016, 6, 14)),
        ("2016-07-01", date(2016, 6, 14)),
    ],
)
def test_a_check_out_counts_on_its_date_within_the_stay_else_on_departure(
    tmp_path: Path, told: str, left_on: date
) -> None:
    (booking,) = read(a_file(tmp_path, a_row(reservation_status_date=told))).bookings

    assert booking.ended_on == left_on


@pytest.mark.parametrize("told", ["2016-06-20", "NULL"])
def test_a_no_show_is_one_on_the_day_of_arrival_whatever_the_file_says(
    tmp_path: Path, told: str
) -> None:
    (booking,) = read(a_file(tmp_path, a_no_show(reservation_status_date=told))).bookings

    assert booking.ended_on == date(2016, 6, 11)


def test_only_a_non_refundable_deposit_retains_anything(tmp_path: Path) -> None:
    kinds = ("Non Refund", "Refundable", "No Deposit", "Non Refund      ")
    found = read(a_file(tmp_path, *(a_row(deposit_type=kind) for kind in kinds)))

    assert [booking.policy for booking in found.bookings] == [RETAINED, FREE, FREE, RETAINED]


def test_rows_that_are_alike_are_bookings_of_their_own(tmp_path: Path) -> None:
    found = read(a_file(tmp_path, a_row(), a_row(), a_row()))

    assert [booking.line for booking in found.bookings] == [2, 3, 4]


# -- Rows that are refused ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (a_row(stays_in_week_nights="0", stays_in_weekend_nights="0"), "no night"),
        (a_row(adults="0", children="NA"), "no guest"),
        (a_row(adr="-6.38"), "adr below zero"),
        (a_row(adr="free"), "unreadable: adr is 'free'"),
        (a_row(adr="NaN"), "unreadable: adr is 'NaN'"),
        (a_row(adr="1e3"), "unreadable: adr is '1e3'"),
        (a_row(adr="70.125"), "unreadable: adr is '70.125'"),
        (a_row(adr="99999999999999"), "unreadable: a total of more than ten trillion"),
        (a_row(adults="two"), "unreadable: adults is 'two'"),
        (a_row(adults="-1"), "unreadable: adults is '-1'"),
        (a_row(lead_time="-1"), "unreadable: lead_time is '-1'"),
        (a_row(lead_time="999999999"), "unreadable: -999999999 days from 2016-06-11"),
        (a_row(arrival_date_month="Juni"), "unreadable: arrival_date_month is 'Juni'"),
        (a_row(arrival_date_day_of_month="31"), "unreadable: there is no 31. June 2016"),
        (a_row(reserved_room_type="NULL"), "unreadable: reserved_room_type is 'NULL'"),
        (a_row(reservation_status="Overbooked"), "unreadable: reservation_status is 'Overbooked'"),
        (
            a_row(reservation_status_date="14/06/2016"),
            "unreadable: reservation_status_date is '14/06/2016'",
        ),
        (a_cancellation(reservation_status_date="2016-05-31"), "cancelled before it was booked"),
        (a_cancellation(reservation_status_date="2016-06-12"), "cancelled after arrival"),
    ],
)
def test_a_row_that_no_booking_can_be_is_refused_with_its_line_and_rule(
    tmp_path: Path, row: dict[str, str], rule: str
) -> None:
    found = read(a_file(tmp_path, a_row(), row, a_row()))

    (refused,) = found.refused
    assert (refused.line, refused.rule) == (3, rule)
    assert refused.row == ",".join(row.values())
    assert [booking.line for booking in found.bookings] == [2, 4]


def test_a_row_of_another_width_is_refused(tmp_path: Path) -> None:
    path = a_file(tmp_path, a_row())
    with path.open("a") as file:
        file.write("Resort Hotel,0\n\n")

    found = read(path)

    assert [(row.line, row.rule) for row in found.refused] == [
        (3, "unreadable: 2 values for 18 columns"),
        (4, "unreadable: 0 values for 18 columns"),
    ]


def test_every_row_of_the_resort_is_a_booking_or_is_refused(tmp_path: Path) -> None:
    found = read(RESORT)

    assert found.rows_count == 40_060
    rules = [row.rule for row in found.refused]
    assert {rule: rules.count(rule) for rule in rules} == {
        "no night": 384,
        "no guest": 10,
        "adr below zero": 1,
    }
    assert max(Decimal(booking.rate.minor) for booking in found.bookings) == 50_800
