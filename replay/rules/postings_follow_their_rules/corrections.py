"""What is booked when people put the books right."""

from ledger.events import Recorded
from ledger.events.correction import CorrectionApplied
from ledger.events.difference import DifferenceWrittenOff
from replay.rules.postings_follow_their_rules.agreed import Agreed, figures
from replay.rules.postings_follow_their_rules.books import Matter
from replay.rules.rule import Handlers


class Corrections(Matter):
    """What was written off. Corrections themselves are held against a rule of their own."""

    def hears(self) -> Handlers:
        """What agrees on figures, and what books them."""
        return {
            DifferenceWrittenOff: self.difference_written_off,
            CorrectionApplied: self._books.remember,
        }

    def difference_written_off(self, recorded: Recorded[DifferenceWrittenOff]) -> None:
        """J17 against suspense, of what two people said."""
        amount = recorded.event.amount
        self._books.compare(recorded, "J17s", Agreed(figures(T=amount.minor), amount.currency), {})
