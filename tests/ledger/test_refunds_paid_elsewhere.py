"""A refund that failed and was made at the processor's own desk instead: owed once, and no more.

What somebody gives back there takes the room of ours in its payment, so that ours can neither be
sent again nor be paid by our bank; and the guest has the money.
"""

from functools import partial
from typing import Any

import pytest

from ledger import processes
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.refund import Status as Refunding
from ledger.errors import NotFound, RefundExceedsCapture, TransitionNotAllowed
from ledger.events import Actor
from ledger.events.refund import Funding, RefundLessened
from ledger.processes import AskedRefund
from ledger.values.ids import RefundId
from ledger.values.journal import Account
from ledger.values.policy import LineBack
from tests.facts import BOOKING, CLARA, NOW, SUPPORT, a_price, an_id, money
from tests.ledger.market import Market
from tests.ledger.test_refunds_abroad import paid_in_forints, position
from tests.ledger.test_refunds_gone_wrong import (
    FAILS_LATER,
    bank_paid,
    by_bank,
    by_hand,
    came_back,
    classify,
    paid,
)
from tests.ledger.test_staff_refunds import (
    DAY,
    FIRST,
    approve,
    ask,
    for_nights,
    in_order,
    owed_to,
)

ALL = a_price().total.minor
NIGHTS = tuple(LineBack("night", f"2026-07-0{day}", 12_000) for day in (2, 3, 4))


def settle_elsewhere(
    market: Market, by: RefundId, of: RefundId = FIRST, staff: Actor = CLARA
) -> None:
    """Clara has seen at the processor that the guest has it."""
    step: Any = partial(processes.settle_elsewhere, refund_id=of, external_refund=by)
    market.decide(lambda draft: step(draft, staff))
    market.settle()


def overtaken(cents: int = ALL) -> tuple[Market, RefundId]:
    """A refund of 50 was approved; before it went out, somebody gave money back by hand."""
    market = paid()
    ask(market)
    approve(market)
    by = by_hand(market, cents)
    assert market.refund(FIRST).status is Refunding.FAILED
    assert market.refund(by).status is Refunding.EXTERNAL_DETECTED
    return market, by


def test_what_the_guest_has_by_hand_is_owed_no_more_and_the_rest_of_it_is_explained() -> None:
    market, by = overtaken()
    with pytest.raises(RefundExceedsCapture):
        market.decide(partial(processes.send_again, staff=CLARA, refund_id=FIRST))
    with pytest.raises(RefundExceedsCapture):
        by_bank(market)

    settle_elsewhere(market, by)

    assert market.refund(FIRST).status is Refunding.SETTLED_ALTERNATIVELY
    assert owed_to(market, Account.REFUND_PAYABLE) == 0
    assert owed_to(market, Account.SUSPENSE) == -(ALL - 5_000)
    assert market.refund(by).status is Refunding.EXTERNAL_DETECTED

    left = (LineBack("night", "2026-07-02", 7_000), *NIGHTS[1:])
    fees = (LineBack("guest_fee", "", ALL - 36_000),)
    classify(market, by, for_nights(*left, *fees))

    assert market.refund(by).status is Refunding.SUCCEEDED
    assert owed_to(market, Account.SUSPENSE) == 0
    in_order(market)


def test_one_that_paid_nothing_else_is_explained_by_that_and_the_host_waits_no_longer() -> None:
    market = came_back()
    by = by_hand(market)
    assert market.payout().status is Payable.ON_HOLD

    settle_elsewhere(market, by)

    assert market.refund(FIRST).status is Refunding.SETTLED_ALTERNATIVELY
    assert market.refund(by).status is Refunding.SUCCEEDED
    assert market.payout().status is Payable.SCHEDULED
    assert market.payment().refunded == money("50.00 EUR")
    assert owed_to(market, Account.EXP_GOODWILL) == 0
    in_order(market)
    with pytest.raises(TransitionNotAllowed):
        classify(market, by, for_nights())


def test_a_gift_waits_for_the_stays_own_refunds_because_our_bank_can_pay_it_and_not_those() -> None:
    gift = for_nights(LineBack("goodwill", "", 500), funded_by=Funding.PLATFORM)
    market = came_back()
    ask(market, gift)
    given = processes.staff_refund_of(gift.booking_id, 2)
    approve(market, given)
    market.until(market.clock.now + 2 * DAY, step=DAY)
    by = by_hand(market, cents=ALL)

    with pytest.raises(RefundExceedsCapture):
        settle_elsewhere(market, by, given)
    settle_elsewhere(market, by)
    settle_elsewhere(market, by, given)

    assert owed_to(market, Account.REFUND_PAYABLE) == 0
    assert owed_to(market, Account.SUSPENSE) == -(ALL - 5_000 - 500)


@pytest.mark.parametrize("bank", [True, False], ids=["by bank", "sent again"])
def test_where_it_was_a_part_of_it_the_rest_is_owed_and_paid_like_any_other(*, bank: bool) -> None:
    market = came_back(for_nights(*NIGHTS))
    by = by_hand(market, cents=20_000)

    settle_elsewhere(market, by)

    (lessened,) = market.events(RefundLessened)
    assert lessened.left == money("160.00 EUR")
    assert market.refund(FIRST).status is Refunding.FAILED
    assert owed_to(market, Account.REFUND_PAYABLE) == 16_000
    in_order(market)

    if bank:
        by_bank(market)
        bank_paid(market)
        assert owed_to(market, Account.BANK) == 16_000
        assert market.refund(FIRST).status is Refunding.SETTLED_ALTERNATIVELY
    else:
        market.decide(partial(processes.send_again, staff=CLARA, refund_id=FIRST))
        market.settle()
        assert market.refund(FIRST).status is Refunding.SUCCEEDED
    assert owed_to(market, Account.REFUND_PAYABLE) == 0
    assert market.payment().refunded == money("360.00 EUR")
    in_order(market)


def test_our_bank_does_not_pay_what_was_made_by_hand_after_the_card_was_given_up() -> None:
    market = came_back()
    by_bank(market)
    by = by_hand(market)

    settle_elsewhere(market, by)

    assert market.refund(FIRST).status is Refunding.SETTLED_ALTERNATIVELY
    assert market.payment().reserved == {}
    with pytest.raises(TransitionNotAllowed):
        bank_paid(market)
    in_order(market)


def test_where_that_comes_back_as_well_it_is_owed_once() -> None:
    market = came_back()
    settle_elsewhere(market, by_hand(market))

    market.until(market.clock.now + 5 * DAY, step=DAY)

    assert owed_to(market, Account.REFUND_PAYABLE) == 5_000
    assert market.payment().refunded == money("0.00 EUR")
    in_order(market)


@pytest.mark.parametrize(
    "said",
    [
        for_nights(LineBack("goodwill", "", ALL - 5_000), funded_by=Funding.PLATFORM),
        for_nights(LineBack("night", "2026-07-03", 12_000)),
    ],
    ids=["the platform's", "another night's"],
)
def test_while_a_refund_is_owed_what_took_its_room_was_nothing_else(said: AskedRefund) -> None:
    market = came_back()
    by = by_hand(market, cents=sum(line.minor for line in said.lines))
    by_hand(market, cents=market.payment().refundable.minor)

    with pytest.raises(RefundExceedsCapture):
        classify(market, by, said)


def test_a_gift_that_failed_and_was_made_by_hand_is_one_gift() -> None:
    market = came_back(for_nights(LineBack("goodwill", "", 5_000), funded_by=Funding.PLATFORM))

    settle_elsewhere(market, by_hand(market))

    assert owed_to(market, Account.EXP_GOODWILL) == -5_000
    assert owed_to(market, Account.REFUND_PAYABLE) == 0
    in_order(market)


def test_what_is_paid_in_another_currency_closes_its_part_of_the_deal_at_what_it_took() -> None:
    market = paid_in_forints(FAILS_LATER)
    market.call_off()
    market.until(NOW + 5 * DAY, step=DAY)
    owed = market.refund()
    assert (owed.status, owed.position) == (Refunding.FAILED, money("181.80 EUR"))
    by = by_hand(market, cents=owed.amount.minor // 3)

    settle_elsewhere(market, by, processes.refund_of(BOOKING))

    (part,) = market.events(RefundLessened)
    assert part.position == money("60.60 EUR")
    assert market.refund().position == money("121.20 EUR")
    assert owed_to(market, Account.SUSPENSE) == 0
    in_order(market)

    settle_elsewhere(market, by_hand(market, cents=part.left.minor), processes.refund_of(BOOKING))
    assert market.refund().status is Refunding.SETTLED_ALTERNATIVELY
    assert position(market) == {}
    assert owed_to(market, Account.REFUND_PAYABLE) == 0
    in_order(market)


def test_a_refund_that_is_not_owed_is_paid_by_nobody() -> None:
    market = paid()
    ask(market)
    approve(market)
    market.settle()
    assert market.refund(FIRST).status is Refunding.SUCCEEDED
    by = by_hand(market)

    with pytest.raises(TransitionNotAllowed):
        settle_elsewhere(market, by)


def test_only_finance_says_so_and_of_what_was_made_by_hand_for_the_same_stay() -> None:
    market, by = overtaken()

    with pytest.raises(TransitionNotAllowed):
        settle_elsewhere(market, by, staff=SUPPORT)
    with pytest.raises(NotFound):
        settle_elsewhere(market, RefundId(an_id("nobody made it")))
    with pytest.raises(TransitionNotAllowed):
        settle_elsewhere(market, FIRST)
