"""The hotel data set: a row is a booking, or is refused with the rule that refuses it.

Columns and their meaning: N. Antonio, A. de Almeida, L. Nunes, "Hotel booking demand datasets".
The data is real, so it is dirty; a row that no booking can be is never dropped, and never guessed.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from msgspec import Struct

from ledger.values.guests import Party
from ledger.values.money import Money, from_decimal
from ledger.values.policy import FREE, RETAINED, Policy
from ledger.values.stay import Stay
from replay.history.source import Source, Unreadable

CURRENCY = "EUR"
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
COLUMNS = (
    "hotel", "lead_time", "arrival_date_year", "arrival_date_month", "arrival_date_day_of_month",
    "stays_in_weekend_nights", "stays_in_week_nights", "adults", "children", "babies",
    "reserved_room_type", "deposit_type", "adr", "reservation_status", "reservation_status_date",
)  # fmt: skip
"""What we read; a file may have other columns beside them."""

NO_VALUE = ("NA", "NULL", "")
LARGEST_TOTAL_MINOR = 10**15
"""A total above ten trillion is a slip of the pen, and would not fit the books' sums."""

T = TypeVar("T")


class Ending(StrEnum):
    """How a booking ended."""

    CHECK_OUT = "Check-Out"
    CANCELED = "Canceled"
    NO_SHOW = "No-Show"


class HotelBooking(Struct, frozen=True, kw_only=True):
    """A row that is a booking. All dates are the hotel's own; `rate` is the price of each night.

    `ended_on` is the day of the check-out or the cancellation; of a no-show, the day of arrival.
    `row` is the text that all this was read from.
    """

    line: int
    hotel: str
    room_type: str
    booked_on: date
    stay: Stay
    party: Party
    rate: Money
    policy: Policy
    ending: Ending
    ended_on: date
    row: str


class RefusedRow(Struct, frozen=True):
    """A row that is not imported: its line, the rule that refuses it, and the row as it stands."""

    line: int
    rule: str
    row: str


class HotelBookings(Struct, frozen=True):
    """A file, whole: each of its rows is in one of the two lists, in the order of their lines."""

    bookings: list[HotelBooking]
    refused: list[RefusedRow]

    @property
    def rows_count(self) -> int:
        """How many rows the file has, its header not counted."""
        return len(self.bookings) + len(self.refused)


class NotABooking(Exception):
    """A row breaks a rule: the rule, in words."""


# -- The file ---------------------------------------------------------------------------


def read_bookings(source: Source) -> HotelBookings:
    """Sort the rows of a file into bookings and refused rows. Raises Unreadable.

    Lines are those of the decompressed file; the header is line 1.
    """
    found = HotelBookings([], [])
    lines = io.StringIO(source.text, newline="").readlines()
    rows = _rows(source.name, lines)
    _, _, header = next(rows)
    _refuse_header(source, header)
    for first, last, values in rows:
        raw = "".join(lines[first - 1 : last]).rstrip("\r\n")
        try:
            found.bookings.append(_booking(first, raw, _by_column(header, values)))
        except NotABooking as broken:
            found.refused.append(RefusedRow(first, str(broken), raw))
    if not found.rows_count:
        raise Unreadable(f"{source.name} has a header and no rows")
    return found


def _rows(name: str, lines: Sequence[str]) -> Iterator[tuple[int, int, list[str]]]:
    """Each record with its first and its last line."""
    reader = csv.reader(lines, strict=True)
    first = 1
    try:
        for values in reader:
            yield first, reader.line_num, values
            first = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(f"{name} is not a CSV file: line {first}: {error}") from None


def _refuse_header(source: Source, header: Sequence[str]) -> None:
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        raise Unreadable(
            f"{source.name} is not a file of hotel bookings: "
            f"its first line lacks the columns {', '.join(missing)}"
        )


def _by_column(header: Sequence[str], values: Sequence[str]) -> Mapping[str, str]:
    if len(values) != len(header):
        raise NotABooking(f"unreadable: {len(values)} values for {len(header)} columns")
    return {column: value.strip() for column, value in zip(header, values, strict=True)}


# -- A row ------------------------------------------------------------------------------


def _booking(line: int, raw: str, row: Mapping[str, str]) -> HotelBooking:
    arrival, lead_days = _arrival(row), _read(row, "lead_time", _count)
    nights_count = _read(row, "stays_in_weekend_nights", _count)
    nights_count += _read(row, "stays_in_week_nights", _count)
    departure = _day_after(arrival, nights_count)
    ending = _read(row, "reservation_status", Ending)
    booking = HotelBooking(
        line=line,
        hotel=_read(row, "hotel", _name),
        room_type=_read(row, "reserved_room_type", _name),
        booked_on=_day_after(arrival, -lead_days),
        stay=Stay(arrival, departure),
        party=_party(row),
        rate=_read(row, "adr", _euros),
        policy=RETAINED if row["deposit_type"] == "Non Refund" else FREE,
        ending=ending,
        ended_on=_ended_on(row, ending, Stay(arrival, departure)),
        row=raw,
    )
    _refuse_impossible(booking)
    return booking


def _refuse_impossible(booking: HotelBooking) -> None:
    """The rules that a booking which can be read may still break. Raises NotABooking."""
    nights_count = booking.stay.nights_count()
    if not nights_count:
        raise NotABooking("no night")
    if not booking.party.heads():
        raise NotABooking("no guest")
    if booking.rate.minor < 0:
        raise NotABooking("adr below zero")
    if booking.rate.minor * nights_count > LARGEST_TOTAL_MINOR:
        raise NotABooking("unreadable: a total of more than ten trillion")
    if booking.ending is Ending.CANCELED:
        if booking.ended_on < booking.booked_on:
            raise NotABooking("cancelled before it was booked")
        if booking.ended_on > booking.stay.check_in:
            raise NotABooking("cancelled after arrival")


def _ended_on(row: Mapping[str, str], ending: Ending, stay: Stay) -> date:
    """The status date says nothing about a no-show, and of a check-out only within the stay."""
    if ending is Ending.NO_SHOW:
        return stay.check_in
    told = _read(row, "reservation_status_date", date.fromisoformat)
    if ending is Ending.CANCELED or stay.check_in <= told <= stay.check_out:
        return told
    return stay.check_out


def _arrival(row: Mapping[str, str]) -> date:
    year = _read(row, "arrival_date_year", _count)
    month = _read(row, "arrival_date_month", MONTHS.index) + 1
    day = _read(row, "arrival_date_day_of_month", _count)
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        raise NotABooking(f"unreadable: there is no {day}. {MONTHS[month - 1]} {year}") from None


def _day_after(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise NotABooking(f"unreadable: {days} days from {day}") from None


def _party(row: Mapping[str, str]) -> Party:
    return Party(
        adults=_read(row, "adults", _count),
        children=_read(row, "children", _count_or_none),
        infants=_read(row, "babies", _count),
    )


# -- A value ----------------------------------------------------------------------------


def _read(row: Mapping[str, str], column: str, parse: Callable[[str], T]) -> T:
    try:
        return parse(row[column])
    except (ValueError, OverflowError):
        raise NotABooking(f"unreadable: {column} is {row[column]!r}") from None


def _count(text: str) -> int:
    """A whole number ≥ 0, written in plain digits."""
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError(text)
    return int(text)


def _count_or_none(text: str) -> int:
    return 0 if text in NO_VALUE else _count(text)


def _name(text: str) -> str:
    if text in NO_VALUE:
        raise ValueError(text)
    return text


def _euros(text: str) -> Money:
    """An amount to the cent; `adr` is often written with fewer digits."""
    if not re.fullmatch(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", text):
        raise ValueError(text)
    return from_decimal(Decimal(text), CURRENCY)
