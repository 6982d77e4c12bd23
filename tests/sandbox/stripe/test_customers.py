"""Customers, their cards, and SetupIntents through the official SDK."""

from typing import Any

import pytest
import stripe

from tests.sandbox.stripe.shells import BACK, Shell, paid, types_of


def test_a_customer_lives_from_creation_to_deletion(shell: Shell) -> None:
    customer = shell.v1.customers.create(
        {"email": "guest@stays.example", "name": "Rui", "metadata": {"guest": "g-1", "old": "x"}}
    )
    changed = shell.v1.customers.update(
        customer.id, {"name": "Rui Mar", "metadata": {"old": "", "new": "y"}}
    )
    assert changed.name == "Rui Mar"
    assert changed.metadata is not None
    assert changed.metadata.to_dict() == {"guest": "g-1", "new": "y"}
    assert shell.v1.customers.delete(customer.id).deleted
    assert shell.v1.customers.retrieve(customer.id).deleted
    with pytest.raises(stripe.InvalidRequestError):
        paid(shell, customer=customer.id)


def test_a_card_is_attached_listed_and_detached_for_good(shell: Shell) -> None:
    customer = shell.v1.customers.create()
    method = shell.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    listed = shell.v1.customers.payment_methods.list(customer.id)
    assert [one.id for one in listed.data] == [method.id]
    assert shell.v1.payment_methods.detach(method.id).customer is None
    with pytest.raises(stripe.InvalidRequestError):
        shell.v1.payment_methods.attach(method.id, {"customer": customer.id})


def test_a_card_of_another_customer_cannot_be_used(shell: Shell) -> None:
    owner, other = shell.v1.customers.create(), shell.v1.customers.create()
    method = shell.v1.payment_methods.attach("pm_card_visa", {"customer": owner.id})
    with pytest.raises(stripe.InvalidRequestError):
        paid(shell, card=method.id, customer=other.id)
    with pytest.raises(stripe.InvalidRequestError):
        paid(shell, card=method.id)
    assert paid(shell, card=method.id, customer=owner.id).status == "succeeded"


def test_a_card_that_is_not_kept_pays_once(shell: Shell) -> None:
    method = shell.v1.payment_methods.create({"type": "card", "card": {"token": "tok_visa"}})
    assert paid(shell, card=method.id).status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError):
        paid(shell, card=method.id)


def test_paying_may_keep_the_card(shell: Shell) -> None:
    customer = shell.v1.customers.create()
    intent = paid(shell, customer=customer.id, setup_future_usage="off_session")
    kept = shell.v1.payment_methods.retrieve(str(intent.payment_method))
    assert kept.customer == customer.id


@pytest.mark.parametrize(
    "token", ["pm_card_visa_chargeDeclined", "pm_card_chargeDeclinedExpiredCard"]
)
def test_a_declined_card_cannot_be_attached(shell: Shell, token: str) -> None:
    customer = shell.v1.customers.create()
    with pytest.raises(stripe.CardError):
        shell.v1.payment_methods.attach(token, {"customer": customer.id})


def test_one_card_can_be_attached_and_declines_later(shell: Shell) -> None:
    customer = shell.v1.customers.create()
    method = shell.v1.payment_methods.attach(
        "pm_card_chargeCustomerFail", {"customer": customer.id}
    )
    with pytest.raises(stripe.CardError):
        paid(shell, card=method.id, customer=customer.id)


def test_a_card_is_set_up_without_a_payment(shell: Shell) -> None:
    customer = shell.v1.customers.create()
    setup = shell.v1.setup_intents.create({"customer": customer.id, "usage": "off_session"})
    assert setup.status == "requires_payment_method"
    done = shell.v1.setup_intents.confirm(
        setup.id, {"payment_method": "pm_card_visa", "return_url": BACK}
    )
    assert done.status == "succeeded"
    assert shell.v1.payment_methods.retrieve(str(done.payment_method)).customer == customer.id
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shell.v1.setup_intents.cancel(setup.id)
    assert refused.value.code == "setup_intent_unexpected_state"


def test_a_setup_that_fails_3d_secure_may_be_tried_again(inside: Shell) -> None:
    params: Any = {
        "payment_method": "pm_card_threeDSecure2Required", "confirm": True, "return_url": BACK,
    }  # fmt: skip
    setup = inside.v1.setup_intents.create(params)
    inside.behind(f"authentications/{setup.id}", {"outcome": "failed"})
    failed = inside.v1.setup_intents.retrieve(setup.id, {"expand": ["latest_attempt"]})
    assert failed.status == "requires_payment_method"
    attempt: Any = failed.latest_attempt
    assert attempt.status == "failed"
    assert types_of(inside)[0] == "setup_intent.setup_failed"


def test_a_customer_is_found(inside: Shell) -> None:
    inside.v1.customers.create({"email": "ana@stays.example"})
    wanted = inside.v1.customers.create({"email": "rui@stays.example", "name": "Rui Mar"})
    assert inside.v1.customers.list({"email": "rui@stays.example"}).data[0].id == wanted.id
    assert inside.v1.customers.search({"query": "name~'mar'"}).data[0].id == wanted.id
