"""No account is ever on the wrong side, at any position: nobody is owed less than nothing.

A breach means that something was paid, earned or given back that was never there, or in another
order than it happened. Hold the payouts and refunds of the booking named, and call finance.
"""

from typing import ClassVar

from ledger.events import MoneyEvent, Recorded
from ledger.values.journal import CHART, Side
from replay.rules.entries_balance import MONEY_EVENTS
from replay.rules.rule import Handlers, Rule

SIGNS = {Side.DEBIT: 1, Side.CREDIT: -1, Side.EITHER: 0}
SIGN = {account.value: SIGNS[row.side] for account, row in CHART.items()}
"""The sign of a balance on its own side; nothing where it may stand on both."""

KEYS = {account.value: len(row.kept_by) for account, row in CHART.items()}
"""How many ids name a sub-ledger of the account."""

Key = tuple[str, str, str]
"""An account, the key of its sub-ledger, and a currency."""


class AccountsKeepTheirSide(Rule):
    """Remembers the balances that are not zero, and the accounts that it told of."""

    invariants: ClassVar = {
        "INV-L3": "No account's balance is ever on the side that is not its own."
    }

    def __init__(self) -> None:
        super().__init__()
        self._balances: dict[Key, int] = {}
        self._told: set[Key] = set()

    def hears(self) -> Handlers:
        """What moves money."""
        return dict.fromkeys(MONEY_EVENTS, self.post)

    def post(self, recorded: Recorded[MoneyEvent]) -> None:
        """Post an event's lines, then look at the accounts that they touched."""
        balances = self._balances
        touched: list[Key] = []
        for entry in recorded.event.entries:
            for line in entry.lines:
                key = (line.account, line.of, line.currency)
                if key not in balances:
                    self._look_up(recorded, key)
                    balances[key] = line.minor
                else:
                    balances[key] += line.minor
                touched.append(key)
        for key in touched:
            balance = balances.get(key)
            if balance == 0:
                del balances[key]
            elif balance and balance * SIGN.get(key[0], 0) < 0:
                self._tell_once(recorded, key, balance)

    def _look_up(self, recorded: Recorded[MoneyEvent], key: Key) -> None:
        account, of, _ = key
        if account not in KEYS or (of.count("/") + 1 if of else 0) != KEYS[account]:
            self.breach("INV-L3", f"{_named(key)} is not in the chart of accounts", recorded)

    def _tell_once(self, recorded: Recorded[MoneyEvent], key: Key, balance: int) -> None:
        if key not in self._told:
            self._told.add(key)
            self.breach("INV-L3", f"{_named(key)} went to {balance} minor units", recorded)


def _named(key: Key) -> str:
    account, of, currency = key
    return f"{account}{':' if of else ''}{of} ({currency})"
