"""Refunds of stays paid in another currency: whatever way they take, the deal is closed."""

from functools import partial

import pytest

from ledger import processes
from ledger.aggregates.refund import SettleAlternatively
from ledger.aggregates.refund import Status as Refunding
from ledger.errors import AmountsDiffer, CurrenciesDiffer, NothingVouchedFor
from ledger.events.dispute import DisputeLost
from ledger.events.refund import Funding, RefundApproved
from ledger.values.exchange import quote_exchange
from ledger.values.ids import RefundId
from ledger.values.journal import Account
from ledger.values.money import Money
from ledger.values.policy import LineBack
from ledger.values.price import paid_by
from tests.facts import BOOKING, CLARA, DINIS, NOW, THE_DIGEST, a_price, money
from tests.ledger.market import VISA, Market
from tests.ledger.test_exchange import QUOTED_ON, the_rates
from tests.ledger.test_refunds_gone_wrong import FAILS_LATER, by_hand, classify
from tests.ledger.test_staff_refunds import (
    DAY,
    FIRST,
    SECOND,
    approve,
    ask,
    for_nights,
    in_order,
    owed_to,
)

GIFT = for_nights(LineBack("goodwill", "", 10_000_00), funded_by=Funding.PLATFORM)
"""10,000.00 forints, which are 25.26 euros at 392 and a margin of 1 %."""


def paid_in_forints(card: str = VISA) -> Market:
    """A stay of 410.40 euros that was paid in forints three days ago."""
    market = Market()
    rates = the_rates(QUOTED_ON, HUF="392")
    exchange = quote_exchange(rates, "EUR", "HUF", margin_bp=100, on=QUOTED_ON)
    market.book(price=paid_by(a_price(), exchange))
    market.settle()
    market.pay(card)
    market.settle()
    market.until(NOW + 3 * DAY, step=DAY)
    return market


def came_back(refund_id: RefundId) -> Market:
    """The stay was called off, or finance gave money, and it came back from a closed account."""
    market = paid_in_forints(FAILS_LATER)
    if refund_id == FIRST:
        ask(market, GIFT)
        approve(market)
    else:
        market.call_off()
    market.until(market.clock.now + 2 * DAY, step=DAY)
    assert market.refund(refund_id).status is Refunding.FAILED
    by_bank = partial(processes.use_alternative, staff=CLARA, reason="card_closed")
    market.decide(lambda draft: by_bank(draft, refund_id=refund_id))
    return market


def bank_paid(market: Market, refund_id: RefundId, settled: Money | None) -> None:
    """Dinis has seen that our bank paid, and what it took."""
    paid = SettleAlternatively(
        refund_id=refund_id,
        settled_by=DINIS.id,
        reference="E2E-7",
        proof=THE_DIGEST,
        settled=settled,
    )
    market.decide(partial(processes.settle_alternatively, staff=DINIS, paid=paid))


def position(market: Market) -> dict[str, int]:
    """What is open between the currencies."""
    balances = market.balances().items()
    return {name[1]: minor for name, minor in balances if name[0] == Account.FX_POSITION}


# -- By our bank (J12b) ---------------------------------------------------------------------


@pytest.mark.parametrize("refund_id", [processes.refund_of(BOOKING), FIRST], ids=["end", "gift"])
def test_what_our_bank_pays_in_another_currency_closes_the_deal_at_what_it_took(
    refund_id: RefundId,
) -> None:
    market = came_back(refund_id)
    opened = market.refund(refund_id).position
    assert opened is not None
    assert set(position(market)) == {"EUR", "HUF"}
    lost = owed_to(market, Account.FX_GAIN_LOSS)

    bank_paid(market, refund_id, opened + money("1.50 EUR"))
    market.settle()

    assert market.refund(refund_id).status is Refunding.SETTLED_ALTERNATIVELY
    assert position(market) == {}
    assert owed_to(market, Account.BANK) == opened.minor + 150
    assert owed_to(market, Account.FX_GAIN_LOSS) == lost - 150
    in_order(market)


@pytest.mark.parametrize(
    ("settled", "refusal"),
    [
        (None, NothingVouchedFor),
        ("25.00 USD", CurrenciesDiffer),
        ("0.00 EUR", AmountsDiffer),
    ],
)
def test_who_settles_in_another_currency_says_what_it_took_in_the_listing_s(
    settled: str | None, refusal: type[Exception]
) -> None:
    market = came_back(FIRST)

    with pytest.raises(refusal):
        bank_paid(market, FIRST, money(settled) if settled else None)


# -- Gifts (J14) ----------------------------------------------------------------------------


def test_a_gift_in_another_currency_costs_what_it_is_at_the_booking_s_own_rate() -> None:
    market = paid_in_forints()
    ask(market, GIFT)
    approve(market)

    (approved,) = market.events(RefundApproved)
    assert approved.worth == money("25.26 EUR")
    assert owed_to(market, Account.EXP_GOODWILL) == -2_526
    assert position(market) == {"EUR": -2_526, "HUF": 1_000_000}

    market.settle()

    assert market.refund(FIRST).status is Refunding.SUCCEEDED
    assert position(market) == {}
    assert owed_to(market, Account.EXP_GOODWILL) == -2_526
    in_order(market)


def test_a_gift_in_another_currency_that_is_taken_back_leaves_nothing_open() -> None:
    market = paid_in_forints()
    ask(market, GIFT)
    approve(market)

    cancel = partial(processes.cancel_refund, staff=CLARA, reason="given twice")
    market.decide(lambda draft: cancel(draft, refund_id=FIRST))

    assert position(market) == {}
    assert owed_to(market, Account.EXP_GOODWILL) == 0
    in_order(market)


def test_a_gift_made_at_the_processor_s_desk_costs_what_it_took() -> None:
    market = paid_in_forints()

    refund_id = by_hand(market, 1_000_000)
    classify(market, refund_id, GIFT)

    took = market.refund(refund_id).settled
    assert took is not None
    assert owed_to(market, Account.EXP_GOODWILL) == -took.minor
    assert position(market) == {}
    in_order(market)


# -- Disputes beside gifts (J20) ------------------------------------------------------------


def test_two_gifts_and_a_dispute_of_all_the_rest_are_together_no_more_than_was_paid() -> None:
    market = paid_in_forints()
    for refund_id in (FIRST, SECOND):
        # 25.2652 euros: rounded up twice, and so is what is left.
        gift = LineBack("goodwill", "", 10_003_00)
        ask(market, for_nights(gift, funded_by=Funding.PLATFORM))
        approve(market, refund_id)
        market.settle()
    market.behind("disputes", charge=market.payment().charge)
    market.settle()

    dispute = market.all("dispute")[-1]["id"]
    market.behind(f"disputes/{dispute}", outcome="lost")
    market.settle()

    (lost,) = market.events(DisputeLost)
    gifts = [market.refund(refund_id).worth for refund_id in (FIRST, SECOND)]
    assert gifts == [money("25.27 EUR")] * 2
    assert lost.loss.shares.total == money("359.86 EUR")
    in_order(market)
