"""The processor beyond the door: the stand-in over HTTP, what it tells taken in step by step."""

import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from ledger import processes
from ledger.aggregates.payment import PAYMENT
from ledger.application import Ledger
from ledger.errors import GatewayDeclined
from ledger.gateways.calls import Calls
from ledger.gateways.stripe import StripeGateway, client
from ledger.reactions import Errand, World, run
from ledger.values.clock import system_clock
from ledger.values.errands import ErrandKind
from ledger.values.ids import PaymentId, fresh_id
from tests.api.conftest import Door

KEY = "sk_test_of_the_tests"


@dataclass(frozen=True)
class Outside:
    """The stand-in at an address, for the ledger of one test."""

    world: World

    def open(self, payment_id: str) -> str:
        """Do what `follow` does once a payment is asked for; the intent that came of it."""
        errand = Errand(
            errand="open",
            kind=ErrandKind.OPEN_INTENT,
            case_id=self._booking_of(payment_id),
            stream_id=payment_id,
            key=f"{payment_id}/open",
            stored_at=system_clock(),
            set_by="",
            begun=False,
        )
        run(self.world, errand)
        payment = self.world.ledger.state(PAYMENT, payment_id)
        assert payment is not None
        assert payment.intent is not None
        return payment.intent

    def guest_pays(self, payment_id: str, card: str) -> str:
        """The guest confirms with a card, and what came of it is taken in; the intent."""
        payment = self.world.ledger.state(PAYMENT, payment_id)
        assert payment is not None
        intent = payment.intent or self.open(payment_id)
        with suppress(GatewayDeclined):  # then the intent says so
            self.world.stripe.payments.confirm(intent, card, fresh_id())
        self.hear_of(intent)
        return intent

    def hear_of(self, intent: str) -> None:
        """Take in how an intent stands now."""
        fact = self.world.stripe.payments.read(intent)
        assert fact.booking_id is not None
        self.world.take(fact.booking_id, partial(processes.take_in, fact=fact))

    def _booking_of(self, payment_id: str) -> str:
        payment = self.world.ledger.state(PAYMENT, PaymentId(payment_id))
        assert payment is not None
        return payment.booking_id


def outside(ledger: Ledger, address: str) -> Outside:
    """The stand-in at an address."""
    stripe = StripeGateway(client(KEY, api_base=address))
    calls = Calls(clock=system_clock, sleep=lambda wait: time.sleep(wait.total_seconds()))
    return Outside(World(ledger=ledger, stripe=stripe, calls=calls, fresh_id=fresh_id))


def asked(door: Door, wish: dict[str, Any], capture: str = "automatic") -> dict[str, str]:
    """A new booking, and the payment that is asked for it."""
    mode = "request" if capture == "manual" else "instant"
    booked = door.post("/bookings", {**wish, "mode": mode}, key=fresh_id())
    assert booked.status_code == 201, booked.text
    path = f"/bookings/{booked.json()['booking_id']}/payment"
    payment = door.post(path, {}, key=fresh_id())
    assert payment.status_code == 201, payment.text
    said: dict[str, str] = payment.json()
    return said
