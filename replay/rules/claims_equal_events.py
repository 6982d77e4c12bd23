"""The claims on nights are those of the bookings and blocks that are alive: no ghost, none missing.

Of bookings, they are folded from the bookings' own events, while the claims are written along with
the events of calendars: two ways that must meet in one table. What only calendars tell is read
there: blocks, which nights a booking moved to or won back, and those that are kept free after it. A
block's claims are its own case's; one that a host left by cancelling has the booking's id, and so
its claims.

A breach means that a night can be sold twice, or cannot be sold at all. A missing claim is urgent:
stop bookings of the unit named, and call the engineer on duty.
"""

from datetime import date, timedelta
from typing import ClassVar, LiteralString, NamedTuple

from ledger.events import Recorded
from ledger.events.booking import (
    BookingAbandoned,
    BookingCancelled,
    BookingDeclined,
    BookingExpired,
    BookingRequested,
    BookingWithdrawn,
    CaptureFailedForBooking,
    NoShowReported,
)
from ledger.events.unit_calendar import (
    ExternalBlockAdded,
    ExternalBlockRemoved,
    HoldPlaced,
    NightsBlocked,
    NightsUnblocked,
    ReservationMade,
    ReservationMoved,
)
from ledger.values.stay import Stay
from replay.rules.rule import Connection, Extent, Handlers, Rule

Ended = (
    BookingAbandoned
    | BookingDeclined
    | BookingWithdrawn
    | BookingExpired
    | BookingCancelled
    | NoShowReported
)


class Claim(NamedTuple):
    """The nights of one unit that a booking or block has, from the first to the last."""

    unit_id: str
    first: date
    last: date
    nights: int


class ClaimsEqualEvents(Rule):
    """Remembers the claims as they stood when the audit began, and crosses off what it reads."""

    invariants: ClassVar = {
        "INV-B2": "The claims on nights are those of the bookings and blocks that are alive."
    }
    needs_whole = True

    def __init__(self) -> None:
        super().__init__()
        self._claimed: dict[str, Claim] = {}
        self._alive: dict[str, Claim] = {}
        self._blocks: dict[str, Claim] = {}
        self._buffers: dict[str, int] = {}

    def begin(self, db: Connection, extent: Extent) -> None:
        """Take down the claims of this moment; the events of this moment will be read."""
        del extent
        for case_id, *claim in db.execute(_CLAIMS):
            if case_id in self._claimed:
                self.breach("INV-B2", f"{case_id} claims two units", stream=case_id)
            self._claimed[case_id] = Claim(*claim)

    def hears(self) -> Handlers:
        """What needs nights, and what gives them back."""
        return {
            HoldPlaced: self.hold,
            BookingRequested: self.ask,
            BookingAbandoned: self.leave,
            BookingDeclined: self.leave,
            BookingWithdrawn: self.leave,
            CaptureFailedForBooking: self.fail,
            BookingExpired: self.leave,
            BookingCancelled: self.leave,
            NoShowReported: self.leave,
            ReservationMade: self.reacquire,
            ReservationMoved: self.move,
            NightsBlocked: self.block,
            ExternalBlockAdded: self.block_parts,
            NightsUnblocked: self.unblock,
            ExternalBlockRemoved: self.unblock,
        }

    def hold(self, recorded: Recorded[HoldPlaced]) -> None:
        """The nights that are kept free after a stay; the booking itself does not know of them."""
        if buffer_nights := recorded.event.buffer_nights:
            self._buffers[recorded.event.booking_id] = buffer_nights

    def ask(self, recorded: Recorded[BookingRequested]) -> None:
        """A booking needs its nights, from the request on."""
        event, buffer_nights = recorded.event, self._buffers.pop(recorded.stream_id, 0)
        self._alive[recorded.stream_id] = _claim(event.unit_id, _with(event.stay, buffer_nights))

    def leave(self, recorded: Recorded[Ended]) -> None:
        """A booking gives its nights back."""
        self._alive.pop(recorded.stream_id, None)

    def fail(self, recorded: Recorded[CaptureFailedForBooking]) -> None:
        """A booking whose money could not be had gives its nights back, unless it may try again."""
        if recorded.event.to == "declined":
            self._alive.pop(recorded.stream_id, None)

    def reacquire(self, recorded: Recorded[ReservationMade]) -> None:
        """A booking has nights again that it had given up."""
        if recorded.event.reacquired:
            self.move(recorded)

    def move(self, recorded: Recorded[ReservationMade | ReservationMoved]) -> None:
        """A booking has these nights, whatever it had before."""
        event = recorded.event
        nights = _with(event.stay, event.buffer_nights)
        self._alive[event.booking_id] = _claim(recorded.stream_id, nights)

    def block(self, recorded: Recorded[NightsBlocked]) -> None:
        """A block needs its nights; that of a booking has them from the booking."""
        event = recorded.event
        self._alive.pop(event.block_id, None)
        self._blocks[event.block_id] = _claim(recorded.stream_id, event.stay)

    def block_parts(self, recorded: Recorded[ExternalBlockAdded]) -> None:
        """A block needs what no other has of its nights, which may be nothing."""
        event = recorded.event
        self._blocks.pop(event.block_id, None)
        if event.parts:
            self._blocks[event.block_id] = _claim(recorded.stream_id, *event.parts)

    def unblock(self, recorded: Recorded[NightsUnblocked | ExternalBlockRemoved]) -> None:
        """A block gives its nights back."""
        self._blocks.pop(recorded.event.block_id, None)

    def end(self, db: Connection, extent: Extent) -> None:
        """Compare both."""
        del db, extent
        for case_id, alive in [*self._alive.items(), *self._blocks.items()]:
            claimed = self._claimed.pop(case_id, None)
            if claimed != alive:
                found = f"needs {_text(alive)}, claims {_text(claimed)}"
                self.breach("INV-B2", found, stream=case_id)
        for case_id, ghost in self._claimed.items():
            self.breach("INV-B2", f"needs nothing, claims {_text(ghost)}", stream=case_id)


def _with(stay: Stay, buffer_nights: int) -> Stay:
    return Stay(stay.check_in, stay.check_out + timedelta(days=buffer_nights))


def _claim(unit_id: str, *stays: Stay) -> Claim:
    last = date.fromordinal(stays[-1].check_out.toordinal() - 1)
    nights = sum((stay.check_out - stay.check_in).days for stay in stays)
    return Claim(unit_id, stays[0].check_in, last, nights)


def _text(claim: Claim | None) -> str:
    if claim is None:
        return "nothing"
    return f"{claim.nights} nights of unit {claim.unit_id} from {claim.first} to {claim.last}"


_CLAIMS: LiteralString = """
    SELECT case_id::text, unit_id::text, min(night), max(night), count(*)::int
    FROM ledger.night_claims GROUP BY case_id, unit_id
"""
