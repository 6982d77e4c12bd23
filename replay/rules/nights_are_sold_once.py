"""No night of a unit is sold twice.

A breach means that two guests will stand at one door. Find the later booking's guest another place
today; then call the engineer on duty, because Postgres itself should have refused it.
"""

from datetime import date
from typing import ClassVar

from ledger.events import Recorded
from ledger.events.unit_calendar import (
    HoldExpired,
    HoldPlaced,
    HoldReleased,
    ReservationReleased,
)
from ledger.values.stay import Stay
from replay.rules.rule import Handlers, Rule

Freed = HoldExpired | HoldReleased | ReservationReleased

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
            HoldExpired: self.free,
            HoldReleased: self.free,
            ReservationReleased: self.free,
        }

    def take(self, recorded: Recorded[HoldPlaced]) -> None:
        """Nights that are taken must have been free."""
        taken, nights = self._taken.get(recorded.stream_id, 0), _bits(recorded.event.stay)
        if twice := taken & nights:
            first = date.fromordinal(FIRST_DAY + (twice & -twice).bit_length() - 1)
            found = f"{twice.bit_count()} nights, from {first}, are taken already"
            self.breach("INV-B1", found, recorded)
        self._taken[recorded.stream_id] = taken | nights

    def free(self, recorded: Recorded[Freed]) -> None:
        """Nights are free again."""
        taken = self._taken.get(recorded.stream_id, 0)
        self._taken[recorded.stream_id] = taken & ~_bits(recorded.event.stay)


def _bits(stay: Stay) -> int:
    """The nights of a stay as bits, the night of `FIRST_DAY` the lowest."""
    nights = (stay.check_out - stay.check_in).days
    return ((1 << nights) - 1) << (stay.check_in.toordinal() - FIRST_DAY)
