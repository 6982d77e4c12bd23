"""Webhooks: signed, at least once, in no promised order, for three days; lost, doubled at will."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import stripe

from sandbox.stripe.core.webhooks import RETRIES_AFTER_S, Posting
from sandbox.stripe.machine import StripeMachine
from tests.sandbox.stripe.shells import Shell, a_host, fresh_machine, in_process, paid

LENIENT = 10**10  # seconds: the sandbox has its own clock, the SDK has not
HOOK = "http://127.0.0.1:9/hook"


class Hooked:
    """A sandbox with a webhook endpoint whose answers the test decides."""

    def __init__(self, **mischief: Any) -> None:
        self.machine: StripeMachine = fresh_machine()
        self.shell: Shell = in_process(self.machine)
        endpoint = self.shell.v1.webhook_endpoints.create({"url": HOOK, "enabled_events": ["*"]})
        self.secret = str(endpoint.secret)
        if mischief:
            self.shell.behind("webhooks", mischief)

    def deliver(self, answer: int | None = 200) -> list[Posting]:
        """Post all that is due, and answer everything alike."""
        postings = self.machine.due_postings()
        for posting in postings:
            self.machine.report(posting.delivery_id, answer)
        return postings

    def statuses(self) -> list[str]:
        deliveries = self.shell.behind("webhooks", method="GET")["deliveries"]
        return sorted({one["status"] for one in deliveries})


def types(postings: list[Posting]) -> list[str]:
    return [json.loads(posting.body)["type"] for posting in postings]


def test_every_change_is_posted_and_signed() -> None:
    hooked = Hooked()
    paid(hooked.shell)
    postings = hooked.deliver()
    assert types(postings) == [
        "payment_intent.created", "charge.succeeded", "payment_intent.succeeded",
    ]  # fmt: skip
    for posting in postings:
        event = stripe.Webhook.construct_event(
            posting.body, posting.headers["Stripe-Signature"], hooked.secret, tolerance=LENIENT
        )
        assert hooked.shell.v1.events.retrieve(event.id).type == event.type
    assert hooked.deliver() == []


def test_a_forged_body_is_found_out() -> None:
    hooked = Hooked()
    paid(hooked.shell)
    posting = hooked.deliver()[0]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(
            posting.body.replace(b"10000", b"10001"),
            posting.headers["Stripe-Signature"],
            hooked.secret,
            tolerance=LENIENT,
        )


@pytest.mark.parametrize("answer", [None, 500, 302, 404])
def test_what_nobody_took_is_tried_for_three_days(answer: int | None) -> None:
    hooked = Hooked()
    hooked.shell.v1.payment_intents.create({"amount": 1_000, "currency": "eur"})
    attempts = len(hooked.deliver(answer))
    waited = 0.0
    for pause in RETRIES_AFTER_S:
        assert hooked.deliver(answer) == []
        hooked.shell.let_pass(pause)
        waited += pause
        attempts += len(hooked.deliver(answer))
    assert attempts == 1 + len(RETRIES_AFTER_S)
    assert 2 * 86_400 < waited <= 3 * 86_400
    assert hooked.statuses() == ["given_up"]


def test_a_retry_is_signed_anew_and_ends_with_success() -> None:
    hooked = Hooked()
    hooked.shell.v1.payment_intents.create({"amount": 1_000, "currency": "eur"})
    first = hooked.deliver(503)[0]
    hooked.shell.let_pass(RETRIES_AFTER_S[0])
    second = hooked.deliver(200)[0]
    assert first.body == second.body
    assert first.headers["Stripe-Signature"] != second.headers["Stripe-Signature"]
    event = hooked.shell.v1.events.list().data[0]
    assert event.pending_webhooks == 0
    assert hooked.statuses() == ["delivered"]


def test_events_come_twice_on_demand() -> None:
    hooked = Hooked(duplicate=1.0)
    paid(hooked.shell)
    ids = [json.loads(posting.body)["id"] for posting in hooked.deliver()]
    assert len(ids) == 2 * len(set(ids)) == 6


def test_events_come_late_on_demand() -> None:
    hooked = Hooked(delay_s=[10, 20])
    paid(hooked.shell)
    assert hooked.deliver() == []
    hooked.shell.let_pass(20)
    assert len(hooked.deliver()) == 3


def test_events_come_in_disorder_on_demand() -> None:
    hooked = Hooked(reorder=True)
    for _ in range(5):
        paid(hooked.shell)
    created = [json.loads(posting.body)["id"] for posting in hooked.deliver()]
    listed = [one.id for one in hooked.shell.v1.events.list({"limit": 100}).data][::-1]
    assert sorted(created) == sorted(listed)
    assert created != listed


def test_events_are_lost_on_demand_and_can_be_sent_again() -> None:
    hooked = Hooked(drop=1.0)
    hooked.shell.v1.payment_intents.create({"amount": 1_000, "currency": "eur"})
    assert hooked.deliver() == []
    assert hooked.statuses() == ["dropped"]
    event = hooked.shell.v1.events.list().data[0]
    hooked.shell.behind(f"webhooks/{event.id}", {})
    assert types(hooked.deliver()) == ["payment_intent.created"]


def test_an_endpoint_hears_only_of_what_it_asked_for() -> None:
    hooked = Hooked()
    endpoints = hooked.shell.v1.webhook_endpoints
    endpoint = endpoints.list().data[0]
    endpoints.update(endpoint.id, {"enabled_events": ["charge.succeeded"]})
    paid(hooked.shell)
    assert types(hooked.deliver()) == ["charge.succeeded"]
    endpoints.update(endpoint.id, {"disabled": True})
    paid(hooked.shell)
    assert hooked.deliver() == []
    assert endpoints.delete(endpoint.id).deleted


def test_only_connect_endpoints_hear_of_connected_accounts() -> None:
    hooked = Hooked()
    host = a_host(hooked.shell)
    # what concerns a host's account is an event of that account
    assert hooked.deliver() == []
    hooked.shell.v1.webhook_endpoints.create(
        {"url": HOOK, "enabled_events": ["account.updated"], "connect": True}
    )
    hooked.shell.v1.accounts.update(host.id, {"metadata": {"host": "h-1"}})
    event = json.loads(hooked.deliver()[0].body)
    assert (event["type"], event["account"]) == ("account.updated", host.id)


def test_the_secret_is_shown_once() -> None:
    hooked = Hooked()
    endpoint = hooked.shell.v1.webhook_endpoints.list().data[0]
    assert hooked.secret.startswith("whsec_")
    assert "secret" not in endpoint.to_dict()


# -- Over HTTP -----------------------------------------------------------------------------


@contextmanager
def listening() -> Iterator[tuple[str, list[tuple[bytes, str]]]]:
    """A shop's webhook address; its first answer is a 500."""
    heard: list[tuple[bytes, str]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((body, self.headers["Stripe-Signature"]))
            self.send_response(500 if len(heard) == 1 else 200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # its name
            """Keep the tests' output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/hook", heard
        server.shutdown()


def test_webhooks_arrive_over_http_and_are_tried_again(served: Shell) -> None:
    with listening() as (url, heard):
        endpoint = served.v1.webhook_endpoints.create(
            {"url": url, "enabled_events": ["payment_intent.created"]}
        )
        served.v1.payment_intents.create({"amount": 1_000, "currency": "eur"})
        wait_until(lambda: len(heard) == 1)
        time.sleep(0.1)
        served.let_pass(RETRIES_AFTER_S[0])
        wait_until(lambda: len(heard) == 2)
        body, signature = heard[1]
        event = stripe.Webhook.construct_event(body, signature, endpoint.secret, tolerance=LENIENT)
        assert event.type == "payment_intent.created"


def wait_until(true: Any, patience_s: float = 5.0) -> None:
    until = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < until, "nothing came"
        time.sleep(0.02)
