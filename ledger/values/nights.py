"""The nights of one unit that are taken: stays in order of time, no night in two of them."""

from bisect import bisect_right
from datetime import date, timedelta

from msgspec import Struct

from ledger.values.stay import Stay

FAR = timedelta(days=3650)
"""How far a free stretch reaches on a side where nothing is taken.

Whoever compares stretches counts by it: so the tighter of two that are open is the tighter for all.
"""


class Taken(Struct, frozen=True, array_like=True):
    """The stays that have nights of a unit."""

    stays: tuple[Stay, ...] = ()

    def gap_around(self, stay: Stay) -> int | None:
        """Nights of the free stretch that takes a stay, or None where it does not fit."""
        place = bisect_right(self.stays, stay.check_in, key=_check_in)
        begins = self.stays[place - 1].check_out if place else stay.check_in - FAR
        ends = self.stays[place].check_in if place < len(self.stays) else stay.check_out + FAR
        if begins > stay.check_in or ends < stay.check_out:
            return None
        return (ends - begins).days

    def free_parts(self, stay: Stay) -> tuple[Stay, ...]:
        """The parts of a stay that nobody has, in order of time; itself where all of it is free."""
        parts: list[Stay] = []
        begins = stay.check_in
        for taken in self.stays:
            if taken.overlaps(stay):
                if begins < taken.check_in:
                    parts.append(Stay(begins, taken.check_in))
                begins = taken.check_out
        if begins < stay.check_out:
            parts.append(Stay(begins, stay.check_out))
        return tuple(parts)

    def with_(self, stay: Stay) -> "Taken":
        """The same, and a stay that fits."""
        place = bisect_right(self.stays, stay.check_in, key=_check_in)
        return Taken((*self.stays[:place], stay, *self.stays[place:]))

    def without(self, stay: Stay) -> "Taken":
        """The same, but for one of the stays."""
        place = bisect_right(self.stays, stay.check_in, key=_check_in) - 1
        return Taken((*self.stays[:place], *self.stays[place + 1 :]))


def _check_in(stay: Stay) -> date:
    return stay.check_in
