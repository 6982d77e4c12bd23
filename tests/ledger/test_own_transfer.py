"""The platform's own money between the processor and its bank: booked once, and back again."""

from datetime import timedelta

import pytest

from ledger.aggregates.own_transfer import ReturnOwnTransfer
from ledger.errors import TransitionNotAllowed
from ledger.events.own_transfer import OwnTransferMade, OwnTransferReturned, Way
from ledger.gateways.stripe.movements import Kind
from ledger.reactions.letters import letter_about
from ledger.values.journal import Account
from tests.facts import (
    FINANCE,
    NOW,
    OWN_PAYOUT,
    PROCESSOR,
    own_payout,
    own_payout_returned,
    to_record_own_transfer,
)
from tests.given import given
from tests.ledger.books import books_agree
from tests.ledger.market import Market

DAY = timedelta(days=1)


def to_return() -> ReturnOwnTransfer:
    return ReturnOwnTransfer(
        processor_object=OWN_PAYOUT, reason="account_closed", balance_transaction="txn_own_back"
    )


# -- The graph --------------------------------------------------------------------------


def test_what_is_paid_out_may_come_back_once() -> None:
    given().when(PROCESSOR, to_record_own_transfer()).then(own_payout())
    given(own_payout()).when(PROCESSOR, to_return()).then(own_payout_returned())
    given(own_payout(), own_payout_returned()).when(PROCESSOR, to_return()).refused(
        TransitionNotAllowed
    )


def test_what_filled_the_balance_does_not_come_back() -> None:
    filled = given().when(PROCESSOR, to_record_own_transfer(way=Way.FROM_THE_BANK)).events

    given(*filled).when(PROCESSOR, to_return()).refused(TransitionNotAllowed, way="from_the_bank")


def test_only_the_processor_says_so() -> None:
    given().when(FINANCE, to_record_own_transfer()).refused(TransitionNotAllowed)
    given().when(PROCESSOR, to_return()).refused(TransitionNotAllowed)


@pytest.mark.parametrize(
    ("way", "lines"),
    [
        (Way.TO_THE_BANK, {("bank", 100_000), ("stripe_available", -100_000)}),
        (Way.FROM_THE_BANK, {("bank", -100_000), ("stripe_available", 100_000)}),
    ],
)
def test_both_sides_of_it_are_ours(way: Way, lines: set[tuple[str, int]]) -> None:
    (made,) = given().when(PROCESSOR, to_record_own_transfer(way=way)).events

    assert isinstance(made, OwnTransferMade)
    assert {(line.account, line.minor) for entry in made.entries for line in entry.lines} == lines


# -- Through the stand-in ---------------------------------------------------------------


@pytest.fixture
def market() -> Market:
    """The platform filled its balance with 500 euros, which a letter of our own told of."""
    market = Market()
    market.behind("funds", amount=50_000, currency="eur")
    ((name, filled),) = market.machine.world.platform.table("balance_transaction").items()
    letter = letter_about(name, Kind.TOP_UP, filled["source"], NOW)
    assert letter is not None
    market.letters += [letter, letter]
    market.settle()
    return market


def pays_out(market: Market) -> str:
    payout = market.browser.v1.payouts.create({"amount": 30_000, "currency": "eur"})
    market.settle()
    return payout.id


def test_what_the_bank_fills_the_balance_with_is_booked_once(market: Market) -> None:
    assert market.balances() == {("stripe_available", "EUR"): 50_000, ("bank", "EUR"): -50_000}
    books_agree(market.store.history, market.machine)


def test_what_is_paid_out_is_booked_once_however_often_it_is_told(market: Market) -> None:
    pays_out(market)
    market.let_pass(5 * DAY)
    market.tell_again(2)
    market.settle()

    assert len(market.events(OwnTransferMade)) == 2
    assert market.balances()[Account.BANK, "EUR"] == -20_000
    books_agree(market.store.history, market.machine)


def test_what_the_bank_gives_back_is_at_the_processor_again(market: Market) -> None:
    payout = pays_out(market)
    market.let_pass(5 * DAY)
    market.behind(f"payouts/{payout}", outcome="failed", failure_code="account_closed")
    market.settle()
    market.tell_again()
    market.settle()

    (back,) = market.events(OwnTransferReturned)
    assert back.reason == "account_closed"
    assert market.balances()[Account.BANK, "EUR"] == -50_000
    books_agree(market.store.history, market.machine)


def test_a_payout_that_is_cancelled_before_anybody_heard_of_it_is_booked_there_and_back(
    market: Market,
) -> None:
    market.loses_notices = True
    payout = pays_out(market)
    market.browser.v1.payouts.cancel(payout)
    market.loses_notices = False
    market.tell_again()
    market.settle()

    assert [type(one.event) for one in market.store.history[-2:]] == [
        OwnTransferMade,
        OwnTransferReturned,
    ]
    books_agree(market.store.history, market.machine)
