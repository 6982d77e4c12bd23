"""Stripe as the gateway meets it in tests: the stand-in in this process, on a clock of ours."""

import json
from datetime import timedelta
from random import Random
from typing import Any

from ledger.gateways.calls import Attempt, Calls, Effect, Period, T
from ledger.gateways.stripe import StripeGateway, client
from ledger.gateways.stripe.payments import (
    Authorized,
    Capture,
    PaymentFact,
    PaymentWanted,
    Succeeded,
)
from ledger.gateways.stripe.transfers import TransferFact, TransferWanted
from ledger.values.clock import StandingClock, instant
from ledger.values.ids import BookingId, PaymentId, PayoutId, derived_id
from ledger.values.money import Money
from sandbox.stripe.core.world import Obj, Settings
from sandbox.stripe.inprocess import InProcessClient
from sandbox.stripe.machine import StripeMachine
from tests.sandbox.stripe.shells import HOST

START = instant("2027-01-15T08:00:00Z")
DAY = timedelta(days=1)
BOOKING = BookingId(derived_id("booking", 17))
PAYMENT = PaymentId(derived_id("payment", 17))
PAYOUT = PayoutId(derived_id("payout", 17))

VISA = "pm_card_visa"
AVAILABLE_AT_ONCE = "pm_card_bypassPending"
ASKS_THE_BANK = "pm_card_threeDSecure2Required"


def euros(amount: int) -> Money:
    return Money(amount * 100, "EUR")


class Outside:
    """The stand-in, the gateway to it, and what a test may do behind the gateway's back."""

    def __init__(self, **settings: Any) -> None:
        self.clock = StandingClock(START)
        self.machine = StripeMachine(Settings(**settings), clock=lambda: self.clock.now.timestamp())
        self.sdk = client("sk_test_in_process", http=InProcessClient(self.machine))
        self.stripe = StripeGateway(self.sdk)
        self.slept: list[timedelta] = []
        self.calls = Calls(clock=self.clock, sleep=self.sleep, chance=Random(17))

    def sleep(self, duration: timedelta) -> None:
        self.slept.append(duration)
        self.clock.pass_by(duration)

    def let_pass(self, duration: timedelta) -> None:
        self.clock.pass_by(duration)
        self.machine.tick()

    def behind(self, path: str, **body: Any) -> Any:
        """Use the control plane of the stand-in."""
        status, answer = self.machine.control("POST", path, json.dumps(body).encode())
        assert status == 200, answer
        return json.loads(answer)

    def clear_faults(self) -> None:
        self.machine.control("DELETE", "faults")

    def object(self, object_id: str) -> Obj:
        """An object as Stripe holds it, to be changed where the stand-in never does."""
        return self.machine.world.index[object_id]

    def all(self, kind: str) -> list[Obj]:
        """The platform's objects of a kind."""
        return list(self.machine.world.platform.table(kind).values())

    def perform(self, effect: Effect[T], key: str = "a-key", *, begun: bool = False) -> T:
        stored_at = self.clock()
        return self.calls.perform(effect, Attempt(key=key, stored_at=stored_at, begun=begun))

    def lately(self) -> Period:
        return Period(START, self.clock())

    # -- Believable beginnings --------------------------------------------------------------

    def opened(
        self, amount: Money | None = None, capture: Capture = Capture.AUTOMATIC
    ) -> PaymentFact:
        wanted = PaymentWanted(
            payment_id=PAYMENT,
            booking_id=BOOKING,
            amount=euros(240) if amount is None else amount,
            capture=capture,
        )
        return self.stripe.payments.open(wanted, "open")

    def paid(self, amount: Money | None = None, method: str = AVAILABLE_AT_ONCE) -> PaymentFact:
        return self.stripe.payments.confirm(self.opened(amount).intent, method, "confirm")

    def held(self, amount: Money | None = None) -> PaymentFact:
        intent = self.opened(amount, Capture.MANUAL).intent
        return self.stripe.payments.confirm(intent, VISA, "confirm")

    def host(self) -> str:
        """The account of a host who has told everything."""
        account_id: str = self.sdk.v1.accounts.create(HOST).id  # type: ignore[arg-type]
        return account_id

    def transferred(self, amount: Money | None = None) -> TransferFact:
        return self.stripe.transfers.create(
            TransferWanted(
                payout_id=PAYOUT,
                booking_id=BOOKING,
                account=self.host(),
                amount=euros(200) if amount is None else amount,
                charge=charge_of(self.paid()),
            ),
            "transfer",
        )


def charge_of(payment: PaymentFact) -> str:
    """The charge behind a payment that has one."""
    assert isinstance(payment.status, Succeeded | Authorized)
    return payment.status.charge
