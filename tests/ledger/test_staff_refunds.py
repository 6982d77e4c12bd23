"""Refunds that staff ask for: two people, as shown, and never more than there is."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from ledger import processes
from ledger.aggregates.payment import Status as Paying
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.refund import Refund
from ledger.aggregates.refund import Status as Refunding
from ledger.draft import Draft
from ledger.errors import (
    PaymentNotCompleted,
    RefundChanged,
    RefundExceedsCapture,
    RefundLineExceeded,
    SelfApproval,
    TransitionNotAllowed,
)
from ledger.events.booking import EarningsRecognized
from ledger.events.payout import PayoutHeld, PayoutHoldLifted
from ledger.events.refund import Doubt, Funding, RefundApprovalAsked
from ledger.processes import AskedRefund, ShownRefund
from ledger.values.ids import RefundId
from ledger.values.journal import Account
from ledger.values.policy import LineBack
from tests.facts import BOOKING, CLARA, DINIS, EARNED, NOW, SUPPORT, money
from tests.ledger.books import books_agree
from tests.ledger.market import DECLINED, Market
from tests.ledger.test_disputed_money import PAID_OUT, Disputed, call_off
from tests.machine.judge import judged

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST_NIGHT = LineBack("night", "2026-07-02", 5_000)
FIRST = processes.staff_refund_of(BOOKING, 1)
SECOND = processes.staff_refund_of(BOOKING, 2)


def paid() -> Market:
    """A stay that is paid and confirmed: 410.40, of which 349.20 are Rui's."""
    market = Market().booked()
    market.pay()
    market.settle()
    return market


def for_nights(*lines: LineBack, **changed: Any) -> AskedRefund:
    """No hot water: 50 of the first night, if nothing else is said."""
    told: dict[str, Any] = {
        "booking_id": BOOKING,
        "lines": lines or (FIRST_NIGHT,),
        "funded_by": Funding.BOOKING,
        "reason": "amenity_missing",
    }
    return AskedRefund(**told | changed)


def as_shown(market: Market, asked: AskedRefund) -> ShownRefund:
    """The preview of a refund."""
    seen: list[ShownRefund] = []
    market.ledger.rehearse(lambda draft: seen.append(processes.shown_refund(draft, asked)))
    return seen[0]


def ask(market: Market, asked: AskedRefund | None = None) -> None:
    """Support asks for a refund as it was shown."""
    asked = asked or for_nights()
    accepted = as_shown(market, asked).digest
    market.decide(lambda draft: _ask(draft, asked, accepted))


def _ask(draft: Draft, asked: AskedRefund, accepted: str) -> None:
    processes.ask_refund(draft, SUPPORT, asked, accepted)


def shown_to_the_second(market: Market, refund_id: RefundId = FIRST) -> str:
    """The digest of what approving would do now."""
    seen: list[ShownRefund] = []
    market.ledger.rehearse(lambda draft: seen.append(processes.shown_again(draft, refund_id)))
    return seen[0].digest


def approve(market: Market, refund_id: RefundId = FIRST, **changed: Any) -> None:
    """Clara of finance approves what she was shown."""
    told: dict[str, Any] = {
        "staff": CLARA,
        "refund_id": refund_id,
        "accepted": shown_to_the_second(market, refund_id),
    }
    market.decide(partial(processes.approve_refund, **told | changed))


def the_refund(market: Market, refund_id: RefundId = FIRST) -> Refund:
    """A refund now."""
    return market.refund(refund_id)


def owed_to(market: Market, account: Account) -> int:
    """What an account stands at, in cents: what we owe is above zero."""
    return -sum(minor for (name, _), minor in market.balances().items() if name == account)


DEFERRED = (Account.HOST_DEFERRED, Account.REVENUE_DEFERRED, Account.TAX_DEFERRED)


def in_order(market: Market) -> None:
    """The processor's books are ours, and no rule of the audit finds anything."""
    books_agree(market.store.history, market.machine)
    assert judged(market.store, market.clock.now) == []


# -- Two people, and what was shown (RF3 to RF5, R10) ---------------------------------------


def test_what_support_asks_and_finance_approves_reaches_the_guest() -> None:
    market = paid()
    market.until(NOW + 3 * DAY, step=DAY)

    ask(market)
    approve(market)
    market.settle()

    assert the_refund(market).status is Refunding.SUCCEEDED
    assert market.payment().status is Paying.PARTIALLY_REFUNDED
    assert [one["amount"] for one in market.all("refund")] == [5_000]
    assert market.in_the_books() == market.at_stripe()


def test_a_preview_says_whose_money_it_is() -> None:
    shown = as_shown(paid(), for_nights())

    assert shown.amount == money("50.00 EUR")
    assert (shown.back.host_minor, shown.back.host_fee_minor) == (4_850, 150)
    assert shown.refundable == money("410.40 EUR")
    assert not shown.debt.minor


def test_a_refund_that_no_policy_worked_out_waits_for_a_second_person() -> None:
    market = paid()

    ask(market)
    market.settle()

    assert the_refund(market).status is Refunding.AWAITING_APPROVAL
    (asked,) = market.events(RefundApprovalAsked)
    assert asked.reasons == (Doubt.OFF_POLICY,)
    assert market.all("refund") == []


def test_case_r10_nobody_approves_what_they_asked_for() -> None:
    market = paid()
    ask(market)

    with pytest.raises(SelfApproval):
        approve(market, staff=CLARA.__class__("F", SUPPORT.id))


def test_case_r10_what_another_refund_took_meanwhile_is_not_approved_again() -> None:
    market = paid()
    most_of_a_night = for_nights(LineBack("night", "2026-07-02", 8_000))
    ask(market, most_of_a_night)
    ask(market, most_of_a_night)
    approve(market, FIRST)

    with pytest.raises(RefundLineExceeded):
        approve(market, SECOND)

    assert the_refund(market, SECOND).status is Refunding.AWAITING_APPROVAL


def test_case_r10_who_approves_has_seen_what_is_left_after_another_refund() -> None:
    market = paid()
    ask(market)
    ask(market)
    seen = shown_to_the_second(market, SECOND)
    approve(market, FIRST)

    with pytest.raises(RefundChanged):
        approve(market, SECOND, accepted=seen)

    approve(market, SECOND)
    market.settle()
    assert market.payment().refunded == money("100.00 EUR")


def test_who_asks_brings_back_what_was_shown() -> None:
    market = paid()
    seen = as_shown(market, for_nights()).digest

    with pytest.raises(RefundChanged):
        market.decide(lambda draft: _ask(draft, for_nights(lines=(FIRST_NIGHT,) * 2), seen))


def test_a_refund_that_finance_rejects_stays_the_booking_s() -> None:
    market = paid()
    ask(market)

    market.decide(
        partial(processes.reject_refund, staff=CLARA, refund_id=FIRST, reason="was_offered")
    )
    market.until(EARNED, step=12 * HOUR)

    assert the_refund(market).status is Refunding.REJECTED
    assert owed_to(market, Account.HOST_PAYABLE) == 34_920


# -- No more than there is (R1, R2) ---------------------------------------------------------


def test_case_r1_no_more_goes_back_than_was_paid() -> None:
    market = paid()

    with pytest.raises(RefundLineExceeded):
        ask(market, for_nights(LineBack("night", "2026-07-02", 12_001)))
    gift = for_nights(LineBack("goodwill", "", 41_041), funded_by=Funding.PLATFORM)
    with pytest.raises(RefundExceedsCapture):
        ask(market, gift)


def test_case_r1_of_two_refunds_that_do_not_both_fit_the_second_is_refused() -> None:
    market = paid()
    gift = for_nights(LineBack("goodwill", "", 30_000), funded_by=Funding.PLATFORM)
    ask(market, gift)
    ask(market, gift)
    approve(market, FIRST)

    with pytest.raises(RefundExceedsCapture):
        approve(market, SECOND)


@pytest.mark.parametrize("card", [None, DECLINED])
def test_case_r2_what_was_not_paid_is_not_refunded(card: str | None) -> None:
    market = Market().booked()
    if card:
        market.pay(card)
        market.settle()

    with pytest.raises(PaymentNotCompleted):
        ask(market)


def test_case_r2_a_payment_that_was_given_up_is_not_refunded() -> None:
    market = Market().booked()
    market.until(NOW + HOUR)

    assert market.payment().status is Paying.CANCELLED
    with pytest.raises(PaymentNotCompleted):
        ask(market)


# -- What the host and the platform have of it (O5) -----------------------------------------


def test_case_o5_a_gift_of_the_platforms_takes_nothing_of_the_hosts() -> None:
    market = Disputed()
    market.sold()
    ask(market, for_nights(LineBack("goodwill", "", 2_000), funded_by=Funding.PLATFORM))
    approve(market)

    market.until(PAID_OUT, step=12 * HOUR)

    assert market.payout().status is Payable.TRANSFERRED
    assert market.payout().sent == money("349.20 EUR")


def test_case_o5_the_host_is_paid_what_the_refund_leaves() -> None:
    market = paid()
    ask(market)
    approve(market)

    assert market.payout().amount == money("300.70 EUR")
    market.until(EARNED, step=12 * HOUR)

    (earned,) = market.events(EarningsRecognized)
    assert earned.earned.host == money("300.70 EUR")
    assert owed_to(market, Account.HOST_PAYABLE) == 30_070
    assert owed_to(market, Account.HOST_DEFERRED) == 0
    assert owed_to(market, Account.REVENUE_DEFERRED) == 0


def test_what_is_on_its_way_to_the_host_is_their_debt_if_it_goes_back_to_the_guest() -> None:
    market = Disputed()
    market.sold()
    market.until(PAID_OUT - 25 * HOUR, step=12 * HOUR)
    market.fails("rate_limit", times=1, path="/v1/transfers")
    while market.payout().status is not Payable.RELEASING:
        market.let_pass(HOUR)
        market.step()

    ask(market, for_nights(LineBack("night", "2026-07-02", 12_000)))
    approve(market)
    market.settle()
    market.until(PAID_OUT + DAY, step=HOUR)

    assert market.payout().status is Payable.TRANSFERRED
    assert market.owes() == "116.40 EUR"
    in_order(market)


def test_case_o5_a_payout_of_nothing_is_cancelled() -> None:
    market = paid()
    nights = (LineBack("night", f"2026-07-0{day}", 12_000) for day in (2, 3, 4))
    ask(market, for_nights(*nights))
    approve(market)

    assert market.payout().status is Payable.CANCELLED


def test_after_the_stay_is_earned_the_refund_is_taken_off_what_the_host_is_owed() -> None:
    market = paid()
    market.until(EARNED, step=12 * HOUR)
    ask(market)
    approve(market)
    market.settle()

    assert market.payout().amount == money("300.70 EUR")
    assert owed_to(market, Account.HOST_PAYABLE) == 30_070


def test_the_host_is_paid_nothing_while_a_refund_is_looked_at() -> None:
    market = paid()
    ask(market)
    assert market.payout().status is Payable.ON_HOLD
    (held,) = market.events(PayoutHeld)
    assert (held.reason, held.detail) == ("refund_open", FIRST)

    approve(market)
    market.until(market.clock.now + HOUR)

    assert market.payout().status is Payable.SCHEDULED
    assert len(market.events(PayoutHoldLifted)) == 1


def test_a_stay_that_is_called_off_later_gives_back_what_is_left() -> None:
    market = paid()
    ask(market, for_nights(LineBack("night", "2026-07-02", 10_000)))
    approve(market)
    market.settle()

    market.until(market.clock.now + 3 * DAY, step=DAY)
    market.call_off()
    market.settle()

    # The policy gives back 60 of each night: of the first one the guest has 100 already.
    assert market.refund().amount == money("140.00 EUR")
    assert market.payment().refunded == money("240.00 EUR")
    assert owed_to(market, Account.HOST_DEFERRED) == 0
    assert owed_to(market, Account.REVENUE_DEFERRED) == 0
    assert market.in_the_books() == market.at_stripe()


def test_what_support_asked_before_the_stay_fell_away_comes_out_of_what_was_kept() -> None:
    market = paid()
    ask(market, for_nights(LineBack("night", "2026-07-02", 2_000)))
    market.until(market.clock.now + 3 * DAY, step=DAY)
    market.call_off()
    market.settle()
    before = market.payout().amount

    approve(market)
    market.until(PAID_OUT, step=12 * HOUR)

    # The policy had given back 60 of each night, as if nothing had been asked for.
    assert market.refund().amount == money("180.00 EUR")
    assert market.payment().refunded == money("200.00 EUR")
    assert market.payout().amount == before - money("19.40 EUR")
    assert sum(abs(owed_to(market, of)) for of in DEFERRED) == 0
    in_order(market)


def test_what_the_end_of_a_stay_gave_back_no_second_person_gives_again() -> None:
    market = paid()
    ask(market, for_nights(LineBack("night", "2026-07-02", 6_001)))
    market.until(market.clock.now + 3 * DAY, step=DAY)
    market.call_off()
    market.settle()

    with pytest.raises(RefundLineExceeded):
        approve(market)

    market.decide(partial(processes.reject_refund, staff=CLARA, refund_id=FIRST, reason="settled"))
    market.until(PAID_OUT, step=12 * HOUR)
    in_order(market)


def test_a_refund_after_the_end_of_a_stay_that_is_cancelled_leaves_everything_as_it_was() -> None:
    market = paid()
    market.until(market.clock.now + 3 * DAY, step=DAY)
    market.call_off()
    market.settle()
    before, promised = market.balances(), market.payout().amount
    ask(market)
    approve(market)

    market.decide(
        partial(processes.cancel_refund, staff=DINIS, refund_id=FIRST, reason="asked_twice")
    )

    assert market.balances() == before
    assert market.payout().amount == promised
    market.until(PAID_OUT, step=12 * HOUR)
    in_order(market)


def test_a_refund_that_is_cancelled_after_the_end_of_its_stay_leaves_its_money_to_the_host() -> (
    None
):
    market = paid()
    market.until(market.clock.now + 3 * DAY, step=DAY)
    ask(market, for_nights(LineBack("night", "2026-07-02", 10_000)))
    approve(market)
    market.call_off()

    market.decide(
        partial(processes.cancel_refund, staff=DINIS, refund_id=FIRST, reason="asked_twice")
    )
    market.until(PAID_OUT, step=12 * HOUR)

    # Beside it, the end gave back 60 of two nights only, and nothing of the first.
    assert market.payment().refunded == money("140.00 EUR")
    assert sum(abs(owed_to(market, of)) for of in DEFERRED) == 0
    in_order(market)


def test_a_refund_that_is_cancelled_in_time_leaves_everything_as_it_was() -> None:
    market = paid()
    before = market.balances()
    ask(market)
    approve(market)

    market.decide(
        partial(processes.cancel_refund, staff=DINIS, refund_id=FIRST, reason="asked_twice")
    )

    assert the_refund(market).status is Refunding.CANCELLED
    assert market.balances() == before
    assert market.payout().amount == money("349.20 EUR")
    assert not market.payment().reserved


def test_a_refund_that_was_handed_over_is_cancelled_no_more() -> None:
    market = paid()
    ask(market)
    approve(market)
    market.settle()

    with pytest.raises(TransitionNotAllowed):
        market.decide(
            partial(processes.cancel_refund, staff=DINIS, refund_id=FIRST, reason="asked_twice")
        )


@pytest.mark.parametrize("earlier", [0, 2_000])
def test_what_a_stay_s_end_would_have_given_back_is_kept_where_finance_takes_it_back(
    earlier: int,
) -> None:
    market = paid()
    if earlier:
        ask(market, for_nights(LineBack("night", "2026-07-02", earlier)))
        approve(market)
        market.settle()
    market.until(market.clock.now + 3 * DAY, step=DAY)
    market.call_off()
    of_the_end = processes.refund_of(BOOKING)

    market.decide(
        partial(processes.cancel_refund, staff=DINIS, refund_id=of_the_end, reason="fraud")
    )
    market.until(PAID_OUT, step=12 * HOUR)

    # As if the stay had taken place: 349.20, less the host's part of what went back before.
    assert market.payout().amount.minor == 34_920 - earlier * 97 // 100
    assert owed_to(market, Account.HOST_PAYABLE) == market.payout().amount.minor
    assert sum(abs(owed_to(market, of)) for of in DEFERRED) == 0
    in_order(market)


def test_what_a_stay_s_end_would_take_of_a_host_who_was_paid_is_theirs_where_finance_says_no() -> (
    None
):
    market = Disputed()
    market.sold()
    market.until(EARNED + 12 * HOUR, step=6 * HOUR)
    assert market.payout().status is Payable.TRANSFERRED
    market.decide(call_off)
    of_the_end = processes.refund_of(BOOKING)
    assert the_refund(market, of_the_end).status is Refunding.AWAITING_APPROVAL

    market.decide(
        partial(processes.reject_refund, staff=DINIS, refund_id=of_the_end, reason="fraud")
    )
    market.until(PAID_OUT, step=12 * HOUR)

    assert market.payment().refunded.minor == 0
    assert owed_to(market, Account.HOST_PAYABLE) == 0
    in_order(market)


def test_a_gift_that_a_dispute_keeps_from_the_guest_is_no_part_of_what_was_captured() -> None:
    market = Disputed()
    market.sold()
    ask(market, for_nights(LineBack("goodwill", "", 500), funded_by=Funding.PLATFORM))
    approve(market)
    market.bank()
    market.settle()
    assert the_refund(market).status is Refunding.FAILED

    market.bank("lost")
    market.until(market.clock.now + 10 * DAY, step=DAY)

    in_order(market)
