"""Invariants that the random machine holds histories against beside the audit's rules.

They are written as rules are, so each can move to `replay/rules/` as it stands. They may ask more
than the audit can: here every history comes to rest, and nobody is on the way any more.
"""

from typing import ClassVar

from ledger.events import MoneyEvent, Recorded
from ledger.events.refund import RefundFailed, RefundResubmitted
from ledger.values.journal import Account
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


class NothingIsOnItsWay(Rule):
    """Remembers what is open on the accounts that money only passes through.

    What came back from a guest's bank is owed until somebody of finance finds another way.
    """

    invariants: ClassVar = {
        "INV-L9": "What money only passes through is empty when everything has come to rest.",
        "INV-L15": "A deal in two currencies leaves no position: what it cost or brought is"
        " booked.",
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


LAWS: tuple[type[Rule], ...] = (NothingIsOnItsWay,)
"""What the machine judges by beside the audit's rules."""
