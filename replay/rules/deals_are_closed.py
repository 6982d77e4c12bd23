"""A deal in two currencies is closed with nothing left, and near the rate that was promised.

A booking's position has both sides of every deal that is open, or nothing: where one currency is
gone and another is left, what the exchange cost or brought was not booked. And what the processor
made of a guest's money is near what the quote's rate says, since both come from the same market.

A breach means that a gain or a loss is missing in the books, or that somebody used another rate
than the one shown. Call finance with the booking named.
"""

from fractions import Fraction
from typing import ClassVar

from ledger.events import MoneyEvent, Recorded
from ledger.events.payment import PaymentCompleted, PaymentOpened
from ledger.values.journal import Account
from ledger.values.money import Money
from replay.rules.entries_balance import MONEY_EVENTS
from replay.rules.rule import Handlers, Rule

POSITION = Account.FX_POSITION.value
TOLERANCE = Fraction(1, 10)
"""How far what was settled may be off the price: the margin, and what a market moves in an hour."""


class DealsAreClosed(Rule):
    """Remembers the positions that are open, and the prices in two currencies that are unpaid."""

    invariants: ClassVar = {
        "INV-L15": "A deal in two currencies leaves nothing open, and is near the promised rate."
    }

    def __init__(self) -> None:
        super().__init__()
        self._open: dict[str, dict[str, int]] = {}
        self._prices: dict[str, Money] = {}

    def hears(self) -> Handlers:
        """What moves money, and what a guest is asked to pay."""
        return {
            **dict.fromkeys(MONEY_EVENTS, self.post),
            PaymentOpened: self.ask,
            PaymentCompleted: self.settle,
        }

    def post(self, recorded: Recorded[MoneyEvent]) -> None:
        """Follow the positions; after each event, each has two sides or none."""
        touched = [
            line
            for entry in recorded.event.entries
            for line in entry.lines
            if line.account == POSITION
        ]
        for line in touched:
            sides = self._open.setdefault(line.of, {})
            sides[line.currency] = sides.get(line.currency, 0) + line.minor
        for booking_id in {line.of for line in touched} if touched else ():
            left = {name: minor for name, minor in self._open[booking_id].items() if minor}
            self._open[booking_id] = left
            if len(left) == 1:
                self.breach("INV-L15", f"{booking_id} is left with {_text(left)}", recorded)
            if len(left) < 2:
                del self._open[booking_id]

    def ask(self, recorded: Recorded[PaymentOpened]) -> None:
        """A price in two currencies says what it comes to in the host's; a difference does not."""
        event = recorded.event
        if event.price.exchange is not None and event.due == event.price.total:
            self._prices[recorded.stream_id] = event.price.listing_total

    def settle(self, recorded: Recorded[PaymentCompleted]) -> None:
        """What the processor made of it is near that."""
        self.post(recorded)
        promised = self._prices.pop(recorded.stream_id, None)
        settled = recorded.event.settled
        if promised is None or settled is None or settled.currency != promised.currency:
            return
        if abs(settled.minor - promised.minor) > TOLERANCE * promised.minor:
            found = f"settled as {settled}, the price said {promised}"
            self.breach("INV-L15", found, recorded)


def _text(sides: dict[str, int]) -> str:
    return " and ".join(f"{minor} minor units of {name}" for name, minor in sides.items())
