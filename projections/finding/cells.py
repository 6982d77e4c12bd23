"""Cells: what is known of one cell of a map, and what is told of it."""

from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict
from sqlalchemy import RowMapping

from projections.finding.found import Paid, degrees
from projections.finding.priced import Priced, judged
from projections.finding.sought import Sought


class Cluster(BaseModel):
    """The rooms of a cell that can be booked for the whole stay, in the middle of where they are.

    `lowest` is the lowest of their totals; where `lowest_is_certain` is false, the lowest of those
    that were worked out, and another may be lower. The one room of a cell that has only one is
    named.
    """

    model_config = ConfigDict(frozen=True)

    latitude: str
    longitude: str
    count: int
    lowest: Paid
    lowest_is_certain: bool
    property_id: str | None
    room_type: str | None


@dataclass
class Cell:
    """What is known of a cell: how many candidates it has, and what was made of those seen.

    Those that were not seen cost `least_left` or more. Its middle is that of all candidates, until
    all were seen and it is known which of them can be booked.
    """

    row: RowMapping
    priced: list[Priced] = field(default_factory=list)
    seen_count: int = 0
    least_left: int = 0

    @property
    def was_seen(self) -> bool:
        """Whether all its candidates were judged."""
        return self.seen_count >= int(self.row["candidates_count"])

    def take(self, sought: Sought, row: RowMapping) -> None:
        """See the next candidate, which is judged and priced."""
        self.seen_count += 1
        self.least_left = row["rank"]
        priced = judged(sought, row)
        if priced is not None:
            self.priced.append(priced)

    def is_known(self, sought: Sought) -> bool:
        """Whether its lowest total is certain; and where prices were named, its count."""
        if self.was_seen:
            return True
        cheap_enough = any(each.place.rank <= self.least_left for each in self.priced)
        return cheap_enough and not sought.names_prices

    def told(self, *, certain: bool) -> Cluster | None:
        """What is told of it; nothing where nothing can be booked, or nothing is known yet."""
        if not self.priced:
            return None
        cheapest = min(self.priced, key=lambda each: each.place)
        seen_in_vain = self.seen_count - len(self.priced)
        count = self.row["candidates_count"] - seen_in_vain
        return Cluster(
            latitude=degrees(self._middle_of("latitude_e6")),
            longitude=degrees(self._middle_of("longitude_e6")),
            count=count,
            lowest=Paid(minor=cheapest.price.total.minor, currency=cheapest.price.total.currency),
            lowest_is_certain=certain,
            property_id=cheapest.place.property_id if count == 1 else None,
            room_type=cheapest.place.room_type if count == 1 else None,
        )

    def _middle_of(self, coordinate: str) -> int:
        if self.was_seen:
            return sum(int(each.row[coordinate]) for each in self.priced) // len(self.priced)
        return int(self.row[f"middle_{coordinate}"])
