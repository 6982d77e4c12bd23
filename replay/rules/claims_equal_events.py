"""The claims on nights are those of the bookings that are alive: no ghost, and none missing.

Folded from the events of bookings, while the claims are written along with the events of calendars:
two ways that must meet in one table.

A breach means that a night can be sold twice, or cannot be sold at all. A missing claim is urgent:
stop bookings of the unit named, and call the engineer on duty.
"""

from datetime import date
from typing import ClassVar, LiteralString, NamedTuple

from ledger.events import Recorded
from ledger.events.booking import (
    BookingAbandoned,
    BookingCancelled,
    BookingExpired,
    BookingRequested,
    NoShowReported,
)
from replay.rules.rule import Connection, Extent, Handlers, Rule

Ended = BookingAbandoned | BookingExpired | BookingCancelled | NoShowReported


class Claim(NamedTuple):
    """The nights of one unit that a booking has, from the first to the last."""

    unit_id: str
    first: date
    last: date
    nights: int


class ClaimsEqualEvents(Rule):
    """Remembers the claims as they stood when the audit began, and crosses off what it reads."""

    invariants: ClassVar = {
        "INV-B2": "The claims on nights are those of the bookings that are alive."
    }
    needs_whole = True

    def __init__(self) -> None:
        super().__init__()
        self._claimed: dict[str, Claim] = {}
        self._alive: dict[str, Claim] = {}

    def begin(self, db: Connection, extent: Extent) -> None:
        """Take down the claims of this moment; the events of this moment will be read."""
        del extent
        for case_id, *claim in db.execute(_CLAIMS):
            if case_id in self._claimed:
                self.breach("INV-B2", f"booking {case_id} claims two units", stream=case_id)
            self._claimed[case_id] = Claim(*claim)

    def hears(self) -> Handlers:
        """What needs nights, and what gives them back."""
        return {
            BookingRequested: self.ask,
            BookingAbandoned: self.leave,
            BookingExpired: self.leave,
            BookingCancelled: self.leave,
            NoShowReported: self.leave,
        }

    def ask(self, recorded: Recorded[BookingRequested]) -> None:
        """A booking needs its nights, from the request on."""
        event, stay = recorded.event, recorded.event.stay
        nights = (stay.check_out - stay.check_in).days
        last = date.fromordinal(stay.check_out.toordinal() - 1)
        self._alive[recorded.stream_id] = Claim(event.unit_id, stay.check_in, last, nights)

    def leave(self, recorded: Recorded[Ended]) -> None:
        """A booking gives its nights back."""
        self._alive.pop(recorded.stream_id, None)

    def end(self, db: Connection, extent: Extent) -> None:
        """Compare both."""
        del db, extent
        for booking_id, alive in self._alive.items():
            claimed = self._claimed.pop(booking_id, None)
            if claimed != alive:
                found = f"needs {_text(alive)}, claims {_text(claimed)}"
                self.breach("INV-B2", found, stream=booking_id)
        for booking_id, ghost in self._claimed.items():
            self.breach("INV-B2", f"needs nothing, claims {_text(ghost)}", stream=booking_id)


def _text(claim: Claim | None) -> str:
    if claim is None:
        return "nothing"
    return f"{claim.nights} nights of unit {claim.unit_id} from {claim.first} to {claim.last}"


_CLAIMS: LiteralString = """
    SELECT case_id::text, unit_id::text, min(night), max(night), count(*)::int
    FROM ledger.night_claims GROUP BY case_id, unit_id
"""
