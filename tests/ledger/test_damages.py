"""Damage, from the claim to the host's account, with the workers and Stripe at work."""

from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import stripe

from ledger import processes
from ledger.aggregates.damage_claim import DamageClaim
from ledger.aggregates.damage_claim import Status as Claiming
from ledger.aggregates.dispute import Status as Disputing
from ledger.aggregates.payment import PAYMENT, Payment
from ledger.aggregates.payment import Status as Paying
from ledger.aggregates.payout import PAYOUT, Payout
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.refund import SettleAlternatively, external_refund_of
from ledger.aggregates.refund import Status as Refunding
from ledger.aggregates.unapplied_receipt import UNAPPLIED_RECEIPT, receipt_of
from ledger.aggregates.unapplied_receipt import Status as Receiving
from ledger.draft import Draft
from ledger.errors import (
    BelowProcessorMinimum,
    DamageExceedsLimit,
    RefundLineExceeded,
    TooLate,
    TransitionNotAllowed,
)
from ledger.events.damage_claim import DamageCharged
from ledger.events.host_debt import DebtNetted
from ledger.events.payment import PaymentOpened
from ledger.events.refund import Funding
from ledger.values.clearance import Hold
from ledger.values.clock import Instant
from ledger.values.ids import RefundId
from ledger.values.policy import LineBack
from ledger.values.price import Price, paid_by
from tests.facts import (
    BOOKING,
    CHECK_OUT,
    CLARA,
    DINIS,
    FINANCE,
    GUEST,
    HOST,
    RUI,
    SUPPORT,
    a_price,
    money,
)
from tests.ledger.market import DECLINED, VISA, Market
from tests.ledger.test_disputed_money import OWED, Disputed, agree
from tests.ledger.test_exchange import quoted
from tests.ledger.test_staff_refunds import for_nights

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LEFT = CHECK_OUT + HOUR


class Damaged(Disputed):
    """A marketplace whose guest has left, and broken a window."""

    def claims(self, amount: str = "120.00 EUR") -> None:
        """The host claims it. Raises Refused."""
        self.decide(
            partial(
                processes.open_claim,
                host=HOST,
                booking_id=BOOKING,
                amount=money(amount),
                reason="broken",
            )
        )
        self.settle()

    def agrees(self) -> None:
        """The guest agrees, and is asked for the money. Raises Refused."""
        self.decide(lambda draft: void(processes.agree_to_claim(draft, GUEST, BOOKING)))
        self.settle()

    def pays(self, card: str = VISA) -> None:
        """The guest pays for the damage in the browser."""
        payment_id = self.claim().payment_id
        (intent,) = [
            one["id"]
            for one in self.all("payment_intent")
            if one["metadata"].get("payment_id") == payment_id
        ]
        with suppress(stripe.CardError):
            self.browser.v1.payment_intents.confirm(intent, {"payment_method": card})
        self.settle()

    def decides(self, amount: str) -> None:
        """Support decides what the guest pays. Raises Refused."""
        self.decide(
            lambda draft: void(
                processes.decide_claim(draft, SUPPORT, BOOKING, money(amount), "partly_shown")
            )
        )
        self.settle()

    def claim(self) -> DamageClaim:
        """The claim now."""
        draft = self.ledger.rehearse(lambda draft: None)
        return processes.claim_in(draft, BOOKING)

    def for_damage(self, number: int = 1) -> Payment:
        """The payment that the guest was asked by."""
        return self._state(PAYMENT, processes.damage_payment_of(BOOKING, number))

    def of_damage(self, number: int = 1) -> Payout:
        """A payout of what was paid for it."""
        return self._state(PAYOUT, processes.damage_payout_of(BOOKING, number))

    def bank_takes(self, **told: Any) -> str:
        """The guest's bank disputes what was paid for damage."""
        dispute: str = self.behind("disputes", charge=self.for_damage().charge, **told)["id"]
        self.settle()
        return dispute


def void(_answer: object) -> None:
    """Nobody asks."""


def rests(market: Market) -> None:
    """All money has come to rest."""
    market.until(market.clock.now + 8 * DAY, step=24 * HOUR)


def left(until: Instant = LEFT, **changed: Any) -> Damaged:
    """The guest has left, and the host was paid for the stay."""
    market = Damaged()
    market.sold(**changed)
    market.until(until, step=12 * HOUR)
    return market


def charged(**changed: Any) -> Damaged:
    """The guest has paid for the damage just now."""
    market = left(**changed)
    market.claims(f"120.00 {market.payment().due.currency}")
    market.agrees()
    market.pays()
    return market


def paid_for() -> Damaged:
    """The host has the money as well."""
    market = charged()
    market.until(LEFT + 10 * DAY, step=12 * HOUR)
    assert market.of_damage().status is Payable.TRANSFERRED
    return market


def test_what_the_guest_agrees_to_and_pays_goes_to_the_host_less_our_fee() -> None:
    market = charged()

    assert market.claim().status is Claiming.CHARGED
    (event,) = market.events(DamageCharged)
    assert event.shares.host == money("116.40 EUR")
    assert event.shares.host_fee == money("3.60 EUR")
    assert market.of_damage().status is not Payable.RELEASING, "the money cannot be used yet"

    market.until(LEFT + 10 * DAY, step=12 * HOUR)
    assert market.of_damage().status is Payable.TRANSFERRED
    assert set(market.balances()) & OWED == set()
    transfer = market.all("transfer")[-1]
    assert (transfer["amount"], transfer["source_transaction"]) == (
        11_640,
        market.for_damage().charge,
    )
    agree(market)


def test_a_guest_who_pays_in_another_currency_pays_damage_in_it_too() -> None:
    market = charged(price=paid_by(a_price(), quoted()))

    (event,) = market.events(DamageCharged)
    assert event.paid == money("120.00 USD")
    assert event.shares.currency == "EUR"
    assert event.shares.total == market.booking().price.in_listing(event.paid)
    market.until(LEFT + 10 * DAY, step=12 * HOUR)
    assert market.of_damage().status is Payable.TRANSFERRED
    assert set(market.balances()) & (OWED | {("fx_position", "USD"), ("fx_position", "EUR")}) == (
        set()
    )
    agree(market)


def test_who_is_silent_leaves_it_to_the_platform_which_may_decide_for_less() -> None:
    market = left()
    market.claims()
    market.until(LEFT + 8 * DAY, step=12 * HOUR)
    assert market.claim().status is Claiming.ESCALATED

    market.decides("80.00 EUR")
    market.pays()

    (event,) = market.events(DamageCharged)
    assert event.paid == money("80.00 EUR")
    rests(market)
    agree(market)


def test_nothing_is_asked_of_a_guest_before_somebody_agreed_or_decided() -> None:
    market = left()
    market.claims()

    assert len(market.events(PaymentOpened)) == 1
    market.decide(
        partial(processes.contest_claim, guest=GUEST, booking_id=BOOKING, reason="was_there_before")
    )
    market.decide(
        partial(processes.dismiss_claim, staff=SUPPORT, booking_id=BOOKING, reason="not_shown")
    )
    assert len(market.events(PaymentOpened)) == 1
    with pytest.raises(TransitionNotAllowed):
        market.claims()


def test_a_claim_is_for_who_has_stayed_and_for_fourteen_days() -> None:
    market = Damaged()
    market.sold()
    with pytest.raises(TransitionNotAllowed):
        market.claims()
    market.until(CHECK_OUT + 14 * DAY, step=24 * HOUR)
    market.claims()
    late = left(until=CHECK_OUT + 14 * DAY + HOUR)
    with pytest.raises(TooLate):
        late.claims()


def test_a_claim_is_never_more_than_three_stays_nor_less_than_a_card_pays() -> None:
    market = left()
    with pytest.raises(DamageExceedsLimit):
        market.claims("1231.21 EUR")
    with pytest.raises(BelowProcessorMinimum):
        market.claims("0.20 EUR")
    market.claims("1231.20 EUR")


# -- Who does not pay -------------------------------------------------------------------------


def test_who_is_declined_tries_again_and_who_never_pays_leaves_it_to_people() -> None:
    market = left()
    market.claims()
    market.agrees()
    market.pays(DECLINED)
    assert market.for_damage().status is Paying.FAILED
    market.decide(lambda draft: void(processes.try_damage_again(draft, GUEST, BOOKING)))
    market.until(LEFT + 15 * DAY, step=12 * HOUR)

    assert market.claim().status is Claiming.UNPAID
    assert market.for_damage().status is Paying.CANCELLED
    with pytest.raises(TransitionNotAllowed):
        market.decide(partial(processes.give_up_damage, booking_id=BOOKING))

    market.decide(lambda draft: void(processes.ask_for_damage_again(draft, SUPPORT, BOOKING)))
    market.settle()
    market.pays()
    assert market.claim().status is Claiming.CHARGED
    assert market.for_damage(number=2).status is Paying.COMPLETED
    rests(market)
    agree(market)


def test_money_that_comes_when_nobody_waits_for_it_goes_back() -> None:
    market = left()
    market.claims()
    market.agrees()
    market.loses_notices = True
    market.pays()
    market.decide(partial(processes.give_up_damage, booking_id=BOOKING))
    market.loses_notices = False
    market.tell_again()
    rests(market)

    assert market.claim().status is Claiming.UNPAID
    (charge,) = [one for one in market.all("charge") if one["amount"] == 12_000]
    receipt = market.ledger.state(UNAPPLIED_RECEIPT, receipt_of(charge["id"]))
    assert receipt is not None
    assert receipt.status is Receiving.RETURNED
    agree(market)


def test_what_is_told_ten_times_is_charged_once() -> None:
    market = charged()
    market.tell_again(times=10)
    market.settle()

    assert len(market.events(DamageCharged)) == 1


# -- Disputed ---------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_a_dispute_about_it_keeps_the_payout_back_and_takes_nothing_of_the_stays(
    outcome: str,
) -> None:
    market = charged()
    market.bank_takes()
    assert market.of_damage().holds == {Hold.DISPUTE}
    assert market.payment().disputed == {}

    market.bank(outcome)
    market.until(LEFT + 40 * DAY, step=24 * HOUR)

    status = market.of_damage().status
    assert status is (Payable.TRANSFERRED if outcome == "won" else Payable.CANCELLED)
    assert market.payout().status is Payable.TRANSFERRED
    assert market.owes() == "nothing"
    assert set(market.balances()) & OWED == set()
    agree(market)


def test_a_dispute_that_is_lost_after_the_host_was_paid_is_their_debt() -> None:
    market = paid_for()
    market.bank_takes()
    market.bank("lost")
    market.until(LEFT + 40 * DAY, step=24 * HOUR)

    assert market.dispute().status is Disputing.LOST
    assert market.owes() == "116.40 EUR"
    agree(market)


def test_what_comes_back_of_it_and_finds_no_debt_is_promised_again_as_damage() -> None:
    market = paid_for()
    market.bank_takes(amount=5_000)
    market.bank("lost")
    market.settle()
    debt = market.debt()
    assert debt is not None
    owed = debt.owed("EUR")
    order = partial(
        processes.order_reversal,
        payout_id=processes.damage_payout_of(BOOKING),
        cause="dispute_lost",
    )
    market.decide(partial(order, staff=FINANCE, amount=owed))
    propose = partial(processes.propose_write_off, staff=CLARA, reason="small")
    market.decide(partial(propose, host_id=RUI, amount=owed), RUI)
    approve = partial(processes.approve_write_off, staff=DINIS)
    market.decide(partial(approve, host_id=RUI, amount=owed), RUI)
    market.settle()

    assert market.of_damage().owed_again == owed
    assert market.of_damage(2).amount == owed
    agree(market)


def test_a_host_in_debt_pays_it_from_what_damage_brings() -> None:
    market = left()
    market.behind("disputes", charge=market.payment().charge, amount=5_000)
    market.settle()
    market.bank("lost")
    market.settle()
    owed = market.debt()
    assert owed is not None
    market.claims()
    market.agrees()
    market.pays()
    market.until(LEFT + 10 * DAY, step=12 * HOUR)

    (netted,) = market.events(DebtNetted)
    assert netted.amount.minor > 0
    assert market.owes() == "0.00 EUR"
    agree(market)


# -- Given back elsewhere ---------------------------------------------------------------------


def given_back(market: Damaged, cents: int = 5_000) -> RefundId:
    """Somebody gives some of it back at Stripe's own desk."""
    charge = market.for_damage().charge
    assert charge is not None
    made = market.browser.v1.refunds.create({"charge": charge, "amount": cents})
    market.settle()
    return external_refund_of(made.id)


def say(market: Market, refund_id: RefundId, asked: processes.AskedRefund) -> None:
    """Clara says whose money it was, as it was shown. Raises Refused."""

    def plan(draft: Draft) -> None:
        shown = processes.shown_external(draft, refund_id, asked)
        processes.classify_refund(draft, CLARA, refund_id, asked, shown.digest)

    market.decide(plan)
    market.settle()


def a_gift(minor: int = 5_000) -> processes.AskedRefund:
    """The platform's own, out of goodwill."""
    return for_nights(LineBack("goodwill", "", minor), funded_by=Funding.PLATFORM)


@pytest.mark.parametrize("price", [a_price(), paid_by(a_price(), quoted())], ids=["EUR", "USD"])
def test_what_is_given_back_of_it_elsewhere_keeps_its_payout_back_until_somebody_says_why(
    price: Price,
) -> None:
    market = charged(price=price)

    refund_id = given_back(market)

    assert market.refund(refund_id).status is Refunding.EXTERNAL_DETECTED
    assert market.for_damage().status is Paying.PARTIALLY_REFUNDED
    assert market.payment().refunds == {}
    assert market.of_damage().holds == {Hold.REFUND_OPEN}

    say(market, refund_id, a_gift())
    assert market.of_damage().holds == frozenset()
    market.until(LEFT + 10 * DAY, step=12 * HOUR)

    assert market.of_damage().status is Payable.TRANSFERRED
    assert {account for account, _ in market.balances()} & {"suspense", "refund_payable"} == set()
    agree(market)


def test_what_is_given_back_of_it_elsewhere_is_no_line_of_the_stay() -> None:
    market = paid_for()
    refund_id = given_back(market)

    with pytest.raises(RefundLineExceeded):
        say(market, refund_id, for_nights())

    say(market, refund_id, a_gift())
    assert market.owes() == "nothing"
    agree(market)


def test_a_bank_that_takes_what_was_not_given_back_elsewhere_takes_the_hosts_part_of_it() -> None:
    market = charged()
    say(market, given_back(market), a_gift())
    market.bank_takes(amount=7_000)
    market.bank("lost")
    market.until(LEFT + 40 * DAY, step=24 * HOUR)

    assert market.dispute().status is Disputing.LOST
    assert set(market.balances()) & OWED == set()
    agree(market)


def test_what_was_given_back_of_it_elsewhere_and_came_back_is_owed_and_paid_by_our_bank() -> None:
    market = left()
    market.claims()
    market.agrees()
    market.pays("pm_card_refundFail")
    refund_id = given_back(market)
    say(market, refund_id, a_gift())
    market.until(market.clock.now + 3 * DAY, step=DAY)
    assert market.refund(refund_id).status is Refunding.FAILED
    assert market.for_damage().refunded == money("0.00 EUR")

    give_up = partial(processes.use_alternative, staff=CLARA, reason="card_closed")
    market.decide(partial(give_up, refund_id=refund_id))
    paid = SettleAlternatively(
        refund_id=refund_id, settled_by=DINIS.id, reference="SEPA 81", proof="a" * 64
    )
    market.decide(lambda draft: processes.settle_alternatively(draft, DINIS, paid))
    market.until(LEFT + 10 * DAY, step=12 * HOUR)

    assert market.refund(refund_id).status is Refunding.SETTLED_ALTERNATIVELY
    assert market.of_damage().status is Payable.TRANSFERRED
    assert set(market.balances()) & OWED == set()
    agree(market)
