"""Hotel files made by hand: believable rows of the data set's columns, changed where it matters."""

import csv
import gzip
from collections.abc import Sequence
from pathlib import Path

SAMPLES = Path(__file__).parents[2] / "sandbox" / "samples"
RESORT = SAMPLES / "resort-hotel-bookings.csv.gz"

A_ROW = {
    "hotel": "Resort Hotel",
    "is_canceled": "0",
    "lead_time": "10",
    "arrival_date_year": "2016",
    "arrival_date_month": "June",
    "arrival_date_day_of_month": "11",
    "stays_in_weekend_nights": "1",
    "stays_in_week_nights": "2",
    "adults": "2",
    "children": "0",
    "babies": "0",
    "country": "PRT",
    "reserved_room_type": "A",
    "assigned_room_type": "C",
    "deposit_type": "No Deposit",
    "adr": "100.5",
    "reservation_status": "Check-Out",
    "reservation_status_date": "2016-06-14",
}
"""Three nights from Saturday 11 June 2016 at 100.50 EUR, booked on 1 June, stayed as booked."""


def a_row(**changes: str) -> dict[str, str]:
    """A row of a hotel file, with these columns changed."""
    assert changes.keys() <= A_ROW.keys(), "a column that the file does not have"
    return A_ROW | changes


def a_cancellation(**changes: str) -> dict[str, str]:
    """A row of a booking that was cancelled on 5 June."""
    gone = {"reservation_status": "Canceled", "reservation_status_date": "2016-06-05"}
    return a_row(**gone | changes)


def a_no_show(**changes: str) -> dict[str, str]:
    """A row of a guest who never came."""
    gone = {"reservation_status": "No-Show", "reservation_status_date": "2016-06-11"}
    return a_row(**gone | changes)


def a_file(folder: Path, *rows: dict[str, str], name: str = "hotel.csv") -> Path:
    """A file of rows, the first of them on line 2."""
    path = folder / name
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, A_ROW, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def first_rows(folder: Path, count: int) -> Path:
    """The first rows of the resort's file; the file itself where they are all."""
    with gzip.open(RESORT, "rt", encoding="utf-8") as file:
        lines: Sequence[str] = file.readlines()
    if count >= len(lines) - 1:
        return RESORT
    path = folder / f"resort-{count}.csv"
    path.write_text("".join(lines[: count + 1]), encoding="utf-8")
    return path
