"""What is booked of what hosts owe."""

from ledger.events import Recorded
from ledger.events.host_debt import (
    DebtCollected,
    DebtDropped,
    DebtNetted,
    DebtRaised,
    DebtWrittenOff,
    WriteOffProposed,
    WriteOffRejected,
)
from ledger.values.money import Money
from replay.rules.postings_follow_their_rules.agreed import NOTHING, Agreed
from replay.rules.postings_follow_their_rules.books import Books, Matter
from replay.rules.rule import Handlers


class Debts(Matter):
    """What each host owes."""

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        self._debts: dict[tuple[str, str], Agreed] = {}
        self._write_offs: dict[tuple[str, str], Agreed] = {}

    def hears(self) -> Handlers:
        """What agrees on figures, and what books them."""
        return {
            DebtRaised: self.owe,
            DebtCollected: self.collect,
            DebtDropped: self.collect,
            WriteOffProposed: self.propose,
            WriteOffRejected: self.reject,
            DebtNetted: self.netted,
            DebtWrittenOff: self.written_off,
        }

    def owe(self, recorded: Recorded[DebtRaised]) -> None:
        """A host owes more."""
        amount = recorded.event.amount
        key = (recorded.stream_id, amount.currency)
        owed = self._debts.get(key, NOTHING).figures[1] + amount.minor
        self._debts[key] = Agreed((0, owed, 0, 0), amount.currency, recorded.event.host_id)

    def collect(self, recorded: Recorded[DebtCollected | DebtDropped]) -> None:
        """A host owes less."""
        self._pay_off(recorded.stream_id, recorded.event.amount)

    def propose(self, recorded: Recorded[WriteOffProposed]) -> None:
        """What of a debt may be given up."""
        event = recorded.event
        agreed = Agreed((0, event.amount.minor, 0, 0), event.amount.currency, event.host_id)
        self._write_offs[recorded.stream_id, event.amount.currency] = agreed

    def reject(self, recorded: Recorded[WriteOffRejected]) -> None:
        """Nothing of it may be given up."""
        self._write_offs.pop((recorded.stream_id, recorded.event.amount.currency), None)

    def _pay_off(self, stream_id: str, amount: Money) -> Agreed:
        """A host owes so much less, but never less than nothing; answers what was paid off."""
        before = self._debts.get((stream_id, amount.currency), NOTHING)
        owed = before.figures[1]
        paid = min(owed, amount.minor)
        self._debts[stream_id, amount.currency] = before._replace(figures=(0, owed - paid, 0, 0))
        return before._replace(figures=(0, paid, 0, 0))

    def netted(self, recorded: Recorded[DebtNetted]) -> None:
        """J16, of no more than was owed."""
        agreed = self._pay_off(recorded.stream_id, recorded.event.amount)
        keys = {"host": agreed.host_id, "booking": recorded.event.booking_id}
        self._books.compare(recorded, "J16", agreed, keys)

    def written_off(self, recorded: Recorded[DebtWrittenOff]) -> None:
        """J17, of what was proposed; once."""
        key = (recorded.stream_id, recorded.event.amount.currency)
        agreed = self._write_offs.pop(key, NOTHING)
        self._pay_off(recorded.stream_id, recorded.event.amount)
        self._books.compare(recorded, "J17", agreed, {"host": agreed.host_id})
