"""A guest: nights of three stays are kept before anybody pays, and of a fourth they are not."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from ledger import processes
from ledger.aggregates.booking import BOOKING as BOOKINGS
from ledger.errors import TooManyHolds, TransitionNotAllowed
from ledger.events.guest import StayHeld
from ledger.events.payment import Capture
from ledger.values.ids import BookingId, GuestId, UnitId
from tests.facts import (
    BOOKING,
    GUEST,
    OPERATOR,
    PROCESS,
    a_price,
    a_stay,
    an_id,
    stay_held,
    to_hold_stay,
    to_open_calendar,
)
from tests.given import given
from tests.ledger.market import Market
from tests.ledger.memory import nobody_dies

FIRST, SECOND, THIRD, FOURTH = (BookingId(an_id(f"stay {number}")) for number in range(1, 5))
ARRIVALS = {FIRST: "2026-07-02", SECOND: "2026-07-09", THIRD: "2026-07-16", FOURTH: "2026-07-23"}
ATTIC = UnitId(an_id("the attic"))
JOANA = GuestId(an_id("Joana"))


@pytest.fixture
def market() -> Market:
    """A house with a room, and an attic."""
    market = Market()
    attic = to_open_calendar(unit_id=ATTIC, number=2)
    market.decide(lambda draft: draft.do(OPERATOR, attic), ATTIC)
    return market


def asks(market: Market, *bookings: BookingId, **changed: object) -> None:
    """Inês asks for stays, a week from one to the next, and pays none."""
    for booking_id in bookings:
        arrival = ARRIVALS[booking_id]
        stay, price = a_stay(arrival), a_price(arrival=arrival)
        market.book(booking_id=booking_id, **{"stay": stay, "price": price, **changed})  # type: ignore[arg-type]


def last_counted(market: Market) -> StayHeld:
    """What was counted last."""
    counted = [one.event for one in market.store.history if isinstance(one.event, StayHeld)]
    return counted[-1]


def is_there(market: Market, booking_id: BookingId) -> bool:
    return market.ledger.state(BOOKINGS, booking_id) is not None


# -- What is decided --------------------------------------------------------------------


def test_nights_are_kept_beside_those_of_two_other_stays() -> None:
    given().when(PROCESS, to_hold_stay()).then(stay_held())
    given(stay_held(FIRST)).when(PROCESS, to_hold_stay(beside=(FIRST,))).then(
        stay_held(BOOKING, FIRST)
    )
    third = given(stay_held(FIRST), stay_held(SECOND, FIRST)).when(
        PROCESS, to_hold_stay(beside=(FIRST, SECOND))
    )

    assert third.then(StayHeld).state.held == (FIRST, SECOND, BOOKING)


def test_nights_of_a_fourth_stay_are_not_kept() -> None:
    """The domain page, UC1: a guest has fewer than three live holds."""
    others = (FIRST, SECOND, THIRD)

    given(stay_held(THIRD, FIRST, SECOND)).when(PROCESS, to_hold_stay(beside=others)).refused(
        TooManyHolds, limit=3, bookings=others
    )


def test_a_stay_is_counted_once() -> None:
    given(stay_held()).when(PROCESS, to_hold_stay()).refused(TransitionNotAllowed)


def test_what_was_not_named_again_is_forgotten() -> None:
    after = given(stay_held(THIRD, FIRST, SECOND)).when(PROCESS, to_hold_stay(beside=(SECOND,)))

    assert after.state.held == (SECOND, BOOKING)


# -- What is asked of the other bookings ------------------------------------------------


def test_a_guest_cannot_keep_a_whole_house_from_others(market: Market) -> None:
    asks(market, FIRST, SECOND, THIRD)
    nights = dict(market.store.nights)

    with pytest.raises(TooManyHolds) as refused:
        asks(market, FOURTH)

    assert refused.value.code == "TOO_MANY_HOLDS"
    assert refused.value.bookings == (FIRST, SECOND, THIRD)
    assert market.store.nights == nights
    assert not is_there(market, FOURTH)
    asks(market, FOURTH, guest_id=JOANA)


def paid(market: Market) -> None:
    market.settle()
    market.pay(booking_id=SECOND)
    market.settle()


def given_up(market: Market) -> None:
    market.decide(partial(processes.abandon, guest=GUEST, booking_id=SECOND), SECOND)


def run_out(market: Market) -> None:
    market.clock.pass_by(timedelta(minutes=15))
    market.decide(partial(processes.expire, booking_id=SECOND), SECOND)


@pytest.mark.parametrize("settled", [paid, given_up, run_out])
def test_whose_nights_are_paid_or_free_again_counts_no_more(
    market: Market, settled: Callable[[Market], None]
) -> None:
    asks(market, FIRST, SECOND, THIRD)
    settled(market)

    asks(market, FOURTH)

    assert last_counted(market) == stay_held(FOURTH, FIRST, THIRD)


def test_a_hold_that_ran_out_counts_until_its_nights_are_free(market: Market) -> None:
    asks(market, FIRST, SECOND, THIRD)
    market.clock.pass_by(timedelta(hours=1))

    with pytest.raises(TooManyHolds):
        asks(market, FOURTH)


def test_nights_that_wait_for_their_host_count(market: Market) -> None:
    asks(market, FIRST, capture=Capture.MANUAL)
    market.settle()
    market.pay(booking_id=FIRST)
    market.settle()
    first = market.ledger.state(BOOKINGS, FIRST)
    assert first is not None
    assert first.status == "awaiting_host"
    asks(market, SECOND, THIRD)

    with pytest.raises(TooManyHolds):
        asks(market, FOURTH)


# -- At once ----------------------------------------------------------------------------


def test_of_two_stays_that_are_asked_for_at_once_one_is_the_third(market: Market) -> None:
    asks(market, FIRST, SECOND)

    def meanwhile(_moment: str) -> None:
        market.store.moment = nobody_dies
        asks(market, FOURTH, unit_id=ATTIC)

    market.store.moment = meanwhile
    with pytest.raises(TooManyHolds) as refused:
        asks(market, THIRD)

    assert refused.value.bookings == (FIRST, SECOND, FOURTH)
    assert is_there(market, FOURTH)
    assert not is_there(market, THIRD)


def test_a_stay_that_is_given_up_at_the_same_moment_counts_no_more(market: Market) -> None:
    asks(market, FIRST, SECOND)

    def meanwhile(_moment: str) -> None:
        market.store.moment = nobody_dies
        given_up(market)

    market.store.moment = meanwhile
    asks(market, THIRD)

    assert last_counted(market) == stay_held(THIRD, FIRST)
