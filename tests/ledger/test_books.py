"""What holds Stripe's books against ours notices whatever is wrong with either."""

from typing import Any

import pytest
from msgspec.structs import replace

from ledger.events import Event, Recorded
from ledger.events.payment import PaymentCompleted
from ledger.values.journal import Line
from tests.ledger.books import books_agree
from tests.ledger.market import Market


@pytest.fixture(scope="module")
def paid() -> Market:
    """A stay that was paid for."""
    market = Market().booked()
    market.pay()
    market.settle()
    return market


def changed(market: Market, **changes: Any) -> list[Recorded[Event]]:
    """The history with other words in the event that the payment came about by."""
    return [
        replace(one, event=replace(one.event, **changes))
        if isinstance(one.event, PaymentCompleted)
        else one
        for one in market.store.history
    ]


def test_books_that_agree_pass(paid: Market) -> None:
    books_agree(paid.store.history, paid.machine)


def test_a_cent_is_noticed(paid: Market) -> None:
    (event,) = paid.events(PaymentCompleted)
    first, *others = event.entries[0].lines
    dearer: Line = replace(first, minor=first.minor + 1)
    entries = (replace(event.entries[0], lines=(dearer, *others)), *event.entries[1:])

    with pytest.raises(AssertionError, match=r"payment\.completed says"):
        books_agree(changed(paid, entries=entries), paid.machine)


def test_what_nobody_tells_of_is_noticed(paid: Market) -> None:
    less = [one for one in paid.store.history if not isinstance(one.event, PaymentCompleted)]

    with pytest.raises(AssertionError, match="no event tells of"):
        books_agree(less, paid.machine)


def test_what_is_told_twice_is_noticed(paid: Market) -> None:
    told = [one for one in paid.store.history if isinstance(one.event, PaymentCompleted)]

    with pytest.raises(AssertionError, match="more than one event"):
        books_agree([*paid.store.history, *told], paid.machine)


def test_what_never_happened_there_is_noticed(paid: Market) -> None:
    history = changed(paid, balance_transaction="txn_never")

    with pytest.raises(AssertionError, match=r"payment\.completed says"):
        books_agree(history, paid.machine)
