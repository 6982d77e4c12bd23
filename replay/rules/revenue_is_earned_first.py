"""Nothing is revenue before it is earned: at the time of the stay, or when the stay falls away.

A stay is earned a day after check-in, and a longer one 30 nights at a time; what is kept of one
that falls away, at once. When the last of it is earned, all that was deferred for it is: what came
in, less what went back, rolls forward to nothing.

A breach means that the platform shows income that may still have to be given back. Close no period,
and call finance with the booking named.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from msgspec import Struct

from ledger.events import MoneyEvent, Recorded
from ledger.events.booking import (
    BookingAltered,
    BookingCancelled,
    BookingRequested,
    EarningsRecognized,
    NoShowReported,
    StayCurtailed,
)
from ledger.events.correction import CorrectionApplied
from ledger.events.damage_claim import DamageCharged
from ledger.values.clock import Instant
from ledger.values.journal import Account, Line
from ledger.values.stay import House, Stay
from replay.rules.entries_balance import MONEY_EVENTS
from replay.rules.rule import Handlers, Rule

TRANCHE = 30
"""The most nights that are earned together."""

EARNED_AFTER = timedelta(hours=24)
"""From check-in until a stay is earned (spec: money, J5): said here once more, by the auditor."""

DEFERRED = frozenset({
    Account.HOST_DEFERRED.value,
    Account.REVENUE_DEFERRED.value,
    Account.TAX_DEFERRED.value,
})  # fmt: skip
REVENUE = frozenset({Account.REV_GUEST_FEE.value, Account.REV_HOST_FEE.value})


class Deferred(Struct, gc=False):
    """From when on a stay is earned, and when the last of it is; and what is deferred until then,
    over its accounts, in minor units."""

    earned_at: Instant
    last_at: Instant
    minor: int = 0


class RevenueIsEarnedFirst(Rule):
    """Remembers of each booking when it is earned, and what is deferred."""

    invariants: ClassVar = {
        "INV-L10": "Fees are revenue when the stay is earned or falls away, not before; then"
        " nothing stays deferred."
    }

    def __init__(self) -> None:
        super().__init__()
        self._bookings: dict[str, Deferred] = {}

    def hears(self) -> Handlers:
        """The stay, what becomes of it, and whatever may post revenue."""
        return {
            **dict.fromkeys(MONEY_EVENTS, self.post),
            BookingRequested: self.ask,
            BookingAltered: self.alter,
            BookingCancelled: self.fall_away,
            NoShowReported: self.fall_away,
            StayCurtailed: self.fall_away,
            EarningsRecognized: self.recognize,
            CorrectionApplied: self.correct,
            DamageCharged: self.charge,
        }

    def ask(self, recorded: Recorded[BookingRequested]) -> None:
        """Remember when the stay will be earned."""
        event = recorded.event
        self._bookings[recorded.stream_id] = Deferred(*_earned_at(event.stay, event.house))

    def alter(self, recorded: Recorded[BookingAltered]) -> None:
        """The stay will be earned at another time."""
        event = recorded.event
        if booking := self._bookings.get(recorded.stream_id):
            booking.earned_at, booking.last_at = _earned_at(event.stay, event.house)
        self.post(recorded)

    def fall_away(
        self, recorded: Recorded[BookingCancelled | NoShowReported | StayCurtailed]
    ) -> None:
        """Nobody will come: what is kept is earned at once."""
        if booking := self._bookings.get(recorded.stream_id):
            booking.earned_at = booking.last_at = recorded.occurred_at

    def recognize(self, recorded: Recorded[EarningsRecognized]) -> None:
        """It is earned by now, and all of it where the last of it is."""
        booking = self._bookings.get(recorded.stream_id)
        if booking is None:
            self.breach("INV-L10", "earned, and never asked for", recorded)
            return
        if recorded.occurred_at < booking.earned_at:
            when = f"earned on {recorded.occurred_at:%c}, to be earned from {booking.earned_at:%c}"
            self.breach("INV-L10", when, recorded)
        self._defer(recorded)
        if booking.minor and recorded.occurred_at >= booking.last_at:
            self.breach("INV-L10", f"{booking.minor} minor units stay deferred", recorded)

    def correct(self, recorded: Recorded[CorrectionApplied]) -> None:
        """What two people say is so."""
        self._defer(recorded)

    def charge(self, recorded: Recorded[DamageCharged]) -> None:
        """What damage brings is earned when it is paid: the guest has left by then."""
        booking = self._bookings.get(recorded.event.booking_id)
        if booking is None:
            self.breach("INV-L10", "paid for damage, and never asked for a stay", recorded)
        self._defer(recorded)

    def post(self, recorded: Recorded[Any]) -> None:
        """Nothing else makes revenue."""
        for line in self._defer(recorded):
            if line.minor < 0:
                found = f"{recorded.event.topic} posts {-line.minor} to {line.account}"
                self.breach("INV-L10", found, recorded)

    def _defer(self, recorded: Recorded[MoneyEvent]) -> Sequence[Line]:
        """Follow what is deferred; answers the lines on revenue."""
        found = []
        for entry in recorded.event.entries:
            for line in entry.lines:
                account = line.account
                if account in DEFERRED:
                    if booking := self._bookings.get(line.of):
                        booking.minor -= line.minor
                elif account in REVENUE:
                    found.append(line)
        return found


def _earned_at(stay: Stay, house: House) -> tuple[Instant, Instant]:
    """From when on a stay is earned, and when its last 30 nights, or fewer, are."""
    nights = (stay.check_out - stay.check_in).days
    last_begins = (nights - 1) // TRANCHE * TRANCHE
    last_at = house.days_before_check_in(stay, -last_begins) + EARNED_AFTER
    return house.check_in_at(stay) + EARNED_AFTER, last_at
