"""What each authority is owed by the books' own lines: of which days, and what was remitted."""

from collections import defaultdict
from datetime import date

from msgspec import Struct

from ledger.events import MoneyEvent, Recorded
from ledger.events.booking import EarningsRecognized
from ledger.events.tax_account import TaxOwedAgain, TaxRemitted
from replay.rules.postings_follow_their_rules.agreed import Taxes

Authority = tuple[str, str]
"""A jurisdiction, and a currency."""


class Waiting(Struct, frozen=True):
    """What a remittance that was proposed takes, and how many of the changes are in it."""

    until: date
    payable: int
    recovered: int
    counted: int


class Owed(Struct):
    """What one authority is owed and not remitted, in minor units.

    `earned` by day; `changes` are less, or more where negative, of the first day that a stay was
    earned on, or of any day; `recoverable` is what it has had too much of.
    """

    earned: dict[date, int]
    changes: list[tuple[date | None, int]]
    recoverable: int = 0
    remitted_until: date | None = None
    waiting: Waiting | None = None

    @property
    def covered_until(self) -> date | None:
        """The day before which all was remitted, or is proposed to be."""
        return self.waiting.until if self.waiting else self.remitted_until

    def take(self, day: date | None, minor: int) -> None:
        """Owe less of a day's, or of any where that day's has left already."""
        covered = self.covered_until
        left = day is not None and covered is not None and day < covered
        self.changes.append((None if left else day, minor))

    def propose(self, until: date) -> None:
        """Work out what is due of what was earned before a day."""
        payable = sum(minor for day, minor in self.earned.items() if day < until)
        payable -= sum(minor for day, minor in self.changes if day is None or day < until)
        recovered = min(self.recoverable, max(payable, 0))
        self.waiting = Waiting(until, payable, recovered, len(self.changes))

    def remit(self) -> Waiting:
        """What was proposed has left; nothing where nothing was."""
        waiting, self.waiting = self.waiting or Waiting(date.min, 0, 0, 0), None
        until = self.remitted_until = waiting.until
        self.earned = {day: minor for day, minor in self.earned.items() if day >= until}
        self.changes = [
            change
            for place, change in enumerate(self.changes)
            if place >= waiting.counted or (change[0] is not None and change[0] >= until)
        ]
        self.recoverable -= waiting.recovered
        return waiting

    def owe_again(self, minor: int) -> int:
        """What of an amount that stood as recoverable has been recovered: it is due again."""
        spoken_for = self.waiting.recovered if self.waiting else 0
        again = max(minor - (self.recoverable - spoken_for), 0)
        if again:
            self.recoverable += again
            self.changes.append((None, -again))
        return again


class OwedTaxes:
    """Reads every line on a tax account; remembers stays by the first day they were earned on."""

    def __init__(self) -> None:
        self._owed: defaultdict[Authority, Owed] = defaultdict(lambda: Owed({}, []))
        self._earned_on: dict[str, date] = {}

    def of(self, jurisdiction: str, currency: str) -> Owed:
        """What an authority is owed in a currency."""
        return self._owed[jurisdiction, currency]

    def read(self, recorded: Recorded[MoneyEvent]) -> None:
        """Take in what an event books; remittances are taken in by whoever knows them."""
        event = recorded.event
        if isinstance(event, EarningsRecognized):
            if event.earned.taxes:
                self._earned_on.setdefault(recorded.stream_id, event.effective_on)
        elif isinstance(event, TaxOwedAgain | TaxRemitted):
            return
        for line in (line for entry in event.entries for line in entry.lines):
            if line.account == "tax_recoverable":
                self._owed[line.of, line.currency].recoverable += line.minor
            elif line.account == "tax_payable":
                self._payable(recorded, self._owed[line.of, line.currency], line.minor)

    def _payable(self, recorded: Recorded[MoneyEvent], owed: Owed, minor: int) -> None:
        event = recorded.event
        if isinstance(event, EarningsRecognized):
            owed.earned[event.effective_on] = owed.earned.get(event.effective_on, 0) - minor
        else:
            booking_id: str = getattr(event, "booking_id", "")
            owed.take(self._earned_on.get(booking_id), minor)

    def divided(self, booking_id: str, taxes: Taxes, currency: str) -> tuple[Taxes, Taxes]:
        """What goes back of a stay's taxes: what is payable still, and what has left."""
        day = self._earned_on.get(booking_id)
        left = []
        for authority, minor in taxes:
            covered = self._owed[authority, currency].covered_until
            if day is not None and covered is not None and day < covered and minor > 0:
                left.append((authority, minor))
        return tuple(tax for tax in taxes if tax not in left), tuple(left)
