"""Files of listings: real rows, and believable ones made by hand, changed where it matters."""

import csv
import gzip
from itertools import islice
from pathlib import Path

from tests.replay.hotel_files import SAMPLES

ANTWERP = SAMPLES / "antwerp-listings.csv.gz"

A_LISTING = {
    "id": "224682",
    "host_id": "ha9ef39512555",
    "name": "Apartment Roscam",
    "neighbourhood_cleansed": "Historisch Centrum",
    "latitude": "51.21906",
    "longitude": "4.39955",
    "property_type": "Entire rental unit",
    "room_type": "Entire home/apt",
    "accommodates": "3",
    "bathrooms": "1.5",
    "bedrooms": "1",
    "beds": "",
    "amenities": '["Wifi", "Crib", "Pets allowed", "My aunt\'s piano"]',
    "price": "$116.00",
    "minimum_nights": "2",
    "maximum_nights": "30",
    "instant_bookable": "f",
    "number_of_reviews": "562",
    "license": "",
    "unavailable": "2024-06-29/2024-07-06 2024-07-08/2024-07-12",
}
"""A flat for three in the old town at 116.00 EUR, on request; eleven nights cannot be booked."""


def a_listing(**changes: str) -> dict[str, str]:
    """A row of a file of listings, with these columns changed."""
    assert changes.keys() <= A_LISTING.keys(), "a column that the file does not have"
    return A_LISTING | changes


def a_file_of(folder: Path, *rows: dict[str, str], name: str = "listings.csv") -> Path:
    """A file of rows, the first of them on line 2."""
    path = folder / name
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, A_LISTING, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def first_listings(folder: Path, count: int) -> Path:
    """The first listings of Antwerp."""
    path = folder / f"antwerp-{count}.csv"
    with gzip.open(ANTWERP, "rt", encoding="utf-8", newline="") as file:
        path.write_text("".join(islice(file, count + 1)), encoding="utf-8", newline="")
    return path
