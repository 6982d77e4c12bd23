"""The whole system and the processor beside it, met by their addresses alone."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import stripe

from ledger.settings import Settings
from ledger.values.clock import Instant, system_clock
from replay.service import Service
from tests.api.conftest import QUOTE_KEYS
from tests.api.conftest import serving as door_serving
from tests.api.processes import api_process, free_port
from tests.command_line import begin
from tests.conftest import Database
from tests.sandbox.stripe.shells import serving

KEY = "sk_test_of_a_story"
BROWSERS_KEY = "pk_test_of_a_story"
VISA = "pm_card_visa"
ASKS_THE_BANK = "pm_card_threeDSecure2Required"
PATIENCE_SECONDS = 60.0


@dataclass
class OurTime:
    """The machine's time, and how far the story is ahead of it."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> Instant:
        """What time it is in the story."""
        return system_clock() + self.ahead


@dataclass(frozen=True)
class System:
    """The system and the processor beside it, by their addresses."""

    api: httpx.Client
    browser: httpx.Client
    processor: stripe.StripeClient
    log: Path | None = None
    time: OurTime = field(default_factory=OurTime)

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

    def command(self, path: str, body: Any, method: str = "POST") -> Any:
        """Give a command, under its path as a key."""
        headers = {"Idempotency-Key": path}
        answer = self.api.request(method, path, json=body, headers=headers)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def told(self, booking_id: str, sentence: str) -> list[str]:
        """What the timeline of a booking says, once it says this."""
        path = f"/timelines/{booking_id}"
        return sentences(self.ask(path, lambda said: sentence in sentences(said)))

    def behind(self, path: str, body: Any) -> Any:
        """Use the control plane of the stand-in."""
        answer = self.browser.post(f"/_control/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def bank_takes_back(self, intent: str) -> str:
        """The guest tells their bank that they never paid; the dispute that comes of it."""
        (charge,) = self.processor.v1.charges.list({"payment_intent": intent}).data
        return str(self.behind("disputes", {"charge": charge.id, "reason": "fraudulent"})["id"])

    def pass_by(self, duration: timedelta) -> None:
        """Let time pass, for the system and for the processor."""
        self.time.ahead += duration
        self.behind("clock", {"advance_s": duration.total_seconds()})


def sentences(timeline: Any) -> list[str]:
    """What a timeline says, in its order."""
    return [str(happening["sentence"]) for happening in timeline["happenings"]]


@contextmanager
def in_processes(database: Database, redis_url: str, folder: Path) -> Iterator[System]:
    """The API, `follow` and the stand-in, each a process of its own."""
    with ExitStack() as life:
        address, port = life.enter_context(serving()), free_port()
        processor = stripe.StripeClient(KEY, base_addresses={"api": address})
        ours, hosts = listeners(processor, f"http://127.0.0.1:{port}")
        settings = {
            "STRIPE_SECRET_KEY": KEY,
            "STRIPE_API_BASE": address,
            "STRIPE_WEBHOOK_SECRETS": ours,
            "STRIPE_HOSTS_WEBHOOK_SECRETS": hosts,
        }
        follow = begin(database, "follow", folder=folder, REDIS_URL=redis_url, **settings)
        life.callback(follow.wait)
        life.callback(follow.terminate)
        log = folder / "api.log"
        url = life.enter_context(
            api_process(database.url, redis_url, port=port, log=log, LOG_LEVEL="DEBUG", **settings)
        )
        api = life.enter_context(httpx.Client(base_url=url, timeout=60))
        yield System(api, life.enter_context(browser_at(address)), processor, log)


@contextmanager
def in_our_time(database: Database, redis_url: str) -> Iterator[System]:
    """The API and `follow` in threads of this process, by a clock that a story can move on."""
    with ExitStack() as life:
        address, port = life.enter_context(serving()), free_port()
        processor = stripe.StripeClient(KEY, base_addresses={"api": address})
        ours, hosts = listeners(processor, f"http://127.0.0.1:{port}")
        settings = Settings(
            database_url=database.url,
            redis_url=redis_url,
            quote_keys=QUOTE_KEYS,
            stripe_secret_key=KEY,
            stripe_api_base=address,
            stripe_webhook_secrets=(ours,),
            stripe_hosts_webhook_secrets=(hosts,),
        )
        now = OurTime()
        service = Service(settings, now)
        follow = threading.Thread(target=service.run, daemon=True)
        follow.start()
        life.callback(follow.join)
        life.callback(service.stop)
        url = life.enter_context(door_serving(settings, clock=now, port=port))
        api = life.enter_context(httpx.Client(base_url=url, timeout=60))
        yield System(api, life.enter_context(browser_at(address)), processor, time=now)


def listeners(processor: stripe.StripeClient, url: str) -> tuple[str, str]:
    """What the stand-in signs with that it tells the API: of our own money, and of hosts'."""
    endpoints = processor.v1.webhook_endpoints
    notices = f"{url}/webhooks/stripe"
    ours = endpoints.create({"url": notices, "enabled_events": ["*"]})
    hosts = endpoints.create({"url": f"{notices}/hosts", "enabled_events": ["*"], "connect": True})
    return str(ours.secret), str(hosts.secret)


def browser_at(address: str) -> httpx.Client:
    """The browser of a guest, who knows a publishable key and what the API says."""
    guests = {"Authorization": f"Bearer {BROWSERS_KEY}"}
    return httpx.Client(base_url=address, headers=guests, timeout=60)


# -- People -------------------------------------------------------------------------------


def confirms(system: System, secret: str, card: str = ASKS_THE_BANK) -> None:
    """The guest's browser confirms with a card."""
    intent = secret.partition("_secret_")[0]
    confirmed = system.browser.post(
        f"/v1/payment_intents/{intent}/confirm",
        data={"client_secret": secret, "payment_method": card},
    )
    waits = "requires_action" if card == ASKS_THE_BANK else "succeeded"
    assert confirmed.json()["status"] == waits, confirmed.text


def authenticates(system: System, secret: str) -> None:
    """The guest answers their bank, on its page."""
    passed = system.browser.post(f"/3ds/{secret}", data={"outcome": "passed"})
    assert passed.status_code in (200, 302, 303), passed.text
