"""Every entry is what its posting rule makes of what happened: a second opinion on the books.

The rules stand in `book` as finance writes them (spec: money, section 12), one table per rule and
version, and are applied to what was agreed when the stay was booked, refunded or settled — never to
what the event itself says it moved. So an event cannot vouch for its own figures.

A breach means that the books say something else than what happened. Close no period, and call
finance with the event named; a correction is another event, never an edit.
"""

from functools import partial
from typing import ClassVar

from replay.rules.postings_follow_their_rules.bookings import Bookings
from replay.rules.postings_follow_their_rules.books import Books
from replay.rules.postings_follow_their_rules.corrections import Corrections
from replay.rules.postings_follow_their_rules.damages import Damages
from replay.rules.postings_follow_their_rules.debts import Debts
from replay.rules.postings_follow_their_rules.disputes import Disputes
from replay.rules.postings_follow_their_rules.own_transfers import OwnTransfers
from replay.rules.postings_follow_their_rules.payouts import Payouts
from replay.rules.postings_follow_their_rules.receipts import Receipts
from replay.rules.postings_follow_their_rules.refunds import Refunds
from replay.rules.postings_follow_their_rules.taxes import Taxes
from replay.rules.rule import Handlers, Rule

MATTERS = (
    Bookings,
    Damages,
    Receipts,
    Payouts,
    Refunds,
    Debts,
    Disputes,
    Corrections,
    OwnTransfers,
    Taxes,
)


class PostingsFollowTheirRules(Rule):
    """Remembers what was agreed for whatever still has entries to come, matter by matter."""

    invariants: ClassVar = {
        "INV-L4": "Each entry is what its posting rule makes of what was agreed."
    }

    def __init__(self) -> None:
        super().__init__()
        books = Books(partial(self.breach, "INV-L4"))
        self._matters = tuple(matter(books) for matter in MATTERS)

    def hears(self) -> Handlers:
        """What agrees on figures, and what books them."""
        return {
            event: handler for matter in self._matters for event, handler in matter.hears().items()
        }
