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
from ledger.events.payment import (
    CaptureRequested,
    FundsAvailable,
    PaymentAdopted,
    PaymentCancelled,
    PaymentCompleted,
    PaymentFailed,
    PaymentOpened,
)
from ledger.events.payout import (
    PayoutCancelled,
    PayoutRecalculated,
    PayoutScheduled,
    PayoutTransferred,
)
from ledger.events.refund import RefundApproved, RefundRequested, RefundSucceeded
from ledger.events.unapplied_receipt import (
    ReceiptDetected,
    ReceiptFundsAvailable,
    ReceiptReturned,
)
from ledger.values.journal import Entry, Line
from ledger.values.money import Money
from replay.rules.rule import Handlers, Rule

# T: what the guest pays. h: the host's part of it. g, o: the platform's fees from guest and host.
# In the currency that the processor settled in: s: the gross that it holds for T. p: the fee that it
# keeps of it. r: what giving T back took.
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
    ("J2fx", 1): """
        Dr stripe_pending      -             s
        Cr fx_position         booking       s
        Dr fx_position         booking       T
        Cr unapplied_receipts  payment       T
    """,
    ("J3", 1): """
        Dr exp_psp_fees        -             p
        Cr stripe_pending      -             p
    """,
    ("J4", 1): """
        Dr stripe_available    -             s-p
        Cr stripe_pending      -             s-p
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
    ("J22", 1): """
        Dr stripe_pending      -             T
        Cr unapplied_receipts  receipt       T
    """,
    ("J22fx", 1): """
        Dr stripe_pending      -             s
        Cr fx_position         booking       s
        Dr fx_position         booking       T
        Cr unapplied_receipts  receipt       T
    """,
    ("J22r", 1): """
        Dr unapplied_receipts  receipt       T
        Cr stripe_available    -             T
    """,
    ("J22rfx", 1): """
        Dr unapplied_receipts  receipt       T
        Cr fx_position         booking       T
        Dr fx_position         booking       s
        Cr stripe_available    -             r
        Cr fx_gain_loss        -             s-r
    """,
    ("J22a", 1): """
        Dr unapplied_receipts  receipt       T
        Cr unapplied_receipts  payment       T
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
    """A line of a rule: 1 for debit or -1 for credit, the account, its key, letters to sum up.

    A letter is its place and 1, or -1 where it is taken off.
    """

    side: int
    account: str
    kept_by: tuple[str, ...]
    letters: tuple[tuple[int, int], ...]
    settled: bool


LETTERS = ("T", "h", "g", "o", "s", "p", "r")
SETTLED = frozenset("spr")
"""The letters that stand for amounts in the currency that the processor settled in."""


def _leg(line: str) -> Leg:
    side, account, key, amount = line.split()
    kept_by = () if key == "-" else tuple(key.split("/"))
    terms = amount.replace("-", "+-").split("+")
    letters = tuple((LETTERS.index(term[-1]), -1 if term[0] == "-" else 1) for term in terms)
    settled = amount[0] in SETTLED
    return Leg(1 if side == "Dr" else -1, account, kept_by, letters, settled)


LEGS = {
    rule: tuple(_leg(line) for line in table.strip().splitlines()) for rule, table in BOOK.items()
}


class Agreed(NamedTuple):
    """What was agreed: minor units by letter, in the order of `LETTERS`, of one currency.

    What the processor settled as is a fact from outside and cannot be agreed on beforehand: `charged`
    takes it from the event that tells it, with the currency in `settled_in`.
    """

    figures: tuple[int, ...]
    currency: str
    host_id: str = ""
    fell_away: bool = False
    settled_in: str = ""
    booking_id: str = ""


NOTHING = Agreed((0, 0, 0, 0), "")


def charged(amount: Money, settled: Money | None, fee: Money | None, booking_id: str) -> Agreed:
    """A charge: what was asked for, what it settled as, and the fee."""
    gross = settled or amount
    figures = (amount.minor, 0, 0, 0, gross.minor, fee.minor if fee else 0)
    return Agreed(figures, amount.currency, settled_in=gross.currency, booking_id=booking_id)


class PostingsFollowTheirRules(Rule):
    """Remembers what was agreed for whatever still has entries to come."""

    invariants: ClassVar = {
        "INV-L4": "Each entry is what its posting rule makes of what was agreed."
    }

    def __init__(self) -> None:
        super().__init__()
        self._bookings: dict[str, Agreed] = {}
        self._payments: dict[str, Agreed] = {}
        self._due: dict[str, Money] = {}
        self._asked: dict[str, Money] = {}
        self._receipts: dict[str, Agreed] = {}
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
            CaptureRequested: self.ask,
            PaymentFailed: self.ask_anew,
            PaymentCancelled: self.cancel_payment,
            ReceiptDetected: self.detected,
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
            PaymentAdopted: self.adopted,
            FundsAvailable: self.available,
            ReceiptFundsAvailable: self.receipt_available,
            ReceiptReturned: self.returned,
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
        host, guest_fee, host_fee = kept.host_minor, kept.guest_fee_minor, kept.host_fee_minor
        if host or guest_fee or host_fee:
            figures = (host + guest_fee + host_fee, host, guest_fee, host_fee)
            self._bookings[recorded.stream_id] = before._replace(figures=figures, fell_away=True)

    def open(self, recorded: Recorded[PaymentOpened]) -> None:
        """What a guest is asked for."""
        self._due[recorded.stream_id] = self._asked[recorded.stream_id] = recorded.event.due

    def ask(self, recorded: Recorded[CaptureRequested]) -> None:
        """What of a hold the processor is asked for."""
        self._asked[recorded.stream_id] = recorded.event.amount

    def ask_anew(self, recorded: Recorded[PaymentFailed]) -> None:
        """Another attempt is for all that is due."""
        if due := self._due.get(recorded.stream_id):
            self._asked[recorded.stream_id] = due

    def cancel_payment(self, recorded: Recorded[PaymentCancelled]) -> None:
        """Nothing will come in."""
        self._due.pop(recorded.stream_id, None)
        self._asked.pop(recorded.stream_id, None)

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
        back = event.back
        fees = (back.guest_fee_minor, back.host_fee_minor)
        figures = (event.amount.minor, back.host_minor, *fees)
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
        """J2, of what was asked for, in one currency or two, and J3 where there is a fee."""
        event = recorded.event
        asked = self._asked.pop(recorded.stream_id, None)
        self._due.pop(recorded.stream_id, None)
        if asked is None:
            self._compare(recorded, None, NOTHING, {})
            return
        agreed = charged(asked, event.settled, event.fee, event.booking_id)
        self._payments[recorded.stream_id] = agreed
        self._charge(recorded, "J2", agreed, {"payment": recorded.stream_id})

    def detected(self, recorded: Recorded[ReceiptDetected]) -> None:
        """J22, of what came, in one currency or two, and J3 where there is a fee."""
        event = recorded.event
        agreed = charged(event.amount, event.settled, event.fee, event.booking_id)
        self._receipts[recorded.stream_id] = agreed
        self._charge(recorded, "J22", agreed, {"receipt": recorded.stream_id})

    def adopted(self, recorded: Recorded[PaymentAdopted]) -> None:
        """J22a, of what came as a receipt, which is what is due; what is usable is usable still."""
        event = recorded.event
        agreed = self._receipts.pop(event.receipt_id, NOTHING)
        keys = {"receipt": event.receipt_id, "payment": recorded.stream_id}
        self._compare(recorded, "J22a", agreed, keys)
        if (event.due.minor, event.due.currency) != (agreed.figures[0], agreed.currency):
            found = f"{event.due} adopted, {agreed.figures[0]} {agreed.currency} had come"
            self.breach("INV-L4", found, recorded)
        if not event.available:
            self._payments[recorded.stream_id] = agreed

    def available(self, recorded: Recorded[FundsAvailable]) -> None:
        """J4, of what is left after the fee; once."""
        self._compare(recorded, "J4", self._payments.pop(recorded.stream_id, NOTHING), {})

    def receipt_available(self, recorded: Recorded[ReceiptFundsAvailable]) -> None:
        """J4, of what is left after the fee."""
        self._compare(recorded, "J4", self._receipts.get(recorded.stream_id, NOTHING), {})

    def returned(self, recorded: Recorded[ReceiptReturned]) -> None:
        """J22r, of what came; where it was exchanged, its position is closed by it."""
        event = recorded.event
        agreed = self._receipts.get(recorded.stream_id, NOTHING)
        keys = {"receipt": recorded.stream_id, "booking": agreed.booking_id}
        if agreed.settled_in != agreed.currency and event.settled is not None:
            figures = (*agreed.figures, event.settled.minor)
            self._compare(recorded, "J22rfx", agreed._replace(figures=figures), keys)
        else:
            self._compare(recorded, "J22r", agreed, keys)

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

    def _charge(
        self, recorded: Recorded[MoneyEvent], rule: str, agreed: Agreed, keys: Mapping[str, str]
    ) -> None:
        """Hold what came in against its rule, and the fee of it, if any, against its own."""
        exchanged = agreed.settled_in != agreed.currency
        rules = [f"{rule}fx" if exchanged else rule, *(["J3"] if agreed.figures[5] else [])]
        self._compare(recorded, rules, agreed, {**keys, "booking": agreed.booking_id})

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
        rules: str | list[str] | None,
        agreed: Agreed,
        keys: Mapping[str, str],
    ) -> None:
        """Hold the event's entries against those that the rules make, or against none."""
        entries = recorded.event.entries
        if rules is None or agreed is NOTHING:
            if entries:
                self.breach("INV-L4", "entries, and nothing was agreed to book", recorded)
            return
        expected = [rules] if isinstance(rules, str) else rules
        booked = [entry.rule for entry in entries]
        if booked != expected:
            should = " and ".join(expected)
            self.breach("INV-L4", f"booked by {booked}, it should be by {should}", recorded)
            return
        for entry in entries:
            self._compare_entry(recorded, entry, agreed, keys)

    def _compare_entry(
        self,
        recorded: Recorded[MoneyEvent],
        entry: Entry,
        agreed: Agreed,
        keys: Mapping[str, str],
    ) -> None:
        rule = entry.rule
        if (legs := LEGS.get((rule, entry.version))) is None:
            self.breach("INV-L4", f"{rule} has no version {entry.version}", recorded)
        elif entry.lines != (lines := _lines(legs, agreed, keys)):
            found = f"{_text(entry.lines)}; {rule} makes {_text(lines)}"
            self.breach("INV-L4", found, recorded)


def _lines(legs: tuple[Leg, ...], agreed: Agreed, keys: Mapping[str, str]) -> tuple[Line, ...]:
    """The lines of a rule; a leg of nothing leaves none."""
    figures = agreed.figures
    lines = []
    for side, account, kept_by, letters, settled in legs:
        if minor := sum(sign * figures[at] for at, sign in letters):
            key = "/".join([keys[name] for name in kept_by])
            currency = agreed.settled_in if settled else agreed.currency
            lines.append(Line(account, key, side * minor, currency))
    return tuple(lines)


def _text(lines: tuple[Line, ...]) -> str:
    return ", ".join(f"{line.account} {line.minor:+}" for line in lines) or "nothing"
