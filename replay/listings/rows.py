"""The files of Inside Airbnb: a row is a listing as it stood on one day, or is refused with why.

Columns and their meaning: `sandbox/samples/README.md`. A row that no listing can be is never
dropped, and never guessed; an empty price is none of those, it is a listing without one.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ledger.errors import UnfitText
from ledger.values.stay import Stay
from ledger.values.texts import fit
from replay.history.source import Source
from replay.history.table import BadRow, Line, lines_of, read, whole_number
from replay.listings.areas import Area, area_of

COLUMNS = (
    "id", "host_id", "name", "neighbourhood_cleansed", "latitude", "longitude", "property_type",
    "room_type", "accommodates", "bathrooms", "bedrooms", "beds", "amenities", "price",
    "minimum_nights", "maximum_nights", "instant_bookable", "unavailable",
)  # fmt: skip
"""What we read; a file may have other columns beside them."""

DEGREE_E6 = 1_000_000
LONGEST_CALENDAR = timedelta(days=3 * 366)
"""Each night that is not available is one claim: a slip of the pen must not make millions."""


class Let(StrEnum):
    """What of a place is let: the source's own words."""

    ENTIRE = "Entire home/apt"
    HOTEL_ROOM = "Hotel room"
    PRIVATE_ROOM = "Private room"
    SHARED_ROOM = "Shared room"


class Listing(Struct, frozen=True, kw_only=True, gc=False):
    """A row that is a listing; None where the source does not say.

    `listing` and `host` are the source's own ids. `price_minor` is what a night costs, in cents.
    `amenities` are the source's words, `unavailable` the nights that could not be booked.
    """

    line: int
    listing: str
    host: str
    name: str
    area: Area
    neighbourhood: str
    latitude_e6: int
    longitude_e6: int
    property_type: str
    let: Let
    capacity: int
    bathrooms: int | None
    bedrooms: int | None
    beds: int | None
    amenities: tuple[str, ...]
    price_minor: int | None
    min_nights: int
    max_nights: int
    instant: bool
    unavailable: tuple[Stay, ...]


class RefusedRow(Struct, frozen=True):
    """A row that is not imported: its line, the source's id of it as it stands there, and why."""

    line: int
    listing: str
    why: str


class Listings(Struct, frozen=True):
    """A file, whole: each of its rows is in one of the two lists, in the order of their lines."""

    listings: list[Listing]
    refused: list[RefusedRow]

    @property
    def rows_count(self) -> int:
        """How many rows the file has, its header not counted."""
        return len(self.listings) + len(self.refused)

    def from_day(self, first: date) -> "Listings":
        """The same with all calendars moved as one, so that the first of their nights is this."""
        nights = (each.check_in for one in self.listings for each in one.unavailable)
        ahead = first - min(nights, default=first)
        return Listings([_moved(one, ahead) for one in self.listings], self.refused)


def _moved(one: Listing, ahead: timedelta) -> Listing:
    nights = (Stay(each.check_in + ahead, each.check_out + ahead) for each in one.unavailable)
    return replace(one, unavailable=tuple(nights))


def read_listings(source: Source) -> Listings:
    """Sort the rows of a file into listings and refused rows. Raises Unreadable."""
    found = Listings([], [])
    lines: dict[str, int] = {}
    for line in lines_of(source, COLUMNS, "listings"):
        try:
            listing = _listing(line.number, line.by_column())
            before = lines.setdefault(listing.listing, line.number)
            if before != line.number:
                raise BadRow(f"the listing stands in line {before} already: leave one of them out")
            found.listings.append(listing)
        except BadRow as broken:
            found.refused.append(RefusedRow(line.number, _known_by(line), str(broken)))
    return found


def _known_by(line: Line) -> str:
    """The source's id of a refused row, if it has one: a report must not repeat just anything."""
    try:
        return _name(line.by_column()["id"])
    except (BadRow, ValueError):
        return ""


# -- A row ------------------------------------------------------------------------------


def _listing(line: int, row: Mapping[str, str]) -> Listing:
    latitude_e6 = read(row, "latitude", _degrees_e6, "degrees such as 51.21906")
    longitude_e6 = read(row, "longitude", _degrees_e6, "degrees such as 4.39955")
    listing = Listing(
        line=line,
        listing=read(row, "id", _name, "the source's id of the listing"),
        host=read(row, "host_id", _name, "the source's id of its host"),
        name=read(row, "name", _words, "the listing's title"),
        area=area_of(latitude_e6, longitude_e6),
        neighbourhood=read(row, "neighbourhood_cleansed", _words, "the part of town"),
        latitude_e6=latitude_e6,
        longitude_e6=longitude_e6,
        property_type=read(row, "property_type", _words, "a type such as Entire loft"),
        let=read(row, "room_type", Let, " or ".join(Let)),
        capacity=read(row, "accommodates", whole_number, "how many people it takes"),
        bathrooms=read(row, "bathrooms", _whole_part, "a number such as 1.5, or nothing"),
        bedrooms=read(row, "bedrooms", _number, "a whole number, or nothing"),
        beds=read(row, "beds", _number, "a whole number, or nothing"),
        amenities=read(row, "amenities", _texts, 'a JSON list such as ["Wifi"]'),
        price_minor=read(row, "price", _cents, "$99.00, or nothing where there is no price"),
        min_nights=read(row, "minimum_nights", whole_number, "a whole number"),
        max_nights=read(row, "maximum_nights", whole_number, "a whole number"),
        instant=read(row, "instant_bookable", ("f", "t").index, "t or f") == 1,
        unavailable=read(row, "unavailable", _calendar, "ranges such as 2024-07-08/2024-07-12"),
    )
    _refuse_impossible(listing)
    return listing


def _refuse_impossible(listing: Listing) -> None:
    """The rules that a listing which can be read may still break. Raises BadRow."""
    if not 1 <= listing.capacity <= 1_000:
        raise BadRow(f"accommodates is {listing.capacity}: write how many people it takes")
    if not 1 <= listing.min_nights <= listing.max_nights:
        raise BadRow(
            f"minimum_nights {listing.min_nights} and maximum_nights {listing.max_nights} leave no "
            "stay: write at least 1, and no more than the maximum"
        )
    if listing.price_minor == 0:
        raise BadRow("price is zero: leave it empty where there is no price")
    calendar = listing.unavailable
    for earlier, later in pairwise(calendar):
        if later.check_in < earlier.check_out:
            raise BadRow(
                f"unavailable names {later.check_in} twice, or out of order: "
                "write its ranges one after the other"
            )
    if calendar and calendar[-1].check_out - calendar[0].check_in > LONGEST_CALENDAR:
        raise BadRow("unavailable spans more than three years: leave the later nights out")


# -- A value ----------------------------------------------------------------------------


def _name(text: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z_-]{1,64}", text):
        raise ValueError(text)
    return text


def _words(text: str) -> str:
    """Words that can be kept and shown."""
    try:
        return fit(text)
    except UnfitText:
        raise ValueError(text) from None


def _degrees_e6(text: str) -> int:
    """Degrees in millionths; the source writes up to seventeen places after the point."""
    if not re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{1,20})?", text):
        raise ValueError(text)
    return round(Decimal(text) * DEGREE_E6)


def _number(text: str) -> int | None:
    return whole_number(text) if text else None


def _whole_part(text: str) -> int | None:
    """Half a bathroom is a toilet without a bath, so it is none."""
    if text and not re.fullmatch(r"[0-9]{1,3}(\.[0-9])?", text):
        raise ValueError(text)
    return int(text.partition(".")[0]) if text else None


def _texts(text: str) -> tuple[str, ...]:
    try:
        return msgspec.json.decode(text, type=tuple[str, ...])
    except msgspec.DecodeError:
        raise ValueError(text) from None


def _cents(text: str) -> int | None:
    """An amount such as `$1,376.00`, of which the source means euros whatever sign it writes."""
    if not text:
        return None
    if not re.fullmatch(r"\$[0-9]{1,3}(,?[0-9]{3})*\.[0-9]{2}", text) or len(text) > 12:
        raise ValueError(text)
    return int(re.sub(r"[$,.]", "", text))


def _calendar(text: str) -> tuple[Stay, ...]:
    return tuple(_nights(each) for each in text.split())


def _nights(text: str) -> Stay:
    first, _, end = text.partition("/")
    nights = Stay(date.fromisoformat(first), date.fromisoformat(end))
    if nights.nights_count() < 1:
        raise ValueError(text)
    return nights
