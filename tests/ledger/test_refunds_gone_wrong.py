"""Refunds that did not go as they were meant to: come back, too fine, or made behind our back."""

from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from ledger import processes
from ledger.aggregates.payment import Status as Paying
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.refund import SettleAlternatively, external_refund_of
from ledger.aggregates.refund import Status as Refunding
from ledger.draft import Draft
from ledger.errors import (
    AmountsDiffer,
    FinerThanProcessorStep,
    NothingVouchedFor,
    RefundExceedsCapture,
    RefundLineExceeded,
    SelfApproval,
    TransitionNotAllowed,
)
from ledger.events import Actor
from ledger.events.dispute import DisputeLost
from ledger.events.payment import PaymentRefundRecorded, PaymentRefundReversed
from ledger.events.refund import Funding, RefundResubmitted
from ledger.processes import AskedRefund
from ledger.values.ids import RefundId
from ledger.values.journal import Account
from ledger.values.money import Money
from ledger.values.policy import LineBack
from replay.rules.payouts_within_earnings import PayoutsWithinEarnings
from tests.facts import CLARA, DINIS, EARNED, NOW, THE_DIGEST, a_price, money
from tests.ledger.books import books_agree
from tests.ledger.market import VISA, Market
from tests.ledger.test_staff_refunds import (
    DAY,
    FIRST,
    HOUR,
    approve,
    as_shown,
    ask,
    for_nights,
    in_order,
    owed_to,
)
from tests.machine.judge import judged

FAILS_LATER = "pm_card_refundFail"


def paid(card: str = VISA, **changed: Any) -> Market:
    """A stay that was paid three days ago."""
    market = Market()
    market.book(**changed)
    market.settle()
    market.pay(card)
    market.settle()
    market.until(NOW + 3 * DAY, step=DAY)
    return market


def came_back(*asked: AskedRefund) -> Market:
    """A refund of 50 that had reached the guest, and came back from a closed account."""
    market = paid(FAILS_LATER)
    ask(market, *asked)
    approve(market)
    market.until(NOW + 5 * DAY, step=DAY)
    assert market.refund(FIRST).status is Refunding.FAILED
    return market


def by_bank(market: Market) -> None:
    """Clara gives the card up."""
    market.decide(
        partial(processes.use_alternative, staff=CLARA, refund_id=FIRST, reason="card_closed")
    )


def bank_paid(
    market: Market,
    staff: Actor = DINIS,
    proof: str = THE_DIGEST,
    settled: Money | None = None,
) -> None:
    """Somebody has seen that our bank paid."""
    paid = SettleAlternatively(
        refund_id=FIRST, settled_by=staff.id, reference="E2E-7", proof=proof, settled=settled
    )
    market.decide(partial(processes.settle_alternatively, staff=staff, paid=paid))


# -- It came back (R4, R13) -----------------------------------------------------------------


def test_case_r4_a_refund_that_came_back_is_owed_again_and_the_payment_steps_back() -> None:
    market = came_back()

    assert market.payment().status is Paying.COMPLETED
    assert owed_to(market, Account.REFUND_PAYABLE) == 5_000
    assert len(market.events(PaymentRefundReversed)) == 1
    books_agree(market.store.history, market.machine)


def test_case_r4_a_refund_that_came_back_is_sent_once_more_under_another_key() -> None:
    market = came_back()

    market.decide(partial(processes.send_again, staff=CLARA, refund_id=FIRST))
    market.settle()

    assert market.refund(FIRST).status is Refunding.SUCCEEDED
    (again,) = market.events(RefundResubmitted)
    assert again.idempotency_key == f"{FIRST}/2"
    assert len(market.all("refund")) == 2
    books_agree(market.store.history, market.machine)


def test_case_r4_what_came_back_is_not_the_host_s_again_whoever_asks_for_it() -> None:
    market = paid(FAILS_LATER)
    market.until(EARNED, step=12 * HOUR)
    ask(market, for_nights(LineBack("night", "2026-07-02", 12_000)))
    approve(market)
    market.until(market.clock.now + 2 * DAY, step=DAY)
    assert market.refund(FIRST).status is Refunding.FAILED

    # Nobody has verified the host, so nothing was paid out: 232.80 are left of 349.20.
    dispute = market.behind("disputes", charge=market.all("charge")[0]["id"])["id"]
    market.settle()
    assert owed_to(market, Account.HOST_HELD) == 23_280
    assert owed_to(market, Account.HOST_PAYABLE) == 0

    # What the bank took in the end pays the refund as well.
    market.behind(f"disputes/{dispute}", outcome="lost")
    market.settle()
    assert market.refund(FIRST).status is Refunding.SETTLED_ALTERNATIVELY
    in_order(market)


def test_case_r4_while_it_has_failed_a_gift_does_not_take_its_room() -> None:
    market = came_back()
    left = a_price().total.minor - 5_000
    too_much = for_nights(LineBack("goodwill", "", left + 1), funded_by=Funding.PLATFORM)
    with pytest.raises(RefundExceedsCapture):
        ask(market, too_much)

    gift = for_nights(LineBack("goodwill", "", left), funded_by=Funding.PLATFORM)
    ask(market, gift)
    approve(market, processes.staff_refund_of(gift.booking_id, 2))
    market.decide(partial(processes.send_again, staff=CLARA, refund_id=FIRST))
    market.settle()

    assert market.refund(FIRST).status is Refunding.SUCCEEDED
    assert market.payment().refundable == money("0.00 EUR")


def test_case_r4_what_was_given_back_elsewhere_meanwhile_has_its_room() -> None:
    market = came_back()
    left: Any = {"payment_intent": market.intent(), "amount": a_price().total.minor}
    market.browser.v1.refunds.create(left)
    market.settle()

    with pytest.raises(RefundExceedsCapture):
        market.decide(partial(processes.send_again, staff=CLARA, refund_id=FIRST))


def test_case_r13_our_bank_pays_a_gift_though_the_guests_bank_took_all_that_was_paid() -> None:
    market = paid(FAILS_LATER)
    ask(market, for_nights(LineBack("goodwill", "", 5_000), funded_by=Funding.PLATFORM))
    approve(market)
    market.until(NOW + 5 * DAY, step=DAY)
    dispute = market.behind("disputes", charge=market.all("charge")[0]["id"])["id"]
    market.behind(f"disputes/{dispute}", outcome="lost")
    market.settle()
    assert market.payment().refundable == money("0.00 EUR")

    by_bank(market)
    bank_paid(market)

    assert market.refund(FIRST).status is Refunding.SETTLED_ALTERNATIVELY
    assert owed_to(market, Account.REFUND_PAYABLE) == 0
    assert owed_to(market, Account.BANK) == 5_000
    assert market.payment().refunded == money("0.00 EUR")
    in_order(market)


def test_case_r13_a_card_that_is_gone_is_given_up_and_our_bank_pays() -> None:
    market = came_back()

    by_bank(market)
    assert market.payment().reserved == {FIRST: money("50.00 EUR")}
    bank_paid(market)
    market.settle()

    assert market.refund(FIRST).status is Refunding.SETTLED_ALTERNATIVELY
    assert market.payment().refunded == money("50.00 EUR")
    assert owed_to(market, Account.REFUND_PAYABLE) == 0
    assert owed_to(market, Account.BANK) == 5_000
    assert len(market.all("refund")) == 1


def test_case_r13_a_gift_that_our_bank_paid_was_no_part_of_the_charge_that_a_dispute_takes() -> (
    None
):
    market = came_back(for_nights(LineBack("goodwill", "", 5_000), funded_by=Funding.PLATFORM))
    by_bank(market)
    bank_paid(market)

    market.behind("disputes", charge=market.payment().charge)
    market.until(NOW + 30 * DAY, step=DAY)

    assert [one["status"] for one in market.all("dispute")] == ["lost"]
    assert owed_to(market, Account.BANK) == 5_000
    assert judged(market.store, market.clock.now) == []


def test_case_r13_a_gift_has_the_room_of_what_our_bank_paid_when_a_dispute_takes_the_rest() -> None:
    market = came_back()
    by_bank(market)
    bank_paid(market)
    lose_the_rest_beside_a_gift(market, number=2)

    (lost,) = market.events(DisputeLost)
    # The charge had 45 more than was left of the stay: what our bank paid, less the gift.
    assert (lost.loss.borne, lost.amount - lost.loss.shares.total) == (money("45.00 EUR"),) * 2
    in_order(market)


def test_the_audit_finds_that_a_dispute_took_more_of_the_stay_than_was_left_of_it() -> None:
    market = came_back()
    by_bank(market)
    bank_paid(market)
    lose_the_rest_beside_a_gift(market, number=2)

    assert found_where_more_was_lost(market, more=0) == []
    assert "INV-L6" in found_where_more_was_lost(market, more=1)


def lose_the_rest_beside_a_gift(market: Market, number: int) -> None:
    """The platform gives 5 of the charge, and a lost dispute takes all that is left there."""
    gift = for_nights(LineBack("goodwill", "", 500), funded_by=Funding.PLATFORM)
    ask(market, gift)
    approve(market, processes.staff_refund_of(gift.booking_id, number))
    market.settle()
    dispute = market.behind("disputes", charge=market.payment().charge)["id"]
    market.settle()
    market.behind(f"disputes/{dispute}", outcome="lost")
    market.settle()


def found_where_more_was_lost(market: Market, more: int) -> list[str]:
    """What the rule on captured money finds where the host had lost so many cents more."""
    rule = PayoutsWithinEarnings()
    heard = rule.hears()
    for recorded in market.store.history:
        event = recorded.event
        if isinstance(event, DisputeLost):
            shares = replace(event.loss.shares, host_minor=event.loss.shares.host_minor + more)
            event = replace(event, loss=replace(event.loss, shares=shares))
        if type(event) in heard:
            heard[type(event)](replace(recorded, event=event))
    return [finding.id for finding in rule.findings()]


def test_case_r13_who_gave_the_card_up_does_not_vouch_for_the_bank() -> None:
    market = came_back()
    by_bank(market)

    with pytest.raises(SelfApproval):
        bank_paid(market, staff=CLARA)
    with pytest.raises(NothingVouchedFor):
        bank_paid(market, proof="")


# -- What the processor cannot send (R12) ---------------------------------------------------


@pytest.mark.parametrize(
    ("each", "whole"), [("12000 JPY", "13680 JPY"), ("40.000 KWD", "136.800 KWD")]
)
def test_case_r12_a_refund_of_a_line_in_a_currency_without_cents_or_with_three(
    each: str, whole: str
) -> None:
    nights = 3 if "KWD" in each else 1
    market = paid(price=a_price(nights=nights, each=each))
    assert market.payment().captured == money(whole)
    night = LineBack("night", "2026-07-02", money(each).minor // 2)

    ask(market, for_nights(night))
    approve(market)
    market.settle()

    assert market.refund(FIRST).status is Refunding.SUCCEEDED
    books_agree(market.store.history, market.machine)


def test_case_r12_the_last_digit_of_a_dinar_cannot_be_sent_so_it_is_not_promised() -> None:
    market = paid(price=a_price(each="40.000 KWD"))

    with pytest.raises(FinerThanProcessorStep):
        ask(market, for_nights(LineBack("night", "2026-07-02", 1_005)))


# -- Behind our back (R7, RF13) -------------------------------------------------------------


def by_hand(market: Market, cents: int = 5_000) -> RefundId:
    """Somebody gives money back at Stripe's own desk."""
    (charge,) = market.all("charge")
    made = market.browser.v1.refunds.create({"charge": charge["id"], "amount": cents})
    market.settle()
    return external_refund_of(made.id)


def classify(market: Market, refund_id: RefundId, asked: AskedRefund) -> None:
    """Clara says whose money it was, as it was shown."""
    accepted = as_shown(market, asked).digest

    def plan(draft: Draft) -> None:
        processes.classify_refund(draft, CLARA, refund_id, asked, accepted)

    market.decide(plan)


def test_case_r7_a_refund_made_at_stripe_s_own_desk_is_seen_and_counted() -> None:
    market = paid()

    refund_id = by_hand(market)

    assert market.refund(refund_id).status is Refunding.EXTERNAL_DETECTED
    assert market.payment().status is Paying.PARTIALLY_REFUNDED
    assert owed_to(market, Account.SUSPENSE) == -5_000
    assert market.payout().status is Payable.ON_HOLD
    books_agree(market.store.history, market.machine)


def test_case_r7_told_again_it_is_seen_once() -> None:
    market = paid()
    by_hand(market)

    market.tell_again(3)
    market.settle()

    assert len(market.events(PaymentRefundRecorded)) == 1


def test_case_r7_finance_says_once_whose_money_it_was_and_the_host_is_paid_the_rest() -> None:
    market = paid()
    refund_id = by_hand(market)

    classify(market, refund_id, for_nights())
    market.until(EARNED, step=12 * HOUR)

    assert market.refund(refund_id).status is Refunding.SUCCEEDED
    assert owed_to(market, Account.SUSPENSE) == 0
    assert owed_to(market, Account.HOST_PAYABLE) == 30_070
    assert market.payout().amount == money("300.70 EUR")
    with pytest.raises(TransitionNotAllowed):
        classify(market, refund_id, for_nights())


def test_case_r7_what_is_said_of_it_is_what_went_out_and_is_on_its_lines() -> None:
    market = paid()
    refund_id = by_hand(market, cents=13_000)

    with pytest.raises(AmountsDiffer):
        classify(market, refund_id, for_nights())
    with pytest.raises(RefundLineExceeded):
        classify(market, refund_id, for_nights(LineBack("night", "2026-07-02", 13_000)))


def test_case_r7_one_that_took_all_leaves_an_approved_refund_to_our_bank() -> None:
    market = paid()
    ask(market)
    approve(market)
    (charge,) = market.all("charge")
    market.browser.v1.refunds.create({"charge": charge["id"]})

    market.settle()

    assert market.payment().refunded == money("410.40 EUR")
    assert market.refund(FIRST).status is Refunding.FAILED
    assert not market.payment().reserved


def test_case_r7_one_that_came_back_before_anybody_explained_it_is_owed_to_nobody() -> None:
    market = paid(FAILS_LATER)
    refund_id = by_hand(market)
    assert market.payout().status is Payable.ON_HOLD

    market.until(market.clock.now + 3 * DAY, step=DAY)

    assert market.refund(refund_id).status is Refunding.CANCELLED
    assert market.payment().refundable == market.payment().captured
    assert market.payout().status is Payable.SCHEDULED
    assert owed_to(market, Account.SUSPENSE) == owed_to(market, Account.REFUND_PAYABLE) == 0
    in_order(market)


def test_case_r7_one_that_nobody_told_of_before_it_came_back_is_in_the_books_both_ways() -> None:
    market = paid(FAILS_LATER)
    market.loses_notices = True
    refund_id = by_hand(market)
    market.until(market.clock.now + 3 * DAY, step=DAY)

    market.loses_notices = False
    market.look_behind_movements()
    market.settle()

    assert market.refund(refund_id).status is Refunding.CANCELLED
    in_order(market)


def test_case_r7_until_it_is_known_that_one_came_back_finance_explains_it_by_nothing() -> None:
    market = paid()
    ask(market)
    approve(market)
    charge = market.all("charge")[0]["id"]
    made = market.browser.v1.refunds.create({"charge": charge, "amount": 40_000})
    market.listen()
    refund_id = external_refund_of(made.id)
    market.loses_notices = True
    market.behind(f"refunds/{made.id}", outcome="failed", failure_reason="lost_or_stolen_card")
    market.settle()
    assert market.refund(FIRST).status is Refunding.SUCCEEDED
    assert market.payment().refunded == money("450.00 EUR")

    gift = for_nights(LineBack("goodwill", "", 40_000), funded_by=Funding.PLATFORM)
    with pytest.raises(RefundExceedsCapture):
        classify(market, refund_id, gift)
    assert "INV-L7" in {finding.id for finding in judged(market.store, market.clock.now)}

    market.loses_notices = False
    market.tell_again()
    market.settle()
    assert market.refund(refund_id).status is Refunding.CANCELLED
    in_order(market)


def test_case_r7_one_that_was_explained_and_came_back_is_owed_and_no_dispute_takes_it_twice() -> (
    None
):
    market = paid(FAILS_LATER)
    refund_id = by_hand(market)
    classify(market, refund_id, for_nights())
    market.until(market.clock.now + 3 * DAY, step=DAY)
    assert market.refund(refund_id).status is Refunding.FAILED
    assert owed_to(market, Account.REFUND_PAYABLE) == 5_000

    dispute = market.behind("disputes", charge=market.all("charge")[0]["id"])["id"]
    market.settle()
    market.behind(f"disputes/{dispute}", outcome="lost")
    market.settle()

    assert market.refund(refund_id).status is Refunding.SETTLED_ALTERNATIVELY
    in_order(market)


def test_case_r7_a_refund_during_an_inquiry_is_seen_and_what_is_left_shrinks() -> None:
    market = paid("pm_card_createDisputeInquiry")
    market.settle()

    refund_id = by_hand(market, cents=41_040)

    assert market.refund(refund_id).status is Refunding.EXTERNAL_DETECTED
    assert market.payment().status is Paying.REFUNDED
    assert not market.payment().refundable.minor


def test_a_stay_is_called_off_for_no_more_than_went_out_already_and_finance_said_it() -> None:
    market = paid()
    refund_id = by_hand(market, cents=38_000)
    nights = [LineBack("night", f"2026-07-0{day}", 12_000) for day in (2, 3, 4)]
    fee = LineBack("guest_fee", "", 2_000)
    classify(market, refund_id, for_nights(*nights, fee))
    market.call_off()
    market.settle()

    assert market.payment().refunded == money("380.00 EUR")
