"""Archiving (PY14): a house is given up once nothing of any stay in it is open."""

from collections.abc import Callable
from functools import partial

import pytest

from ledger import processes
from ledger.aggregates.property import PROPERTY as PROPERTIES
from ledger.aggregates.property import Status
from ledger.errors import ObligationsAreOpen
from ledger.values.cases import CaseKind
from ledger.values.policy import FREE
from tests.facts import BOOKING, HALF, HOST, PROPERTY, RUI, SOME_WORDS
from tests.ledger.test_disputed_money import Disputed


@pytest.fixture
def market() -> Disputed:
    """Rui has begun to describe the house, whose stays were sold all along."""
    market = Disputed()
    create = partial(
        processes.create_property, host=HOST, property_id=PROPERTY, host_id=RUI, currency="EUR"
    )
    market.decide(create, PROPERTY)
    return market


def archives(market: Disputed) -> None:
    archive = partial(
        processes.archive_property, by=HOST, property_id=PROPERTY, bookings=(BOOKING,)
    )
    market.decide(archive, PROPERTY)


def open_still(market: Disputed) -> list[str]:
    """What Rui is told of, by kind."""
    with pytest.raises(ObligationsAreOpen) as refused:
        archives(market)
    return [one.partition(":")[0] for one in refused.value.obligations]


def called_off(market: Disputed) -> None:
    market.sold(policy=FREE)
    market.call_off()


def half_is_kept(market: Disputed) -> None:
    market.sold(policy=HALF)
    market.call_off()
    market.settle()


def contested(market: Disputed) -> None:
    half_is_kept(market)
    market.bank()
    market.settle()


def complained(market: Disputed) -> None:
    called_off(market)
    market.settle()
    market.decide(
        lambda draft: _none(processes.open_case(draft, HOST, BOOKING, CaseKind.SAFETY, SOME_WORDS))
    )


def _none(_opened: object) -> None:
    """A plan answers nothing."""


@pytest.mark.parametrize(
    ("happened", "kinds"),
    [
        (called_off, ["refund"]),
        (half_is_kept, ["payout"]),
        (contested, ["payout", "dispute"]),
        (complained, ["case"]),
    ],
)
def test_what_is_open_of_a_stay_keeps_a_house_although_nobody_comes(
    market: Disputed, happened: Callable[[Disputed], None], kinds: list[str]
) -> None:
    happened(market)

    assert market.store.nights == {}
    assert open_still(market) == kinds


def test_a_house_is_given_up_once_all_of_it_is_settled(market: Disputed) -> None:
    called_off(market)
    market.settle()

    archives(market)

    house = market.ledger.state(PROPERTIES, PROPERTY)
    assert house is not None
    assert house.status is Status.ARCHIVED
