"""A tour of the whole surface: every endpoint answers the official SDK at least once."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import stripe

from sandbox.stripe.core import api
from sandbox.stripe.core.api import Answer
from sandbox.stripe.core.world import Settings
from sandbox.stripe.machine import StripeMachine
from tests.sandbox.stripe.shells import (
    BACK,
    HOST,
    START,
    Shell,
    a_host,
    held,
    in_process,
    paid,
    wealth,
)

ALWAYS_REFUSED = {"POST /v1/refunds/{}/cancel"}
"""A card's refund never waits for its guest, so there is nothing to cancel."""


def tour_payments(v1: Any, shell: Shell) -> None:
    customer = v1.customers.create({"email": "guest@stays.example"})
    assert v1.customers.update(customer.id, {"phone": "+351210000000"}).phone == "+351210000000"
    assert v1.customers.retrieve(customer.id).email == "guest@stays.example"
    assert v1.customers.list({"email": "guest@stays.example"}).data
    assert v1.customers.search({"query": "email:'guest@stays.example'"}).object == "search_result"
    method = v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    details: Any = {"billing_details": {"name": "Rui Mar", "address": {"city": "Porto"}}}
    named = v1.payment_methods.update(method.id, details)
    assert named.billing_details.address.city == "Porto"
    assert v1.payment_methods.list({"customer": customer.id, "type": "card"}).data
    assert v1.customers.payment_methods.list(customer.id).data
    intent = paid(shell, customer=customer.id, card=method.id, description="3 nights")
    assert v1.payment_methods.retrieve(method.id).customer == customer.id
    assert (
        v1.payment_intents.update(intent.id, {"description": "4 nights"}).description == "4 nights"
    )
    assert v1.payment_intents.list({"customer": customer.id}).data
    assert v1.payment_intents.search({"query": "status:'succeeded'"}).object == "search_result"
    assert v1.payment_intents.cancel(held(shell).id).status == "canceled"
    assert v1.payment_intents.capture(held(shell).id).status == "succeeded"
    assert v1.payment_methods.detach(method.id).customer is None
    assert v1.customers.delete(customer.id).deleted


def tour_charges(v1: Any, shell: Shell) -> None:
    intent = paid(shell)
    charge = v1.charges.update(intent.latest_charge, {"metadata": {"booking": "b-17"}})
    assert charge.metadata["booking"] == "b-17"
    assert v1.charges.retrieve(charge.id).id == charge.id
    assert v1.charges.list({"payment_intent": intent.id}).data[0].id == charge.id
    assert v1.charges.search({"query": "metadata['booking']:'b-17'"}).object == "search_result"
    refund = v1.refunds.create({"charge": charge.id, "amount": 1_000})
    assert v1.refunds.update(refund.id, {"metadata": {"case": "7"}}).metadata["case"] == "7"
    assert v1.refunds.retrieve(refund.id).amount == 1_000
    assert v1.refunds.list({"charge": charge.id}).data[0].id == refund.id
    assert stripe_list(shell, f"/v1/charges/{charge.id}/refunds").data[0].id == refund.id
    assert raw(shell, f"/v1/charges/{charge.id}/refunds/{refund.id}").id == refund.id
    transactions = v1.balance_transactions.list({"type": "refund"}).data
    assert v1.balance_transactions.retrieve(transactions[0].id).type == "refund"
    assert v1.balance.retrieve().object == "balance"
    authorised = held(shell)
    assert v1.charges.capture(authorised.latest_charge).captured


def tour_setups(v1: Any, shell: Shell) -> None:
    setup = v1.setup_intents.create({"usage": "off_session"})
    assert v1.setup_intents.update(setup.id, {"description": "a card"}).description == "a card"
    done = v1.setup_intents.confirm(
        setup.id, {"payment_method": "pm_card_visa", "return_url": BACK}
    )
    assert v1.setup_intents.retrieve(setup.id).status == done.status == "succeeded"
    assert v1.setup_attempts.list({"setup_intent": setup.id}).data[0].status == "succeeded"
    other = v1.setup_intents.create({})
    assert v1.setup_intents.list().data
    assert v1.setup_intents.cancel(other.id).status == "canceled"
    number = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"}
    assert v1.payment_methods.create({"type": "card", "card": number}).card.last4 == "4242"


def tour_hosts(v1: Any, shell: Shell) -> None:
    host = a_host(shell)
    assert v1.accounts.update(host.id, {"metadata": {"host": "h-1"}}).metadata["host"] == "h-1"
    assert v1.accounts.retrieve_current().id != host.id
    assert v1.accounts.list().data[0].id == host.id
    assert v1.accounts.capabilities.list(host.id).data
    assert v1.accounts.capabilities.retrieve(host.id, "transfers").status == "active"
    v1.accounts.capabilities.update(host.id, "card_payments", {"requested": True})
    link: Any = {"account": host.id, "type": "account_onboarding", "return_url": BACK,
                 "refresh_url": BACK}  # fmt: skip
    assert v1.account_links.create(link).object == "account_link"
    banks = v1.accounts.external_accounts
    first = banks.list(host.id).data[0]
    bank = banks.create(host.id, {"external_account": HOST["external_account"]})
    assert banks.retrieve(host.id, bank.id).last4 == first.last4
    assert banks.update(host.id, bank.id, {"metadata": {"a": "b"}}).metadata["a"] == "b"
    assert banks.delete(host.id, bank.id).deleted
    wealth(shell)
    tour_money(v1, host)
    rejected = v1.accounts.create({"type": "custom", "country": "PT"})
    v1.accounts.reject(rejected.id, {"reason": "other"})
    assert v1.accounts.delete(rejected.id).deleted


def tour_money(v1: Any, host: Any) -> None:
    sent = v1.transfers.create({"amount": 9_000, "currency": "eur", "destination": host.id})
    assert v1.transfers.update(sent.id, {"description": "week 3"}).description == "week 3"
    back = v1.transfers.reversals.create(sent.id, {"amount": 1_000})
    assert v1.transfers.reversals.list(sent.id).data[0].id == back.id
    assert v1.transfers.reversals.retrieve(sent.id, back.id).amount == 1_000
    noted = v1.transfers.reversals.update(sent.id, back.id, {"metadata": {"a": "b"}})
    assert noted.metadata["a"] == "b"
    assert v1.transfers.retrieve(sent.id).amount_reversed == 1_000
    assert v1.transfers.list({"destination": host.id}).data[0].id == sent.id
    options: Any = {"stripe_account": host.id}
    payout = v1.payouts.create({"amount": 2_000, "currency": "eur"}, options)
    assert v1.payouts.update(payout.id, {"metadata": {"a": "b"}}, options).metadata["a"] == "b"
    assert v1.payouts.list({"status": "pending"}, options).data[0].id == payout.id
    assert v1.payouts.retrieve(payout.id, options=options).amount == 2_000
    assert v1.payouts.cancel(payout.id, options=options).status == "canceled"
    assert v1.balance_settings.retrieve().object == "balance_settings"
    monthly: Any = {"payments": {"payouts": {"statement_descriptor": "STAYS"}}}
    assert v1.balance_settings.update(monthly).payments.payouts.statement_descriptor == "STAYS"


def tour_fees(v1: Any, shell: Shell) -> None:
    host = a_host(shell)
    paid(shell, transfer_data={"destination": host.id}, application_fee_amount=1_000)
    fee = v1.application_fees.list().data[0]
    assert v1.application_fees.retrieve(fee.id).amount == 1_000
    back = v1.application_fees.refunds.create(fee.id, {"amount": 400})
    assert v1.application_fees.refunds.retrieve(fee.id, back.id).amount == 400
    assert v1.application_fees.refunds.list(fee.id).data[0].id == back.id
    with pytest.raises(stripe.InvalidRequestError):
        v1.application_fees.refunds.create(fee.id, {"amount": 601})


def tour_disputes_and_events(v1: Any, shell: Shell) -> None:
    intent = paid(shell, card="pm_card_createDispute")
    shell.let_pass(10)
    dispute = v1.disputes.list({"payment_intent": intent.id}).data[0]
    assert v1.disputes.update(dispute.id, {"metadata": {"case": "7"}}).metadata["case"] == "7"
    assert v1.disputes.close(dispute.id).status == v1.disputes.retrieve(dispute.id).status == "lost"
    event = v1.events.list({"types": ["charge.dispute.closed"], "limit": 1}).data[0]
    assert v1.events.retrieve(event.id).data.object["id"] == dispute.id
    assert v1.events.list({"type": "charge.*", "limit": 1}).data
    hooks = v1.webhook_endpoints
    hook = hooks.create({"url": "https://stays.example/hook", "enabled_events": ["*"]})
    assert hooks.update(hook.id, {"description": "ours"}).description == "ours"
    assert hooks.retrieve(hook.id).status == "enabled"
    assert hook.id in [one.id for one in hooks.list().data]
    assert hooks.delete(hook.id).deleted


def raw(shell: Shell, path: str) -> Any:
    """A path for which the SDK has no method any more."""
    answer = shell.client.raw_request("get", path)
    return shell.client.deserialize(answer.data, api_mode="V1")


stripe_list = raw

TOURS: list[Callable[[Any, Shell], None]] = [
    tour_payments,
    tour_charges,
    tour_setups,
    tour_hosts,
    tour_fees,
    tour_disputes_and_events,
]


@pytest.mark.parametrize("tour", TOURS, ids=lambda tour: tour.__name__)
def test_every_endpoint_answers(shell: Shell, tour: Callable[[Any, Shell], None]) -> None:
    tour(shell.v1, shell)


class Witness(StripeMachine):
    """A sandbox that notes which endpoints have answered well."""

    def __init__(self) -> None:
        super().__init__(Settings(), clock=lambda: START)
        self.answered: set[str] = set()

    def call(self, method: str, path: str, form: str | bytes, headers: Mapping[str, str]) -> Answer:
        answer = super().call(method, path, form, headers)
        if answer.status == 200:
            parts = path.removeprefix("/v1/").split("/")
            line = f"{method} {path}"
            if line not in api.ROUTES:
                shape = [part if place % 2 == 0 else "{}" for place, part in enumerate(parts)]
                line = f"{method} /v1/{'/'.join(shape)}"
            self.answered.add(line)
        return answer


def test_the_tours_leave_no_endpoint_out() -> None:
    machine = Witness()
    shell = in_process(machine)
    for tour in TOURS:
        tour(shell.v1, shell)
    shell.v1.payment_intents.create({"amount": 1_000, "currency": "eur"})
    left_out = set(api.ROUTES) - machine.answered - ALWAYS_REFUSED
    assert (
        left_out == {"POST /v1/payment_intents/{}/confirm", "GET /v1/payment_intents/{}"} & left_out
    )
