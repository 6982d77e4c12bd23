"""What somebody may look for: query parameters of a search, checked for their shape."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from api.faults import InvalidRequest
from api.shapes import LARGEST_AMOUNT_MINOR, Currency, LocalDate, Name, Query
from api.windows import bounded_stay
from api.wishes.listings import DEGREE, Code, Country
from ledger.values.clock import Instant
from ledger.values.currency import CURRENCIES
from ledger.values.exchange import ReferenceRates
from ledger.values.guests import Party
from ledger.values.listing import PropertyKind
from ledger.values.offer import Asked, exchange_on_offer
from projections.finding.clusters import side_of
from projections.finding.found import MOST_PRICED
from projections.finding.sought import Box, Order, Sought, Spot

DEGREES = r"-?\d{1,3}(\.\d{1,6})?"
MOST_SOUTH_E6, MOST_WEST_E6 = -90_000_000, -180_000_000

MOST_CELLS = MOST_PRICED
"""How many cells a map may have, for each of which a price is worked out: those of a large screen
are a few hundred."""

Heads = Annotated[int, Field(ge=0, le=50)]
Minor = Annotated[int, Field(ge=0, le=LARGEST_AMOUNT_MINOR)]
Corners = Annotated[str, Field(pattern=f"^{DEGREES}(,{DEGREES}){{3}}$", examples=["-10,38,-9,39"])]
Point = Annotated[str, Field(pattern=f"^{DEGREES},{DEGREES}$", examples=["-9.42,38.7"])]


class SearchWish(Query):
    """A stay, who comes, and where; and what else is wished for. A place or a box must be named.

    Degrees are WGS 84, longitude first, as in GeoJSON: a box is west, south, east, north, and goes
    from its west eastwards. Prices are totals for the whole stay.
    """

    check_in: LocalDate
    check_out: LocalDate
    adults: Annotated[int, Field(ge=1, le=50)] = 2
    children: Heads = 0
    infants: Heads = 0
    pets: Heads = 0
    place: Name | None = Field(default=None, description="A city or a region, by its name")
    country: Country | None = None
    box: Corners | None = None
    near: Point | None = Field(
        default=None, description="What distances are measured from; else the middle of the box"
    )
    kind: list[PropertyKind] = Field(default_factory=list, max_length=10)
    amenity: list[Code] = Field(default_factory=list, max_length=20)
    cot: bool = False
    high_chair: bool = False
    step_free: bool = False
    children_free: bool = Field(default=False, description="Nights cost the same with children")
    instant: bool = Field(default=False, description="No host has to accept the stay first")
    currency: Currency = "EUR"
    from_minor: Minor | None = None
    to_minor: Minor | None = None
    order: Order = Order.PRICE

    def sought(self, now: Instant, reference: ReferenceRates | None) -> Sought:
        """In the words of the read model, at an instant.

        Raises InvalidRequest, NoNights, UnknownCurrency.
        """
        box = self._box()
        near = _spot(*_e6(self.near)) if self.near else box.middle if box else None
        if box is None and self.place is None:
            raise InvalidRequest(missing="place or box")
        return Sought(
            asked=self._asked(now),
            currency=self.currency,
            exchanges={
                listing: exchange_on_offer(reference, listing, self.currency, now)
                for listing in CURRENCIES
            },
            order=self.order,
            box=box,
            place=self.place,
            near=near,
            country=self.country,
            kinds=[kind.value for kind in self.kind],
            amenities=self._amenities(),
            children_free=self.children_free,
            instant=self.instant,
            from_minor=self.from_minor,
            to_minor=self.to_minor,
        )

    def _asked(self, now: Instant) -> Asked:
        return Asked(
            stay=bounded_stay(self.check_in, self.check_out),
            party=Party(self.adults, self.children, self.infants),
            at=now,
            pets=self.pets,
        )

    def _amenities(self) -> Sequence[str]:
        named = ("cot", "high_chair", "step_free")
        family = [name for name in named if getattr(self, name)]
        return sorted({*self.amenity, *family})

    def _box(self) -> Box | None:
        if self.box is None:
            return None
        west_e6, south_e6, east_e6, north_e6 = _e6(self.box)
        south_west, north_east = _spot(west_e6, south_e6), _spot(east_e6, north_e6)
        if south_west.latitude_e6 > north_east.latitude_e6:
            raise InvalidRequest(box=self.box, because="its south is north of its north")
        return Box(south_e6, west_e6, north_e6, east_e6)


class MapWish(SearchWish):
    """A search, and the zoom of the map that it is shown on: at 0 one tile is the world."""

    zoom: Annotated[int, Field(ge=0, le=20)]

    def sought(self, now: Instant, reference: ReferenceRates | None) -> Sought:
        """In the words of the read model, where the map has not too many cells.

        Raises InvalidRequest, NoNights, UnknownCurrency.
        """
        box = self._box()
        if box is not None:
            side_e6 = side_of(self.zoom)
            across, upwards = box.width_e6 // side_e6 + 1, (box.north_e6 - box.south_e6) // side_e6
            cells_count = across * (upwards + 1)
            if cells_count > MOST_CELLS:
                raise InvalidRequest(cells_count=cells_count, at_most=MOST_CELLS)
        return super().sought(now, reference)


def _e6(degrees: str) -> list[int]:
    return [int(Decimal(one) * DEGREE) for one in degrees.split(",")]


def _spot(longitude_e6: int, latitude_e6: int) -> Spot:
    if abs(latitude_e6) > -MOST_SOUTH_E6 or abs(longitude_e6) > -MOST_WEST_E6:
        raise InvalidRequest(longitude_e6=longitude_e6, latitude_e6=latitude_e6)
    return Spot(latitude_e6, longitude_e6)
