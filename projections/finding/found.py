"""Found: the rooms that a guest can book for a whole stay, with what it costs altogether.

Each is judged by the stay rules and priced by the price functions that its quote will be made with
(`ledger.values.offer`), one by one; the database only says which are worth it. What is shown was
true at the answer's position: who books what is gone meanwhile is refused with the reason.
"""

from bisect import insort
from collections.abc import Iterator, Sequence
from decimal import Decimal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, RowMapping

from ledger.errors import SearchTooWide
from ledger.values.listing import PropertyKind
from projections.finding.candidates import candidates, position_now
from projections.finding.priced import Priced, judged
from projections.finding.sought import Order, Place, Sought, Spot
from projections.projection import Answer
from projections.reading import at_one_moment

AT_ONCE, MOST_AT_ONCE = 96, 768
"""How many candidates are fetched together: at first, and when those were not enough."""

MOST_PRICED = 1_500
"""How many prices are worked out for a page at most."""


class Paid(BaseModel):
    """An amount in minor units (cents for EUR)."""

    model_config = ConfigDict(frozen=True)

    minor: int
    currency: str


class FoundRoom(BaseModel):
    """A room type of a property that can be booked for the whole stay.

    `total` is all that the guest pays, in the wished currency, or in the listing's with the code of
    what is in the way in `not_converted`. The parts are of `listing_total`, in the listing's
    currency: nights and extras, the platform's fees, and the taxes that are not in the nights.
    `latitude` and `longitude` are degrees. Words and photo are found by their ids.
    """

    model_config = ConfigDict(frozen=True)

    property_id: str
    room_type: str
    kind: PropertyKind
    country: str
    region: str
    city: str
    latitude: str
    longitude: str
    distance_metres: int | None
    capacity: int
    bedrooms: int
    beds: int
    bathrooms: int
    amenities: Sequence[str]
    instant: bool
    text_id: str | None
    photo_id: str | None
    reviews_count: int
    stars_hundredths: int | None
    total: Paid
    listing_total: Paid
    subtotal_minor: int
    fees_minor: int
    taxes_minor: int
    not_converted: str | None
    rates_version: int
    levies_version: int


class FoundStays(Answer):
    """A page of what was found. Where there may be more, `ends_at` is where the next one begins."""

    model_config = ConfigDict(frozen=True)

    rooms: Sequence[FoundRoom]
    ends_at: Place | None


def stays_to_book(db: Connection, sought: Sought, after: Place | None, at_most: int) -> FoundStays:
    """A page of the rooms that can be booked for the whole stay, in the order that was asked for.

    By price, that is the order of the totals, exactly: candidates are taken from the least that
    they can cost, until no other can belong to the page. A page begins behind a place in the order
    and not behind so many rooms, so what comes and goes meanwhile moves nothing else. Where totals
    themselves change between two pages (other rates of exchange, another day), a room near the
    place may come again, or not at all. In any other order a page may be short, and even empty,
    though others follow. Raises SearchTooWide where more than `MOST_PRICED` prices would decide
    about a page.
    """
    pick = _cheapest if sought.order is Order.PRICE else _next
    with at_one_moment(db):
        position = position_now(db)
        page, ends_at = pick(db, sought, after, at_most)
    rooms = [_told(sought, priced) for priced in page]
    return FoundStays(position=position, rooms=rooms, ends_at=ends_at)


# -- Pages ------------------------------------------------------------------------------


Page = tuple[Sequence[Priced], Place | None]


def _next(db: Connection, sought: Sought, after: Place | None, at_most: int) -> Page:
    """The next ones in an order that the database knows."""
    page: list[Priced] = []
    for seen, row in enumerate(_from(db, sought, after)):
        if len(page) == at_most or seen == MOST_PRICED:
            return page, after
        after = _place(row)
        priced = judged(sought, row)
        if priced is not None:
            page.append(priced)
    return page, None


def _cheapest(db: Connection, sought: Sought, after: Place | None, at_most: int) -> Page:
    """The next ones by their totals, of which only the least is known before they are priced."""
    found: list[Priced] = []
    for seen, row in enumerate(_from(db, sought, None)):
        if len(found) > at_most and row["rank"] > found[at_most].place.rank:
            break
        if seen == MOST_PRICED:
            raise SearchTooWide(priced=MOST_PRICED)
        priced = judged(sought, row)
        if priced is not None and (after is None or priced.place > after):
            insort(found, priced, key=lambda one: one.place)
            del found[at_most + 1 :]
    page = found[:at_most]
    return page, page[-1].place if len(found) > at_most else None


def _from(db: Connection, sought: Sought, after: Place | None) -> Iterator[RowMapping]:
    """Candidates behind a place, in growing parts: few searches need more than the first."""
    at_once = AT_ONCE
    while True:
        rows = candidates(db, sought, after, at_once)
        yield from rows
        if len(rows) < at_once:
            return
        after, at_once = _place(rows[-1]), min(2 * at_once, MOST_AT_ONCE)


def _place(row: RowMapping) -> Place:
    return Place(row["rank"], row["property_id"], row["room_type"])


# -- What is told ----------------------------------------------------------------------


def _told(sought: Sought, priced: Priced) -> FoundRoom:
    row, price = priced.row, priced.price
    total, listed = price.total, price.listing_total
    fees_minor = price.guest_fee.minor + price.guest_vat_minor
    _, not_converted = sought.exchanges[row["currency"]]
    told = {name: row[name] for name in FoundRoom.model_fields if name in row}
    worked_out = {
        "latitude": degrees(row["latitude_e6"]),
        "longitude": degrees(row["longitude_e6"]),
        "distance_metres": _distance(sought, row),
        "amenities": [code for code in row["amenities"].split(",") if code],
        "instant": priced.instant,
        "total": Paid(minor=total.minor, currency=total.currency),
        "listing_total": Paid(minor=listed.minor, currency=listed.currency),
        "subtotal_minor": price.subtotal.minor,
        "fees_minor": fees_minor,
        "taxes_minor": listed.minor - price.subtotal.minor - fees_minor,
        "not_converted": not_converted,
    }
    return FoundRoom(**told | worked_out)


def _distance(sought: Sought, row: RowMapping) -> int | None:
    if sought.near is None:
        return None
    return sought.near.metres_to(Spot(row["latitude_e6"], row["longitude_e6"]))


def degrees(millionths: int) -> str:
    """Millionths of a degree, as degrees are written."""
    return f"{Decimal(millionths).scaleb(-6):f}"
