"""What a host owes by their own stream is what stands in the books as receivable from them.

The stream of a host's debt is what payouts are netted by and what people collect and give up; the
account is what the trial balance shows. They move in the same commits, so they agree at the end of
each.

A breach means that a host is asked for more, or less, than the books say that they owe. Hold the
netting of the host named, and call finance.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

from ledger.events import MoneyEvent, Recorded
from ledger.events.host_debt import (
    DebtCollected,
    DebtDropped,
    DebtNetted,
    DebtRaised,
    DebtWrittenOff,
)
from ledger.values.journal import Account
from replay.rules.entries_balance import MONEY_EVENTS
from replay.rules.rule import Connection, Extent, Handler, Handlers, Rule

RECEIVABLE = Account.HOST_RECEIVABLE.value

Key = tuple[str, str]
"""A host, and a currency."""


class DebtsAreReceivable(Rule):
    """Remembers what each host owes by their stream and by the books, where that is not nothing."""

    invariants: ClassVar = {
        "INV-L17": "What a host owes by their own stream is what is receivable from them."
    }

    def __init__(self) -> None:
        super().__init__()
        self._owed: Counter[Key] = Counter()
        self._receivable: Counter[Key] = Counter()
        self._at: dict[Key, Recorded[Any]] = {}

    def hears(self) -> Handlers:
        """What moves money, and what becomes of a debt; netting and giving up are both."""
        both: Sequence[tuple[type[Any], Handler]] = (
            (DebtRaised, self.raise_),
            (DebtCollected, self.pay),
            (DebtDropped, self.pay),
            (DebtNetted, self.pay_and_post),
            (DebtWrittenOff, self.pay_and_post),
        )
        return {**dict.fromkeys(MONEY_EVENTS, self.post), **dict(both)}

    def raise_(self, recorded: Recorded[DebtRaised]) -> None:
        """They owe more."""
        amount = recorded.event.amount
        self._owe(recorded, amount.currency, amount.minor)

    def pay(
        self, recorded: Recorded[DebtCollected | DebtDropped | DebtNetted | DebtWrittenOff]
    ) -> None:
        """They owe less."""
        amount = recorded.event.amount
        self._owe(recorded, amount.currency, -amount.minor)

    def pay_and_post(self, recorded: Recorded[DebtNetted | DebtWrittenOff]) -> None:
        """They owe less, and the books say so in the same event."""
        self.pay(recorded)
        self.post(recorded)

    def post(self, recorded: Recorded[MoneyEvent]) -> None:
        """Follow the account."""
        for entry in recorded.event.entries:
            for line in entry.lines:
                if line.account == RECEIVABLE:
                    key = (line.of, line.currency)
                    self._receivable[key] += line.minor
                    self._at[key] = recorded

    def _owe(self, recorded: Recorded[Any], currency: str, minor: int) -> None:
        key = (recorded.event.host_id, currency)
        self._owed[key] += minor
        self._at[key] = recorded

    def end(self, db: Connection, extent: Extent) -> None:
        """Both say the same of each host."""
        del db, extent
        for key in sorted(self._owed.keys() | self._receivable.keys()):
            owed, receivable = self._owed[key], self._receivable[key]
            if owed != receivable:
                found = f"{key[0]} owes {owed} minor units of {key[1]}, the books say {receivable}"
                self.breach("INV-L17", found, self._at[key])
