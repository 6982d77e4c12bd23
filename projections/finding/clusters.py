"""Clusters: how many rooms can be booked in each cell of a map, and from which total on."""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from msgspec.structs import replace
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Integer,
    Select,
    any_,
    bindparam,
    cast,
    func,
    or_,
    select,
)

from ledger.errors import SearchTooWide
from projections.finding.candidates import detailed, position_now, values_of
from projections.finding.cells import Cell, Cluster
from projections.finding.findable import findable, to_be_had
from projections.finding.found import MOST_PRICED
from projections.finding.sought import ALL_AROUND_E6, Order, Shape, Sought, shape_of
from projections.projection import Answer
from projections.reading import at_one_moment

CELLS_OF_A_TILE = 4
"""How many cells lie side by side in a tile of the map: at zoom 0 one tile is the world."""

ROUNDS = (0, 1, 4, 16, 64, 256, MOST_PRICED)
"""How many rooms of a cell are priced, round by round, until its cheapest is known."""

AT_MOST_SO_WIDE = 1 << 32
"""More cells than lie side by side around the world at any zoom."""


class Clusters(Answer):
    """The cells of a map in which something can be booked, from its south-west on."""

    clusters: Sequence[Cluster]


def side_of(zoom: int) -> int:
    """How wide and high the cells of a map are at a zoom, in millionths of a degree."""
    return max(ALL_AROUND_E6 // (CELLS_OF_A_TILE << zoom), 1)


def clusters_to_book(db: Connection, sought: Sought, zoom: int) -> Clusters:
    """What can be booked in each cell of a map at a zoom, with the lowest total of each.

    The rooms of a cell are priced from the least that they can cost, until no other can be cheaper;
    all of them, where prices were named. `MOST_PRICED` prices are worked out at most: cells that
    are not certain then say so. A room whose quote would be refused is counted as long as nobody
    had to price it: one whose total no card can pay. Raises SearchTooWide where more prices would
    be needed to tell anything of a cell; or to count, where prices were named.
    """
    by_price = replace(sought, order=Order.PRICE)
    with at_one_moment(db):
        position = position_now(db)
        cells = _priced_by_rounds(db, by_price, zoom)
    uncertain = [cell for cell in cells.values() if not cell.is_known(by_price)]
    if any(sought.names_prices or not cell.priced for cell in uncertain):
        raise SearchTooWide(priced=MOST_PRICED)
    told = (cells[at].told(certain=cells[at].is_known(by_price)) for at in sorted(cells))
    return Clusters(position=position, clusters=[each for each in told if each is not None])


def _priced_by_rounds(db: Connection, sought: Sought, zoom: int) -> Mapping[int, Cell]:
    """Price so much of each cell that its lowest is certain, and no more than may be priced."""
    statement, values = one_round(shape_of(sought)), values_of_round(sought, zoom)
    cells, left = dict[int, Cell](), MOST_PRICED
    for seen, so_many in pairwise(ROUNDS):
        of_round = {"seen": seen, "so_many": so_many, "at_most": left + 1}
        rows = db.execute(statement, {**values, **of_round}).mappings().all()
        for row in rows:
            cells.setdefault(row["cell"], Cell(row))
        for row in rows[:left]:
            cells[row["cell"]].take(sought, row)
        left -= len(rows)
        open_cells = [at for at, cell in cells.items() if not cell.is_known(sought)]
        if left <= 0 or not open_cells:
            break
        values |= {"of_all": False, "open_cells": open_cells}
    return cells


def values_of_round(sought: Sought, zoom: int) -> dict[str, object]:
    """What the first round is given, in which all cells are open."""
    of_cells = {"side_e6": side_of(zoom), "of_all": True, "open_cells": list[int]()}
    return {**values_of(sought), **of_cells}


@cache
def one_round(shape: Shape) -> Select[Any]:
    """The statement that asks for the candidates of the cells that are open, from one place in each
    to another, the least of all first. It is given `values_of_round`, `seen`, `so_many`, and how
    many of them `at_most`.
    """
    keys = findable(shape)
    side_e6 = bindparam("side_e6", type_=Integer)
    x = (keys.c.longitude_e6 + ALL_AROUND_E6 // 2) // side_e6
    y = (keys.c.latitude_e6 + ALL_AROUND_E6 // 4) // side_e6
    cell = cast(y, BigInteger) * AT_MOST_SO_WIDE + x
    order = (keys.c.rank, keys.c.property_id, keys.c.room_type)
    is_open = cell == any_(bindparam("open_cells", type_=ARRAY(BigInteger)))
    numbered = (
        select(
            keys,
            cell.label("cell"),
            func.row_number().over(partition_by=cell, order_by=order).label("number"),
            func.count().over(partition_by=cell).label("candidates_count"),
            _middle(keys.c.latitude_e6, cell).label("middle_latitude_e6"),
            _middle(keys.c.longitude_e6, cell).label("middle_longitude_e6"),
        )
        .where(or_(bindparam("of_all", type_=Boolean), is_open))
        .where(to_be_had(keys))
        .subquery("numbered")
    )
    of_round = numbered.c.number > bindparam("seen", type_=Integer)
    of_round &= numbered.c.number <= bindparam("so_many", type_=Integer)
    first = (numbered.c.rank, numbered.c.property_id, numbered.c.room_type)
    page = select(numbered).where(of_round).order_by(*first)
    return detailed(page.limit(bindparam("at_most", type_=Integer)).subquery("page"))


def _middle(of: ColumnElement[int], cell: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.round(func.avg(of).over(partition_by=cell)), BigInteger)
