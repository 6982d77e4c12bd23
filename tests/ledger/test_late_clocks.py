"""Timers fire late, and two machines' clocks differ: all that is due happens once, in order."""

from datetime import timedelta
from functools import cache

import pytest

from ledger.values.clock import instant
from tests.ledger.books import books_agree
from tests.ledger.market import Market
from tests.ledger.test_disputed_money import Disputed

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DAY_BEFORE_ARRIVAL = instant("2026-07-01T12:00:00Z")
LONG_AFTER = instant("2026-07-20T12:00:00Z")


ERRANDS = ("payout.released", "payout.transferred")
"""What workers do as soon as they can, whatever the clock says next."""


def by_the_clock(market: Market) -> list[str]:
    """What timers caused, in order, since the guest was expected."""
    topics = market.topics()
    since = topics[topics.index("payment.funds_available") + 1 :]
    return [topic for topic in since if topic not in ERRANDS]


def sold() -> Disputed:
    """A stay that is paid for, the day before its guest comes."""
    market = Disputed()
    market.sold()
    market.until(DAY_BEFORE_ARRIVAL, step=10 * DAY)
    return market


@cache
def punctual() -> Disputed:
    """A stay whose timers fired when they should."""
    market = sold()
    market.until(LONG_AFTER, step=HOUR)
    return market


@pytest.mark.parametrize("away", [2 * DAY, 9 * DAY])
def test_case_t6_timers_that_fire_days_late_fire_once_and_in_their_order(
    away: timedelta,
) -> None:
    market = sold()
    while market.clock.now < LONG_AFTER:
        market.let_pass(away)  # Nobody works in the meantime.
        market.settle()

    expected = punctual()
    assert by_the_clock(market) == by_the_clock(expected)
    assert sorted(market.topics()) == sorted(expected.topics())
    assert market.balances() == expected.balances()
    books_agree(market.store.history, market.machine)


def test_case_t6_a_machine_whose_clock_is_an_hour_ahead_changes_neither_order_nor_number() -> None:
    market = sold()
    while market.clock.now < LONG_AFTER:
        market.let_pass(HOUR)
        for skew in (HOUR, -HOUR):
            now, market.clock.now = market.clock.now, market.clock.now + skew
            market.step()
            market.clock.now = now
        market.settle()

    expected = punctual()
    assert by_the_clock(market) == by_the_clock(expected)
    assert sorted(market.topics()) == sorted(expected.topics())
    assert market.balances() == expected.balances()
