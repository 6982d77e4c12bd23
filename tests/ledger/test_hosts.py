"""A host gets an account at the processor, and what the processor says of it is followed."""

from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
import pytest

from ledger import processes
from ledger.aggregates.provider import (
    PROVIDER,
    Provider,
    Reason,
    RetireBankAccount,
    Standing,
    Status,
)
from ledger.events import Actor, Role
from ledger.events.provider import PayoutAccountOpened
from ledger.store.inbox import Letter
from ledger.values.errands import ErrandKind
from ledger.values.ids import HostId
from sandbox.stripe.core import account_links
from tests.facts import PROCESS, an_id
from tests.ledger.market import Market

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANA = HostId(an_id("Ana, who lets a house in Lisbon"))
OLGA = Actor(Role.OPERATOR.value, an_id("Olga of operations"))


def welcome(market: Market, country: str = "PT") -> Market:
    """Ana asks to host, and an operator vouches for her."""
    market.decide(partial(processes.register_host, host_id=ANA, country=country), ANA)
    vouch = partial(
        processes.vouch_for_host, by=OLGA, host_id=ANA, reason="known", source="the old system"
    )
    market.decide(vouch, ANA)
    return market


def told_of(account: str) -> Letter:
    """A notice that something about a host's account is new."""
    raw = {"type": "account.updated", "data": {"object": {"object": "account", "id": account}}}
    return Letter(
        source="stripe",
        notice_id=an_id("notice"),
        type="account.updated",
        object_id=account,
        account=account,
        raw=msgspec.json.encode(raw),
    )


def ana(market: Market) -> Provider:
    host = market.ledger.state(PROVIDER, ANA)
    assert host is not None
    return host


def accounts(market: Market) -> list[dict[str, Any]]:
    """The accounts that hosts have; the platform's own stands among them."""
    return [one for one in market.all("account") if "host_id" in one["metadata"]]


def hears(market: Market) -> Provider:
    """The newest word about Ana's account is read."""
    (account,) = accounts(market)
    market.letters.append(told_of(account["id"]))
    market.settle()
    return ana(market)


def tells_everything(market: Market) -> None:
    """Ana fills in the processor's form, and the processor checks it."""
    (account,) = accounts(market)
    account_links.complete(market.machine.world, account["id"], wholly=True)
    market.let_pass(timedelta(minutes=1))


def names_another_bank(market: Market) -> str:
    """The host is paid to another bank account from now on; nobody is told. The account's name."""
    (account,) = accounts(market)
    bank: Any = {
        "object": "bank_account",
        "country": "PT",
        "currency": "eur",
        "account_number": "PT50000201231234567890154",
    }
    changed = market.browser.v1.accounts.update(account["id"], {"external_account": bank})
    assert changed.external_accounts is not None
    (named,) = (one.id for one in changed.external_accounts if one.default_for_currency)
    return named


@pytest.fixture
def market() -> Market:
    return welcome(Market())


def test_a_host_who_is_vouched_for_gets_an_account(market: Market) -> None:
    market.settle()

    (account,) = accounts(market)
    host = ana(market)
    assert host.payout_account is not None
    assert (host.payout_account.account, host.standing) == (account["id"], Standing.ONBOARDING)
    assert (account["country"], account["metadata"]["host_id"]) == ("PT", ANA)
    assert (host.status, host.bank_account_in_use) == (Status.VERIFIED, False)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_who_dies_at_the_call_leaves_one_account(market: Market, when: str) -> None:
    market.dies_after("post", "/v1/accounts")
    if when == "before":
        market.fails("timeout_after", path="/v1/accounts")

    market.settle()

    assert len(accounts(market)) == 1
    assert len(market.events(PayoutAccountOpened)) == 1


def test_a_host_who_has_told_everything_can_be_paid(market: Market) -> None:
    market.settle()
    tells_everything(market)

    host = hears(market)

    assert (host.standing, host.bank_account_in_use) == (Standing.ENABLED, True)
    assert host.payout_account is not None
    assert host.payout_account.requirements == ()


def test_a_notice_that_comes_ten_times_is_taken_in_once(market: Market) -> None:
    market.settle()
    tells_everything(market)
    hears(market)
    before = ana(market)

    (account,) = accounts(market)
    market.letters += [told_of(account["id"])] * 10
    market.settle()

    topics = [topic for topic in market.topics() if topic.startswith("provider.")]
    assert topics.count("provider.payout_account_changed") == 2
    assert ana(market).payout_account == before.payout_account


def test_a_lost_notice_of_a_hosts_account_only_delays(market: Market) -> None:
    market.settle()
    tells_everything(market)
    market.letters.clear()
    market.hear()
    market.letters.clear()
    assert ana(market).standing is Standing.ONBOARDING

    market.until(market.clock.now + 3 * HOUR, step=HOUR)

    assert ana(market).standing is Standing.ENABLED
    assert not market.left()
    assert ErrandKind.LOOK_AT_ACCOUNT not in {row["kind"] for row in market.errands.rows()}


def test_a_host_whom_the_processor_asked_more_of_is_looked_at_until_it_is_content(
    market: Market,
) -> None:
    market.settle()
    tells_everything(market)
    hears(market)
    (account,) = accounts(market)
    told = {"disabled_reason": "requirements.past_due", "fields": ["individual.id_number"]}
    market.behind(f"accounts/{account['id']}", **told)
    assert hears(market).standing is Standing.RESTRICTED
    market.behind(f"accounts/{account['id']}")
    market.hear()
    market.letters.clear()

    market.until(market.clock.now + 3 * HOUR, step=HOUR)

    assert ana(market).standing is Standing.ENABLED


def test_a_lost_notice_of_the_bank_account_that_replaces_one_out_of_use_only_delays(
    market: Market,
) -> None:
    market.settle()
    tells_everything(market)
    first = hears(market).payout_account
    assert first is not None
    assert first.bank_account is not None
    retire = RetireBankAccount(host_id=ANA, bank_account=first.bank_account)
    market.decide(lambda draft: draft.do(PROCESS, retire), ANA)
    market.until(market.clock.now + 3 * HOUR, step=HOUR)
    assert not ana(market).bank_account_in_use

    named = names_another_bank(market)
    market.until(market.clock.now + 2 * HOUR, step=HOUR)

    account = ana(market).payout_account
    assert account is not None
    assert (account.bank_account, account.out_of_use) == (named, False)
    assert ErrandKind.LOOK_AT_ACCOUNT not in {row["kind"] for row in market.errands.rows()}


def test_looking_at_a_host_who_never_answers_leaves_no_trail(market: Market) -> None:
    market.settle()
    before = market.topics()

    market.until(market.clock.now + 5 * DAY, step=6 * HOUR)

    assert market.topics() == before


def test_a_host_whom_the_processor_rejects_is_suspended(market: Market) -> None:
    market.settle()
    tells_everything(market)
    hears(market)

    (account,) = accounts(market)
    market.behind(f"accounts/{account['id']}", disabled_reason="rejected.fraud")
    host = hears(market)

    assert (host.standing, host.status) == (Standing.DISABLED, Status.SUSPENDED)
    assert host.suspended_for == Reason.FRAUD


def test_a_notice_of_an_account_without_a_host_is_nothing_of_ours() -> None:
    market = Market()
    stranger = market.browser.v1.accounts.create({"country": "PT", "type": "express"})

    market.letters.append(told_of(stranger.id))
    market.settle()

    assert market.outcomes[processes.Outcome.NOT_OURS] == 1
    assert market.letters == []
