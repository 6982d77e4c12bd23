"""What money only passes through is empty again in time.

Money waits at the processor until it can be used, without a place until it is applied, owed to a
guest until it has reached them, with a bank until a dispute is decided, on a position until both
currencies meet. Each has its time, counted from the first line that has not gone again. History
from outside has come to rest where it came from.

A breach means that something never came: a notice was lost, a timer did not fire, or a person has
forgotten. Run `stayledger reconcile`, then look at the stream named; finance decides what is owed.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from msgspec import Struct

from ledger.events import MoneyEvent, Recorded
from ledger.events.payment import PaymentAdopted
from ledger.values.clock import Instant
from ledger.values.journal import Account
from replay.rules.entries_balance import MONEY_EVENTS
from replay.rules.rule import Connection, Extent, Handlers, Rule

DAY = timedelta(days=1)
LIMITS: Mapping[str, timedelta] = {
    Account.STRIPE_PENDING.value: 14 * DAY,
    Account.UNAPPLIED_RECEIPTS.value: 14 * DAY,
    Account.REFUND_PAYABLE.value: 30 * DAY,
    Account.FX_POSITION.value: 30 * DAY,
    Account.DISPUTED_FUNDS.value: 180 * DAY,
}
"""How long money may be on its way through each account."""

Key = tuple[str, str, str]
"""An account, what of it belongs together, and a currency."""


class Passing(Struct, gc=False):
    """What is on its way, in minor units; since when, and which event it came by."""

    minor: int
    since: Instant
    position: int
    stream: str


class ClearingAccountsClear(Rule):
    """Remembers what has not gone again."""

    invariants: ClassVar = {"INV-L9": "What money only passes through is empty again in time."}

    def __init__(self) -> None:
        super().__init__()
        self._passing: dict[Key, Passing] = {}

    def hears(self) -> Handlers:
        """What moves money, and money that changes its place on the way."""
        return {**dict.fromkeys(MONEY_EVENTS, self.post), PaymentAdopted: self.adopt}

    def post(self, recorded: Recorded[MoneyEvent]) -> None:
        """Follow the lines on these accounts; what waits at the processor, by whom it came from."""
        if recorded.imported:
            return
        for entry in recorded.event.entries:
            for line in entry.lines:
                if line.account in LIMITS:
                    of = line.of or recorded.stream_id
                    self._move(recorded, (line.account, of, line.currency), line.minor)

    def adopt(self, recorded: Recorded[PaymentAdopted]) -> None:
        """What a receipt waits for at the processor, its payment waits for now."""
        self.post(recorded)
        for currency in {key[2] for key in self._passing}:
            came = (Account.STRIPE_PENDING.value, recorded.event.receipt_id, currency)
            if waits := self._passing.pop(came, None):
                self._passing[(came[0], recorded.stream_id, currency)] = waits

    def _move(self, recorded: Recorded[Any], key: Key, minor: int) -> None:
        passing = self._passing.get(key)
        if passing is None:
            stands = (minor, recorded.recorded_at, recorded.position, recorded.stream_id)
            self._passing[key] = Passing(*stands)
            return
        passing.minor += minor
        if not passing.minor:
            del self._passing[key]

    def end(self, db: Connection, extent: Extent) -> None:
        """Judge what is still on its way."""
        del db
        for (account, _, currency), passing in self._passing.items():
            if passing.since < extent.now - LIMITS[account]:
                self.breach(
                    "INV-L9",
                    f"{passing.minor} minor units of {currency} wait on {account} since"
                    f" {passing.since:%c}",
                    position=passing.position,
                    stream=passing.stream,
                )
