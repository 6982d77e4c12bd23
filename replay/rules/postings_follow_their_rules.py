"""Every entry is what its posting rule makes of what happened: a second opinion on the books.

The rules stand below as finance writes them (spec: money, section 12), one table per rule and
version, and are applied to what was agreed when the stay was booked, refunded or settled — never to
what the event itself says it moved. So an event cannot vouch for its own figures.

A breach means that the books say something else than what happened. Close no period, and call
finance with the event named; a correction is another event, never an edit.
"""

from collections.abc import Iterator, Mapping
from typing import ClassVar, NamedTuple

from ledger.events import MoneyEvent, Recorded
from ledger.events.booking import (
    BookingAbandoned,
    BookingAltered,
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingRequested,
    BookingWithdrawn,
    EarningsRecognized,
    NoShowReported,
    PenaltyCharged,
    StayCurtailed,
)
from ledger.events.correction import CorrectionApplied
from ledger.events.difference import DifferenceWrittenOff
from ledger.events.dispute import (
    DisputeFundsReinstated,
    DisputeFundsWithdrawn,
    DisputeLost,
    DisputeOpened,
    DisputePrevented,
    DisputeWon,
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
    PayoutNetted,
    PayoutRecalculated,
    PayoutReleased,
    PayoutRetried,
    PayoutReversed,
    PayoutScheduled,
    PayoutTransferred,
    ReversalFailed,
    ReversalOrdered,
)
from ledger.events.refund import (
    ExternalRefundClassified,
    ExternalRefundDetected,
    Funding,
    RefundApproved,
    RefundCancelled,
    RefundFailed,
    RefundRejected,
    RefundRequested,
    RefundSettledAlternatively,
    RefundSucceeded,
)
from ledger.events.unapplied_receipt import (
    ReceiptDetected,
    ReceiptFundsAvailable,
    ReceiptReturned,
)
from ledger.values.journal import Entry, Line
from ledger.values.money import Money
from ledger.values.price import Price
from ledger.values.shares import Shares
from replay.rules.rule import Handlers, Rule

# T: what the guest pays. h: the host's part of it. g, o: the platform's fees from guest and host.
# In the currency that the processor settled in: s: the gross that it holds for T. p: the fee that it
# keeps of it. r: what giving T back took. b: what the deal's position was opened at, or s.
# v: the tax on what the platform earns. x: all other taxes, z: those of them that have left already.
# c: the platform's coupon. d: what of h the host owes, because it was paid out. B: h+g+o+v+x+z-c.
BOOK = {
    ("J1", 1): """
        Dr guest_receivable    booking       T
        Dr exp_promotions      -             c
        Cr host_deferred       booking       h
        Cr revenue_deferred    booking       g+o
        Cr vat_payable         -             v
        Cr tax_deferred        booking       x
        Dr unapplied_receipts  payment       T
        Cr guest_receivable    booking       T
    """,
    ("J1fx", 1): """
        Dr guest_receivable    booking       T
        Cr fx_position         booking       T
        Dr fx_position         booking       B
        Dr exp_promotions      -             c
        Cr host_deferred       booking       h
        Cr revenue_deferred    booking       g+o
        Cr vat_payable         -             v
        Cr tax_deferred        booking       x
        Dr unapplied_receipts  payment       T
        Cr guest_receivable    booking       T
        Dr fx_gain_loss        -             B-s
        Cr fx_position         booking       B-s
    """,
    ("J21", 1): """
        Dr host_receivable     host          T
        Cr rev_penalty         -             T
    """,
    ("J27", 1): """
        Dr guest_receivable    booking       T
        Dr exp_promotions      -             c
        Cr host_deferred       booking       h
        Cr revenue_deferred    booking       g+o
        Cr vat_payable         -             v
        Cr tax_deferred        booking       x
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
        Dr tax_deferred        booking       x
        Cr host_payable        host/booking  h
        Cr rev_guest_fee       -             g
        Cr rev_host_fee        -             o
        Cr tax_payable         jurisdiction  x
    """,
    ("J6", 1): """
        Dr host_payable        host/booking  h
        Cr stripe_available    -             h
    """,
    ("J9", 1): """
        Dr host_deferred       booking       h
        Dr revenue_deferred    booking       g+o
        Dr tax_deferred        booking       x
        Cr host_payable        host/booking  h
        Cr rev_guest_fee       -             g
        Cr rev_host_fee        -             o
        Cr tax_payable         jurisdiction  x
    """,
    ("J12", 1): """
        Dr refund_payable      refund        T
        Cr stripe_available    -             T
    """,
    ("J12fx", 1): """
        Dr refund_payable      refund        T
        Cr fx_position         booking       T
        Dr fx_position         booking       s
        Cr stripe_available    -             s
        Dr fx_position         booking       b-s
        Cr fx_gain_loss        -             b-s
    """,
    ("J12b", 1): """
        Dr refund_payable      refund        T
        Cr bank                -             T
    """,
    ("J13", 1): """
        Dr stripe_available    -             T
        Cr refund_payable      refund        T
    """,
    ("J13fx", 1): """
        Dr stripe_available    -             s
        Cr fx_position         booking       s
        Dr fx_position         booking       T
        Cr refund_payable      refund        T
    """,
    ("J14", 1): """
        Dr exp_goodwill        -             T
        Cr refund_payable      refund        T
    """,
    ("J14s", 1): """
        Dr exp_goodwill        -             s
        Cr suspense            -             s
    """,
    ("J17s", 1): """
        Dr exp_bad_debt        -             T
        Cr suspense            -             T
    """,
    ("J23", 1): """
        Dr suspense            -             s
        Cr stripe_available    -             s
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


TAKEN = {
    "J8": """
        Dr host_deferred       booking       h
        Dr revenue_deferred    booking       g+o
        Dr vat_payable         -             v
        Dr tax_deferred        booking       x
        Cr exp_promotions      -             c
    """,
    "J10": """
        Dr host_payable        host/booking  h
        Dr contra_fee_refunds  -             g+o
        Dr vat_payable         -             v
        Dr tax_payable         jurisdiction  x
        Cr exp_promotions      -             c
    """,
    "J11": """
        Dr host_payable        host/booking  h-d
        Dr host_receivable     host          d
        Dr contra_fee_refunds  -             g+o
        Dr vat_payable         -             v
        Dr tax_payable         jurisdiction  x
        Dr tax_recoverable     jurisdiction  z
        Cr exp_promotions      -             c
    """,
}
"""Whose part of a stay's money a refund takes."""

AGAINST = {
    "": """
        Cr refund_payable      refund        T
    """,
    "fx": """
        Cr fx_position         booking       B
        Dr fx_position         booking       T
        Cr refund_payable      refund        T
    """,
    "s": """
        Cr suspense            -             s
    """,
    "sfx": """
        Cr fx_position         booking       B
        Dr fx_position         booking       s
        Cr suspense            -             s
        Dr fx_position         booking       b-s
        Cr fx_gain_loss        -             b-s
    """,
}
"""What stands against it: the guest's claim, or what had gone out; in one currency or two."""

BOOK |= {
    (f"{rule}{suffix}", 1): taken + against
    for rule, taken in TAKEN.items()
    for suffix, against in AGAINST.items()
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
    listed: bool


LETTERS = ("T", "h", "g", "o", "s", "p", "r", "b", "v", "x", "z", "c", "d", "B")
LISTED = frozenset("hgovxzcdB")
"""The letters that stand for amounts in the listing's currency, where the guest's is another."""

SETTLED = frozenset("sprb")
"""The letters that stand for amounts in the currency that the processor settled in."""


def _leg(line: str) -> Leg:
    side, account, key, amount = line.split()
    kept_by = () if key == "-" else tuple(key.split("/"))
    terms = amount.replace("-", "+-").split("+")
    letters = tuple((LETTERS.index(term[-1]), -1 if term[0] == "-" else 1) for term in terms)
    settled = amount[0] in SETTLED
    listed = amount[0] in LISTED
    return Leg(1 if side == "Dr" else -1, account, kept_by, letters, settled, listed)


LEGS = {
    rule: tuple(_leg(line) for line in table.split("\n") if line.strip())
    for rule, table in BOOK.items()
}
LEGS |= {
    (f"{rule}r", version): tuple(leg._replace(side=-leg.side) for leg in legs)
    for (rule, version), legs in LEGS.items()
    if rule.rstrip("fx") in (*TAKEN, "J14")
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
    taxes: tuple[tuple[str, int], ...] = ()
    listed_in: str = ""
    goodwill: bool = False
    booked_by: str = ""
    position: Money | None = None

    @property
    def booked(self) -> dict[str, int]:
        """The figures by letter."""
        return dict(zip(LETTERS, self.figures, strict=False))


def figures(**by_letter: int) -> tuple[int, ...]:
    """Minor units by letter, in the order of `LETTERS`."""
    return tuple(by_letter.get(letter, 0) for letter in LETTERS)


NOTHING = Agreed(figures(), "")


def of_price(price: Price) -> tuple[int, ...]:
    """A price by letter: the host has what the guest pays and nobody else gets."""
    coupon = price.coupon.minor if price.coupon else 0
    asked_on_top = sum(tax.minor for tax in price.taxes if not tax.rule.inclusive)
    guest_fee, host_fee = price.guest_fee.minor, price.host_fee.minor
    total = price.subtotal.minor + guest_fee + price.guest_vat_minor + asked_on_top - coupon
    vat = price.guest_vat_minor + price.host_vat_minor
    taxes = sum(minor for _, minor in taxes_of(price))
    host = total + coupon - guest_fee - host_fee - vat - taxes
    return figures(T=total, h=host, g=guest_fee, o=host_fee, v=vat, x=taxes, c=coupon)


def taxes_of(price: Price) -> tuple[tuple[str, int], ...]:
    """What each authority gets from the platform."""
    by_authority: dict[str, int] = {}
    for tax in price.taxes:
        if not tax.rule.host_remits:
            authority = tax.rule.jurisdiction
            by_authority[authority] = by_authority.get(authority, 0) + tax.minor
    return tuple(by_authority.items())


def of_shares(shares: Shares) -> dict[str, int]:
    """Shares by letter."""
    return {
        "h": shares.host_minor,
        "g": shares.guest_fee_minor,
        "o": shares.host_fee_minor,
        "v": shares.vat_minor,
        "x": sum(share.minor for share in shares.taxes),
        "c": shares.coupon_minor,
    }


def worth(by_letter: Mapping[str, int]) -> int:
    """What shares are together, in minor units: what a guest pays for them, or gets back."""
    return sum(by_letter[letter] for letter in "hgovx") - by_letter["c"]


def charged(amount: Money, settled: Money | None, fee: Money | None, booking_id: str) -> Agreed:
    """A charge: what was asked for, what it settled as, and the fee."""
    gross = settled or amount
    figures = (amount.minor, 0, 0, 0, gross.minor, fee.minor if fee else 0)
    return Agreed(figures, amount.currency, settled_in=gross.currency, booking_id=booking_id)


# What is taken back from hosts, and by banks. r: what came back of a transfer, t: of it, for debt.
# d: what a bank took, p: the processor's fee, q: what is held of the host's part meanwhile. Of what
# is lost, h: the host's part, beside what was held: u of it still to be paid, b debt; k: held, and
# not needed; f, v, x, c: fees, the tax on them, other taxes, coupon; l: what the platform bears; e:
# what the currencies cost. s: a sum of these.
TAKEN_BACK = {
    "J15": """
        Dr stripe_available    -             r
        Cr host_receivable     host          t
        Cr host_payable        host/booking  s
    """,
    "J18": """
        Dr disputed_funds      dispute       d
        Dr exp_dispute_fees    -             p
        Cr stripe_available    -             s
        Dr host_payable        host/booking  q
        Cr host_held           dispute       q
    """,
    "J19": """
        Dr stripe_available    -             s
        Cr disputed_funds      dispute       d
        Cr exp_dispute_fees    -             p
        Dr fx_gain_loss        -             e
    """,
    "J19h": """
        Dr host_held           dispute       q
        Cr host_payable        host/booking  q
    """,
    "J20": """
        Dr host_held           dispute       q
        Cr host_payable        host/booking  k
        Dr host_payable        host/booking  u
        Dr host_receivable     host          b
        Dr contra_fee_refunds  -             f
        Dr vat_payable         -             v
        Dr tax_payable         *             x
        Dr exp_chargeback_loss -             l
        Dr fx_gain_loss        -             e
        Cr exp_promotions      -             c
        Cr disputed_funds      dispute       d
    """,
    "J20d": """
        Dr host_held           dispute       q
        Cr host_payable        host/booking  k
        Dr host_deferred       booking       u
        Dr host_receivable     host          b
        Dr revenue_deferred    booking       f
        Dr vat_payable         -             v
        Dr tax_deferred        booking       x
        Dr exp_chargeback_loss -             l
        Dr fx_gain_loss        -             e
        Cr exp_promotions      -             c
        Cr disputed_funds      dispute       d
    """,
}
"""J20d is J20 for a stay that is not earned yet. A key of `*` is each authority's own."""


class Taken(NamedTuple):
    """What is known of a dispute: what it is about, of whom, what is withdrawn and what held."""

    disputed: Money
    keys: Mapping[str, str]
    withdrawn: int = 0
    held: int = 0


NOT_TAKEN = Taken(Money(0, ""), {"host": "", "booking": ""})

AnyLine = tuple[str, str, int, str]
"""A line: account, key, minor units, currency."""


def _taken_lines(
    table: str, figures: Mapping[str, int], currency: str, keys: Mapping[str, str]
) -> Iterator[AnyLine]:
    """The lines of a table; a leg of nothing leaves none."""
    for row in table.strip().splitlines():
        side, account, key, letter = row.split()
        sign = 1 if side == "Dr" else -1
        if key == "*":
            of_each = (name for name in figures if name.startswith(f"{letter}:"))
            parts = [(name.partition(":")[2], figures[name]) for name in of_each]
        else:
            named = "" if key == "-" else "/".join(keys[name] for name in key.split("/"))
            parts = [(named, figures.get(letter, 0))]
        for of, minor in parts:
            if minor:
                yield account, of, sign * minor, currency


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
        self._payable: dict[str, int] = {}
        self._debts: dict[tuple[str, str], Agreed] = {}
        self._write_offs: dict[tuple[str, str], Agreed] = {}
        self._netted: dict[str, int] = {}
        self._reversals: dict[str, int] = {}
        self._disputes: dict[str, Taken] = {}

    def hears(self) -> Handlers:
        """What agrees on figures, and what books them."""
        return {
            BookingRequested: self.book,
            BookingAbandoned: self.give_up,
            BookingDeclined: self.give_up,
            BookingWithdrawn: self.give_up,
            StayCurtailed: self.settle,
            PenaltyCharged: self.penalized,
            BookingAltered: self.altered,
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
            RefundRejected: self.drop,
            RefundCancelled: self.cancelled,
            RefundFailed: self.failed,
            RefundSettledAlternatively: self.paid_by_bank,
            ExternalRefundDetected: self.seen,
            ExternalRefundClassified: self.classified,
            CorrectionApplied: self.remember_payable,
            DifferenceWrittenOff: self.difference_written_off,
            DebtNetted: self.netted,
            DebtWrittenOff: self.written_off,
            PayoutReleased: self.net,
            PayoutRetried: self.net,
            PayoutNetted: self.cancel_payout,
            ReversalOrdered: self.order_back,
            ReversalFailed: self.leave,
            PayoutReversed: self.came_back,
            DisputeOpened: self.dispute,
            DisputeFundsWithdrawn: self.withdrawn,
            DisputeFundsReinstated: self.reinstated,
            DisputeWon: self.held_no_more,
            DisputePrevented: self.held_no_more,
            DisputeLost: self.lost,
        }

    # -- What was agreed --------------------------------------------------------------------

    def book(self, recorded: Recorded[BookingRequested]) -> None:
        """The price of a stay that takes place."""
        event, price = recorded.event, recorded.event.price
        self._bookings[recorded.stream_id] = Agreed(
            of_price(price), price.subtotal.currency, event.host_id, taxes=taxes_of(price)
        )

    def give_up(
        self, recorded: Recorded[BookingAbandoned | BookingDeclined | BookingWithdrawn]
    ) -> None:
        """Nothing will be booked; one that expired may be paid late, and is remembered."""
        self._bookings.pop(recorded.stream_id, None)

    def settle(self, recorded: Recorded[BookingCancelled | NoShowReported | StayCurtailed]) -> None:
        """The stay falls away: what is kept takes the place of the price."""
        before = self._bookings.pop(recorded.stream_id, NOTHING)
        kept = recorded.event.settlement.kept
        by_letter = of_shares(kept)
        if any(by_letter.values()):
            self._bookings[recorded.stream_id] = before._replace(
                figures=figures(T=worth(by_letter), **by_letter),
                taxes=tuple((share.jurisdiction, share.minor) for share in kept.taxes),
                fell_away=True,
            )

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

    def cancel_payout(self, recorded: Recorded[PayoutCancelled | PayoutNetted]) -> None:
        """The host is promised nothing any more."""
        self._payouts.pop(recorded.stream_id, None)
        self._netted.pop(recorded.stream_id, None)

    def request(self, recorded: Recorded[RefundRequested]) -> None:
        """What shall go back, and of whose part."""
        event = recorded.event
        by_letter = of_shares(event.back)
        self._refunds[recorded.stream_id] = Agreed(
            figures(T=event.amount.minor, B=worth(by_letter), **by_letter),
            event.amount.currency,
            event.host_id or "",
            booking_id=event.booking_id,
            taxes=tuple((share.jurisdiction, share.minor) for share in event.back.taxes),
            listed_in=event.back.currency,
            goodwill=event.funded_by is Funding.PLATFORM,
        )

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

    def drop(self, recorded: Recorded[RefundRejected]) -> None:
        """Nothing will go back."""
        self._refunds.pop(recorded.stream_id, None)

    # -- What was booked --------------------------------------------------------------------

    def confirmed(self, recorded: Recorded[BookingConfirmed]) -> None:
        """J1, of the price; a stay that costs nothing has no entry."""
        agreed = self._bookings.get(recorded.stream_id, NOTHING)
        if agreed.figures[0] == 0:
            self._bookings.pop(recorded.stream_id, None)
            self._compare(recorded, None, agreed, {})
            return
        keys = {"booking": recorded.stream_id, "payment": recorded.event.payment_id or ""}
        paid = self._payments.get(keys["payment"], NOTHING)
        if paid.currency in ("", agreed.currency):
            self._compare(recorded, "J1", agreed, keys)
            return
        by_letter = agreed.booked
        listed = by_letter | {"T": paid.booked["T"], "s": paid.booked["s"], "B": by_letter["T"]}
        abroad = agreed._replace(
            figures=figures(**listed),
            currency=paid.currency,
            settled_in=paid.settled_in,
            listed_in=agreed.currency,
        )
        self._compare(recorded, "J1fx", abroad, keys)

    def penalized(self, recorded: Recorded[PenaltyCharged]) -> None:
        """J21, of the penalty; whether that is right the rule of prices says."""
        penalty, host_id = recorded.event.penalty, recorded.event.host_id
        agreed = Agreed(figures(T=penalty.minor), penalty.currency, host_id)
        self._compare(recorded, "J21", agreed, {"host": host_id})

    def altered(self, recorded: Recorded[BookingAltered]) -> None:
        """J27, of what the new price has more than the old one; nothing where it has less."""
        event, before = recorded.event, self._bookings.get(recorded.stream_id, NOTHING)
        after = before._replace(figures=of_price(event.price), taxes=taxes_of(event.price))
        self._bookings[recorded.stream_id] = after
        dearer = zip(after.figures, before.figures, strict=False)
        more = after._replace(figures=tuple(new - old for new, old in dearer))
        keys = {"booking": recorded.stream_id, "payment": event.payment_id or ""}
        self._compare(recorded, "J27" if more.figures[0] > 0 else None, more, keys)

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
        """J6, of what was promised, less what was netted; once."""
        agreed = self._payouts.pop(recorded.stream_id, NOTHING)
        netted = self._netted.pop(recorded.stream_id, 0)
        agreed = agreed._replace(figures=(0, agreed.figures[1] - netted, 0, 0))
        keys = {"host": agreed.host_id, "booking": recorded.event.booking_id}
        self._compare(recorded, "J6", agreed, keys)

    # -- What was booked of refunds -------------------------------------------------------------

    def approved(self, recorded: Recorded[RefundApproved]) -> None:
        """J8, J10 or J11 of what was asked for, or J14 of what the platform gives."""
        asked = self._refunds.get(recorded.stream_id, NOTHING)
        agreed, rule = self._taken(recorded, asked)
        if asked.listed_in != asked.currency and not asked.goodwill:
            rule = f"{rule}fx"
            opened = Money(agreed.booked.get("B", 0), asked.listed_in)
            agreed = agreed._replace(position=opened)
        if asked is not NOTHING:
            self._refunds[recorded.stream_id] = agreed._replace(booked_by=rule)
        self._compare(recorded, rule, agreed, self._refund_keys(recorded, agreed))

    def cancelled(self, recorded: Recorded[RefundCancelled]) -> None:
        """The reverse of what the approval booked, if it was approved."""
        agreed = self._refunds.pop(recorded.stream_id, NOTHING)
        rule = f"{agreed.booked_by}r" if agreed.booked_by else None
        self._compare(recorded, rule, agreed, self._refund_keys(recorded, agreed))

    def succeeded(self, recorded: Recorded[RefundSucceeded]) -> None:
        """J12, of what was asked for, in one currency or two; once, unless it comes back."""
        agreed = self._refunds.pop(recorded.stream_id, NOTHING)
        rule, agreed = _settled("J12", agreed, recorded.event.settled)
        self._compare(recorded, rule, agreed, self._refund_keys(recorded, agreed))

    def failed(self, recorded: Recorded[RefundFailed]) -> None:
        """J13 where it had succeeded: of what the event tells, which the next success is held to."""
        event = recorded.event
        agreed = self._refunds.get(recorded.stream_id, NOTHING)
        if agreed is not NOTHING:
            self._compare(recorded, None, agreed, {})
            return
        agreed = Agreed(
            figures(T=event.amount.minor),
            event.amount.currency,
            booking_id=event.booking_id,
            position=event.settled,
        )
        self._refunds[recorded.stream_id] = agreed
        rule, agreed = _settled("J13", agreed, event.settled)
        self._compare(recorded, rule, agreed, self._refund_keys(recorded, agreed))

    def paid_by_bank(self, recorded: Recorded[RefundSettledAlternatively]) -> None:
        """J12b, of what was asked for; once."""
        agreed = self._refunds.pop(recorded.stream_id, NOTHING)
        self._compare(recorded, "J12b", agreed, self._refund_keys(recorded, agreed))

    def seen(self, recorded: Recorded[ExternalRefundDetected]) -> None:
        """J23, of what the processor tells."""
        event = recorded.event
        taken = event.settled or event.amount
        agreed = Agreed(
            figures(T=event.amount.minor, s=taken.minor),
            event.amount.currency,
            settled_in=taken.currency,
            booking_id=event.booking_id,
        )
        self._refunds[recorded.stream_id] = agreed
        self._compare(recorded, "J23", agreed, {})

    def classified(self, recorded: Recorded[ExternalRefundClassified]) -> None:
        """J8, J10 or J11 of what somebody said, or J14, against what was seen; once."""
        event = recorded.event
        seen = self._refunds.pop(recorded.stream_id, NOTHING)
        if seen is NOTHING:
            self._compare(recorded, None, NOTHING, {})
            return
        by_letter, taken = of_shares(event.back), seen.booked["s"]
        opened = worth(by_letter) if event.back.currency == seen.settled_in else taken
        said = seen._replace(
            figures=figures(T=seen.booked["T"], s=taken, b=opened, B=worth(by_letter), **by_letter),
            host_id=event.host_id,
            taxes=tuple((share.jurisdiction, share.minor) for share in event.back.taxes),
            listed_in=event.back.currency,
            goodwill=event.funded_by is Funding.PLATFORM,
        )
        agreed, rule = self._taken(recorded, said)
        one_currency = seen.currency == seen.settled_in == event.back.currency
        rule = f"{rule}s" if one_currency or said.goodwill else f"{rule}sfx"
        self._compare(recorded, rule, agreed, self._refund_keys(recorded, agreed))

    def difference_written_off(self, recorded: Recorded[DifferenceWrittenOff]) -> None:
        """J17 against suspense, of what two people said."""
        amount = recorded.event.amount
        self._compare(recorded, "J17s", Agreed(figures(T=amount.minor), amount.currency), {})

    def _taken(
        self, recorded: Recorded[RefundApproved | ExternalRefundClassified], asked: Agreed
    ) -> tuple[Agreed, str]:
        """Whose part it is: by what the host has left of the booking, as the books say so far.

        Whether the stay was earned the entry says itself: by the wrong one of the two, an account
        would come to stand on the wrong side, and that is another rule's to tell.
        """
        event = recorded.event
        booked_by = event.entries[0].rule if event.entries else ""
        if asked.goodwill or asked is NOTHING:
            return asked, "J14"
        if booked_by.startswith("J8"):
            return asked, "J8"
        by_letter = asked.booked
        left = self._payable.get(f"{asked.host_id}/{event.booking_id}", 0)
        debt = max(by_letter["h"] - left, 0)
        if debt != event.debt.minor:
            found = f"{event.debt} becomes the host's debt, {left} minor units are left to pay it"
            self.breach("INV-L4", found, recorded)
        if event.remitted:
            by_letter |= {"x": 0, "z": by_letter["x"]}
        agreed = asked._replace(figures=figures(**by_letter | {"d": debt}))
        return agreed, "J11" if debt or event.remitted else "J10"

    def _refund_keys(self, recorded: Recorded[MoneyEvent], agreed: Agreed) -> dict[str, str]:
        return {
            "booking": agreed.booking_id,
            "refund": recorded.stream_id,
            "host": agreed.host_id,
        }

    def remember_payable(self, recorded: Recorded[MoneyEvent]) -> None:
        """What each host has earned of each booking and not received, as booked so far."""
        for entry in recorded.event.entries:
            for line in entry.lines:
                if line.account == "host_payable":
                    left = self._payable.pop(line.of, 0) - line.minor
                    if left:
                        self._payable[line.of] = left

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

    # -- What was taken back ----------------------------------------------------------------

    def net(self, recorded: Recorded[PayoutReleased | PayoutRetried]) -> None:
        """What of a payout stays here."""
        if netted := recorded.event.netted.minor:
            self._netted[recorded.stream_id] = self._netted.get(recorded.stream_id, 0) + netted

    def order_back(self, recorded: Recorded[ReversalOrdered]) -> None:
        """What of a transfer is to come back."""
        self._reversals[recorded.event.idempotency_key] = recorded.event.amount.minor

    def leave(self, recorded: Recorded[ReversalFailed]) -> None:
        """It does not come."""
        self._reversals.pop(recorded.event.idempotency_key, None)

    def came_back(self, recorded: Recorded[PayoutReversed]) -> None:
        """J15, of what was ordered back; once."""
        event = recorded.event
        ordered = self._reversals.pop(event.idempotency_key, 0)
        figures = {"r": ordered, "t": event.to_debt.minor, "s": ordered - event.to_debt.minor}
        keys = {"host": event.host_id, "booking": event.booking_id}
        self._compare_taken(recorded, "J15", figures, event.amount.currency, keys)

    def dispute(self, recorded: Recorded[DisputeOpened]) -> None:
        """What a bank takes back, perhaps, and of whom."""
        event = recorded.event
        self._disputes[recorded.stream_id] = Taken(
            event.amount, {"host": event.host_id, "booking": event.booking_id}
        )

    def withdrawn(self, recorded: Recorded[DisputeFundsWithdrawn]) -> None:
        """J18, of what was disputed, where the account is kept in the guest's currency."""
        event = recorded.event
        taken = self._disputes.get(recorded.stream_id, NOT_TAKEN)
        same = event.amount.currency == taken.disputed.currency
        withdrawn = taken.disputed.minor if same else event.amount.minor
        taken = taken._replace(withdrawn=withdrawn, held=event.held.minor)
        self._disputes[recorded.stream_id] = taken
        fee = event.fee.minor
        figures = {"d": withdrawn, "p": fee, "s": withdrawn + fee, "q": taken.held}
        keys = {**taken.keys, "dispute": recorded.stream_id}
        self._compare_taken(recorded, "J18", figures, event.amount.currency, keys)

    def reinstated(self, recorded: Recorded[DisputeFundsReinstated]) -> None:
        """J19, of what was withdrawn; once."""
        event = recorded.event
        taken = self._disputes.get(recorded.stream_id, NOT_TAKEN)
        self._disputes[recorded.stream_id] = taken._replace(withdrawn=0)
        figures = {
            "s": event.amount.minor + event.fee.minor,
            "d": taken.withdrawn,
            "p": event.fee.minor,
            "e": taken.withdrawn - event.amount.minor,
        }
        keys = {"dispute": recorded.stream_id}
        self._compare_taken(recorded, "J19", figures, event.amount.currency, keys)

    def held_no_more(self, recorded: Recorded[DisputeWon | DisputePrevented]) -> None:
        """J19h, of what was held; nothing where nothing was."""
        taken = self._disputes.get(recorded.stream_id, NOT_TAKEN)
        self._disputes[recorded.stream_id] = taken._replace(held=0)
        keys = {**taken.keys, "dispute": recorded.stream_id}
        currency = recorded.event.given_back.currency
        self._compare_taken(recorded, "J19h", {"q": taken.held}, currency, keys)

    def lost(self, recorded: Recorded[DisputeLost]) -> None:
        """J20, of what was withdrawn: the host's part is what is held first; once."""
        taken = self._disputes.pop(recorded.stream_id, NOT_TAKEN)
        loss = recorded.event.loss
        shares, debt = loss.shares, loss.debt.minor
        used = min(taken.held, shares.host_minor)
        figures = {
            "d": taken.withdrawn,
            "q": taken.held,
            "k": taken.held - used,
            "u": shares.host_minor - used - debt,
            "b": debt,
            "f": shares.fees.minor,
            "v": shares.vat.minor,
            "x": shares.tax.minor,
            "c": shares.coupon.minor,
            "e": loss.exchange.minor,
            "l": taken.withdrawn - loss.exchange.minor - shares.total.minor,
        }
        keys = {**taken.keys, "dispute": recorded.stream_id}
        figures |= {f"x:{of}": tax.minor for of, tax in shares.by_authority()}
        rule = "J20" if loss.earned or not taken.withdrawn else "J20d"
        figures = figures if taken.withdrawn else {}
        self._compare_taken(recorded, rule, figures, loss.debt.currency, keys)

    def _compare_taken(
        self,
        recorded: Recorded[MoneyEvent],
        rule: str,
        figures: Mapping[str, int],
        currency: str,
        keys: Mapping[str, str],
    ) -> None:
        """Hold the event's entry against the lines that the rule makes, in any order."""
        expected = sorted(_taken_lines(TAKEN_BACK[rule], figures, currency, keys))
        entries = recorded.event.entries
        named = [(entry.rule, entry.version) for entry in entries]
        if named != ([(rule.removesuffix("d"), 1)] if expected else []):
            self.breach("INV-L4", f"booked by {named}, it should be by {rule}", recorded)
            return
        found = sorted(
            (line.account, line.of, line.minor, line.currency)
            for entry in entries
            for line in entry.lines
        )
        if found != expected:
            self.breach("INV-L4", f"{found}; {rule} makes {expected}", recorded)

    def _compare(
        self,
        recorded: Recorded[MoneyEvent],
        rules: str | list[str] | None,
        agreed: Agreed,
        keys: Mapping[str, str],
    ) -> None:
        """Hold the event's entries against those that the rules make, or against none."""
        self.remember_payable(recorded)
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
    by_place = agreed.figures
    lines = []
    for leg in legs:
        if minor := sum(sign * by_place[at] for at, sign in leg.letters):
            currency = _currency(leg, agreed)
            if leg.kept_by == ("jurisdiction",):
                lines += [
                    Line(leg.account, authority, leg.side * tax, currency)
                    for authority, tax in agreed.taxes
                    if tax
                ]
                continue
            key = "/".join([keys[name] for name in leg.kept_by])
            lines.append(Line(leg.account, key, leg.side * minor, currency))
    return tuple(lines)


def _currency(leg: Leg, agreed: Agreed) -> str:
    if leg.settled:
        return agreed.settled_in
    return agreed.listed_in or agreed.currency if leg.listed else agreed.currency


def _settled(rule: str, agreed: Agreed, settled: Money | None) -> tuple[str, Agreed]:
    """A refund's rule and figures, in one currency or two; the position is closed where it is open.

    Where nothing is open in the currency that was settled in, nothing is gained or lost.
    """
    if settled is None or agreed is NOTHING:
        return rule, agreed
    position = agreed.position
    opened = position if position and position.currency == settled.currency else settled
    told = figures(**agreed.booked | {"s": settled.minor, "b": opened.minor})
    return f"{rule}fx", agreed._replace(figures=told, settled_in=settled.currency)


def _text(lines: tuple[Line, ...]) -> str:
    return ", ".join(f"{line.account} {line.minor:+}" for line in lines) or "nothing"
