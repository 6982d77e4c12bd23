"""No night of a unit is sold twice, and none that is blocked, or kept free after a stay.

A breach means that two guests will stand at one door. Find the later booking's guest another place
today; then call the engineer on duty, because Postgres itself should have refused it.
"""

from datetime import date
from functools import reduce
from operator import or_
from typing import Any, ClassVar

from ledger.events import Recorded
from ledger.events.unit_calendar import (
    ExternalBlockAdded,
    ExternalBlockRemoved,
    HoldExpired,
    HoldPlaced,
    HoldReleased,
    NightsBlocked,
    NightsUnblocked,
    ReservationMade,
    ReservationMoved,
    ReservationReleased,
)
from ledger.values.stay import Stay
from replay.rules.rule import Handlers, Rule

Taken = HoldPlaced | NightsBlocked | ReservationMade
Freed = HoldExpired | HoldReleased | ReservationReleased | NightsUnblocked

FIRST_DAY = date(1970, 1, 1).toordinal()


class NightsAreSoldOnce(Rule):
    """Remembers per unit one number whose bits are its nights that are not free."""

    invariants: ClassVar = {"INV-B1": "No night of a unit is sold twice."}

    def __init__(self) -> None:
        super().__init__()
        self._taken: dict[str, int] = {}

    def hears(self) -> Handlers:
        """What takes nights, and what frees them."""
        return {
            HoldPlaced: self.take,
            ReservationMade: self.reserve,
            ReservationMoved: self.move,
            NightsBlocked: self.take,
            ExternalBlockAdded: self.block,
            HoldExpired: self.free,
            HoldReleased: self.free,
            ReservationReleased: self.free,
            NightsUnblocked: self.free,
            ExternalBlockRemoved: self.unblock,
        }

    def take(self, recorded: Recorded[Taken]) -> None:
        """Nights that are taken must have been free."""
        self._take(recorded, _kept_by(recorded.event))

    def reserve(self, recorded: Recorded[ReservationMade]) -> None:
        """Nights that were held are taken already, others must have been free."""
        if recorded.event.reacquired:
            self.take(recorded)

    def move(self, recorded: Recorded[ReservationMoved]) -> None:
        """Nights that are taken in the place of others must have been free, or among those."""
        event = recorded.event
        self._free(recorded, _bits(event.moved_from, event.buffer_nights))
        self._take(recorded, _bits(event.stay, event.buffer_nights))

    def block(self, recorded: Recorded[ExternalBlockAdded]) -> None:
        """What is blocked must have been free, or blocked by the same item before."""
        self._free(recorded, *map(_bits, recorded.event.replaced))
        self._take(recorded, *map(_bits, recorded.event.parts))

    def free(self, recorded: Recorded[Freed]) -> None:
        """Nights are free again."""
        self._free(recorded, _kept_by(recorded.event))

    def unblock(self, recorded: Recorded[ExternalBlockRemoved]) -> None:
        """What an item blocked is free again."""
        self._free(recorded, *map(_bits, recorded.event.parts))

    def _take(self, recorded: Recorded[Any], *parts: int) -> None:
        taken, nights = self._taken.get(recorded.stream_id, 0), reduce(or_, parts, 0)
        if twice := taken & nights:
            first = date.fromordinal(FIRST_DAY + (twice & -twice).bit_length() - 1)
            found = f"{twice.bit_count()} nights, from {first}, are taken already"
            self.breach("INV-B1", found, recorded)
        self._taken[recorded.stream_id] = taken | nights

    def _free(self, recorded: Recorded[Any], *parts: int) -> None:
        taken = self._taken.get(recorded.stream_id, 0)
        self._taken[recorded.stream_id] = taken & ~reduce(or_, parts, 0)


def _kept_by(event: Taken | Freed) -> int:
    if isinstance(event, NightsBlocked | NightsUnblocked):
        return _bits(event.stay)
    return _bits(event.stay, event.buffer_nights)


def _bits(stay: Stay, buffer_nights: int = 0) -> int:
    """The nights of a stay and of the pause after it as bits, that of `FIRST_DAY` the lowest."""
    nights = (stay.check_out - stay.check_in).days + buffer_nights
    return ((1 << nights) - 1) << (stay.check_in.toordinal() - FIRST_DAY)
