"""Sought: what somebody looks for, where, and in which order it is told them."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from math import cos, isqrt, radians
from typing import NamedTuple

from msgspec import Struct

from ledger.values.exchange import Exchange
from ledger.values.offer import Asked

DEGREE_E6 = 1_000_000
METRES_OF_A_DEGREE = 111_195
ALL_AROUND_E6 = 360 * DEGREE_E6


class Box(Struct, frozen=True):
    """A part of the map, in millionths of a degree; from its west eastwards to its east."""

    south_e6: int
    west_e6: int
    north_e6: int
    east_e6: int

    @property
    def width_e6(self) -> int:
        """How far it goes eastwards; from the west of the map to its east, all around."""
        eastwards = self.east_e6 - self.west_e6
        return eastwards if eastwards == ALL_AROUND_E6 else eastwards % ALL_AROUND_E6

    @property
    def middle(self) -> "Spot":
        """Its middle."""
        east_of_zero = (self.west_e6 + self.width_e6 // 2 + ALL_AROUND_E6 // 2) % ALL_AROUND_E6
        return Spot((self.south_e6 + self.north_e6) // 2, east_of_zero - ALL_AROUND_E6 // 2)


class Spot(Struct, frozen=True):
    """A place on the map, in millionths of a degree."""

    latitude_e6: int
    longitude_e6: int

    @property
    def narrowing_e6(self) -> int:
        """A degree of longitude is so many millionths of one of latitude here."""
        return round(cos(radians(self.latitude_e6 / DEGREE_E6)) * DEGREE_E6)

    def metres_to(self, other: "Spot") -> int:
        """How far away another place is: good to a percent within a few hundred kilometres."""
        apart = abs(self.longitude_e6 - other.longitude_e6)
        east_e6 = min(apart, ALL_AROUND_E6 - apart) * self.narrowing_e6 // DEGREE_E6
        north_e6 = self.latitude_e6 - other.latitude_e6
        return isqrt(east_e6**2 + north_e6**2) * METRES_OF_A_DEGREE // DEGREE_E6


class Order(StrEnum):
    """What comes first. Of equals, the order is always the same."""

    PRICE = "price"
    DISTANCE = "distance"
    RATING = "rating"
    NEWEST = "newest"


class Sought(Struct, frozen=True, kw_only=True):
    """What somebody looks for. Prices are minor units of the currency that they wish to pay in.

    `exchanges` says for each listing's currency how it is paid in the wished one; where that is not
    stated, at par, with the code of what is in the way. `near` is what distances are measured from.
    """

    asked: Asked
    currency: str
    exchanges: Mapping[str, tuple[Exchange, str | None]]
    order: Order = Order.PRICE
    box: Box | None = None
    place: str | None = None
    near: Spot | None = None
    country: str | None = None
    kinds: Sequence[str] = ()
    amenities: Sequence[str] = ()
    children_free: bool = False
    instant: bool = False
    from_minor: int | None = None
    to_minor: int | None = None

    @property
    def names_prices(self) -> bool:
        """Whether totals must lie between prices."""
        return self.from_minor is not None or self.to_minor is not None

    def has_room_for(self, total_minor: int, not_converted: str | None) -> bool:
        """Whether a total is within the prices that were named, if any were."""
        if not self.names_prices:
            return True
        above = self.from_minor is None or total_minor >= self.from_minor
        below = self.to_minor is None or total_minor <= self.to_minor
        return not_converted is None and above and below


class Shape(NamedTuple):
    """What the statement of a search depends on: searches of one shape differ in values only."""

    order: Order
    in_box: bool
    round_the_back: bool
    in_place: bool


def shape_of(sought: Sought) -> Shape:
    """The shape of a search."""
    box = sought.box
    return Shape(
        order=sought.order,
        in_box=box is not None,
        round_the_back=box is not None and box.west_e6 > box.east_e6,
        in_place=sought.place is not None,
    )


Values = Mapping[str, object]
"""What a statement is given, by the names of its parameters."""


class Place(NamedTuple):
    """Where a candidate stands: its rank in the order, and what tells it from its equals."""

    rank: int
    property_id: str
    room_type: str
