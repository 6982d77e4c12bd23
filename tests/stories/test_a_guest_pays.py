"""A guest pays, and calls the stay off: the whole way over HTTP, each part a process of its own.

Nobody here reaches behind a door: the guest's browser knows the client secret and nothing else, and
what the processor tells comes in as a webhook.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import stripe

from bench.estate import Estate
from ledger.application import Ledger
from ledger.store import EventStore
from tests.api.houses import settle_in
from tests.api.processes import api_process, free_port
from tests.command_line import begin
from tests.conftest import Database
from tests.sandbox.stripe.shells import serving

KEY = "sk_test_of_a_story"
BROWSERS_KEY = "pk_test_of_a_story"
ASKS_THE_BANK = "pm_card_threeDSecure2Required"
PATIENCE_SECONDS = 30.0
TOTAL = {"minor": 27360, "currency": "EUR"}
PLAINLY = [
    "The guest's bank asks the guest to confirm (3-D Secure)",
    "Guest answered their bank, attempt 1 goes on at the processor",
    "Payment of 273.60 EUR completed",
    "Booking confirmed for 273.60 EUR",
    "Booking cancelled by guest; 273.60 EUR goes back to the guest",
    "Refund of 273.60 EUR approved",
    "Refund of 273.60 EUR reached the guest",
]


@dataclass(frozen=True)
class System:
    """The system and the processor beside it, by their addresses."""

    api: httpx.Client
    stripe: httpx.Client
    log: Path

    def ask(self, path: str, until: Callable[[Any], bool]) -> Any:
        """Ask until an answer is as awaited: what others do takes its time."""
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = self.api.get(path)
            said = answer.json()
            if answer.status_code == 200 and until(said):
                return said
            assert time.monotonic() < give_up_at, f"it never came: {answer.text}"
            time.sleep(0.05)

    def command(self, path: str, body: Any) -> Any:
        """Give a command, under its path as a key."""
        answer = self.api.post(path, json=body, headers={"Idempotency-Key": path})
        assert answer.status_code == 201, answer.text
        return answer.json()


@contextmanager
def running(database: Database, redis_url: str, folder: Path) -> Iterator[System]:
    """The API, `follow` and the stand-in, which knows where to send its notices."""
    with ExitStack() as life:
        address, port = life.enter_context(serving()), free_port()
        endpoint = stripe.StripeClient(
            KEY, base_addresses={"api": address}
        ).v1.webhook_endpoints.create(
            {"url": f"http://127.0.0.1:{port}/webhooks/stripe", "enabled_events": ["*"]}
        )
        settings = {
            "STRIPE_SECRET_KEY": KEY,
            "STRIPE_API_BASE": address,
            "STRIPE_WEBHOOK_SECRETS": str(endpoint.secret),
        }
        follow = begin(database, "follow", folder=folder, REDIS_URL=redis_url, **settings)
        life.callback(follow.wait)
        life.callback(follow.terminate)
        log = folder / "api.log"
        url = life.enter_context(
            api_process(database.url, redis_url, port=port, log=log, LOG_LEVEL="DEBUG", **settings)
        )
        api = life.enter_context(httpx.Client(base_url=url, timeout=60))
        guests = {"Authorization": f"Bearer {BROWSERS_KEY}"}
        browser = life.enter_context(httpx.Client(base_url=address, headers=guests, timeout=60))
        yield System(api, browser, log)


def house(database: Database) -> Estate:
    """A property with three rooms."""
    store = EventStore(database.url)
    try:
        return settle_in(Ledger(store))
    finally:
        store.close()


def confirms(system: System, secret: str) -> None:
    """The guest's browser confirms with a card whose bank wants to hear from the guest."""
    intent = secret.partition("_secret_")[0]
    confirmed = system.stripe.post(
        f"/v1/payment_intents/{intent}/confirm",
        data={"client_secret": secret, "payment_method": ASKS_THE_BANK},
    )
    assert confirmed.json()["status"] == "requires_action", confirmed.text


def authenticates(system: System, secret: str) -> None:
    """The guest answers their bank, on its page."""
    passed = system.stripe.post(f"/3ds/{secret}", data={"outcome": "passed"})
    assert passed.status_code in (200, 302, 303), passed.text


def test_a_guest_pays_and_gets_it_back(database: Database, redis_url: str, tmp_path: Path) -> None:
    estate = house(database)
    with running(database, redis_url, tmp_path) as system:
        # Given a stay that is booked and waits for its money.
        booked = system.command("/bookings", estate.wish())
        trip, case = f"/trips/{booked['booking_id']}", f"/bookings/{booked['booking_id']}"
        asked = system.command(f"{case}/payment", {})

        # When the guest pays, and answers their bank.
        payment = f"/payments/{asked['payment_id']}"
        shown = system.ask(payment, lambda said: said["next"] == "confirm")
        confirms(system, shown["client_secret"])
        shown = system.ask(payment, lambda said: said["next"] == "authenticate")
        authenticates(system, shown["client_secret"])

        # Then the processor tells us, and the nights are the guest's.
        system.ask(trip, lambda said: said["trip"]["status"] == "confirmed")
        paid = system.api.get(payment).json()
        assert (paid["status"], paid["paid"], paid["next"]) == ("completed", TOTAL, "nothing")

        # When the guest calls it off for what they are shown, then that is what comes back.
        preview = system.api.get(f"{case}/cancellation").json()
        assert (preview["step"], preview["refund"]) == ("cancel", TOTAL)
        cancelled = system.command(f"{case}/cancellation", {"preview": preview["preview"]})
        assert cancelled["refund"] == TOTAL
        told = system.ask(
            f"/timelines/{booked['booking_id']}",
            lambda said: "Refund of 273.60 EUR reached the guest" in sentences(said),
        )
        assert [one for one in sentences(told) if one in PLAINLY] == PLAINLY
        refunded = system.api.get(payment).json()
        assert (refunded["status"], refunded["next"]) == ("refunded", "nothing")

        # And nothing of all that has put the guest's secret into a log.
        assert "_secret_" not in system.log.read_text()
        assert '"status": 200' in system.log.read_text()


def sentences(timeline: Any) -> list[str]:
    """What a timeline says, in its order."""
    return [str(happening["sentence"]) for happening in timeline["happenings"]]
