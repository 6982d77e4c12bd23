"""Workers die before and after every call and every commit, and nothing is lost or done twice.

Each story is told once undisturbed. Then it is told again for every moment at which a worker may
die; a new worker, who remembers nothing, begins with what stands in the ledger and in the inbox.
Whatever happens, it must end as the undisturbed story did.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

import pytest
import stripe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import processes
from ledger.errors import Refused
from ledger.events.payment import Capture
from ledger.values.ids import BookingId, GuestId
from tests.facts import BOOKING, GUEST, HOST, NOW, an_id, to_book
from tests.ledger.books import books_agree
from tests.ledger.market import ASKS_THE_BANK, DECLINED, Market, NotPossible

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OTHERS = BookingId(an_id("another"))
Story = Callable[[Market], None]

# -- Stories --------------------------------------------------------------------------------


def pays_at_once(market: Market) -> None:
    """Asked for, paid, confirmed, and the money usable."""
    market.book()
    market.settle()
    market.pay()
    market.settle()
    market.until(NOW + 3 * DAY, step=DAY)


def is_asked_by_the_bank(market: Market) -> None:
    """Declined once, then 3-D Secure."""
    market.book()
    market.settle()
    market.pay(DECLINED)
    market.settle()
    market.pay(ASKS_THE_BANK)
    market.settle()
    market.answer_the_bank("passed")
    market.settle()


def is_welcomed(market: Market) -> None:
    """Held, accepted, captured."""
    market.book(Capture.MANUAL)
    market.settle()
    market.pay()
    market.settle()
    market.accept()
    market.settle()


def is_declined(market: Market) -> None:
    """Held, declined, let go."""
    market.book(Capture.MANUAL)
    market.settle()
    market.pay()
    market.settle()
    market.decide(
        partial(processes.decline, host=HOST, booking_id=BOOKING, reason="the roof leaks")
    )
    market.settle()


def gives_up(market: Market) -> None:
    """Asked for and given up."""
    market.book()
    market.settle()
    market.decide(partial(processes.abandon, guest=GUEST, booking_id=BOOKING))
    market.settle()


def calls_off(market: Market) -> None:
    """Paid, called off, given back."""
    market.book()
    market.settle()
    market.pay()
    market.settle()
    market.until(NOW + 3 * DAY, step=DAY)
    market.call_off()
    market.settle()


def is_given_back_in_vain(market: Market) -> None:
    """Paid, called off, given back; and the refund fails a day later."""
    market.book()
    market.settle()
    market.pay("pm_card_refundFail")
    market.settle()
    market.until(NOW + 3 * DAY, step=DAY)
    market.call_off()
    market.settle()
    market.until(NOW + 6 * DAY, step=DAY)


def comes_too_late(market: Market) -> None:
    """Paid after the hold, and the nights are somebody else's."""
    market.book()
    market.settle()
    market.let_pass(16 * MINUTE)
    market.decide(partial(processes.expire, booking_id=BOOKING))
    joana = to_book(booking_id=OTHERS, guest_id=GuestId(an_id("Joana")), hold_expires_at=None)
    market.decide(partial(processes.book, guest=GUEST, command=joana), OTHERS)
    market.pay()
    market.settle()


def comes_late(market: Market) -> None:
    """Paid after the hold, and the nights are still free."""
    market.book()
    market.settle()
    market.let_pass(16 * MINUTE)
    market.decide(partial(processes.expire, booking_id=BOOKING))
    market.pay()
    market.settle()
    market.until(NOW + 3 * DAY, step=DAY)


STORIES: tuple[Story, ...] = (
    pays_at_once,
    is_asked_by_the_bank,
    is_welcomed,
    is_declined,
    gives_up,
    calls_off,
    is_given_back_in_vain,
    comes_too_late,
    comes_late,
)
FAULTS = (
    None,
    "timeout_before",
    "timeout_after",
    "error_after",
    "rate_limit",
    "key_in_use",
)

# -- What counts ----------------------------------------------------------------------------


class Ending(NamedTuple):
    """How a story ended: here, at Stripe, and in the books of both."""

    topics: tuple[str, ...]
    balances: tuple[Any, ...]
    objects: tuple[Any, ...]
    at_stripe: tuple[int, int]
    errands: tuple[str, ...]


CAME_OF_WAITING = {"payment.outcome_unknown", "unit_calendar.hold_extended"}
"""What a look at the clock adds, where a worker came late."""


def ending(market: Market) -> Ending:
    """How it ended; in which order things happened may differ."""
    objects = [
        (one["object"], one["amount"], one["status"])
        for kind in ("payment_intent", "charge", "refund", "balance_transaction")
        for one in market.all(kind)
    ]
    return Ending(
        topics=tuple(sorted(set(market.topics()) - CAME_OF_WAITING)),
        balances=tuple(sorted(market.balances().items())),
        objects=tuple(sorted(objects)),
        at_stripe=market.at_stripe(),
        errands=tuple(sorted(row["errand"] for row in market.left())),
    )


def told(story: Story, *, dies_at: int | None = None, fault: str | None = None) -> Market:
    """A story with a death and a fault in it, to its end."""
    market = Market()
    market.dies_at = dies_at
    market.plague = fault
    market.hire()
    story(market)
    return market


every_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)


@every_story
def test_a_story_that_is_not_disturbed_ends_with_nothing_left_to_do(story: Story) -> None:
    market = told(story)

    assert ending(market).errands == ()
    books_agree(market.store.history, market.machine, at_rest=False)


def dies_everywhere(story: Story, step: int, fault: str | None = None, since: int = 1) -> None:
    """Tell the story for every `step`th moment at which a worker may die."""
    undisturbed = told(story)
    expected = ending(undisturbed)
    for moment in range(since, undisturbed.moments + 1, step):
        market = told(story, dies_at=moment, fault=fault)
        assert ending(market) == expected, moment
        books_agree(market.store.history, market.machine, at_rest=False)


@every_story
def test_case_p7_a_worker_may_die_at_some_moment(story: Story) -> None:
    dies_everywhere(story, step=3, since=1 + STORIES.index(story) % 3)


@pytest.mark.nightly
@pytest.mark.parametrize("fault", FAULTS)
@every_story
def test_case_p7_a_worker_may_die_at_any_moment_whatever_stripe_does(
    story: Story, fault: str | None
) -> None:
    dies_everywhere(story, step=1, fault=fault)


@pytest.mark.parametrize("fault", FAULTS[1:])
@every_story
def test_cases_34_and_35_whatever_stripe_does_at_each_call_it_ends_the_same(
    story: Story, fault: str
) -> None:
    market = told(story, fault=fault)

    assert ending(market) == ending(told(story))
    books_agree(market.store.history, market.machine, at_rest=False)


# -- Any history ----------------------------------------------------------------------------

ACTS: dict[str, Callable[[Market], None]] = {
    "pays": lambda market: market.pay(),
    "is declined": lambda market: market.pay(DECLINED),
    "is asked": lambda market: market.pay(ASKS_THE_BANK),
    "passes": lambda market: market.answer_the_bank("passed"),
    "fails": lambda market: market.answer_the_bank("failed"),
    "tries again": lambda market: market.decide(
        partial(processes.try_again, guest=GUEST, booking_id=BOOKING)
    ),
    "gives up": lambda market: market.decide(
        partial(processes.abandon, guest=GUEST, booking_id=BOOKING)
    ),
    "is welcomed": lambda market: market.accept(),
    "is not welcomed": lambda market: market.decide(
        partial(processes.decline, host=HOST, booking_id=BOOKING, reason="the roof leaks")
    ),
    "takes it back": lambda market: market.decide(
        partial(processes.withdraw, guest=GUEST, booking_id=BOOKING)
    ),
    "calls off": lambda market: market.call_off(),
    "a worker works": lambda market: market.step(),
    "a notice is read": lambda market: market.listen(),
    "all is told again": lambda market: market.tell_again(),
    "notices come in reverse": lambda market: market.letters.reverse(),
    "notices are lost": lambda market: market.letters.clear(),
    "a minute": lambda market: market.let_pass(MINUTE),
    "a quarter": lambda market: market.let_pass(16 * MINUTE),
    "a day": lambda market: market.let_pass(DAY),
}


def some_history(capture: Capture, acts: list[str], deaths: list[int], fault: str | None) -> None:
    """Let anything happen in any order; then let everybody come to rest, and count the money."""
    market = Market()
    market.plague = fault
    market.hire()
    market.book(capture)
    market.step()
    for act in acts:
        if deaths and act == "a worker works":
            market.dies_at = market.moments + deaths.pop()
        with suppress(Refused, stripe.StripeError, NotPossible):
            ACTS[act](market)
    market.dies_at = None
    market.until(max(market.clock.now, NOW) + 4 * DAY, step=8 * HOUR)

    assert market.left() == []
    books_agree(market.store.history, market.machine)


histories = given(
    capture=st.sampled_from(Capture),
    acts=st.lists(st.sampled_from(sorted(ACTS)), min_size=3, max_size=16),
    deaths=st.lists(st.integers(1, 12), max_size=4),
    fault=st.sampled_from(FAULTS),
)
PATIENT = [HealthCheck.too_slow]


@settings(max_examples=25, suppress_health_check=PATIENT)
@histories
def test_after_any_history_the_books_are_those_of_stripe(
    capture: Capture, acts: list[str], deaths: list[int], fault: str | None
) -> None:
    some_history(capture, acts, deaths, fault)


@pytest.mark.nightly
@settings(max_examples=3_000, suppress_health_check=PATIENT)
@histories
def test_after_many_histories_the_books_are_those_of_stripe(
    capture: Capture, acts: list[str], deaths: list[int], fault: str | None
) -> None:
    some_history(capture, acts, deaths, fault)
