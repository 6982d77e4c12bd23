"""Invariants that the random machine holds histories against beside the audit's rules.

They are written as rules are, so each can move to `replay/rules/` as it stands. They may ask more
than the audit can: here every history comes to rest, and nobody is on the way any more.
"""

from typing import Any, ClassVar

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
from ledger.events.refund import RefundFailed, RefundResubmitted
from ledger.events.unit_calendar import (
    HoldExpired,
    HoldExtended,
    HoldPlaced,
    HoldReleased,
    ReservationMade,
)
from ledger.values.clock import Instant
from ledger.values.journal import Account
from ledger.values.stay import House
from replay.rules.entries_balance import MONEY_EVENTS
from replay.rules.rule import Connection, Extent, Handlers, Rule

Key = tuple[str, str, str]
"""An account, the key of its sub-ledger, and a currency."""

CLEARING = frozenset({
    Account.STRIPE_PENDING.value,
    Account.REFUND_PAYABLE.value,
    Account.UNAPPLIED_RECEIPTS.value,
    Account.DISPUTED_FUNDS.value,
    Account.FX_POSITION.value,
})  # fmt: skip
REVENUE = frozenset({Account.REV_GUEST_FEE.value, Account.REV_HOST_FEE.value})


class ClearingAccountsClear(Rule):
    """Remembers what is open on the accounts that money only passes through.

    What came back from a guest's bank is owed until somebody of finance finds another way.
    """

    invariants: ClassVar = {
        "INV-L9": "What money only passes through is empty when everything has come to rest.",
        "INV-L15": "A deal in two currencies leaves no position: what it cost or brought is booked.",
    }

    def __init__(self) -> None:
        super().__init__()
        self._open: dict[Key, int] = {}
        self._with_people: dict[str, str] = {}

    def hears(self) -> Handlers:
        """What moves money; and what waits for people."""
        return {
            **dict.fromkeys(MONEY_EVENTS, self.post),
            RefundFailed: self.fail,
            RefundResubmitted: self.try_again,
        }

    def fail(self, recorded: Recorded[RefundFailed]) -> None:
        """It is for people now."""
        self._with_people[recorded.stream_id] = recorded.case_id
        self.post(recorded)

    def try_again(self, recorded: Recorded[RefundResubmitted]) -> None:
        """It is under way again."""
        self._with_people.pop(recorded.stream_id, None)

    def post(self, recorded: Recorded[MoneyEvent]) -> None:
        """Follow the lines on clearing accounts."""
        for entry in recorded.event.entries:
            for line in entry.lines:
                if line.account in CLEARING:
                    key = (line.account, line.of, line.currency)
                    self._open[key] = self._open.get(key, 0) + line.minor
                    if not self._open[key]:
                        del self._open[key]

    def end(self, db: Connection, extent: Extent) -> None:
        """Nothing is on its way any more."""
        del db, extent
        patient = {*self._with_people, *self._with_people.values()}
        for (account, of, currency), minor in self._open.items():
            if of not in patient:
                breaks = "INV-L15" if account == Account.FX_POSITION else "INV-L9"
                self.breach(breaks, f"{account}:{of} has {minor} {currency}", stream=of or None)


class RevenueIsEarnedFirst(Rule):
    """Remembers until when a stay is not earned, and which stays fell away."""

    invariants: ClassVar = {
        "INV-L10": "Fees are revenue when the stay is earned, or when it falls away, not before."
    }

    def __init__(self) -> None:
        super().__init__()
        self._earned_at: dict[str, tuple[House, Instant]] = {}

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
        }

    def ask(self, recorded: Recorded[BookingRequested]) -> None:
        """Remember when the stay will be earned."""
        house = recorded.event.house
        self._earned_at[recorded.stream_id] = (house, house.earned_at(recorded.event.stay))

    def alter(self, recorded: Recorded[BookingAltered]) -> None:
        """The stay will be earned at another time."""
        house = recorded.event.house
        self._earned_at[recorded.stream_id] = (house, house.earned_at(recorded.event.stay))
        self.post(recorded)

    def fall_away(
        self, recorded: Recorded[BookingCancelled | NoShowReported | StayCurtailed]
    ) -> None:
        """Nobody will come: what is kept is earned at once."""
        house, _ = self._earned_at[recorded.stream_id]
        self._earned_at[recorded.stream_id] = (house, recorded.occurred_at)
        if isinstance(recorded.event, MoneyEvent):
            self.post(recorded)

    def recognize(self, recorded: Recorded[EarningsRecognized]) -> None:
        """It is earned by now."""
        _, earned_at = self._earned_at[recorded.stream_id]
        if recorded.occurred_at < earned_at:
            found = f"earned at {recorded.occurred_at:%c}, to be earned from {earned_at:%c} on"
            self.breach("INV-L10", found, recorded)

    def correct(self, recorded: Recorded[CorrectionApplied]) -> None:
        """What two people say is so."""

    def post(self, recorded: Recorded[Any]) -> None:
        """Nothing else makes revenue."""
        for entry in recorded.event.entries:
            for line in entry.lines:
                if line.account in REVENUE and line.minor < 0:
                    found = f"{recorded.event.topic} posts {-line.minor} to {line.account}"
                    self.breach("INV-L10", found, recorded)


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
            self.breach("INV-B6", f"a hold that ended at {until:%c} was of use", recorded)

    def end(self, db: Connection, extent: Extent) -> None:
        """No hold is left that has run out."""
        del db
        for booking_id, until in self._until.items():
            if until <= extent.now:
                self.breach("INV-B6", f"held although it ended at {until:%c}", stream=booking_id)


LAWS: tuple[type[Rule], ...] = (
    ClearingAccountsClear,
    RevenueIsEarnedFirst,
    HoldsExpire,
)
"""What the machine judges by beside the audit's rules."""
