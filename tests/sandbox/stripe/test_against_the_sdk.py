"""The official SDK judges the shapes: parameters, events and fields are its own, not invented."""

import ast
import inspect
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
import stripe

from sandbox.stripe.core import api
from sandbox.stripe.machine import StripeMachine
from tests.sandbox.stripe.shells import BACK, a_host, fresh_machine, in_process, paid, wealth

PARAMS = Path(inspect.getfile(stripe)).parent / "params"

# Parameters that no SDK method declares, and why we take them all the same.
OURS = {
    # Stripe.js sends it where a publishable key confirms; the SDK is for secret keys.
    "POST /v1/payment_intents/{}/confirm": {"client_secret"},
    "POST /v1/setup_intents/{}/confirm": {"client_secret"},
}

FILES = {
    "POST /v1/accounts": "account_create",
    "GET /v1/accounts": "account_list",
    "POST /v1/accounts/{}": "account_update",
    "POST /v1/accounts/{}/reject": "account_reject",
    "POST /v1/account_links": "account_link_create",
    "GET /v1/application_fees": "application_fee_list",
    "POST /v1/application_fees/{}/refunds": "application_fee_refund_create",
    "GET /v1/balance_transactions": "balance_transaction_list",
    "POST /v1/charges/{}": "charge_update",
    "GET /v1/charges": "charge_list",
    "POST /v1/customers": "customer_create",
    "POST /v1/customers/{}": "customer_update",
    "GET /v1/customers": "customer_list",
    "POST /v1/disputes/{}": "dispute_update",
    "GET /v1/disputes": "dispute_list",
    "GET /v1/events": "event_list",
    "POST /v1/payment_intents": "payment_intent_create",
    "POST /v1/payment_intents/{}": "payment_intent_update",
    "POST /v1/payment_intents/{}/confirm": "payment_intent_confirm",
    "POST /v1/payment_intents/{}/capture": "payment_intent_capture",
    "POST /v1/payment_intents/{}/cancel": "payment_intent_cancel",
    "GET /v1/payment_intents": "payment_intent_list",
    "GET /v1/payment_intents/{}": "payment_intent_retrieve",
    "POST /v1/payment_methods": "payment_method_create",
    "POST /v1/payment_methods/{}": "payment_method_update",
    "GET /v1/payment_methods": "payment_method_list",
    "POST /v1/payouts": "payout_create",
    "GET /v1/payouts": "payout_list",
    "POST /v1/refunds": "refund_create",
    "GET /v1/refunds": "refund_list",
    "POST /v1/setup_intents": "setup_intent_create",
    "POST /v1/setup_intents/{}": "setup_intent_update",
    "POST /v1/setup_intents/{}/confirm": "setup_intent_confirm",
    "POST /v1/setup_intents/{}/cancel": "setup_intent_cancel",
    "GET /v1/setup_intents": "setup_intent_list",
    "POST /v1/transfers": "transfer_create",
    "POST /v1/transfers/{}": "transfer_update",
    "GET /v1/transfers": "transfer_list",
    "POST /v1/transfers/{}/reversals": "transfer_reversal_create",
    "POST /v1/webhook_endpoints": "webhook_endpoint_create",
    "POST /v1/webhook_endpoints/{}": "webhook_endpoint_update",
}


@cache
def sdk_parameters(name: str) -> dict[str, bool]:
    """The parameters of an SDK call by name: whether they are required."""
    tree = ast.parse((PARAMS / f"_{name}_params.py").read_text())
    wanted = name.replace("_", "") + "params"
    found = next(
        node for node in tree.body if isinstance(node, ast.ClassDef) and node.name.lower() == wanted
    )
    return {
        line.target.id: not ast.unparse(line.annotation).startswith("NotRequired")
        for line in found.body
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
    }


@pytest.mark.parametrize("line", sorted(FILES))
def test_every_parameter_is_one_of_the_sdk(line: str) -> None:
    known = sdk_parameters(FILES[line])
    taken = set(api.ROUTES[line].schema.kinds)
    assert taken - known.keys() - OURS.get(line, set()) == set()


@pytest.mark.parametrize("line", sorted(FILES))
def test_what_the_sdk_requires_is_required_here(line: str) -> None:
    kinds = api.ROUTES[line].schema.kinds
    needed = {name for name, required in sdk_parameters(FILES[line]).items() if required}
    assert {name for name in needed if not kinds[name].required} == set()


# Sent for what arrives on a connected account (`py_…`), though the documented list leaves it out.
UNLISTED = {"payment.created"}

CLASSES: dict[str, Any] = {
    "account": stripe.Account,
    "application_fee": stripe.ApplicationFee,
    "balance": stripe.Balance,
    "balance_transaction": stripe.BalanceTransaction,
    "bank_account": stripe.BankAccount,
    "charge": stripe.Charge,
    "customer": stripe.Customer,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "fee_refund": stripe.ApplicationFeeRefund,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "payout": stripe.Payout,
    "refund": stripe.Refund,
    "setup_attempt": stripe.SetupAttempt,
    "setup_intent": stripe.SetupIntent,
    "transfer": stripe.Transfer,
    "transfer_reversal": stripe.TransferReversal,
    "webhook_endpoint": stripe.WebhookEndpoint,
}


def a_full_life() -> StripeMachine:
    """A world in which everything has happened once."""
    machine = fresh_machine()
    shell = in_process(machine)
    v1 = shell.v1
    v1.webhook_endpoints.create({"url": BACK, "enabled_events": ["*"]})
    customer = v1.customers.create()
    v1.setup_intents.create(
        {"customer": customer.id, "payment_method": "pm_card_visa", "confirm": True,
         "return_url": BACK}
    )  # fmt: skip
    host = a_host(shell)
    wealth(shell)
    shared = paid(
        shell, card="pm_card_bypassPending", transfer_data={"destination": host.id},
        application_fee_amount=1_000,
    )  # fmt: skip
    v1.refunds.create(
        {"payment_intent": shared.id, "reverse_transfer": True, "refund_application_fee": True}
    )
    sent = v1.transfers.create({"amount": 5_000, "currency": "eur", "destination": host.id})
    v1.transfers.reversals.create(sent.id, {"amount": 1_000})
    options: Any = {"stripe_account": host.id}
    v1.payouts.create({"amount": 2_000, "currency": "eur"}, options)
    paid(shell, card="pm_card_createDispute")
    shell.let_pass(3 * 86_400)
    dispute = v1.disputes.list().data[0]
    v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}})
    shell.let_pass(86_400)
    return machine


@cache
def life() -> StripeMachine:
    return a_full_life()


@pytest.mark.parametrize("kind", sorted(CLASSES))
def test_every_field_is_one_of_the_sdk(kind: str) -> None:
    world = life().world
    known = set(annotations_of(CLASSES[kind]))
    found = [obj for obj in world.index.values() if obj["object"] == kind]
    if kind == "balance":
        found = [in_process(life()).v1.balance.retrieve().to_dict()]
    assert found, f"no {kind} has happened"
    for obj in found:
        assert set(obj) - known == set()


def annotations_of(class_: Any) -> dict[str, Any]:
    names: dict[str, Any] = {}
    for base in class_.__mro__:
        names |= getattr(base, "__annotations__", {})
    return names


def test_every_event_is_one_that_stripe_sends() -> None:
    source = ast.parse(Path(inspect.getfile(stripe.Event)).read_text())
    known = {node.value for node in ast.walk(source) if isinstance(node, ast.Constant)}
    sent = {obj["type"] for obj in life().world.index.values() if obj["object"] == "event"}
    assert sent - known - UNLISTED == set()
    assert len(sent) > 25


def test_every_status_is_one_of_the_sdk() -> None:
    words = {
        word
        for option in get_args(stripe.PaymentIntent.__annotations__["status"])
        for word in get_args(option)
        if isinstance(word, str)
    }
    for obj in life().world.index.values():
        if obj["object"] == "payment_intent":
            assert obj["status"] in words
