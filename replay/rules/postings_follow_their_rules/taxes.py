"""What is booked when taxes are remitted: what stays brought, less what went back of it."""

from ledger.events import Recorded
from ledger.events.tax_account import (
    RemittanceProposed,
    RemittanceRejected,
    TaxOwedAgain,
    TaxRemitted,
)
from replay.rules.postings_follow_their_rules.agreed import Agreed, figures
from replay.rules.postings_follow_their_rules.books import Matter
from replay.rules.rule import Handlers


class Taxes(Matter):
    """What each authority is to have."""

    def hears(self) -> Handlers:
        """What agrees on figures, and what books them."""
        return {
            RemittanceProposed: self.proposed,
            RemittanceRejected: self.rejected,
            TaxRemitted: self.remitted,
            TaxOwedAgain: self.owed_again,
        }

    def proposed(self, recorded: Recorded[RemittanceProposed]) -> None:
        """What is due of all that was earned before a day."""
        event = recorded.event
        self._books.taxes.of(event.jurisdiction, event.amount.currency).propose(event.until)

    def rejected(self, recorded: Recorded[RemittanceRejected]) -> None:
        """It is not remitted."""
        event = recorded.event
        self._books.taxes.of(event.jurisdiction, event.amount.currency).waiting = None

    def remitted(self, recorded: Recorded[TaxRemitted]) -> None:
        """J24, of what was due when it was proposed."""
        event = recorded.event
        left = self._books.taxes.of(event.jurisdiction, event.amount.currency).remit()
        agreed = Agreed(figures(x=left.payable, z=left.recovered), event.amount.currency)
        self._books.compare(recorded, "J24", agreed, {"authority": event.jurisdiction})

    def owed_again(self, recorded: Recorded[TaxOwedAgain]) -> None:
        """J24d, of what a remittance was lower by and does not go back after all."""
        event = recorded.event
        owed = self._books.taxes.of(event.jurisdiction, event.amount.currency)
        again = owed.owe_again(event.amount.minor) if event.recoverable else 0
        agreed = Agreed(figures(z=again), event.amount.currency)
        rule = "J24d" if again else None
        self._books.compare(recorded, rule, agreed, {"authority": event.jurisdiction})
