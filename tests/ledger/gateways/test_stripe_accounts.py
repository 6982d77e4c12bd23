"""Hosts' accounts at Stripe, in our words: what they are good for, and what they still owe."""

from datetime import timedelta
from typing import Any

import pytest

from ledger.errors import AnswerNotUnderstood, GatewayDeclined
from ledger.gateways.stripe.accounts import AccountFact, AccountWanted, PayoutAccount
from ledger.gateways.stripe.bank_payouts import BankPayoutFact, BankPayoutStatus
from ledger.values.clock import instant
from ledger.values.ids import HostId, derived_id
from sandbox.stripe.core import account_links
from tests.ledger.gateways.outside import DAY, START, Outside, euros

HOST = HostId(derived_id("host", 3))
WANTED = AccountWanted(host_id=HOST, country="PT")


def created(outside: Outside) -> AccountFact:
    return outside.stripe.accounts.create(WANTED, "account")


def onboarded(outside: Outside, *, wholly: bool = True) -> str:
    """An account whose host has followed the link and filled the form."""
    account = created(outside).account
    account_links.complete(outside.machine.world, account, wholly=wholly)
    return account


# -- What it is good for -----------------------------------------------------------------


def test_a_new_account_is_being_onboarded(outside: Outside) -> None:
    account = created(outside)

    assert account == outside.stripe.accounts.read(account.account)
    assert account.host_id == HOST
    assert (account.country, account.currency) == ("PT", "EUR")
    assert account.standing is PayoutAccount.ONBOARDING
    assert "external_account" in account.currently_due
    assert account.currently_due == account.past_due


def test_a_host_goes_to_a_page_of_stripes_for_five_minutes(outside: Outside) -> None:
    account = created(outside).account

    link = outside.stripe.accounts.onboarding_link(
        account, return_url="https://stays.example/done", refresh_url="https://stays.example/again"
    )

    assert account in link.url
    assert link.expires_at == START + timedelta(minutes=5)


def test_a_host_who_has_told_everything_waits_for_the_check_and_is_enabled(
    outside: Outside,
) -> None:
    account = onboarded(outside)
    waits = outside.stripe.accounts.read(account)
    assert waits.standing is PayoutAccount.ONBOARDING
    assert waits.pending_verification

    outside.let_pass(timedelta(seconds=5))

    enabled = outside.stripe.accounts.read(account)
    assert enabled.standing is PayoutAccount.ENABLED
    assert (enabled.currently_due, enabled.disabled_reason) == ((), None)


def test_a_host_who_left_something_for_later_is_still_being_onboarded(outside: Outside) -> None:
    account = onboarded(outside, wholly=False)
    assert outside.stripe.accounts.read(account).standing is PayoutAccount.ONBOARDING


def test_something_due_later_restricts_nothing_and_has_a_deadline(outside: Outside) -> None:
    """PR9: the deadline is what a renewal is asked for by."""
    account = outside.host()
    deadline = instant("2027-03-01T00:00:00Z")
    outside.behind(
        f"accounts/{account}", fields=["individual.id_number"], deadline=deadline.timestamp()
    )

    asked = outside.stripe.accounts.read(account)

    assert asked.standing is PayoutAccount.ENABLED
    assert asked.currently_due == ("individual.id_number",)
    assert asked.deadline == deadline


@pytest.mark.parametrize(
    ("reason", "standing"),
    [
        ("requirements.past_due", PayoutAccount.RESTRICTED),
        ("under_review", PayoutAccount.RESTRICTED),
        ("listed", PayoutAccount.RESTRICTED),
        ("other", PayoutAccount.RESTRICTED),
        ("platform_paused", PayoutAccount.RESTRICTED),
        ("action_required.requested_capabilities", PayoutAccount.RESTRICTED),
        ("rejected.fraud", PayoutAccount.DISABLED),
        ("rejected.terms_of_service", PayoutAccount.DISABLED),
        ("rejected.listed", PayoutAccount.DISABLED),
        ("rejected.other", PayoutAccount.DISABLED),
    ],
)
def test_what_disables_an_account_has_a_word(
    outside: Outside, reason: str, standing: PayoutAccount
) -> None:
    account = outside.host()

    outside.behind(f"accounts/{account}", disabled_reason=reason, fields=["individual.id_number"])
    found = outside.stripe.accounts.read(account)

    assert (found.standing, found.disabled_reason) == (standing, reason)
    outside.behind(f"accounts/{account}")
    assert outside.stripe.accounts.read(account).standing is PayoutAccount.ENABLED


def test_an_account_that_may_take_and_not_pay_out_is_restricted(outside: Outside) -> None:
    account = outside.host()
    outside.object(account)["payouts_enabled"] = False
    assert outside.stripe.accounts.read(account).standing is PayoutAccount.RESTRICTED


def test_an_account_that_was_never_asked_to_receive_is_none(outside: Outside) -> None:
    account = str(outside.sdk.v1.accounts.create({"type": "custom", "country": "PT"}).id)
    assert outside.stripe.accounts.read(account).standing is PayoutAccount.NONE


def test_an_account_that_has_let_go_of_us_is_declined(outside: Outside) -> None:
    account = outside.host()
    outside.sdk.v1.accounts.delete(account)
    with pytest.raises(GatewayDeclined):
        outside.stripe.accounts.read(account)


def test_a_country_that_stripe_does_not_serve_is_declined(outside: Outside) -> None:
    with pytest.raises(GatewayDeclined) as declined:
        outside.stripe.accounts.create(AccountWanted(host_id=HOST, country="AQ"), "account")
    assert declined.value.reason == "country_unsupported"


def test_an_account_is_found_by_our_hosts_id(outside: Outside) -> None:
    account = created(outside)
    outside.host()
    other = HostId(derived_id("host", 4))

    assert outside.stripe.accounts.find(HOST, outside.lately()) == account
    assert outside.stripe.accounts.find(other, outside.lately()) is None


# -- To the host's bank ------------------------------------------------------------------


def paid_out(outside: Outside) -> tuple[str, str]:
    """A host's account with earnings that are on their way to the bank, and that payout."""
    account = outside.transferred(euros(200)).account
    assert account is not None
    payout = outside.sdk.v1.payouts.create(
        {"amount": 20_000, "currency": "eur"}, {"stripe_account": account}
    )
    return account, str(payout.id)


def test_a_bank_payout_goes_its_way_and_may_fail_after_it_was_paid(outside: Outside) -> None:
    account, payout = paid_out(outside)

    def now() -> BankPayoutFact:
        return outside.stripe.bank_payouts.read(payout, account)

    assert now().status is BankPayoutStatus.PENDING
    assert (now().amount, now().account, now().automatic) == (euros(200), account, False)
    outside.let_pass(DAY)
    assert now().status is BankPayoutStatus.IN_TRANSIT
    outside.let_pass(DAY)
    assert now().status is BankPayoutStatus.PAID
    assert now().arrives_at <= outside.clock()
    outside.behind(f"payouts/{payout}", outcome="failed", failure_code="account_closed")
    assert (now().status, now().failure) == (BankPayoutStatus.FAILED, "account_closed")
    assert now().returned is not None


def test_a_bank_payout_may_be_called_back(outside: Outside) -> None:
    account, payout = paid_out(outside)
    outside.sdk.v1.payouts.cancel(payout, None, {"stripe_account": account})
    assert outside.stripe.bank_payouts.read(payout, account).status is BankPayoutStatus.CANCELED


def test_a_hosts_bank_payouts_are_the_hosts_and_ours_are_ours(outside: Outside) -> None:
    account, payout = paid_out(outside)
    outside.behind("funds", amount=50_000, currency="eur")
    own = str(outside.sdk.v1.payouts.create({"amount": 50_000, "currency": "eur"}).id)

    hosts = list(outside.stripe.bank_payouts.since(START, account))
    ours = list(outside.stripe.bank_payouts.since(START))

    assert [(one.bank_payout, one.account) for one in hosts] == [(payout, account)]
    assert [(one.bank_payout, one.account) for one in ours] == [(own, None)]
    assert ours[0].movement is not None
    assert not list(outside.stripe.bank_payouts.since(START + DAY))


def test_a_bank_payout_of_another_account_is_not_there(outside: Outside) -> None:
    _, payout = paid_out(outside)
    with pytest.raises(GatewayDeclined) as declined:
        outside.stripe.bank_payouts.read(payout)
    assert declined.value.reason == "resource_missing"


def test_a_payout_status_that_nobody_knows_stops_the_reader(outside: Outside) -> None:
    account, payout = paid_out(outside)
    outside.object(payout)["status"] = "lost_at_sea"
    with pytest.raises(AnswerNotUnderstood) as stopped:
        outside.stripe.bank_payouts.read(payout, account)
    told: dict[str, Any] = stopped.value.data
    assert told["status"] == "lost_at_sea"
