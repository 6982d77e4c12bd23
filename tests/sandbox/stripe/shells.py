"""Three ways to the same API: a core in this process, a server over HTTP, Stripe's test mode."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import stripe

from sandbox.stripe.core.world import Settings
from sandbox.stripe.inprocess import InProcessClient
from sandbox.stripe.machine import StripeMachine

START = 1_800_000_000.0
"""15 January 2027, 08:00 UTC: where a clock that stands still stands."""

BACK = "https://stays.example/back"
PATIENCE_S = 20.0

Control = Callable[[str, str, Any], Any]


@dataclass
class Shell:
    """A client of the official SDK, and what the test may do behind the API's back."""

    client: stripe.StripeClient
    control: Control | None

    @property
    def v1(self) -> stripe.V1Services:
        """The services of the SDK."""
        return self.client.v1

    def behind(self, path: str, body: Any = None, method: str = "POST") -> Any:
        """Use the control plane; Stripe's test mode has none, so there the test is skipped."""
        if self.control is None:
            pytest.skip("Stripe's test mode has no control plane")
        return self.control(method, path, body)

    def let_pass(self, seconds: float) -> None:
        """Let time pass: on the sandbox's clock at once, on Stripe's by waiting a little."""
        if self.control is not None:
            self.control("POST", "clock", {"advance_s": seconds})
        elif seconds <= PATIENCE_S:
            time.sleep(seconds + 2)
        else:
            pytest.skip(f"Stripe's clock cannot be moved by {seconds:.0f} s")


def in_process(machine: StripeMachine, key: str = "sk_test_in_process") -> Shell:
    """The SDK straight on a core."""

    def control(method: str, path: str, body: Any) -> Any:
        given = b"" if body is None else json.dumps(body).encode()
        status, answer = machine.control(method, path, given)
        assert status == 200, answer
        return json.loads(answer)

    client = stripe.StripeClient(key, http_client=InProcessClient(machine), max_network_retries=0)
    return Shell(client, control)


def over_http(url: str, key: str = "sk_test_over_http", *, retries: int = 0) -> Shell:
    """The SDK, unmodified, over HTTP."""

    def control(method: str, path: str, body: Any) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{url}/_control/{path}", data, {"Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    client = stripe.StripeClient(key, base_addresses={"api": url}, max_network_retries=retries)
    return Shell(client, control)


def test_mode() -> Shell:
    """Stripe itself, in its test mode, if the environment has a key for it."""
    key = os.environ.get("STRIPE_SECRET_KEY", "")
    if not key.startswith("sk_test_") or "STRIPE_API_BASE" in os.environ:
        pytest.skip("no STRIPE_SECRET_KEY=sk_test_… in the environment: Stripe's test mode untried")
    return Shell(stripe.StripeClient(key), None)


test_mode.__test__ = False  # type: ignore[attr-defined]  # a shell, not a test


def fresh_machine(**settings: Any) -> StripeMachine:
    """A sandbox whose clock stands still until it is moved."""
    return StripeMachine(Settings(**settings), clock=lambda: START)


@contextmanager
def serving(*arguments: str) -> Iterator[str]:
    """`python -m sandbox.stripe` as a process of its own; yields its address."""
    command = [sys.executable, "-m", "sandbox.stripe", "--port", "0", *arguments]
    root = Path(__file__).parents[3]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)
    assert process.stdout is not None
    try:
        found = re.search(r"http://[\d.:]+", process.stdout.readline())
        assert found, "the server did not say where it listens"
        yield found[0]
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


# -- Believable facts ----------------------------------------------------------------------


def paid(shell: Shell, amount: int = 10_000, card: str = "pm_card_visa", **more: Any) -> Any:
    """A confirmed payment: with `capture_method` automatic it is in the books at once."""
    params = {
        "amount": amount,
        "currency": "eur",
        "capture_method": "automatic",
        "confirm": True,
        "payment_method": card,
        "return_url": BACK,
        **more,
    }
    return shell.v1.payment_intents.create(params)  # type: ignore[arg-type]


def held(shell: Shell, amount: int = 10_000, **more: Any) -> Any:
    """A payment that waits for its capture."""
    return paid(shell, amount, capture_method="manual", **more)


def charge_of(shell: Shell, intent: Any) -> Any:
    """The charge of a payment, read again."""
    return shell.v1.charges.retrieve(str(intent.latest_charge))


HOST = {
    "type": "custom",
    "country": "PT",
    "email": "ana@stays.example",
    "business_type": "individual",
    "business_profile": {"mcc": "7011", "url": "https://stays.example"},
    "capabilities": {"transfers": {"requested": True}, "card_payments": {"requested": True}},
    "individual": {
        "first_name": "Ana",
        "last_name": "Prata",
        "email": "ana@stays.example",
        "phone": "+351210000000",
        "dob": {"day": 1, "month": 1, "year": 1902},
        "address": {"line1": "Rua da Prata 1", "city": "Lisboa", "postal_code": "1100-419"},
    },
    "external_account": {
        "object": "bank_account",
        "country": "PT",
        "currency": "eur",
        "account_number": "PT50000201231234567890154",
    },
    "settings": {"payouts": {"schedule": {"interval": "manual"}}},
    "tos_acceptance": {"date": 1_700_000_000, "ip": "127.0.0.1"},
}


def a_host(shell: Shell, **more: Any) -> Any:
    """A connected account that has told everything and may receive money."""
    account = shell.v1.accounts.create({**HOST, **more})  # type: ignore[arg-type]
    if shell.control is None:
        shell.let_pass(10)
    return shell.v1.accounts.retrieve(account.id)


def wealth(shell: Shell, amount: int = 100_000) -> None:
    """Money that the platform may send on at once."""
    paid(shell, amount, "pm_card_bypassPending")


def balance_of(shell: Shell, account: str | None = None, currency: str = "eur") -> tuple[int, int]:
    """(available, pending) of an account in minor units."""
    options: Any = {"stripe_account": account} if account else {}
    balance = shell.v1.balance.retrieve(options=options)
    ready = sum(one.amount for one in balance.available if one.currency == currency)
    waits = sum(one.amount for one in balance.pending if one.currency == currency)
    return ready, waits


def types_of(shell: Shell, limit: int = 20, account: str | None = None) -> list[str]:
    """The types of the latest events, newest first."""
    options: Any = {"stripe_account": account} if account else {}
    return [one.type for one in shell.v1.events.list({"limit": limit}, options=options).data]
