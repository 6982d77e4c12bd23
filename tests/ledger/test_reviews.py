"""Reviews as stays bring them about: opened by how a stay ended, closed by the clock."""

from datetime import timedelta
from functools import partial

import pytest

from ledger import processes
from ledger.aggregates.booking import CancelByPlatform, PlatformReason
from ledger.aggregates.review import REVIEW, Review, Status, review_of
from ledger.draft import Draft
from ledger.errors import TransitionNotAllowed
from ledger.events.review import ReviewsOpened, ReviewsPublished, ReviewsVoided
from ledger.values.clock import Instant, instant
from tests.facts import (
    BOOKING,
    CHECK_IN,
    CHECK_OUT,
    EARNED,
    GUEST,
    HOST,
    INES,
    REVIEWS_CLOSE,
    RUI,
    SUPPORT,
    money,
    of_guest,
    of_stay,
)
from tests.ledger.market import Market
from tests.ledger.test_disputed_money import Disputed

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ON_THE_DAY = instant("2026-07-01T23:30:00Z")
"""Half past midnight of the day of arrival in Lisbon, and still the day before in UTC."""
THE_DAY_BEFORE = instant("2026-07-01T22:30:00Z")


def sold() -> Disputed:
    """A stay that is paid, of a host who can be paid."""
    market = Disputed()
    market.sold()
    return market


def stayed() -> Disputed:
    """She came, and left three days ago."""
    market = sold()
    market.until(CHECK_OUT + HOUR, step=12 * HOUR)
    return market


def reviews(market: Market) -> Review:
    """What they say of each other now."""
    found = market.ledger.state(REVIEW, review_of(BOOKING))
    assert found is not None, market.topics()
    return found


def she_writes(draft: Draft) -> None:
    processes.review_stay(draft, GUEST, BOOKING, of_stay())


def he_writes(draft: Draft) -> None:
    processes.review_guest(draft, HOST, BOOKING, of_guest())


def the_platform_calls_off(market: Market, reason: PlatformReason) -> None:
    command = CancelByPlatform(booking_id=BOOKING, reason=reason, requested_by="support")
    market.decide(partial(processes.cancel_by_platform, staff=SUPPORT, command=command))


# -- Opened ------------------------------------------------------------------------------


def test_both_may_write_as_soon_as_a_stay_has_ended() -> None:
    market = stayed()

    (opened,) = market.events(ReviewsOpened)
    assert (opened.of.guest_id, opened.of.host_id, opened.of.ended) == (INES, RUI, "completed")
    assert opened.closes_at == REVIEWS_CLOSE
    with pytest.raises(TransitionNotAllowed):
        market.decide(partial(processes.open_reviews, booking_id=BOOKING, ended_at=CHECK_OUT))


def test_nothing_opens_while_a_stay_goes_on() -> None:
    market = sold()
    market.until(CHECK_IN + HOUR, step=12 * HOUR)

    with pytest.raises(TransitionNotAllowed):
        market.decide(partial(processes.open_reviews, booking_id=BOOKING, ended_at=CHECK_IN))


@pytest.mark.parametrize(
    ("at", "status"), [(THE_DAY_BEFORE, Status.VOID), (ON_THE_DAY, Status.OPEN)]
)
def test_a_stay_that_is_called_off_is_reviewed_from_the_local_day_of_arrival_on(
    at: Instant, status: Status
) -> None:
    market = sold()
    market.until(at, step=10 * DAY)
    market.call_off()

    market.let_pass(2 * DAY)  # Nobody works in the meantime: what counts is when she called it off.
    market.settle()

    assert reviews(market).status is status


def test_a_host_who_calls_off_in_time_leaves_a_fact_and_no_review() -> None:
    market = sold()
    call_off = partial(processes.cancel_by_host, host=HOST, booking_id=BOOKING, reason="flood")
    market.decide(partial(call_off, accepted_penalty=money("36.00 EUR")))
    market.settle()

    (voided,) = market.events(ReviewsVoided)
    assert (voided.of.ended, voided.reason) == ("cancelled_by_host", "before_check_in")


@pytest.mark.parametrize(
    ("reason", "status"),
    [(PlatformReason.FRAUD, Status.VOID), (PlatformReason.SAFETY, Status.OPEN)],
)
def test_a_fraud_is_not_reviewed(reason: PlatformReason, status: Status) -> None:
    market = sold()
    market.until(EARNED + HOUR, step=12 * HOUR)
    the_platform_calls_off(market, reason)
    market.settle()

    assert reviews(market).status is status


# -- Closed ------------------------------------------------------------------------------


def test_the_clock_publishes_what_one_side_wrote() -> None:
    market = stayed()
    market.decide(she_writes)
    market.until(REVIEWS_CLOSE, step=5 * DAY)

    (published,) = market.events(ReviewsPublished)
    assert (published.of_stay, published.of_guest) == (of_stay(), None)
    with pytest.raises(TransitionNotAllowed):
        market.decide(he_writes)


def test_the_clock_ends_what_nobody_wrote() -> None:
    market = stayed()
    market.until(REVIEWS_CLOSE, step=5 * DAY)

    assert reviews(market).status is Status.EXPIRED


def test_what_both_wrote_is_published_at_once_and_the_clock_has_nothing_to_do() -> None:
    market = stayed()
    market.decide(she_writes)
    market.decide(he_writes)
    market.until(REVIEWS_CLOSE, step=5 * DAY)

    (published,) = market.events(ReviewsPublished)
    assert (published.of_stay, published.of_guest) == (of_stay(), of_guest())
    assert not [row for row in market.timers.rows() if row["kind"] == "close_reviews"]
