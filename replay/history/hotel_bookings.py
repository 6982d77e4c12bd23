"""The hotel data set: a row is a booking, or is refused with the rule that refuses it.

Columns and their meaning: N. Antonio, A. de Almeida, L. Nunes, "Hotel booking demand datasets".
The data is real, so it is dirty; a row that no booking can be is never dropped, and never guessed.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from ledger.values.guests import Party
from ledger.values.money import Money, from_decimal
from ledger.values.policy import FREE, RETAINED, Policy
from ledger.values.stay import Stay
from replay.history.source import Source
from replay.history.table import BadRow, lines_of, read, whole_number

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


# -- The file ---------------------------------------------------------------------------


def read_bookings(source: Source) -> HotelBookings:
    """Sort the rows of a file into bookings and refused rows. Raises Unreadable."""
    found = HotelBookings([], [])
    for line in lines_of(source, COLUMNS, "hotel bookings"):
        try:
            booking = _booking(line.number, line.text, line.by_column())
            found.bookings.append(booking)
        except BadRow as broken:
            found.refused.append(RefusedRow(line.number, str(broken), line.text))
    return found


# -- A row ------------------------------------------------------------------------------


def _booking(line: int, raw: str, row: Mapping[str, str]) -> HotelBooking:
    arrival, lead_days = _arrival(row), read(row, "lead_time", whole_number)
    nights_count = read(row, "stays_in_weekend_nights", whole_number)
    nights_count += read(row, "stays_in_week_nights", whole_number)
    departure = _day_after(arrival, nights_count)
    ending = read(row, "reservation_status", Ending)
    booking = HotelBooking(
        line=line,
        hotel=read(row, "hotel", _name),
        room_type=read(row, "reserved_room_type", _name),
        booked_on=_day_after(arrival, -lead_days),
        stay=Stay(arrival, departure),
        party=_party(row),
        rate=read(row, "adr", _euros),
        policy=RETAINED if row["deposit_type"] == "Non Refund" else FREE,
        ending=ending,
        ended_on=_ended_on(row, ending, Stay(arrival, departure)),
        row=raw,
    )
    _refuse_impossible(booking)
    return booking


def _refuse_impossible(booking: HotelBooking) -> None:
    """The rules that a booking which can be read may still break. Raises BadRow."""
    nights_count = booking.stay.nights_count()
    if not nights_count:
        raise BadRow("no night")
    if not booking.party.heads():
        raise BadRow("no guest")
    if booking.rate.minor < 0:
        raise BadRow("adr below zero")
    if booking.rate.minor * nights_count > LARGEST_TOTAL_MINOR:
        raise BadRow("unreadable: a total of more than ten trillion")
    if booking.ending is Ending.CANCELED:
        if booking.ended_on < booking.booked_on:
            raise BadRow("cancelled before it was booked")
        if booking.ended_on > booking.stay.check_in:
            raise BadRow("cancelled after arrival")


def _ended_on(row: Mapping[str, str], ending: Ending, stay: Stay) -> date:
    """The status date says nothing about a no-show, and of a check-out only within the stay."""
    if ending is Ending.NO_SHOW:
        return stay.check_in
    told = read(row, "reservation_status_date", date.fromisoformat)
    if ending is Ending.CANCELED or stay.check_in <= told <= stay.check_out:
        return told
    return stay.check_out


def _arrival(row: Mapping[str, str]) -> date:
    year = read(row, "arrival_date_year", whole_number)
    month = read(row, "arrival_date_month", MONTHS.index) + 1
    day = read(row, "arrival_date_day_of_month", whole_number)
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        raise BadRow(f"unreadable: there is no {day}. {MONTHS[month - 1]} {year}") from None


def _day_after(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise BadRow(f"unreadable: {days} days from {day}") from None


def _party(row: Mapping[str, str]) -> Party:
    return Party(
        adults=read(row, "adults", whole_number),
        children=read(row, "children", _count_or_none),
        infants=read(row, "babies", whole_number),
    )


# -- A value ----------------------------------------------------------------------------


def _count_or_none(text: str) -> int:
    return 0 if text in NO_VALUE else whole_number(text)


def _name(text: str) -> str:
    if text in NO_VALUE:
        raise ValueError(text)
    return text


def _euros(text: str) -> Money:
    """An amount to the cent; `adr` is often written with fewer digits."""
    if not re.fullmatch(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", text):
        raise ValueError(text)
    return from_decimal(Decimal(text), CURRENCY)
