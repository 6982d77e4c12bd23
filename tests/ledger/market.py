"""A whole marketplace in this process: our ledger, Stripe as the stand-in, and one clock for both.

A guest books and pays as a browser does, past us. Workers run errands, fire timers and read notices
as the service does; each may be killed at any moment, and another one begins where it died.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
import stripe

from ledger import processes
from ledger.aggregates.booking import BOOKING as BOOKINGS
from ledger.aggregates.booking import Book, Booking
from ledger.aggregates.decider import Decider
from ledger.aggregates.payment import PAYMENT as PAYMENTS
from ledger.aggregates.payment import Payment
from ledger.aggregates.payout import PAYOUT as PAYOUTS
from ledger.aggregates.payout import Payout
from ledger.aggregates.refund import REFUND as REFUNDS
from ledger.aggregates.refund import Refund
from ledger.application import Ledger
from ledger.draft import Draft, Plan, Request
from ledger.errors import Conflict, GatewayFailure, Refused
from ledger.events import Event, MoneyEvent
from ledger.events.payment import Capture
from ledger.gateways.calls import Calls
from ledger.gateways.stripe import StripeGateway, client
from ledger.reactions import DueTimer, Errand, World, fire, read_notice, run
from ledger.reactions.letters import letter_about
from ledger.store.inbox import Letter
from ledger.values.clock import Instant, StandingClock
from ledger.values.errands import ErrandKind
from ledger.values.ids import BookingId, CommandId, RefundId, derived_id
from ledger.values.journal import Account
from ledger.values.policy import Ending
from ledger.values.tariff import BookingMode
from ledger.values.timers import TimerKind
from projections.errands import ERRANDS
from projections.timers import TIMERS
from replay.outside import ASKING, FIRST_WAIT, LONGEST_WAIT
from sandbox.stripe.core.world import Obj, Settings
from sandbox.stripe.inprocess import InProcessClient
from sandbox.stripe.machine import StripeMachine
from tests.facts import (
    BOOKING,
    GUEST,
    HOST,
    NOW,
    OPERATOR,
    PROCESS,
    PROPERTY,
    to_attest,
    to_book,
    to_open_calendar,
)
from tests.ledger.memory import MemoryStore, Moment, Shown, nobody_dies

S = TypeVar("S", bound=msgspec.Struct)
VISA = "pm_card_visa"
DECLINED = "pm_card_chargeDeclined"
ASKS_THE_BANK = "pm_card_threeDSecure2Required"
SOON = timedelta(minutes=1)
FOR_THE_HOST = (
    ErrandKind.RELEASE_PAYOUT,
    ErrandKind.RECONSIDER_PAYOUT,
    ErrandKind.LOOK_AT_ACCOUNT,
)
"""What is still to be done about the host's money, which is another story than the guest's."""
VOUCHED = processes.attestation_of(PROPERTY)
"""The attestation that the market's house is let under."""
TURNS = 60
"""After so many rounds in which something happened, something goes round in circles."""


def wish_to_pay(**changed: Any) -> Book:
    """Ask for the usual stay in the market's house; the hold ends when the process says."""
    return to_book(**{"vouched_by": VOUCHED, "hold_expires_at": None, **changed})


class NotPossible(Exception):
    """Somebody wanted what cannot be as things stand."""


class Killed(BaseException):
    """A worker died."""


class Wire(InProcessClient):
    """The way to Stripe of a worker, who may die just before a call or just after it."""

    def __init__(self, machine: StripeMachine) -> None:
        super().__init__(machine)
        self.moment: Moment = nobody_dies
        self.plague: str | None = None
        self.struck: set[str] = set()

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """One call."""
        self.moment(f"before {method} {url}")
        if self.plague and method == "post" and url not in self.struck:
            self.struck.add(url)
            rule = {"kind": self.plague, "path": urlsplit(url).path}
            self.machine.control("POST", "faults", json.dumps(rule).encode())
        answer = super().request(method, url, headers, post_data)
        self.moment(f"after {method} {url}")
        return answer


class Market:
    """One booking of the house by the sea, with all that happens around it."""

    def __init__(self, **settings: Any) -> None:
        self.clock = StandingClock(NOW)
        self.machine = StripeMachine(Settings(**settings), clock=lambda: self.clock.now.timestamp())
        self.browser = client("sk_test_browser", http=InProcessClient(self.machine))
        self.store = MemoryStore()
        self.errands = Shown(ERRANDS, self.store)
        self.timers = Shown(TIMERS, self.store)
        self.letters: list[Letter] = []
        self.outcomes: Counter[str] = Counter()
        self.dies_at: int | None = None
        self._dies_after: str | None = None
        self.moments = 0
        self.deaths = 0
        self.loses_notices = False
        self.arriving: Callable[[list[Letter]], list[Letter]] = list
        self.plague: str | None = None
        self.struck: set[str] = set()
        self._heard = 0
        self._ids = 0
        self._done: set[tuple[str, str]] = set()
        self._waits: dict[tuple[str, str], tuple[Instant, timedelta]] = {}
        self.hire()
        self._open_to_guests()

    def _open_to_guests(self) -> None:
        """Somebody vouches for the house by the sea, and its nights are open."""
        self.decide(lambda draft: draft.do(OPERATOR, to_attest(attestation_id=VOUCHED)), PROPERTY)
        self.decide(lambda draft: draft.do(PROCESS, to_open_calendar()))

    # -- Workers ----------------------------------------------------------------------------

    def hire(self) -> None:
        """A new worker, who remembers nothing."""
        wire = Wire(self.machine)
        wire.moment, wire.plague, wire.struck = self._moment, self.plague, self.struck
        gateway = StripeGateway(client("sk_test_worker", http=wire))
        calls = Calls(clock=self.clock, sleep=self.let_pass, chance=Random(17))
        self.ledger = Ledger(self.store, self.clock)
        self.world = World(self.ledger, self._fresh_id, gateway, calls)
        self._done, self._waits = set(), {}

    def _fresh_id(self) -> str:
        self._ids += 1
        return derived_id("market", self._ids)

    def _moment(self, name: str) -> None:
        self.moments += 1
        if self.moments == self.dies_at or name == self._dies_after:
            self._dies_after = None
            raise Killed(name)

    def dies_after(self, method: str, path: str) -> None:
        """The worker dies after the next such call, before anybody hears its answer."""
        self._dies_after = f"after {method.lower()} https://api.stripe.com{path}"

    def settle(self) -> None:
        """Let the workers do whatever there is to do now."""
        for _ in range(TURNS):
            before = len(self.store.history), len(self.letters), self.clock.now, self.deaths
            self.step()
            self._forget_what_is_done()
            soon = [at for at, _ in self._waits.values() if at - self.clock.now < SOON]
            if soon and before[:2] == (len(self.store.history), len(self.letters)):
                self.let_pass(max(min(soon) - self.clock.now, timedelta(0)))
            elif before == (
                len(self.store.history),
                len(self.letters),
                self.clock.now,
                self.deaths,
            ):
                return
        raise AssertionError(f"it never ends: {self.topics()[-12:]}, {self.errands.rows()}")

    def step(self) -> None:
        """Let a worker do each thing that is to be done now, or die."""
        self._at_risk(self._work)

    def _at_risk(self, work: Callable[[], None]) -> None:
        self.store.moment = self._moment
        try:
            work()
        except Killed:
            self.deaths += 1
            self.hire()
        finally:
            self.store.moment = nobody_dies

    def _work(self) -> None:
        self._fire_timers()
        for errand in self.due_errands():
            self._try(errand)
        self._listen()

    def _try(self, errand: Errand) -> None:
        name = (errand.errand, errand.set_by)
        at, wait = self._waits.get(name, (self.clock.now, FIRST_WAIT))
        if name in self._done or at > self.clock.now:
            return
        try:
            run(self.world, errand)
        except (Refused, GatewayFailure):
            self._waits[name] = (self.clock.now + wait, min(wait * 2, LONGEST_WAIT))
        else:
            self._waits.pop(name, None)
            if errand.kind in ASKING:
                self._waits[name] = (self.clock.now + ASKING[errand.kind], LONGEST_WAIT)
            else:
                self._done.add(name)

    def retries(self) -> list[Instant]:
        """When things that failed are to be tried again; what is asked now and then is not."""
        waits = self._waits.items()
        return [at for (errand, _), (at, _) in waits if errand.split("/")[0] not in ASKING]

    def listen(self) -> None:
        """Let a worker read what Stripe has told of, or die."""
        self._at_risk(self._listen)

    def _listen(self) -> None:
        self.hear()
        for letter in list(self.letters):
            self._read(letter)

    def _fire_timers(self) -> None:
        rows = self.timers.rows()
        due = [row for row in rows if row["armed"] and row["fires_at"] <= self.clock.now]
        for row in sorted(due, key=lambda row: (row["fires_at"], row["timer"])):
            told = {name: value for name, value in row.items() if name != "armed"}
            timer = DueTimer(**{**told, "kind": TimerKind(row["kind"])})
            if (timer.timer, timer.command_id) in self._done:
                continue
            try:
                fire(self.ledger, timer)
            except Refused as refusal:
                self.outcomes[refusal.code] += 1
            self._done.add((timer.timer, timer.command_id))

    def _forget_what_is_done(self) -> None:
        stand = {(row["errand"], row["set_by"]) for row in self.errands.rows()}
        self._waits = {name: wait for name, wait in self._waits.items() if name in stand}

    def due_errands(self) -> list[Errand]:
        """What is to be done outside now."""
        rows = [row for row in self.errands.rows() if row["due_at"] <= self.clock.now]
        return [
            Errand(
                **{name: value for name, value in row.items() if name not in ("due_at", "kind")},
                kind=ErrandKind(row["kind"]),
            )
            for row in sorted(rows, key=lambda row: row["due_at"])
        ]

    # -- Notices ----------------------------------------------------------------------------

    def hear(self) -> None:
        """Stripe tells of what is new; or the notices are lost."""
        self.machine.tick()
        told = self.machine.world.platform.table("event")
        if not self.loses_notices:
            new = [letter_of(event) for event in list(told.values())[self._heard :]]
            self.letters += self.arriving(new)
        self._heard = len(told)

    def tell_again(self, times: int = 1) -> None:
        """Stripe tells once more of everything that it ever told, the newest first."""
        told = list(self.machine.world.platform.table("event").values())
        self.letters += [letter_of(event) for event in reversed(told)] * times

    def look_behind_movements(self) -> None:
        """Ask where all money came from, as reconciliation does of what it knows nothing of."""
        for one in list(self.world.stripe.balance.before(None)):
            letter = letter_about(one.movement_id, one.kind, one.source, self.clock.now)
            if letter is not None:
                self.letters.append(letter)

    def _read(self, letter: Letter) -> None:
        try:
            outcome = read_notice(self.world, letter)
        except (GatewayFailure, Conflict):
            self.let_pass(timedelta(seconds=2))
            return
        except Refused as refusal:
            self.outcomes[refusal.code] += 1
            return
        self.outcomes[outcome] += 1
        if outcome == processes.Outcome.LATER:
            self.let_pass(timedelta(seconds=2))
        else:
            self.letters.remove(letter)

    # -- Time -------------------------------------------------------------------------------

    def let_pass(self, duration: timedelta) -> None:
        """Let time pass, for us and for Stripe."""
        self.clock.pass_by(duration)
        self.machine.tick()

    def until(self, moment: Instant, step: timedelta = timedelta(minutes=5)) -> None:
        """Let time pass, with the workers at work all along."""
        while self.clock.now < moment:
            self.let_pass(min(step, moment - self.clock.now))
            self.settle()

    # -- People -----------------------------------------------------------------------------

    def decide(self, plan: Plan, case_id: str = BOOKING) -> None:
        """Somebody gives a command at the door. Raises Refused."""
        command_id = CommandId(self._fresh_id())
        request = Request(command_id=command_id, case_id=case_id, content=command_id.encode())
        Ledger(self.store, self.clock).execute(request, plan)

    def book(
        self, capture: Capture = Capture.AUTOMATIC, booking_id: BookingId = BOOKING, **changed: Any
    ) -> None:
        """Ask for a stay, and to pay it."""
        mode = BookingMode.INSTANT if capture is Capture.AUTOMATIC else BookingMode.REQUEST
        wish = wish_to_pay(booking_id=booking_id, mode=mode, **changed)

        def plan(draft: Draft) -> None:
            processes.book(draft, GUEST, wish)
            processes.ask_for_payment(draft, booking_id)

        self.decide(plan, booking_id)

    def booked(self, capture: Capture = Capture.AUTOMATIC) -> "Market":
        """A stay is asked for, and the guest's browser knows where to pay."""
        self.book(capture)
        self.settle()
        return self

    def pay(self, card: str = VISA, booking_id: BookingId = BOOKING) -> None:
        """The guest pays in the browser; a card that is declined is the guest's own trouble."""
        intent = self.intent(booking_id)
        try:
            self.browser.v1.payment_intents.confirm(intent, {"payment_method": card})
        except stripe.CardError:
            return

    def answer_the_bank(self, outcome: str) -> None:
        """The guest answers 3-D Secure, in whichever browser: `passed` or `failed`."""
        self.behind(f"authentications/{self.intent()}", outcome=outcome)

    def accept(self) -> None:
        """The host welcomes the guest."""
        self.decide(partial(processes.accept, host=HOST, booking_id=BOOKING))

    def call_off(self) -> None:
        """The guest calls the stay off, as it was shown."""

        def plan(draft: Draft) -> None:
            booking = draft.state(BOOKINGS, BOOKING)
            if booking is None or booking.payment_id is None:
                raise NotPossible("nothing was paid")
            shown = processes.would_give_back(draft, BOOKING, Ending.BY_GUEST)
            processes.cancel_by_guest(draft, GUEST, BOOKING, shown.digest)

        self.decide(plan)

    # -- Behind Stripe's back ---------------------------------------------------------------

    def behind(self, path: str, /, **body: Any) -> Any:
        """Use the control plane of the stand-in."""
        status, answer = self.machine.control("POST", path, json.dumps(body).encode())
        if status != 200:
            raise NotPossible(answer)
        return json.loads(answer)

    def fails(self, kind: str, times: int = 1, path: str = "/v1/", method: str = "POST") -> None:
        """Let the next calls go wrong."""
        self.behind("faults", kind=kind, times=times, path=path, method=method)

    def intent(self, booking_id: BookingId = BOOKING) -> str:
        """The intent that Stripe has for the booking: exactly one."""
        payment_id = processes.payment_of(booking_id)
        found = [
            one["id"]
            for one in self.all("payment_intent")
            if one["metadata"].get("payment_id") == payment_id
        ]
        if not found:
            raise NotPossible("no intent was opened")
        (intent,) = found
        return str(intent)

    def all(self, kind: str) -> list[Obj]:
        """Stripe's objects of a kind."""
        return list(self.machine.world.platform.table(kind).values())

    # -- How it stands ----------------------------------------------------------------------

    def booking(self) -> Booking:
        """The booking now."""
        return self._state(BOOKINGS, BOOKING)

    def payment(self) -> Payment:
        """Its payment now."""
        return self._state(PAYMENTS, processes.payment_of(BOOKING))

    def refund(self, refund_id: RefundId | None = None) -> Refund:
        """A refund of it now: that of its end, if no other is named."""
        return self._state(REFUNDS, refund_id or processes.refund_of(BOOKING))

    def payout(self) -> Payout:
        """What its host is promised now."""
        return self._state(PAYOUTS, processes.payout_of(BOOKING))

    def _state(self, decider: Decider[S, Any, Any], stream_id: str) -> S:
        state = self.ledger.state(decider, stream_id)
        assert state is not None
        return state

    def left(self) -> list[dict[str, Any]]:
        """What is still to be done outside about the guest's money; the host's is another story."""
        rows = self.errands.rows()
        return [row for row in rows if row["kind"] not in FOR_THE_HOST]

    def topics(self) -> list[str]:
        """What happened, in order."""
        return [recorded.event.topic for recorded in self.store.history]

    def events(self, kind: type[Event]) -> list[Any]:
        """What happened of a kind."""
        return [one.event for one in self.store.history if isinstance(one.event, kind)]

    def balances(self) -> Counter[tuple[str, str]]:
        """What stands on each account, by currency; debit is positive, nothing is left out."""
        sums: Counter[tuple[str, str]] = Counter()
        for recorded in self.store.history:
            if isinstance(recorded.event, MoneyEvent):
                for entry in recorded.event.entries:
                    for line in entry.lines:
                        sums[line.account, line.currency] += line.minor
        return Counter({key: minor for key, minor in sums.items() if minor})

    def at_stripe(self) -> tuple[int, int]:
        """What Stripe says it has for us, in cents: pending and available."""
        platform = self.machine.world.platform
        return sum(platform.pending.values()), sum(platform.available.values())

    def in_the_books(self) -> tuple[int, int]:
        """What our journal says that Stripe has for us, in cents."""
        sums: Counter[str] = Counter()
        for (account, _), minor in self.balances().items():
            sums[account] += minor
        return sums[Account.STRIPE_PENDING], sums[Account.STRIPE_AVAILABLE]


def letter_of(event: Obj) -> Letter:
    """An event of Stripe's as it stands in the inbox."""
    raw = msgspec.json.encode(event)
    told = msgspec.json.decode(raw)["data"]["object"]
    return Letter(
        source="stripe",
        notice_id=event["id"],
        type=event["type"],
        object_id=told.get("id"),
        account=event.get("account"),
        raw=raw,
    )
