"""Notices may come ten times, in any order, days late, or never: it ends as if all had gone well.

The stories are those in which workers die. One reconciliation asks the processor for what it told
of and nobody heard; a notice only says where to look, so more of them, or later ones, say no more.
"""

from collections.abc import Callable
from functools import cache

import pytest

from ledger.aggregates.booking import BOOKING as BOOKING_OF
from ledger.reactions.letters import letter_of
from ledger.store.inbox import Letter
from ledger.values.clock import Instant
from tests.facts import BOOKING, NOW
from tests.ledger.books import books_agree
from tests.ledger.market import Market
from tests.ledger.test_every_death import (
    DAY,
    STORIES,
    Story,
    ending,
    gives_a_dispute_up,
    is_declined,
    is_disputed,
    is_welcomed,
    stays_longer,
    told,
)

QUIET = 20 * DAY
"""So long after a story, whatever is to be found has been found."""

NEEDS_NEWS = (is_welcomed, is_declined, is_disputed, gives_a_dispute_up, stays_longer)
"""Stories in which people act upon what they have heard: these cannot go on while nothing comes."""

# -- Ways in which notices come -------------------------------------------------------------


def ten_times(market: Market) -> None:
    """Each comes ten times."""
    market.arriving = lambda new: new * 10


def backwards(market: Market) -> None:
    """Of what is told together the latest comes first, and then all of it once more."""
    market.arriving = lambda new: [*reversed(new), *new]


def days_late(market: Market) -> None:
    """Each takes three days."""
    under_way: list[tuple[Instant, Letter]] = []

    def arriving(new: list[Letter]) -> list[Letter]:
        under_way.extend((market.clock.now + 3 * DAY, one) for one in new)
        here = [one for at, one in under_way if at <= market.clock.now]
        under_way[:] = [(at, one) for at, one in under_way if at > market.clock.now]
        return here

    market.arriving = arriving


def never(market: Market) -> None:
    """None comes, until somebody asks what there was to tell."""
    market.loses_notices = True


WAYS = (ten_times, backwards, days_late, never)
TOLD = [
    (story, way)
    for story in STORIES
    for way in WAYS
    if way in (ten_times, backwards) or story not in NEEDS_NEWS
]

# -- How it ends ----------------------------------------------------------------------------


def come_to_rest(market: Market) -> Market:
    """Wait until nothing is under way any more, and ask once what was told and not heard."""
    market.until(market.clock.now + QUIET, step=DAY)
    if market.loses_notices:
        told_of = market.world.stripe.notices.since(NOW - DAY)
        market.letters += [letter_of(one) for one in told_of]
    market.settle()
    return market


@cache
def undisturbed(story: Story) -> tuple[object, ...]:
    """How a story ends where each notice comes at once."""
    return end_of(come_to_rest(told(story)))


def end_of(market: Market) -> tuple[object, ...]:
    """How it all stands; by which steps it came there is another matter."""
    booked = market.ledger.state(BOOKING_OF, BOOKING)
    status = booked.status if booked else None
    return status, *ending(market)._replace(topics=())


@pytest.mark.parametrize(("story", "way"), TOLD, ids=lambda one: str(one.__name__))
def test_case_37_it_ends_as_if_each_notice_had_come_once_and_in_order(
    story: Story, way: Callable[[Market], None]
) -> None:
    market = come_to_rest(told(story, disturbed=way))

    assert end_of(market) == undisturbed(story)
    books_agree(market.store.history, market.machine)
