"""Every entry is what its posting rule makes of what happened: a second opinion on the books.

The rules stand below as finance writes them (spec: money, section 12), one table per rule and
version, and are applied to what was agreed when the stay was booked, refunded or settled — never to
what the event itself says it moved. So an event cannot vouch for its own figures.

A breach means that the books say something else than what happened. Close no period, and call
finance with the event named; a correction is another event, never an edit.
"""

from collections.abc import Mapping
from typing import ClassVar, NamedTuple

from ledger.events import MoneyEvent, Recorded
from ledger.events.booking import (
    BookingAbandoned,
    BookingCancelled,
    BookingConfirmed,
    BookingExpired,
    BookingRequested,
    EarningsRecognized,
    NoShowReported,
)
from ledger.events.host_debt import (
    DebtCollected,
    DebtNetted,
    DebtRaised,
    DebtWrittenOff,
    WriteOffProposed,
    WriteOffRejected,
)
from ledger.events.payment import FundsAvailable, PaymentCompleted, PaymentOpened
from ledger.events.payout import (
    PayoutCancelled,
    PayoutRecalculated,
    PayoutScheduled,
    PayoutTransferred,
)
from ledger.events.refund import RefundApproved, RefundRequested, RefundSucceeded
from ledger.values.journal import Line
from ledger.values.money import Money
from replay.rules.rule import Handlers, Rule

# T: what the guest pays. h: the host's part of it. g, o: the platform's fees from guest and host.
BOOK = {
    ("J1", 1): """
        Dr guest_receivable    booking       T
        Cr host_deferred       booking       h
        Cr revenue_deferred    booking       g+o
        Dr unapplied_receipts  payment       T
        Cr guest_receivable    booking       T
    """,
    ("J2", 1): """
        Dr stripe_pending      -             T
        Cr unapplied_receipts  payment       T
    """,
    ("J4", 1): """
        Dr stripe_available    -             T
        Cr stripe_pending      -             T
    """,
    ("J5", 1): """
        Dr host_deferred       booking       h
        Dr revenue_deferred    booking       g+o
        Cr host_payable        host/booking  h
        Cr rev_guest_fee       -             g
        Cr rev_host_fee        -             o
    """,
    ("J6", 1): """
        Dr host_payable        host/booking  h
        Cr stripe_available    -             h
    """,
    ("J8", 1): """
        Dr host_deferred       booking       h
        Dr revenue_deferred    booking       g+o
        Cr refund_payable      refund        T
    """,
    ("J9", 1): """
        Dr host_deferred       booking       h
        Dr revenue_deferred    booking       g+o
        Cr host_payable        host/booking  h
        Cr rev_guest_fee       -             g
        Cr rev_host_fee        -             o
    """,
    ("J12", 1): """
        Dr refund_payable      refund        T
        Cr stripe_available    -             T
    """,
    ("J16", 1): """
        Dr host_payable        host/booking  h
        Cr host_receivable     host          h
    """,
    ("J17", 1): """
        Dr exp_bad_debt        -             h
        Cr host_receivable     host          h
    """,
}


class Leg(NamedTuple):
    """A line of a rule: 1 for debit or -1 for credit, the account, its key, letters to sum up."""

    side: int
    account: str
    kept_by: tuple[str, ...]
    letters: tuple[int, ...]


LETTERS = ("T", "h", "g", "o")


def _leg(line: str) -> Leg:
    side, account, key, amount = line.split()
    kept_by = () if key == "-" else tuple(key.split("/"))
    letters = tuple(LETTERS.index(letter) for letter in amount.split("+"))
    return Leg(1 if side == "Dr" else -1, account, kept_by, letters)


LEGS = {
    rule: tuple(_leg(line) for line in table.strip().splitlines()) for rule, table in BOOK.items()
}


class Agreed(NamedTuple):
    """What was agreed: minor units by letter, in the order of `LETTERS`, of one currency."""

    figures: tuple[int, int, int, int]
    currency: str
    host_id: str = ""
    fell_away: bool = False


NOTHING = Agreed((0, 0, 0, 0), "")


class PostingsFollowTheirRules(Rule):
    """Remembers what was agreed for whatever still has entries to come."""

    invariants: ClassVar = {
        "INV-L4": "Each entry is what its posting rule makes of what was agreed."
    }

    def __init__(self) -> None:
        super().__init__()
        self._bookings: dict[str, Agreed] = {}
        self._payments: dict[str, Agreed] = {}
        self._payouts: dict[str, Agreed] = {}
        self._refunds: dict[str, Agreed] = {}
        self._debts: dict[tuple[str, str], Agreed] = {}
        self._write_offs: dict[tuple[str, str], Agreed] = {}

    def hears(self) -> Handlers:
        """What agrees on figures, and what books them."""
        return {
            BookingRequested: self.book,
            BookingExpired: self.give_up,
            BookingAbandoned: self.give_up,
            BookingCancelled: self.settle,
            NoShowReported: self.settle,
            PaymentOpened: self.open,
            PayoutScheduled: self.schedule,
            PayoutRecalculated: self.recalculate,
            PayoutCancelled: self.cancel_payout,
            RefundRequested: self.request,
            DebtRaised: self.owe,
            DebtCollected: self.collect,
            WriteOffProposed: self.propose,
            WriteOffRejected: self.reject,
            BookingConfirmed: self.confirmed,
            EarningsRecognized: self.recognized,
            PaymentCompleted: self.completed,
            FundsAvailable: self.available,
            PayoutTransferred: self.transferred,
            RefundApproved: self.approved,
            RefundSucceeded: self.succeeded,
            DebtNetted: self.netted,
            DebtWrittenOff: self.written_off,
        }

    # -- What was agreed --------------------------------------------------------------------

    def book(self, recorded: Recorded[BookingRequested]) -> None:
        """The price of a stay that takes place."""
        event, price = recorded.event, recorded.event.price
        guest_fee, host_fee = price.guest_fee.minor, price.host_fee.minor
        subtotal = price.subtotal.minor
        figures = (subtotal + guest_fee, subtotal - host_fee, guest_fee, host_fee)
        self._bookings[recorded.stream_id] = Agreed(figures, price.subtotal.currency, event.host_id)

    def give_up(self, recorded: Recorded[BookingExpired | BookingAbandoned]) -> None:
        """Nothing will be booked."""
        self._bookings.pop(recorded.stream_id, None)

    def settle(self, recorded: Recorded[BookingCancelled | NoShowReported]) -> None:
        """The stay falls away: what is kept takes the place of the price."""
        before = self._bookings.pop(recorded.stream_id, NOTHING)
        kept = recorded.event.settlement.kept
        host, guest_fee, host_fee = kept.host_net.minor, kept.guest_fee.minor, kept.host_fee.minor
        if host or guest_fee or host_fee:
            figures = (host + guest_fee + host_fee, host, guest_fee, host_fee)
            self._bookings[recorded.stream_id] = before._replace(figures=figures, fell_away=True)

    def open(self, recorded: Recorded[PaymentOpened]) -> None:
        """What a guest is asked for."""
        due = recorded.event.due
        self._payments[recorded.stream_id] = Agreed((due.minor, 0, 0, 0), due.currency)

    def schedule(self, recorded: Recorded[PayoutScheduled]) -> None:
        """What a host is promised."""
        event = recorded.event
        figures = (0, event.amount.minor, 0, 0)
        self._payouts[recorded.stream_id] = Agreed(figures, event.amount.currency, event.host_id)

    def recalculate(self, recorded: Recorded[PayoutRecalculated]) -> None:
        """What a host is promised instead."""
        before = self._payouts.get(recorded.stream_id, NOTHING)
        figures = (0, recorded.event.amount.minor, 0, 0)
        self._payouts[recorded.stream_id] = before._replace(figures=figures)

    def cancel_payout(self, recorded: Recorded[PayoutCancelled]) -> None:
        """The host is promised nothing any more."""
        self._payouts.pop(recorded.stream_id, None)

    def request(self, recorded: Recorded[RefundRequested]) -> None:
        """What shall go back, and of whose part."""
        event = recorded.event
        figures = (event.amount.minor, event.host_part.minor, event.fees_part.minor, 0)
        self._refunds[recorded.stream_id] = Agreed(figures, event.amount.currency)

    def owe(self, recorded: Recorded[DebtRaised]) -> None:
        """A host owes more."""
        amount = recorded.event.amount
        key = (recorded.stream_id, amount.currency)
        owed = self._debts.get(key, NOTHING).figures[1] + amount.minor
        self._debts[key] = Agreed((0, owed, 0, 0), amount.currency, recorded.event.host_id)

    def collect(self, recorded: Recorded[DebtCollected]) -> None:
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
        """A host owes so much less, but never less than nothing; answers what was really paid off."""
        before = self._debts.get((stream_id, amount.currency), NOTHING)
        owed = before.figures[1]
        paid = min(owed, amount.minor)
        self._debts[stream_id, amount.currency] = before._replace(figures=(0, owed - paid, 0, 0))
        return before._replace(figures=(0, paid, 0, 0))

    # -- What was booked --------------------------------------------------------------------

    def confirmed(self, recorded: Recorded[BookingConfirmed]) -> None:
        """J1, of the price; a stay that costs nothing has no entry."""
        agreed = self._bookings.get(recorded.stream_id, NOTHING)
        if agreed.figures[0] == 0:
            self._bookings.pop(recorded.stream_id, None)
            self._compare(recorded, None, agreed, {})
            return
        keys = {"booking": recorded.stream_id, "payment": recorded.event.payment_id or ""}
        self._compare(recorded, "J1", agreed, keys)

    def recognized(self, recorded: Recorded[EarningsRecognized]) -> None:
        """J5 of the price, or J9 of what is kept; once."""
        agreed = self._bookings.pop(recorded.stream_id, NOTHING)
        keys = {"booking": recorded.stream_id, "host": agreed.host_id}
        self._compare(recorded, "J9" if agreed.fell_away else "J5", agreed, keys)

    def completed(self, recorded: Recorded[PaymentCompleted]) -> None:
        """J2, of what was due."""
        agreed = self._payments.get(recorded.stream_id, NOTHING)
        self._compare(recorded, "J2", agreed, {"payment": recorded.stream_id})

    def available(self, recorded: Recorded[FundsAvailable]) -> None:
        """J4, of what was due; once."""
        self._compare(recorded, "J4", self._payments.pop(recorded.stream_id, NOTHING), {})

    def transferred(self, recorded: Recorded[PayoutTransferred]) -> None:
        """J6, of what was promised; once."""
        agreed = self._payouts.pop(recorded.stream_id, NOTHING)
        keys = {"host": agreed.host_id, "booking": recorded.event.booking_id}
        self._compare(recorded, "J6", agreed, keys)

    def approved(self, recorded: Recorded[RefundApproved]) -> None:
        """J8, of what was asked for."""
        agreed = self._refunds.get(recorded.stream_id, NOTHING)
        keys = {"booking": recorded.event.booking_id, "refund": recorded.stream_id}
        self._compare(recorded, "J8", agreed, keys)

    def succeeded(self, recorded: Recorded[RefundSucceeded]) -> None:
        """J12, of what was asked for; once."""
        agreed = self._refunds.pop(recorded.stream_id, NOTHING)
        self._compare(recorded, "J12", agreed, {"refund": recorded.stream_id})

    def netted(self, recorded: Recorded[DebtNetted]) -> None:
        """J16, of no more than was owed."""
        agreed = self._pay_off(recorded.stream_id, recorded.event.amount)
        keys = {"host": agreed.host_id, "booking": recorded.event.booking_id}
        self._compare(recorded, "J16", agreed, keys)

    def written_off(self, recorded: Recorded[DebtWrittenOff]) -> None:
        """J17, of what was proposed; once."""
        key = (recorded.stream_id, recorded.event.amount.currency)
        agreed = self._write_offs.pop(key, NOTHING)
        self._pay_off(recorded.stream_id, recorded.event.amount)
        self._compare(recorded, "J17", agreed, {"host": agreed.host_id})

    def _compare(
        self,
        recorded: Recorded[MoneyEvent],
        rule: str | None,
        agreed: Agreed,
        keys: Mapping[str, str],
    ) -> None:
        """Hold the event's entries against the one that the rule makes, or against none."""
        entries = recorded.event.entries
        if rule is None or agreed is NOTHING:
            if entries:
                self.breach("INV-L4", "entries, and nothing was agreed to book", recorded)
            return
        if len(entries) != 1 or entries[0].rule != rule:
            rules = [entry.rule for entry in entries]
            self.breach("INV-L4", f"booked by {rules}, it should be by {rule}", recorded)
        elif (legs := LEGS.get((rule, entries[0].version))) is None:
            self.breach("INV-L4", f"{rule} has no version {entries[0].version}", recorded)
        elif entries[0].lines != (lines := _lines(legs, agreed, keys)):
            found = f"{_text(entries[0].lines)}; {rule} makes {_text(lines)}"
            self.breach("INV-L4", found, recorded)


def _lines(legs: tuple[Leg, ...], agreed: Agreed, keys: Mapping[str, str]) -> tuple[Line, ...]:
    """The lines of a rule; a leg of nothing leaves none."""
    figures, currency, _, _ = agreed
    lines = []
    for side, account, kept_by, letters in legs:
        minor = figures[letters[0]] if len(letters) == 1 else sum(figures[at] for at in letters)
        if minor:
            key = "/".join([keys[name] for name in kept_by])
            lines.append(Line(account, key, side * minor, currency))
    return tuple(lines)


def _text(lines: tuple[Line, ...]) -> str:
    return ", ".join(f"{line.account} {line.minor:+}" for line in lines) or "nothing"
