"""Every movement of the money that the processor holds for us is in our books, and nothing else is.

What an event says of that money is explained by the movements that it names. Where the processor's
statement was read (`stayledger reconcile`), each line of it is in one event, with its amount. What
was found not to fit is in the queue of differences, or was settled there: that is known, and not
told of again. History from outside is another processor's.

A breach means that money moved without us, or that our books say what never happened. Run
`stayledger reconcile`, hold the payouts of the booking named, and call finance.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, LiteralString

from msgspec import Struct, field

from ledger.events import Event, MoneyEvent, Recorded
from ledger.events.correction import CorrectionApplied
from ledger.events.difference import DifferenceFound
from ledger.events.dispute import DisputeFeeCharged, DisputeFundsReinstated, DisputeFundsWithdrawn
from ledger.events.payout import PayoutReversed, PayoutTransferred
from ledger.values.clock import Instant
from ledger.values.journal import Account
from replay.rules.entries_balance import MONEY_EVENTS
from replay.rules.rule import Connection, Extent, Handlers, Rule

SETTLES = timedelta(hours=1)
"""How long what moved there may take to be in our books."""

HELD = (Account.STRIPE_PENDING.value, Account.STRIPE_AVAILABLE.value)

Sums = Counter[str]
"""Minor units by currency."""

NAMES: Mapping[type[Event], Callable[[Any], Sequence[str | None]]] = {
    DisputeFundsWithdrawn: lambda event: event.balance_transactions,
    DisputeFeeCharged: lambda event: event.balance_transactions,
    DisputeFundsReinstated: lambda event: event.balance_transactions,
    PayoutTransferred: lambda event: (event.balance_transaction or event.transfer,),
    PayoutReversed: lambda event: (event.reversal,),
}
"""What an event stands for, where that is not one balance transaction: several, or what the
movement comes from."""


class Line(Struct, frozen=True, array_like=True, gc=False):
    """A line of the statement."""

    minor: int
    currency: str
    moved_at: Instant


class Statement(Struct):
    """What of the statement is not in our books yet; it was read up to `until`.

    Transfers and what comes back of them may be named by what they come from.
    """

    lines: dict[str, Line] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    until: Instant = datetime.min.replace(tzinfo=UTC)

    def take(self, name: str) -> Line | None:
        """The line of a movement, which is in our books from now on."""
        return self.lines.pop(name, None) or self.lines.pop(self.origins.get(name, ""), None)


class Off(Struct):
    """An event of which the movements say something else: by how much, and what it names."""

    recorded: Recorded[Any]
    names: Sequence[str]
    by: Sums = field(default_factory=Counter)


class MovementsAreInTheBooks(Rule):
    """Remembers the lines of the statement that no event has named yet, and the events in doubt."""

    invariants: ClassVar = {
        "INV-E5": "Each movement of the processor's money is in one event with its amount, and all"
        " that events say of it is explained by movements."
    }

    def __init__(self) -> None:
        super().__init__()
        self._statement = Statement()
        self._off: dict[str, Off] = {}
        self._known: set[str] = set()

    def begin(self, db: Connection, extent: Extent) -> None:
        """Take the statement along, where the audit goes to the end."""
        if extent.whole:
            self._statement = _statement(db)

    def hears(self) -> Handlers:
        """What moves money, and what is known not to fit."""
        return {
            **dict.fromkeys(MONEY_EVENTS, self.weigh),
            CorrectionApplied: self.correct,
            DifferenceFound: self.know,
        }

    def weigh(self, recorded: Recorded[MoneyEvent]) -> None:
        """Hold what an event says of the processor's money against the movements that it names."""
        if recorded.imported:
            return
        said = _held(recorded.event)
        if not any(said.values()):
            return
        names = _names(recorded.event)
        if not names:
            self.breach("INV-E5", f"{_text(said)} moved, and no movement is named", recorded)
        elif recorded.occurred_at <= self._statement.until:
            for line in filter(None, map(self._statement.take, names)):
                said[line.currency] -= line.minor
            if any(said.values()):
                self._off[recorded.event_id] = Off(recorded, names, said)
        else:
            for name in names:
                self._statement.take(name)

    def correct(self, recorded: Recorded[CorrectionApplied]) -> None:
        """A correction belongs to the event that it corrects."""
        event = recorded.event
        said = _held(event)
        if any(said.values()):
            wrong = f"{event.wrong_stream}/{event.wrong_version}"
            self._off.setdefault(wrong, Off(recorded, ())).by.update(said)

    def know(self, recorded: Recorded[DifferenceFound]) -> None:
        """Somebody has it in the queue, or had."""
        self._known.add(recorded.event.object_id)

    def end(self, db: Connection, extent: Extent) -> None:
        """Judge what is off in the end, and what of the statement no event has named."""
        del db
        for event, off in self._off.items():
            if any(off.by.values()) and self._known.isdisjoint((event, *off.names)):
                found = f"it says {_text(off.by)} more than its movements"
                self.breach("INV-E5", found, off.recorded)
        for movement, line in self._statement.lines.items():
            if movement not in self._known and line.moved_at <= extent.now - SETTLES:
                found = f"{movement} moved {line.minor} minor units of {line.currency}"
                self.breach("INV-E5", f"{found}, and no event says so")


def _held(event: MoneyEvent) -> Sums:
    sums: Sums = Counter()
    for entry in event.entries:
        for line in entry.lines:
            if line.account in HELD:
                sums[line.currency] += line.minor
    return sums


def _names(event: MoneyEvent) -> Sequence[str]:
    named = NAMES.get(type(event), _one_name)
    return [name for name in named(event) if name]


def _one_name(event: Any) -> tuple[str | None, ...]:
    return (getattr(event, "balance_transaction", None),)


def _text(sums: Sums) -> str:
    off = (f"{minor} minor units of {currency}" for currency, minor in sums.items() if minor)
    return " and ".join(off)


def _statement(db: Connection) -> Statement:
    statement = Statement()
    for movement, origin, line in _read(db):
        statement.lines[movement] = line
        if origin is not None:
            statement.origins[origin] = movement
        statement.until = max(statement.until, line.moved_at)
    return statement


def _read(db: Connection) -> Iterator[tuple[str, str | None, Line]]:
    for movement, origin, *line in db.execute(_LINES):
        yield movement, origin, Line(*line)


_LINES: LiteralString = """
    SELECT movement, CASE WHEN kind LIKE 'transfer%' THEN origin END, net_minor, currency, moved_at
    FROM ledger.statement WHERE source = 'stripe'
      AND EXISTS (SELECT FROM ledger.reading WHERE source = 'stripe' AND complete)
"""
