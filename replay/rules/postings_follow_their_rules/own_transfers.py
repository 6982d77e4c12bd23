"""What is booked when the platform's own money moves between the processor and its bank."""

from ledger.events import Recorded
from ledger.events.own_transfer import OwnTransferMade, OwnTransferReturned, Way
from replay.rules.postings_follow_their_rules.agreed import Agreed, figures
from replay.rules.postings_follow_their_rules.books import Books, Matter
from replay.rules.rule import Handlers


class OwnTransfers(Matter):
    """What was paid out, and may come back."""

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        self._paid_out: dict[str, Agreed] = {}

    def hears(self) -> Handlers:
        """What agrees on figures, and what books them."""
        return {OwnTransferMade: self.made, OwnTransferReturned: self.returned}

    def made(self, recorded: Recorded[OwnTransferMade]) -> None:
        """J25, or J25t where the bank fills the balance: so much as was moved."""
        amount, way = recorded.event.amount, recorded.event.way
        agreed = Agreed(figures(T=amount.minor), amount.currency)
        if way is Way.TO_THE_BANK:
            self._paid_out[recorded.stream_id] = agreed
        self._books.compare(recorded, "J25" if way is Way.TO_THE_BANK else "J25t", agreed, {})

    def returned(self, recorded: Recorded[OwnTransferReturned]) -> None:
        """J25r: so much as was paid out."""
        nothing = Agreed(figures(T=0), recorded.event.amount.currency)
        agreed = self._paid_out.pop(recorded.stream_id, nothing)
        self._books.compare(recorded, "J25r", agreed, {})
