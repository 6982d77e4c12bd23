"""Connected accounts, transfers, reversals, application fees and payouts through the SDK."""

from typing import Any

import pytest
import stripe

from tests.sandbox.stripe.shells import (
    BACK,
    HOST,
    Shell,
    a_host,
    balance_of,
    charge_of,
    paid,
    types_of,
    wealth,
)

# -- Accounts ------------------------------------------------------------------------------


def test_a_host_tells_step_by_step_until_nothing_is_due(shell: Shell) -> None:
    account = shell.v1.accounts.create(
        {"type": "custom", "country": "PT", "capabilities": {"transfers": {"requested": True}}}
    )
    assert not account.payouts_enabled
    assert account.requirements is not None
    assert "external_account" in (account.requirements.currently_due or [])
    assert account.capabilities is not None
    assert account.capabilities.transfers == "inactive"
    rest: Any = {name: value for name, value in HOST.items() if name not in ("type", "country")}
    shell.v1.accounts.update(account.id, rest)
    shell.let_pass(10)
    done = shell.v1.accounts.retrieve(account.id)
    assert done.details_submitted
    if shell.control is not None:
        assert done.payouts_enabled
        assert done.requirements is not None
        assert done.requirements.currently_due == []
        assert done.requirements.disabled_reason is None


def test_a_check_takes_its_time_and_is_announced(inside: Shell) -> None:
    individual: Any = {**HOST["individual"], "dob": {"day": 1, "month": 1, "year": 1901}}  # type: ignore[dict-item]
    account = inside.v1.accounts.create({**HOST, "individual": individual})  # type: ignore[arg-type]
    assert account.requirements is not None
    assert account.requirements.disabled_reason == "requirements.pending_verification"
    assert account.capabilities is not None
    assert account.capabilities.transfers == "pending"
    inside.let_pass(6)
    assert inside.v1.accounts.retrieve(account.id).payouts_enabled
    assert "account.updated" in types_of(inside, account=account.id)
    assert "capability.updated" in types_of(inside, account=account.id)


def test_a_failed_check_asks_for_a_document(inside: Shell) -> None:
    address = {"line1": "address_no_match", "city": "Lisboa", "postal_code": "1100-419"}
    individual: Any = {**HOST["individual"], "address": address}  # type: ignore[dict-item]
    account = a_host(inside, individual=individual)
    assert account.requirements.currently_due == ["individual.verification.document"]
    assert account.requirements.errors[0].code == "verification_failed_keyed_identity"
    document: Any = {"verification": {"document": {"front": "file_identity_document_success"}}}
    inside.v1.accounts.update(account.id, {"individual": document})
    inside.let_pass(6)
    assert inside.v1.accounts.retrieve(account.id).payouts_enabled


def test_an_account_can_be_restricted_and_freed(served: Shell) -> None:
    account = a_host(served)
    rule = {"disabled_reason": "under_review", "fields": ["individual.id_number"]}
    served.behind(f"accounts/{account.id}", rule)
    restricted = served.v1.accounts.retrieve(account.id)
    assert not restricted.payouts_enabled
    assert restricted.requirements is not None
    assert restricted.requirements.disabled_reason == "under_review"
    assert restricted.requirements.currently_due == ["individual.id_number"]
    served.behind(f"accounts/{account.id}", {})
    assert served.v1.accounts.retrieve(account.id).payouts_enabled


def test_a_rejected_account_cannot_be_paid(shell: Shell) -> None:
    account = a_host(shell)
    rejected = shell.v1.accounts.reject(account.id, {"reason": "fraud_other"})
    assert not rejected.payouts_enabled
    assert rejected.requirements is not None
    assert str(rejected.requirements.disabled_reason).startswith("rejected.")


def test_an_account_without_money_can_be_deleted(shell: Shell) -> None:
    account = a_host(shell)
    assert shell.v1.accounts.delete(account.id).deleted
    with pytest.raises(stripe.PermissionError):
        shell.v1.accounts.retrieve(account.id)


def test_an_account_elsewhere_is_refused(shell: Shell) -> None:
    with pytest.raises(stripe.PermissionError):
        shell.v1.balance.retrieve(options={"stripe_account": "acct_doesnotexist"})


def test_hosts_are_listed_and_the_platform_is_not(inside: Shell) -> None:
    account = a_host(inside)
    own = inside.v1.accounts.retrieve_current()
    listed = [one.id for one in inside.v1.accounts.list().data]
    assert listed == [account.id]
    assert own.id not in listed


def test_capabilities_are_asked_for_and_given_up(inside: Shell) -> None:
    account = a_host(inside)
    given: Any = inside.v1.accounts.capabilities
    assert given.retrieve(account.id, "transfers").status == "active"
    given.update(account.id, "transfers", {"requested": False})
    assert not inside.v1.accounts.retrieve(account.id).payouts_enabled


def test_a_bank_account_can_be_replaced(shell: Shell) -> None:
    account = a_host(shell)
    old = account.external_accounts.data[0]
    token: Any = {**HOST["external_account"], "account_number": "PT50000201231234567890154"}  # type: ignore[dict-item]
    new = shell.v1.accounts.external_accounts.create(
        account.id, {"external_account": token, "default_for_currency": True}
    )
    shell.v1.accounts.external_accounts.delete(account.id, old.id)
    listed = shell.v1.accounts.external_accounts.list(account.id)
    assert [one.id for one in listed.data] == [new.id]


# -- Account links -------------------------------------------------------------------------


def test_a_link_leads_to_onboarding(shell: Shell) -> None:
    account = shell.v1.accounts.create({"type": "express", "country": "PT"})
    link = shell.v1.account_links.create(
        {"account": account.id, "type": "account_onboarding", "return_url": BACK,
         "refresh_url": f"{BACK}?again"}
    )  # fmt: skip
    assert link.url.startswith("http")
    assert link.expires_at > link.created


# -- Transfers -----------------------------------------------------------------------------


def transfer(shell: Shell, host: Any, amount: int, **more: Any) -> Any:
    params = {"amount": amount, "currency": "eur", "destination": host.id, **more}
    return shell.v1.transfers.create(params)  # type: ignore[arg-type]


def test_available_money_is_sent_on(shell: Shell) -> None:
    host = a_host(shell)
    wealth(shell)
    sent = transfer(shell, host, 20_000, transfer_group="b-17", metadata={"booking": "b-17"})
    assert (sent.amount, sent.reversed, sent.destination) == (20_000, False, host.id)
    assert balance_of(shell, host.id) == (20_000, 0)
    payment = shell.v1.charges.retrieve(
        str(sent.destination_payment), options={"stripe_account": host.id}
    )
    assert payment.amount == 20_000
    assert payment.source_transfer == sent.id


def test_no_more_can_be_sent_than_is_available(shell: Shell) -> None:
    host = a_host(shell)
    available, _ = balance_of(shell)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        transfer(shell, host, max(available, 0) + 1_000_000)
    assert refused.value.code == "balance_insufficient"


def test_pending_money_is_sent_on_with_its_charge(inside: Shell) -> None:
    host = a_host(inside)
    intent = paid(inside)
    with pytest.raises(stripe.InvalidRequestError):
        transfer(inside, host, 8_000)
    transfer(inside, host, 8_000, source_transaction=intent.latest_charge)
    assert balance_of(inside, host.id) == (0, 8_000)
    inside.let_pass(3 * 86_400)
    assert balance_of(inside, host.id) == (8_000, 0)


def test_a_charge_funds_no_more_than_it_brought(shell: Shell) -> None:
    host = a_host(shell)
    intent = paid(shell)
    transfer(shell, host, 9_000, source_transaction=intent.latest_charge)
    with pytest.raises(stripe.InvalidRequestError):
        transfer(shell, host, 1_001, source_transaction=intent.latest_charge)
    transfer(shell, host, 1_000, source_transaction=intent.latest_charge)


def test_a_host_who_may_not_receive_gets_nothing(shell: Shell) -> None:
    wealth(shell)
    account = shell.v1.accounts.create(
        {"type": "custom", "country": "PT", "capabilities": {"transfers": {"requested": True}}}
    )
    with pytest.raises(stripe.InvalidRequestError) as refused:
        transfer(shell, account, 1_000)
    assert refused.value.code == "insufficient_capabilities_for_transfer"


def test_a_transfer_is_converted_for_a_host_with_another_currency(inside: Shell) -> None:
    bank = {"object": "bank_account", "country": "GB", "currency": "gbp",
            "account_number": "00012345", "routing_number": "108800"}  # fmt: skip
    host = a_host(inside, country="GB", external_account=bank)
    wealth(inside)
    transfer(inside, host, 10_000)
    assert balance_of(inside, host.id, "gbp") == (8_500, 0)


# -- Reversals -----------------------------------------------------------------------------


def test_a_transfer_comes_back_in_parts(shell: Shell) -> None:
    host = a_host(shell)
    wealth(shell)
    sent = transfer(shell, host, 10_000)
    first = shell.v1.transfers.reversals.create(sent.id, {"amount": 4_000})
    assert (first.amount, first.transfer) == (4_000, sent.id)
    rest = shell.v1.transfers.reversals.create(sent.id)
    assert rest.amount == 6_000
    read = shell.v1.transfers.retrieve(sent.id)
    assert (read.amount_reversed, read.reversed) == (10_000, True)
    assert [one.id for one in read.reversals.data] == [rest.id, first.id]
    assert balance_of(shell, host.id) == (0, 0)
    with pytest.raises(stripe.InvalidRequestError):
        shell.v1.transfers.reversals.create(sent.id)


def test_no_more_comes_back_than_was_sent(shell: Shell) -> None:
    host = a_host(shell)
    wealth(shell)
    sent = transfer(shell, host, 10_000)
    with pytest.raises(stripe.InvalidRequestError):
        shell.v1.transfers.reversals.create(sent.id, {"amount": 10_001})


def test_what_a_host_no_longer_has_cannot_come_back(inside: Shell) -> None:
    host = a_host(inside)
    wealth(inside)
    sent = transfer(inside, host, 10_000)
    inside.v1.payouts.create({"amount": 9_000, "currency": "eur"}, {"stripe_account": host.id})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        inside.v1.transfers.reversals.create(sent.id, {"amount": 1_001})
    assert refused.value.code == "balance_insufficient"
    inside.v1.transfers.reversals.create(sent.id, {"amount": 1_000})


# -- Destination and direct charges --------------------------------------------------------


def test_a_destination_charge_pays_the_host_and_the_platform(inside: Shell) -> None:
    host = a_host(inside)
    intent = paid(
        inside, transfer_data={"destination": host.id}, application_fee_amount=1_500,
        payment_method="pm_card_bypassPending",
    )  # fmt: skip
    assert balance_of(inside, host.id) == (8_500, 0)
    # the platform paid Stripe's fee and earned its own
    assert sum(balance_of(inside)) == 1_500 - 320
    fee = inside.v1.application_fees.list().data[0]
    assert (fee.amount, fee.account) == (1_500, host.id)
    # and a refund takes both back in proportion
    inside.v1.refunds.create(
        {"payment_intent": intent.id, "amount": 5_000, "reverse_transfer": True,
         "refund_application_fee": True}
    )  # fmt: skip
    assert sum(balance_of(inside, host.id)) == 8_500 - 5_000 + 750
    assert inside.v1.application_fees.retrieve(fee.id).amount_refunded == 750


def test_a_direct_charge_is_the_hosts_own(inside: Shell) -> None:
    host = a_host(inside)
    options: Any = {"stripe_account": host.id}
    inside.v1.payment_intents.create(
        {"amount": 10_000, "currency": "eur", "confirm": True, "return_url": BACK,
         "capture_method": "automatic", "payment_method": "pm_card_visa",
         "application_fee_amount": 1_000},
        options,
    )  # fmt: skip
    assert sum(balance_of(inside, host.id)) == 10_000 - 320 - 1_000
    assert sum(balance_of(inside)) == 1_000
    assert not inside.v1.payment_intents.list().data


def test_an_application_fee_needs_somebody_to_pay_it(shell: Shell) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        paid(shell, application_fee_amount=100)
    assert refused.value.param == "application_fee_amount"


# -- Payouts -------------------------------------------------------------------------------


def rich_host(shell: Shell, **bank: Any) -> Any:
    external: Any = {**HOST["external_account"], **bank}  # type: ignore[dict-item]
    host = a_host(shell, external_account=external)
    wealth(shell)
    transfer(shell, host, 20_000)
    return host


def pay_out(shell: Shell, host: Any, amount: int = 20_000) -> Any:
    options: Any = {"stripe_account": host.id}
    return shell.v1.payouts.create({"amount": amount, "currency": "eur"}, options)


def payout(shell: Shell, host: Any, payout_id: str) -> Any:
    return shell.v1.payouts.retrieve(payout_id, options={"stripe_account": host.id})


def test_a_payout_arrives_after_days(inside: Shell) -> None:
    host = rich_host(inside)
    sent = pay_out(inside, host)
    assert sent.status == "pending"
    assert balance_of(inside, host.id) == (0, 0)
    inside.let_pass(86_400)
    assert payout(inside, host, sent.id).status == "in_transit"
    inside.let_pass(86_400)
    assert payout(inside, host, sent.id).status == "paid"
    assert types_of(inside, account=host.id)[0] == "payout.paid"


def test_no_more_is_paid_out_than_is_available(shell: Shell) -> None:
    host = rich_host(shell)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        pay_out(shell, host, 20_001)
    assert refused.value.code == "balance_insufficient"


def test_a_pending_payout_can_be_cancelled(shell: Shell) -> None:
    host = rich_host(shell)
    sent = pay_out(shell, host)
    options: Any = {"stripe_account": host.id}
    assert shell.v1.payouts.cancel(sent.id, options=options).status == "canceled"
    assert balance_of(shell, host.id) == (20_000, 0)


def test_a_paid_payout_can_still_fail_and_disables_the_bank(inside: Shell) -> None:
    host = rich_host(inside)
    sent = pay_out(inside, host)
    inside.let_pass(3 * 86_400)
    assert payout(inside, host, sent.id).status == "paid"
    # when the bank returns it
    inside.behind(f"payouts/{sent.id}", {"outcome": "failed", "failure_code": "account_closed"})
    # then the money is back, and the bank account is out of use until it is updated
    failed = payout(inside, host, sent.id)
    assert (failed.status, failed.failure_code) == ("failed", "account_closed")
    assert failed.failure_balance_transaction
    assert balance_of(inside, host.id) == (20_000, 0)
    with pytest.raises(stripe.InvalidRequestError):
        pay_out(inside, host)
    bank = inside.v1.accounts.retrieve(host.id).external_accounts.data[0]  # type: ignore[union-attr]
    assert bank.status == "errored"
    inside.v1.accounts.external_accounts.update(
        host.id, bank.id, {"account_holder_name": "Ana Prata"}
    )
    assert pay_out(inside, host).status == "pending"


@pytest.mark.parametrize(
    ("number", "code"),
    [("000111111116", "no_account"), ("000111111113", "account_closed"),
     ("000222222227", "insufficient_funds"), ("000333333335", "debit_not_authorized"),
     ("000444444440", "invalid_currency")],
)  # fmt: skip
def test_documented_bank_accounts_refuse_payouts(inside: Shell, number: str, code: str) -> None:
    host = rich_host(inside, account_number=number)
    sent = pay_out(inside, host)
    inside.let_pass(3 * 86_400)
    assert payout(inside, host, sent.id).failure_code == code


def test_a_daily_schedule_pays_out_by_itself(inside: Shell) -> None:
    daily = {"payouts": {"schedule": {"interval": "daily"}}}
    host = a_host(inside, settings=daily)
    wealth(inside)
    transfer(inside, host, 20_000)
    inside.let_pass(86_400)
    options: Any = {"stripe_account": host.id}
    made = inside.v1.payouts.list(options=options).data
    assert [(one.amount, one.automatic) for one in made] == [(20_000, True)]
    inside_it = inside.v1.balance_transactions.list({"payout": made[0].id}, options)
    assert {one.type for one in inside_it.data} == {"payment", "payout"}


def test_the_platform_keeps_its_money_until_it_says_so(inside: Shell) -> None:
    wealth(inside)
    inside.let_pass(10 * 86_400)
    assert not inside.v1.payouts.list().data
    settings = inside.v1.balance_settings.retrieve()
    assert settings.payments.payouts is not None
    assert settings.payments.payouts.schedule is not None
    assert settings.payments.payouts.schedule.interval == "manual"


def test_charges_without_transfer_cannot_reverse_one(shell: Shell) -> None:
    intent = paid(shell)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shell.v1.refunds.create({"payment_intent": intent.id, "reverse_transfer": True})
    assert refused.value.param == "reverse_transfer"
    assert charge_of(shell, intent).amount_refunded == 0
