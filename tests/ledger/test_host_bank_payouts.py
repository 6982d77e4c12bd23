"""What the processor pays out to a host's bank is mirrored; what comes back stops that account."""

from datetime import timedelta
from typing import Any

import pytest

from ledger import processes
from ledger.aggregates.bank_payout import BANK_PAYOUT, BankPayout, Status, bank_payout_of
from ledger.events.bank_payout import BankPayoutFailed, BankPayoutSeen
from tests.ledger.market import Market, letter_of
from tests.ledger.test_hosts import accounts, ana, hears, tells_everything, welcome

DAY = timedelta(days=1)


@pytest.fixture
def market() -> Market:
    """Ana has told everything, and 200 euros of hers stand at the processor."""
    market = welcome(Market())
    market.settle()
    tells_everything(market)
    hears(market)
    market.behind("funds", amount=50_000, currency="eur")
    market.browser.v1.transfers.create({
        "amount": 20_000,
        "currency": "eur",
        "destination": account_of(market),
    })  # fmt: skip
    return market


def account_of(market: Market) -> str:
    (account,) = accounts(market)
    return str(account["id"])


def pays_out(market: Market) -> str:
    """The processor begins to pay 150 euros out to Ana's bank."""
    options: Any = {"stripe_account": account_of(market)}
    payout = market.browser.v1.payouts.create({"amount": 15_000, "currency": "eur"}, options)
    return payout.id


def told_of_host(market: Market) -> None:
    """All that the processor told of Ana's account, the newest first, is read."""
    market.machine.tick()
    told = market.machine.world.tenants[account_of(market)].table("event")
    market.letters += [letter_of(event) for event in reversed(told.values())]
    market.settle()


def mirrored(market: Market, payout: str) -> BankPayout:
    state = market.ledger.state(BANK_PAYOUT, bank_payout_of(payout))
    assert state is not None
    return state


def test_what_arrives_is_followed_to_the_bank_whatever_comes_first(market: Market) -> None:
    payout = pays_out(market)
    told_of_host(market)
    begun = mirrored(market, payout)
    market.let_pass(5 * DAY)
    told_of_host(market)

    account = ana(market).payout_account
    assert account is not None
    assert begun.status is Status.PENDING
    assert (begun.amount.minor, begun.bank_account) == (15_000, account.bank_account)
    assert mirrored(market, payout).status is Status.PAID
    seen = [one for one in market.events(BankPayoutSeen) if one.processor_payout == payout]
    assert len(seen) == 1


def test_what_comes_back_takes_the_bank_account_out_of_use(market: Market) -> None:
    payout = pays_out(market)
    market.let_pass(5 * DAY)
    told_of_host(market)
    assert ana(market).bank_account_in_use

    market.behind(f"payouts/{payout}", outcome="failed", failure_code="account_closed")
    told_of_host(market)
    told_of_host(market)

    assert mirrored(market, payout).status is Status.FAILED
    (failed,) = market.events(BankPayoutFailed)
    assert failed.code == "account_closed"
    assert failed.reason
    assert not ana(market).bank_account_in_use
    assert market.topics().count("provider.bank_account_failed") == 1


def test_none_of_it_is_in_our_books(market: Market) -> None:
    before = market.balances()

    pays_out(market)
    market.let_pass(5 * DAY)
    told_of_host(market)

    assert market.balances() == before


def test_a_payout_of_an_account_without_a_host_is_nothing_of_ours() -> None:
    market = Market()
    stranger = market.browser.v1.accounts.create({"country": "PT", "type": "express"})
    raw = {"id": "po_1", "object": "payout"}
    event = {"id": "evt_po", "type": "payout.paid", "account": stranger.id, "data": {"object": raw}}

    market.letters.append(letter_of(event))
    market.settle()

    assert market.outcomes[processes.Outcome.NOT_OURS] == 1
    assert market.letters == []
