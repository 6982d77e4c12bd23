"""A hold on nights that ran out is of no use to anybody, and goes.

A breach means that nights cannot be booked although nobody is about to pay for them, or that
somebody has them who was too late. Look why the timers do not fire, and call the engineer on duty.
"""

from datetime import timedelta
from typing import ClassVar

from ledger.events import Recorded
from ledger.events.unit_calendar import (
    HoldExpired,
    HoldExtended,
    HoldPlaced,
    HoldReleased,
    ReservationMade,
)
from ledger.values.clock import Instant
from replay.rules.rule import Connection, Extent, Handlers, Rule

OVERDUE = timedelta(hours=1)
"""How late a timer may be."""


class HoldsExpire(Rule):
    """Remembers the holds that are live, and until when."""

    invariants: ClassVar = {"INV-B6": "A hold that ran out is of no use to anybody, and goes."}

    def __init__(self) -> None:
        super().__init__()
        self._until: dict[str, Instant] = {}

    def hears(self) -> Handlers:
        """A hold's life."""
        return {
            HoldPlaced: self.hold,
            HoldExtended: self.hold,
            HoldExpired: self.let_go,
            HoldReleased: self.let_go,
            ReservationMade: self.reserve,
        }

    def hold(self, recorded: Recorded[HoldPlaced | HoldExtended]) -> None:
        """Nights are held until then."""
        self._until[recorded.event.booking_id] = recorded.event.expires_at

    def let_go(self, recorded: Recorded[HoldExpired | HoldReleased]) -> None:
        """Nights are held no more."""
        self._until.pop(recorded.event.booking_id, None)

    def reserve(self, recorded: Recorded[ReservationMade]) -> None:
        """The nights are the booking's own; a hold must have lasted until then."""
        until = self._until.pop(recorded.event.booking_id, None)
        if until is not None and recorded.occurred_at >= until:
            self.breach("INV-B6", f"a hold that ended on {until:%c} was of use", recorded)

    def end(self, db: Connection, extent: Extent) -> None:
        """No hold is left that ran out; what is still to come when the audit ends is not judged."""
        del db
        for booking_id, until in self._until.items() if extent.whole else ():
            if until <= extent.now - OVERDUE:
                self.breach("INV-B6", f"held, although until {until:%c}", stream=booking_id)
