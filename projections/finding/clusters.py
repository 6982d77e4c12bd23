"""Clusters: how many rooms can be booked in each cell of a map, and from which total on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from msgspec.structs import replace
from pydantic import BaseModel, ConfigDict
from sqlalchemy import BigInteger, ColumnElement, Connection, RowMapping, Select, cast, func, select

from ledger.errors import SearchTooWide
from projections.finding.candidates import detailed, position_now
from projections.finding.findable import findable, to_be_had
from projections.finding.found import MOST_PRICED, Paid, degrees
from projections.finding.priced import Priced, judged
from projections.finding.sought import ALL_AROUND_E6, Order, Sought
from projections.projection import Answer

CELLS_OF_A_TILE = 4
"""How many cells lie side by side in a tile of the map: at zoom 0 one tile is the world."""

ROUNDS = (0, 4, 16, 64, 256, MOST_PRICED)
"""How many rooms of a cell are priced, round by round, until its cheapest is known."""


class Cluster(BaseModel):
    """The rooms of a cell that can be booked for the whole stay, in the middle of where they are.

    `lowest` is the lowest of their totals. The one room of a cell that has only one is named.
    """

    model_config = ConfigDict(frozen=True)

    latitude: str
    longitude: str
    count: int
    lowest: Paid
    property_id: str | None
    room_type: str | None


class Clusters(Answer):
    """The cells of a map in which something can be booked, from its south-west on."""

    clusters: Sequence[Cluster]


@dataclass
class Cell:
    """What is known of a cell: how many candidates it has, and what was made of those seen.

    Those that were not seen cost `least_left` or more.
    """

    row: RowMapping
    priced: list[Priced] = field(default_factory=list)
    seen_count: int = 0
    least_left: int = 0

    def take(self, sought: Sought, row: RowMapping) -> None:
        """See the next candidate, which is judged and priced."""
        self.seen_count += 1
        self.least_left = row["rank"]
        priced = judged(sought, row)
        if priced is not None:
            self.priced.append(priced)

    def is_known(self, sought: Sought) -> bool:
        """Whether its lowest total is certain; and where prices were named, its count."""
        if self.seen_count >= self.row["candidates_count"]:
            return True
        cheap_enough = any(each.place.rank <= self.least_left for each in self.priced)
        return cheap_enough and not sought.names_prices

    def told(self) -> Cluster | None:
        """What is told of it; nothing where nothing can be booked."""
        if not self.priced:
            return None
        cheapest = min(self.priced, key=lambda each: each.place)
        seen_in_vain = self.seen_count - len(self.priced)
        count = self.row["candidates_count"] - seen_in_vain
        return Cluster(
            latitude=degrees(self.row["middle_latitude_e6"]),
            longitude=degrees(self.row["middle_longitude_e6"]),
            count=count,
            lowest=Paid(minor=cheapest.price.total.minor, currency=cheapest.price.total.currency),
            property_id=cheapest.place.property_id if count == 1 else None,
            room_type=cheapest.place.room_type if count == 1 else None,
        )


def side_of(zoom: int) -> int:
    """How wide and high the cells of a map are at a zoom, in millionths of a degree."""
    return max(ALL_AROUND_E6 // (CELLS_OF_A_TILE << zoom), 1)


def clusters_to_book(db: Connection, sought: Sought, zoom: int) -> Clusters:
    """What can be booked in each cell of a map at a zoom, with the lowest total of each, exactly.

    The rooms of a cell are priced from the least that they can cost, until no other can be cheaper;
    all of them, where prices were named. A room whose quote would be refused is counted as long as
    nobody had to price it: one whose total no card can pay. Raises SearchTooWide where more than
    `MOST_PRICED` prices would be needed.
    """
    position = position_now(db)
    by_price = replace(sought, order=Order.PRICE)
    cells: dict[tuple[int, int], Cell] = {}
    priced_count = 0
    for seen, so_many in pairwise(ROUNDS):
        rows = _open_still(
            db.execute(_round(by_price, zoom, seen, so_many)).mappings(), cells, sought
        )
        if not rows:
            break
        priced_count += len(rows)
        if priced_count > MOST_PRICED:
            raise SearchTooWide(priced=MOST_PRICED)
        for row in rows:
            cells.setdefault((row["y"], row["x"]), Cell(row)).take(by_price, row)
    told = (cells[at].told() for at in sorted(cells))
    return Clusters(position=position, clusters=[each for each in told if each is not None])


def _open_still(
    rows: Iterable[RowMapping], cells: Mapping[tuple[int, int], Cell], sought: Sought
) -> list[RowMapping]:
    """The rows of those cells that are not known yet."""
    known = {at for at, cell in cells.items() if cell.is_known(sought)}
    return [row for row in rows if (row["y"], row["x"]) not in known]


def _round(sought: Sought, zoom: int, seen: int, so_many: int) -> Select[Any]:
    """The candidates of each cell from one place in it to another, the least first."""
    keys = findable(sought)
    side_e6 = side_of(zoom)
    x = (keys.c.longitude_e6 + ALL_AROUND_E6 // 2) // side_e6
    y = (keys.c.latitude_e6 + ALL_AROUND_E6 // 4) // side_e6
    order = (keys.c.rank, keys.c.property_id, keys.c.room_type)
    numbered = (
        select(
            keys,
            x.label("x"),
            y.label("y"),
            func.row_number().over(partition_by=(x, y), order_by=order).label("number"),
            func.count().over(partition_by=(x, y)).label("candidates_count"),
            _middle(keys.c.latitude_e6, x, y).label("middle_latitude_e6"),
            _middle(keys.c.longitude_e6, x, y).label("middle_longitude_e6"),
        )
        .where(to_be_had(sought, keys))
        .subquery("numbered")
    )
    of_round = (numbered.c.number > seen) & (numbered.c.number <= so_many)
    return detailed(select(numbered).where(of_round).subquery("page"))


def _middle(of: ColumnElement[int], *cell: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.round(func.avg(of).over(partition_by=cell)), BigInteger)
