"""Idempotency keys: the first answer, whatever it was, for a day; and never for another request."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
import stripe

from tests.sandbox.stripe.shells import BACK, Shell, over_http, paid

CREATE: Any = {"amount": 10_000, "currency": "eur"}


def create(**more: Any) -> Any:
    return {**CREATE, **more}


def count(shell: Shell) -> int:
    return len(shell.v1.payment_intents.list({"limit": 100}).data)


def test_the_same_request_makes_one_payment(shell: Shell) -> None:
    key = f"booking-{uuid4()}"
    first = shell.v1.payment_intents.create(CREATE, {"idempotency_key": key})
    again = shell.v1.payment_intents.create(CREATE, {"idempotency_key": key})
    assert again.id == first.id
    assert again.last_response is not None
    headers = again.last_response.headers
    assert headers is not None
    assert headers["Idempotent-Replayed"] == "true"
    # and it is the first answer word for word, although the payment has changed since
    shell.v1.payment_intents.update(first.id, {"description": "changed"})
    replay = shell.v1.payment_intents.create(CREATE, {"idempotency_key": key})
    assert replay.description is None


def test_another_body_is_refused(shell: Shell) -> None:
    key = f"booking-{uuid4()}"
    shell.v1.payment_intents.create(CREATE, {"idempotency_key": key})
    with pytest.raises(stripe.IdempotencyError):
        shell.v1.payment_intents.create(create(amount=20_000), {"idempotency_key": key})


def test_another_endpoint_is_refused(shell: Shell) -> None:
    key = f"booking-{uuid4()}"
    shell.v1.payment_intents.create(CREATE, {"idempotency_key": key})
    with pytest.raises(stripe.IdempotencyError):
        shell.v1.customers.create({}, {"idempotency_key": key})


def test_an_error_is_replayed_too(shell: Shell) -> None:
    key = f"booking-{uuid4()}"
    charges: Any = {
        **CREATE, "confirm": True, "payment_method": "pm_card_visa_chargeDeclined",
        "return_url": BACK,
    }  # fmt: skip
    answers = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as declined:
            shell.v1.payment_intents.create(charges, {"idempotency_key": key})
        error: Any = declined.value.error
        answers.append(error.payment_intent.id)
    assert answers[0] == answers[1]


def test_what_failed_validation_is_not_kept(shell: Shell) -> None:
    key = f"booking-{uuid4()}"
    with pytest.raises(stripe.InvalidRequestError):
        shell.v1.payment_intents.create(create(shoes=2), {"idempotency_key": key})
    assert shell.v1.payment_intents.create(CREATE, {"idempotency_key": key}).amount == 10_000


def test_a_key_is_new_again_after_a_day(inside: Shell) -> None:
    first = inside.v1.payment_intents.create(CREATE, {"idempotency_key": "b-17"})
    inside.let_pass(86_400 - 60)
    same = inside.v1.payment_intents.create(CREATE, {"idempotency_key": "b-17"})
    inside.let_pass(61)
    other = inside.v1.payment_intents.create(create(amount=777), {"idempotency_key": "b-17"})
    assert same.id == first.id
    assert other.id != first.id


def test_keys_of_different_accounts_do_not_meet(inside: Shell) -> None:
    account = inside.v1.accounts.create({"type": "custom", "country": "PT"})
    ours = inside.v1.customers.create({}, {"idempotency_key": "k"})
    theirs = inside.v1.customers.create({}, {"idempotency_key": "k", "stripe_account": account.id})
    assert ours.id != theirs.id


def test_a_key_in_use_is_refused_until_its_answer_is_there(inside: Shell) -> None:
    inside.behind("faults", {"kind": "slow", "hold_s": 30})
    first = inside.v1.payment_intents.create(CREATE, {"idempotency_key": "b-17"})
    with pytest.raises(stripe.StripeError) as refused:
        inside.v1.payment_intents.create(CREATE, {"idempotency_key": "b-17"})
    assert refused.value.http_status == 409
    assert refused.value.code is None or refused.value.code == "idempotency_key_in_use"
    inside.let_pass(31)
    assert inside.v1.payment_intents.create(CREATE, {"idempotency_key": "b-17"}).id == first.id


def test_two_requests_at_once_make_one_payment(served: Shell) -> None:
    # given an answer that takes its time
    served.behind("faults", {"kind": "slow", "hold_s": 0.6})
    options: Any = {"idempotency_key": "b-17"}
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(served.v1.payment_intents.create, CREATE, options)
        time.sleep(0.2)
        # when the same request comes again before it
        with pytest.raises(stripe.StripeError) as refused:
            served.v1.payment_intents.create(CREATE, options)
        assert refused.value.http_status == 409
        made = slow.result()
    # then there is one payment, and afterwards its key tells of it
    assert served.v1.payment_intents.create(CREATE, options).id == made.id
    assert count(served) == 1


# -- With faults ---------------------------------------------------------------------------


def test_a_lost_answer_is_found_again_by_its_key(served: Shell) -> None:
    # given a network that swallows the answer after the payment was made
    served.behind("faults", {"kind": "timeout_after"})
    with pytest.raises(stripe.APIConnectionError):
        served.v1.payment_intents.create(CREATE, {"idempotency_key": "b-17"})
    # when the same request is sent again
    found = served.v1.payment_intents.create(CREATE, {"idempotency_key": "b-17"})
    # then there is one payment
    assert count(served) == 1
    assert found.amount == 10_000


def test_a_lost_request_had_no_effect(served: Shell) -> None:
    served.behind("faults", {"kind": "timeout_before"})
    with pytest.raises(stripe.APIConnectionError):
        served.v1.payment_intents.create(CREATE, {"idempotency_key": "b-17"})
    assert count(served) == 0
    served.v1.payment_intents.create(CREATE, {"idempotency_key": "b-17"})
    assert count(served) == 1


@pytest.mark.parametrize(("kind", "made"), [("error_before", 0), ("error_after", 1)])
def test_a_500_is_kept_whatever_it_did(served: Shell, kind: str, made: int) -> None:
    served.behind("faults", {"kind": kind})
    for _ in range(2):
        with pytest.raises(stripe.APIError) as failed:
            served.v1.payment_intents.create(CREATE, {"idempotency_key": "b-17"})
        assert failed.value.http_status == 500
    assert count(served) == made


def test_the_rate_limit_leaves_no_trace(served: Shell) -> None:
    served.behind("faults", {"kind": "rate_limit"})
    with pytest.raises(stripe.RateLimitError):
        served.v1.payment_intents.create(CREATE, {"idempotency_key": "b-17"})
    assert served.v1.payment_intents.create(CREATE, {"idempotency_key": "b-17"}).amount == 10_000


def test_the_sdk_retries_by_itself_and_pays_once(served: Shell, address: str) -> None:
    served.behind("faults", {"kind": "timeout_after"})
    served.behind("faults", {"kind": "key_in_use"})
    patient = over_http(address, retries=2)
    assert paid(patient).status == "succeeded"
    assert count(served) == 1
