"""Stays that are called off where less is left than the policy gives: explained, never refused.

The guest has the rest already: by a gift, by a refund made elsewhere, or by a dispute.
"""

from functools import partial

import pytest

from ledger import processes
from ledger.aggregates.refund import Status as Refunding
from ledger.errors import RefundChanged
from ledger.events.booking import BookingCancelled
from ledger.events.refund import Funding
from ledger.values.journal import Account
from ledger.values.policy import Ending, LineBack
from projections.timeline.matters import TELLING
from tests.facts import BOOKING, GUEST, SUPPORT, money
from tests.ledger.market import Market
from tests.ledger.test_refunds_gone_wrong import by_hand, classify, paid
from tests.ledger.test_staff_refunds import DAY, approve, ask, for_nights, in_order, owed_to

GIFT = for_nights(LineBack("goodwill", "", 2_000), funded_by=Funding.PLATFORM)


def given() -> Market:
    """A stay of 410.40 whose guest was given 20 by the platform."""
    market = paid()
    ask(market, GIFT)
    approve(market)
    market.settle()
    return market


def called_off_for_host(market: Market) -> BookingCancelled:
    """Support calls the stay off for its host: everything is to go back."""
    market.decide(
        partial(processes.cancel_for_host, staff=SUPPORT, booking_id=BOOKING, reason="illness")
    )
    market.settle()
    (cancelled,) = market.events(BookingCancelled)
    assert isinstance(cancelled, BookingCancelled)
    return cancelled


# -- A gift ---------------------------------------------------------------------------------


def test_what_a_gift_gave_is_not_given_back_twice_and_the_platform_s_fees_pay_for_it() -> None:
    market = given()

    cancelled = called_off_for_host(market)

    assert cancelled.settlement.refund == money("410.40 EUR")
    assert cancelled.gives_back.refund == money("390.40 EUR")
    assert market.payment().refunded == market.payment().captured
    assert market.booking().keeps.host_minor == 0
    assert market.booking().keeps.fees == money("20.00 EUR")
    assert owed_to(market, Account.HOST_PAYABLE) == 0
    in_order(market)


def test_the_guest_agrees_to_what_is_really_left() -> None:
    market = paid()
    by_hand(market, cents=30_000)
    shown = []
    market.ledger.rehearse(
        lambda draft: shown.append(processes.would_give_back(draft, BOOKING, Ending.BY_GUEST))
    )
    assert shown[0].refund == money("110.40 EUR")
    by_hand(market, cents=2_000)

    with pytest.raises(RefundChanged):
        market.decide(
            partial(
                processes.cancel_by_guest,
                guest=GUEST,
                booking_id=BOOKING,
                accepted=shown[0].digest,
            )
        )


def test_the_timeline_says_what_the_policy_gives_back_and_that_no_more_is_left() -> None:
    cancelled = called_off_for_host(given())

    facts = TELLING[BookingCancelled].facts(cancelled)

    assert "the policy gives back 410.40 EUR, no more is left" in str(facts.detail)
    assert facts.amount_minor == 39_040
    assert "{detail}" in TELLING[BookingCancelled].sentence


# -- A refund made elsewhere ----------------------------------------------------------------


def test_a_stay_is_called_off_before_finance_has_said_what_a_refund_made_elsewhere_was() -> None:
    market = paid()
    refund_id = by_hand(market, cents=3_000)

    cancelled = called_off_for_host(market)

    assert cancelled.gives_back.refund == money("380.40 EUR")
    assert market.payment().refunded == market.payment().captured
    left = [line for line in market.booking().left_on_lines if line.minor]
    assert sum(line.minor for line in left) == 3_000

    classify(market, refund_id, for_nights(*left))
    market.until(market.clock.now + DAY, step=DAY)

    assert market.refund(refund_id).status is Refunding.SUCCEEDED
    assert market.booking().keeps.is_nothing
    assert owed_to(market, Account.HOST_PAYABLE) == 0
    assert owed_to(market, Account.HOST_RECEIVABLE) == 0
    in_order(market)


def test_where_everything_went_back_elsewhere_the_stay_is_called_off_for_nothing() -> None:
    market = paid()
    by_hand(market, cents=41_040)

    market.call_off()
    market.settle()

    (cancelled,) = market.events(BookingCancelled)
    assert cancelled.gives_back.refund == money("0.00 EUR")
    assert cancelled.gives_back.lines == ()
    assert market.payment().refunded == market.payment().captured
