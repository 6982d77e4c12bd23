"""A marketplace of several houses in one process, in which anything may happen to anybody.

It is `Market` with more hosts, guests and currencies. Whatever people, clocks and networks can do
here is a move (`tests/machine/moves.py`); how the town comes to rest afterwards stands below.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any, TypeVar

from msgspec import Struct

from ledger import processes
from ledger.aggregates.booking import BOOKING, Booking, Status
from ledger.aggregates.coupon import IssueCoupon, code_hash_of, coupon_of
from ledger.aggregates.decider import Command, Decider
from ledger.aggregates.dispute import DISPUTE
from ledger.aggregates.payment import PAYMENT, Payment
from ledger.aggregates.provider import (
    PROVIDER,
    RegisterProvider,
    VouchForProvider,
)
from ledger.aggregates.refund import REFUND, SettleAlternatively
from ledger.aggregates.refund import Status as Refunding
from ledger.aggregates.unapplied_receipt import UNAPPLIED_RECEIPT
from ledger.aggregates.unapplied_receipt import Status as Receiving
from ledger.draft import Draft
from ledger.errors import GatewayFailure, Refused
from ledger.events import Actor
from ledger.events.refund import ExternalRefundDetected, RefundRequested
from ledger.events.unapplied_receipt import ReceiptDetected
from ledger.gateways.stripe.told import REMEMBERED
from ledger.quotes import Wish, book_quoted, booking_of, make_quote, set_levies, set_rates
from ledger.reactions import letters
from ledger.store.inbox import Letter
from ledger.values.exchange import ReferenceRates, reference_rates
from ledger.values.ids import BookingId, DisputeId, HostId, PaymentId, ReceiptId, RefundId
from ledger.values.quote import Quote
from sandbox.stripe.core.currencies import RATES_PER_EURO
from sandbox.stripe.core.world import Obj
from tests.facts import CLARA, DINIS, OPERATOR, THE_DIGEST, an_id, to_attest, to_open_calendar
from tests.ledger.market import Market, NotPossible, letter_of
from tests.machine.places import PLACES, ROOM, SETTLED_IN, Place
from tests.sandbox.stripe.shells import HOST as SOMEBODY

S = TypeVar("S", bound=Struct)

THOUGHT_OF = 30
"""Of how many bookings, the latest, people still think when they choose what to do."""

TRIES = 4
"""How often finance sends money to a card that gives it back each time."""

DAILY = "sweep"
"""What the processor does every day for ever."""

COUPONS = {"TWENTY": 2_000, "ALL": 10_000}
"""Codes that guests know, and the part of the subtotal that each pays, in basis points."""


class Town(Market):
    """Several houses, and what happens around all their bookings."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(settlement_currencies=SETTLED_IN, counter_fee_minor=0, **settings)
        self.bookings: list[BookingId] = []
        self.quotes: list[Quote] = []
        self.withheld: list[Letter] = []
        self.lost: set[str] = set()
        self.blocks: list[Command] = []
        for code, off_bp in COUPONS.items():
            self._issue(code, off_bp)

    # -- How it opens -----------------------------------------------------------------------

    def _open_to_guests(self) -> None:
        for host_id in dict.fromkeys(place.host_id for place in PLACES):
            self._settle_in(host_id)
        for place in PLACES:
            self._open(place)

    def _settle_in(self, host_id: HostId) -> None:
        """A host is verified, and has an account that can be paid to."""
        register = RegisterProvider(host_id=host_id, country="PT", email_verified=True)
        vouch = VouchForProvider(
            host_id=host_id, reason="known for years", source="the town", under_review=False
        )
        self.do(Actor("H", host_id), register, host_id)
        self.do(OPERATOR, vouch, host_id)
        told = {**SOMEBODY, "metadata": {"host_id": host_id}}
        account = self.browser.v1.accounts.create(told)  # type: ignore[arg-type]
        fact = self.world.stripe.accounts.read(account.id)
        self.decide(
            lambda draft: _none(processes.take_in_account(draft, fact, self.clock.now)), host_id
        )

    def _open(self, place: Place) -> None:
        """A house is vouched for, its nights are open, and it has its prices."""
        vouched = to_attest(
            attestation_id=processes.attestation_of(place.property_id),
            property_id=place.property_id,
            host_id=place.host_id,
            house=place.house,
            currency=place.currency,
        )
        self.do(OPERATOR, vouched)
        for number, unit_id in enumerate(place.unit_ids, start=1):
            unit = to_open_calendar(
                unit_id=unit_id,
                property_id=place.property_id,
                host_id=place.host_id,
                number=number,
                room_type=ROOM,
                house=place.house,
            )
            self.do(OPERATOR, unit)
        self.decide(lambda draft: _none(set_rates(draft, place.property_id, place.rates)))
        self.decide(
            lambda draft: _none(set_levies(draft, OPERATOR, place.property_id, place.levies))
        )

    def _issue(self, code: str, off_bp: int) -> None:
        self.do(
            OPERATOR,
            IssueCoupon(
                coupon_id=coupon_of(code_hash_of(code)),
                code_hash=code_hash_of(code),
                currency="EUR",
                valid_from=self.clock.now,
                valid_until=self.clock.now + timedelta(days=365),
                uses=12,
                off_bp=off_bp,
            ),
        )

    # -- People -----------------------------------------------------------------------------

    def do(self, actor: Actor, command: Command, case_id: str | None = None) -> None:
        """Somebody gives one command at the door. Raises Refused."""
        self.decide(lambda draft: draft.do(actor, command), case_id or an_id("the town"))

    def quote(self, place: Place, wish: Wish) -> Quote:
        """What a stay costs a guest now. Raises Refused."""
        made: list[Quote] = []
        self.ledger.rehearse(lambda draft: made.append(make_quote(draft, wish, self.rates())))
        self.quotes.append(made[-1])
        return made[-1]

    def book_quoted(self, quote: Quote) -> None:
        """A guest books what was quoted, and goes to pay it. Raises Refused."""

        def plan(draft: Draft) -> None:
            guest = Actor("G", quote.guest_id)
            booked = book_quoted(draft, guest, quote, quote.policy_text)
            if not booked.price.total.minor:
                processes.confirm(draft, booked.booking_id)
            else:
                processes.ask_for_payment(draft, booked.booking_id)

        booking_id = booking_of(quote.quote_id)
        self.decide(plan, booking_id)
        self.bookings.append(booking_id)

    def rates(self) -> ReferenceRates:
        """The reference rates of the day: those of the processor's, as a bank publishes them."""
        per_euro = {
            currency: Decimal(RATES_PER_EURO[currency.lower()])
            for currency in ("USD", "GBP", "KWD", "HUF", "JPY")
        }
        return reference_rates(self.clock.now.date(), "the bank", self.clock.now, per_euro)

    # -- How things stand -------------------------------------------------------------------

    def state(self, decider: Decider[S, Any, Any], stream_id: str) -> S | None:
        """A stream as the store has it now."""
        return self.ledger.state(decider, stream_id)

    def booking_of(self, booking_id: BookingId) -> Booking:
        """A booking now."""
        return self._state(BOOKING, booking_id)

    def payment_of(self, booking_id: BookingId) -> Payment:
        """The payment that a booking waits for. Raises NotPossible where nothing is asked for."""
        payment = self.payment_or_none(booking_id)
        if payment is None:
            raise NotPossible("nothing is asked for")
        return payment

    def payment_by_id(self, payment_id: PaymentId | None) -> Payment | None:
        """A payment, if there is one."""
        return None if payment_id is None else self.state(PAYMENT, payment_id)

    def payment_or_none(self, booking_id: BookingId) -> Payment | None:
        """The payment of a booking, if one was asked for."""
        return self.state(PAYMENT, processes.payment_of(booking_id))

    @property
    def recent(self) -> Sequence[BookingId]:
        """The bookings that people still think of."""
        return self.bookings[-THOUGHT_OF:]

    def standing(self, *statuses: Status) -> Iterator[BookingId]:
        """Recent bookings that stand somewhere."""
        for booking_id in self.recent:
            if self.booking_of(booking_id).status in statuses:
                yield booking_id

    def intent_of(self, booking_id: BookingId) -> str:
        """The intent that a guest's browser pays by. Raises NotPossible."""
        intent = self.payment_of(booking_id).intent
        if intent is None:
            raise NotPossible("no intent is linked")
        return intent

    def at_stripe_now(self, kind: str, object_id: str) -> Obj:
        """An object as the processor has it now."""
        return self.machine.world.platform.get(kind, object_id)

    def case_of(self, dispute_id: DisputeId) -> str:
        """The booking that a dispute is about."""
        return self._state(DISPUTE, dispute_id).booking_id

    def account_of(self, host_id: HostId) -> str:
        """The account that a host is paid to."""
        provider = self._state(PROVIDER, host_id)
        assert provider.payout_account is not None, "every host here has one"
        return provider.payout_account.account

    # -- What goes wrong --------------------------------------------------------------------

    def tell_some_again(self, chance: Random, times: int) -> None:
        """Stripe tells once more of some things, in no order."""
        told = list(self.machine.world.platform.table("event").values())[-200:]
        self.letters += [letter_of(event) for event in chance.choices(told, k=times if told else 0)]

    def withhold(self) -> None:
        """Whatever Stripe has told of stays under way, for nobody knows how long."""
        self.hear()
        self.withheld += self.letters
        self.letters.clear()

    def lose(self) -> None:
        """Whatever Stripe has told of is lost on the way."""
        self.hear()
        self.lost |= {letter.notice_id for letter in self.letters}
        self.letters.clear()

    def reconcile(self) -> None:
        """What was told of and never came is asked for, as a reconciliation does."""
        with suppress(GatewayFailure):
            self._at_risk(self._ask_what_was_told)

    def _ask_what_was_told(self) -> None:
        for told in self.world.stripe.notices.since(self.clock.now - REMEMBERED):
            if told.event_id in self.lost:
                self.lost.discard(told.event_id)
                self.letters.append(letters.letter_of(told))
        if self.lost:
            # Stripe no longer tells of these; but what moved money is in its statement for ever.
            self.look_behind_movements()
            self.lost.clear()

    def deliver(self) -> None:
        """What was under way arrives, the latest first."""
        self.letters += reversed(self.withheld)
        self.withheld.clear()

    # -- How it comes to rest ---------------------------------------------------------------

    def heal(self) -> None:
        """Nothing goes wrong any more."""
        self.machine.control("DELETE", "faults")
        self.loses_notices, self.dies_at, self.plague = False, None, None
        self.deliver()
        self.hire()
        self.reconcile()

    def rest(self, within: timedelta) -> bool:
        """Let everything happen that is still to happen; whether it came to an end in time."""
        self.heal()
        until = self.clock.now + within
        while self.clock.now < until:
            before = len(self.store.history)
            self._finish_refunds()
            self._finish_disputes()
            self.settle()
            self.clear_the_desk()
            self.settle()
            wait = self._to_next()
            if wait is None and len(self.store.history) == before:
                return True
            self.let_pass(max(wait or timedelta(), timedelta(seconds=1)))
        return False

    def _finish_refunds(self) -> None:
        """Banks take their time over refunds, but not for ever."""
        for refund in self.all("refund"):
            if refund["status"] == "pending" and refund["pending_reason"] == "processing":
                self.behind(f"refunds/{refund['id']}", outcome="succeeded")

    def clear_the_desk(self) -> None:
        """Nothing waits for people for ever: what is asked is approved, what failed is paid again.

        Where nobody can approve what an alteration waits for, the clock ends it, and the stay is as
        it was.
        """
        for refund_id in self.refunds(Refunding.AWAITING_APPROVAL):
            with suppress(Refused):
                self.approve(refund_id)
        self.pay_again()

    def pay_again(self) -> None:
        """Finance pays failed refunds by our bank, and other money where sending is in vain."""
        for refund_id in self.refunds(Refunding.FAILED):
            with suppress(Refused):
                self.pay_by_bank(refund_id)
        for receipt_id in self.receipts(Receiving.RETURN_FAILED):
            tried = self._state(UNAPPLIED_RECEIPT, receipt_id).attempts
            with suppress(Refused):
                if tried < TRIES:
                    self.return_again(receipt_id)
                else:
                    self.return_by_bank(receipt_id)

    def receipts(self, *statuses: Receiving) -> list[ReceiptId]:
        """Money without a place that stands somewhere."""
        came = dict.fromkeys(
            ReceiptId(recorded.stream_id)
            for recorded in self.store.history
            if isinstance(recorded.event, ReceiptDetected)
        )
        return [one for one in came if self._state(UNAPPLIED_RECEIPT, one).status in statuses]

    def return_again(self, receipt_id: ReceiptId) -> None:
        """Clara sends money without a place back once more. Raises Refused."""
        case_id = self._state(UNAPPLIED_RECEIPT, receipt_id).booking_id
        self.decide(lambda draft: processes.return_again(draft, CLARA, receipt_id), case_id)

    def return_by_bank(self, receipt_id: ReceiptId) -> None:
        """Clara gives up the way it came, our bank pays, and Dinis has seen it. Raises Refused."""
        receipt = self._state(UNAPPLIED_RECEIPT, receipt_id)
        gross, converted = receipt.rest.gross, receipt.rest.converted
        cost = gross + gross.percentage(150) if converted else None
        paid = processes.PaidByBank("1", THE_DIGEST, cost)
        self.decide(
            lambda draft: processes.return_by_bank(draft, CLARA, receipt_id, "the card is gone"),
            receipt.booking_id,
        )
        self.decide(
            lambda draft: processes.bank_has_returned(draft, DINIS, receipt_id, paid),
            receipt.booking_id,
        )

    def refunds(self, *statuses: Refunding) -> list[RefundId]:
        """Refunds that stand somewhere."""
        asked = [
            RefundId(recorded.stream_id)
            for recorded in self.store.history
            if isinstance(recorded.event, RefundRequested | ExternalRefundDetected)
        ]
        return [one for one in asked if self._state(REFUND, one).status in statuses]

    def approve(self, refund_id: RefundId) -> None:
        """Dinis of finance approves a refund, as it is shown to him. Raises Refused."""
        refund = self._state(REFUND, refund_id)

        def plan(draft: Draft) -> None:
            shown = processes.shown_again(draft, refund_id)
            processes.approve_refund(draft, DINIS, refund_id, shown.digest)

        self.decide(plan, refund.booking_id)

    def send_again(self, refund_id: RefundId) -> None:
        """Clara sends a refund that failed once more. Raises Refused."""
        case_id = self._state(REFUND, refund_id).booking_id
        self.decide(lambda draft: processes.send_again(draft, CLARA, refund_id), case_id)

    def pay_by_bank(self, refund_id: RefundId) -> None:
        """Clara gives up the guest's card, our bank pays, and Dinis has seen it. Raises Refused.

        In another currency the bank's rate is a little worse than what was promised.
        """
        refund = self._state(REFUND, refund_id)
        case_id, took = refund.booking_id, refund.position
        self.decide(
            lambda draft: processes.use_alternative(draft, CLARA, refund_id, "the card is gone"),
            case_id,
        )
        paid = SettleAlternatively(
            refund_id=refund_id,
            settled_by=DINIS.id,
            reference="1",
            proof=THE_DIGEST,
            settled=took and took + took.percentage(150),
        )
        self.decide(partial(processes.settle_alternatively, staff=DINIS, paid=paid), case_id)

    def _finish_disputes(self) -> None:
        """Banks decide in the end what was answered."""
        for dispute in self.all("dispute"):
            if dispute["status"].endswith("under_review"):
                outcome = "won" if len(dispute["balance_transactions"]) % 2 else "lost"
                self.behind(f"disputes/{dispute['id']}", outcome=outcome)

    def _to_next(self) -> timedelta | None:
        """How long until something happens by itself; None where nothing will."""
        at = [row["fires_at"] for row in self.timers.rows() if row["armed"]]
        at += [row["due_at"] for row in self.errands.rows() if row["due_at"] > self.clock.now]
        at += self.retries()
        waits = [one - self.clock.now for one in at if one > self.clock.now]
        for due, _, name, _ in self.machine.world.timers:
            if name != DAILY and due > self.machine.now:
                waits.append(timedelta(seconds=due - self.machine.now))
        return min(waits, default=None)


def _none(_answer: object) -> None:
    """A plan answers nothing."""
