"""Closing (PR14): a host leaves once nothing is open, and is told of each thing that is."""

from datetime import timedelta
from functools import partial

import pytest

from ledger import processes
from ledger.aggregates.host_debt import debt_of
from ledger.aggregates.provider import PROVIDER, Status
from ledger.draft import Draft
from ledger.errors import ObligationsAreOpen, TransitionNotAllowed
from ledger.events import Actor
from ledger.processes import Ties
from ledger.values.cases import CaseKind
from ledger.values.policy import FREE
from ledger.values.verification import Subject
from tests.facts import (
    BOOKING,
    HOST,
    OPERATOR,
    PROCESS,
    RUI,
    SOME_WORDS,
    UNIT,
    to_raise_debt,
)
from tests.ledger.market import Market
from tests.ledger.supply import ANA, HOST_ANA, Supply

NOTHING = Ties(bookings=(), units=(), reviews=())
BOOKED = Ties(bookings=(BOOKING,), units=(UNIT,), reviews=())
DAY = timedelta(days=1)


@pytest.fixture
def market() -> Market:
    """Rui hosts."""
    market = Market()
    market.decide(partial(processes.register_host, host_id=RUI, country="PT"), RUI)
    return market


def closes(market: Market, ties: Ties = BOOKED, by: Actor = HOST) -> None:
    market.decide(partial(processes.close_host, by=by, host_id=RUI, ties=ties), RUI)


def open_still(market: Market, ties: Ties = BOOKED) -> list[str]:
    """What Rui is told of."""
    with pytest.raises(ObligationsAreOpen) as refused:
        closes(market, ties)
    told: list[str] = refused.value.data["obligations"]
    return told


def called_off(market: Market) -> None:
    """A guest paid, and calls off in time: all of it goes back."""
    market.book(policy=FREE)
    market.settle()
    market.pay()
    market.settle()
    market.call_off()


@pytest.mark.parametrize("by", [HOST, OPERATOR])
def test_who_has_nothing_open_leaves_for_good(market: Market, by: Actor) -> None:
    closes(market, NOTHING, by)

    rui = market.ledger.state(PROVIDER, RUI)
    assert rui is not None
    assert rui.status is Status.CLOSED
    with pytest.raises(TransitionNotAllowed):
        closes(market, NOTHING)


def test_a_guest_who_is_to_come_and_their_money_keep_a_host(market: Market) -> None:
    market.booked()
    assert open_still(market) == [f"booking:{BOOKING}"]
    market.pay()
    market.settle()

    assert open_still(market) == [f"booking:{BOOKING}", f"payout:{processes.payout_of(BOOKING)}"]


def test_a_booking_that_nobody_told_of_is_found_by_its_nights(market: Market) -> None:
    market.booked()

    assert open_still(market, Ties(bookings=(), units=(UNIT,), reviews=())) == [
        f"booking:{BOOKING}"
    ]


def test_what_is_to_be_given_back_keeps_a_host_until_it_is(market: Market) -> None:
    called_off(market)
    assert open_still(market) == [f"refund:{processes.refund_of(BOOKING)}"]

    market.settle()

    closes(market)


def test_what_a_stay_earned_keeps_a_host_until_it_is_paid_out(market: Market) -> None:
    market.booked().pay()
    market.until(market.clock.now + 60 * DAY, step=5 * DAY)

    assert open_still(market) == [f"payout:{processes.payout_of(BOOKING)}"]


def test_a_case_keeps_a_host_until_it_is_resolved(market: Market) -> None:
    called_off(market)
    market.settle()

    def opens(draft: Draft) -> None:
        processes.open_case(draft, HOST, BOOKING, CaseKind.SAFETY, SOME_WORDS)

    market.decide(opens)

    assert [one.partition(":")[0] for one in open_still(market)] == ["case"]


def test_a_debt_keeps_a_host(market: Market) -> None:
    market.decide(lambda draft: draft.do(PROCESS, to_raise_debt()), debt_of(RUI))

    assert open_still(market, NOTHING) == ["debt:EUR"]


def test_a_review_that_waits_keeps_a_host_until_it_is_answered() -> None:
    supply = Supply()
    review = supply.asks(supply.sends())
    ties = Ties(bookings=(), units=(), reviews=(review,))
    close = partial(processes.close_host, by=HOST_ANA, host_id=ANA, ties=ties)
    with pytest.raises(ObligationsAreOpen, match=f"review:{review}"):
        supply.decide(close, ANA)

    supply.approves(review, Subject.PROVIDER)

    supply.decide(close, ANA)
    assert supply.ana().status is Status.CLOSED
