"""Reconciliation with the stand-in, over Postgres: whatever is wrong on either side is found."""

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

import psycopg
import pytest
from msgspec.structs import replace

from ledger import processes
from ledger.aggregates.booking import BOOKING as BOOKINGS
from ledger.aggregates.booking import Booking
from ledger.aggregates.correction import (
    ApplyCorrection,
    DraftCorrection,
    SubmitCorrection,
    correction_of,
)
from ledger.aggregates.difference import ExplainDifference
from ledger.aggregates.payment import PAYMENT
from ledger.draft import Draft
from ledger.events import Recorded
from ledger.events.difference import Mismatch
from ledger.events.payment import PaymentCompleted
from ledger.gateways.calls import Calls
from ledger.gateways.stripe import StripeGateway, client
from ledger.gateways.stripe.payments import PaymentWanted
from ledger.reactions import World
from ledger.settings import Settings
from ledger.store import EventStore
from ledger.values.ids import BookingId, StreamId, derived_id, fresh_id
from ledger.values.money import Money
from replay import commands, service
from replay.__main__ import FAILED, main
from replay.commands import BREACHED, DONE
from replay.comparison import Sum
from replay.reconcile import Open, Reconciled, Reconciler, ReconciliationIsRunning
from replay.reports import reconciled_text
from replay.statement import PAGE
from sandbox.stripe.core.world import Obj
from sandbox.stripe.inprocess import InProcessClient
from sandbox.stripe.machine import StripeMachine
from tests.conftest import Database
from tests.facts import CLARA, DIFFERENCE, DINIS, LISBON, NOW, an_id
from tests.replay.small_history import History
from tests.replay.test_follow import until
from tests.replay.test_service import serving

STAY = BookingId(an_id("a stay that is paid by card"))
PAYMENT_ID = processes.payment_of(STAY)
A_WHILE = timedelta(minutes=16)


class Outside:
    """A house with a stay that is asked for, the stand-in, and a way between that loses all."""

    def __init__(self, database: Database, history: History) -> None:
        self.url, self.history, self.clock = database.url, history, history.clock
        self.machine = StripeMachine(clock=lambda: self.clock.now.timestamp())
        self.sdk = client("sk_test_clerk", http=InProcessClient(self.machine))
        calls = Calls(clock=self.clock, sleep=self.clock.pass_by, chance=Random(17))
        self.world = World(history.ledger, fresh_id, StripeGateway(self.sdk), calls)
        self.troubles: list[str] = []

    def pay(self) -> None:
        """The guest pays, and nobody hears of it."""
        payment = self.history.ledger.state(PAYMENT, PAYMENT_ID)
        assert payment is not None
        wanted = PaymentWanted(payment_id=PAYMENT_ID, booking_id=STAY, amount=payment.due)
        opened = self.world.stripe.payments.open(wanted, "key")
        self.world.take(STAY, partial(processes.take_in, fact=opened))
        self.sdk.v1.payment_intents.confirm(opened.intent, {"payment_method": "pm_card_visa"})
        self.machine.tick()

    def hear(self) -> None:
        """Somebody hears of it after all."""
        (intent,) = self.all("payment_intent")
        fact = self.world.stripe.payments.read(intent)
        self.world.take(STAY, partial(processes.take_in, fact=fact))

    def booking(self) -> Booking:
        """The stay as it stands."""
        booking = self.history.ledger.state(BOOKINGS, STAY)
        assert booking is not None
        return booking

    def completed(self) -> list[Recorded[Any]]:
        """The events in which the money came in."""
        events = self.history.store.read(StreamId(PAYMENT_ID))
        return [one for one in events if isinstance(one.event, PaymentCompleted)]

    def fund(self, *euros: int) -> None:
        """Somebody fills the balance from our bank."""
        for amount in euros:
            self.machine.control("POST", "funds", b'{"amount": %d, "currency": "eur"}' % amount)

    def gain(self, *euros: int) -> None:
        """Money comes into the balance, and nobody can say why."""
        self.fund(*euros)
        for movement in self.all("balance_transaction").values():
            if movement["type"] == "topup":
                movement["type"] = "climate_order_refund"

    def all(self, kind: str) -> dict[str, Obj]:
        """The stand-in's objects of a kind, to be tampered with."""
        table: dict[str, Obj] = self.machine.world.platform.table(kind)
        return table

    def reconcile(self, **how: Any) -> Reconciled:
        """What a clerk does each morning."""
        return Reconciler(self.url, self.world, self._failed).run(**how)

    def _failed(self, what: str, error: Exception) -> None:
        self.troubles.append(f"{what}: {error}")

    def lines(self) -> int:
        """How much of the statement is taken down."""
        with psycopg.connect(self.url) as connection:
            found = connection.execute("SELECT count(*) FROM ledger.statement").fetchone()
        assert found is not None
        return int(found[0])


@pytest.fixture
def outside(database: Database) -> Iterator[Outside]:
    """Somebody asked for a stay, and for how to pay."""
    history = History(EventStore(database.url))
    history.open()
    history.book(history.to_book(STAY, "2025-07-02"))
    history.do(STAY, ask)
    yield Outside(database, history)
    history.store.close()


def ask(draft: Draft) -> None:
    processes.ask_for_payment(draft, STAY)


def kinds(reconciled: Reconciled) -> list[tuple[str, Money | None, Money | None]]:
    """What stands in the queue: how it does not fit, what we say and what Stripe says."""
    return [(one.kind, one.expected, one.found) for one in reconciled.queue]


# -- What was lost ----------------------------------------------------------------------


@pytest.mark.parametrize("remembered", [True, False], ids=["told of", "forgotten"])
def test_case_37_money_whose_notice_was_lost_is_found_and_taken_in(
    outside: Outside,
    remembered: bool,
) -> None:
    outside.pay()
    if not remembered:
        outside.all("event").clear()

    reconciled = outside.reconcile()

    assert outside.booking().status == "confirmed"
    assert (reconciled.movements, reconciled.queue, reconciled.clean) == (1, (), True)
    assert (reconciled.lost > 0, reconciled.strays) == (remembered, 0 if remembered else 1)
    (one,) = reconciled.sums
    assert one.currency == "EUR"
    assert one.there_minor == one.here_minor > 0
    assert outside.troubles == []
    head = outside.history.store.head()
    again = outside.reconcile()
    assert (again.lost, again.strays, again.movements) == (0, 0, 1)
    assert outside.history.store.head() == head


def test_what_the_bank_filled_the_balance_with_is_taken_in(outside: Outside) -> None:
    outside.fund(100)

    reconciled = outside.reconcile()

    assert (reconciled.strays, reconciled.queue, reconciled.on_their_way) == (1, (), ())
    assert [(one.there_minor, one.here_minor) for one in reconciled.sums] == [(100, 100)]


def test_case_37_the_service_finds_by_itself_what_nobody_told(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "RECONCILE_EVERY_SECONDS", 0.05)
    monkeypatch.setattr(service, "world_of", lambda *_: outside.world)
    outside.pay()
    settings = Settings(database_url=outside.url, stripe_secret_key="sk_test_service")

    with serving(service.Service(settings)) as ended:
        until(lambda: outside.booking().status == "confirmed")

    assert ended == []


# -- What does not fit ------------------------------------------------------------------


def test_a_cent_is_found_and_is_closed_when_the_books_are_put_right(outside: Outside) -> None:
    outside.pay()
    (movement,) = outside.all("balance_transaction").values()
    movement["net"] -= 1
    there = Money(movement["net"], "EUR")

    reconciled = outside.reconcile()
    put_the_fee_right(outside)
    corrected = outside.reconcile()

    assert kinds(reconciled) == [("amount", Money(there.minor + 1, "EUR"), there)]
    assert (reconciled.found, reconciled.clean) == (1, False)
    assert [one.difference_minor for one in reconciled.sums] == [-1]
    assert (corrected.closed, corrected.queue, corrected.clean) == (1, (), True)


def put_the_fee_right(outside: Outside) -> None:
    """The processor's fee was a cent more than we had booked."""
    (paid,) = outside.completed()
    number, fee = 2, paid.event.entries[1]
    dearer = [replace(line, minor=line.minor + (1 if line.minor > 0 else -1)) for line in fee.lines]
    correction_id = correction_of(PAYMENT_ID, paid.version, number, 1)
    draft = DraftCorrection(
        correction_id=correction_id,
        wrong_stream=PAYMENT_ID,
        wrong_version=paid.version,
        number=number,
        wrong=fee,
        right=tuple(dearer),
        reason="the fee is a cent more",
        drafted_by=CLARA.id,
        time_zone=LISBON.time_zone,
    )
    outside.history.take(
        correction_id,
        (CLARA, draft),
        (CLARA, SubmitCorrection(correction_id=correction_id)),
        (DINIS, ApplyCorrection(correction_id=correction_id, approved_by=DINIS.id)),
    )


def test_what_nobody_here_knows_is_found_once_it_cannot_be_on_its_way(outside: Outside) -> None:
    outside.gain(100)

    at_once = outside.reconcile()
    outside.clock.pass_by(A_WHILE)
    later, again = outside.reconcile(), outside.reconcile()

    assert (at_once.queue, len(at_once.on_their_way), at_once.clean) == ((), 1, True)
    assert kinds(later) == [("missing_here", None, Money(100, "EUR"))]
    assert (later.found, again.found) == (1, 0)
    assert again.queue == later.queue


def test_what_a_person_has_explained_stands_in_no_queue(outside: Outside) -> None:
    outside.gain(100)
    outside.clock.pass_by(A_WHILE)
    (one,) = outside.reconcile().queue
    because = ExplainDifference(difference_id=one.difference_id, reason="Clara paid it in")
    outside.history.take(one.difference_id, (CLARA, because))

    reconciled = outside.reconcile()

    assert (reconciled.queue, reconciled.found, reconciled.clean) == ((), 0, True)


def test_what_stripe_knows_nothing_of_is_found_and_closed_when_it_comes(outside: Outside) -> None:
    outside.pay()
    outside.hear()
    outside.all("event").clear()
    ((name, movement),) = outside.all("balance_transaction").items()
    del outside.all("balance_transaction")[name]

    at_once = outside.reconcile()
    outside.clock.pass_by(A_WHILE)
    later = outside.reconcile()
    outside.all("balance_transaction")[name] = movement
    there = outside.reconcile()

    assert (at_once.queue, len(at_once.on_their_way)) == ((), 1)
    assert kinds(later) == [("missing_there", Money(movement["net"], "EUR"), None)]
    assert later.queue[0].object_id == name
    assert (there.closed, there.queue) == (1, ())


def test_another_currency_is_found(outside: Outside) -> None:
    outside.pay()
    outside.hear()
    (movement,) = outside.all("balance_transaction").values()
    movement["currency"] = "usd"

    (one,) = outside.reconcile().queue

    assert one.kind == Mismatch.CURRENCY
    assert one.expected == Money(movement["net"], "EUR")
    assert one.found == Money(movement["net"], "USD")


def test_what_two_events_name_is_found(outside: Outside) -> None:
    outside.pay()
    outside.hear()
    (paid,) = outside.completed()
    another = derived_id("another payment")
    outside.history.plant(STAY, (another, paid.event))

    queue = outside.reconcile().queue

    (name,) = outside.all("balance_transaction")
    assert [(one.kind, one.object_id) for one in queue] == [("duplicate", name)]
    assert another in queue[0].detail


# -- How it is read ---------------------------------------------------------------------


def test_whoever_is_interrupted_goes_on_where_they_stopped(outside: Outside) -> None:
    outside.gain(*range(1, PAGE + 52))

    stopped = outside.reconcile(stopped=lambda: True)
    after_a_page = outside.lines()
    outside.gain(1_000, 2_000)
    heard = list[int]()
    reconciled = outside.reconcile(told=lambda done, _: heard.append(done))

    assert (stopped.complete, stopped.clean, after_a_page) == (False, False, PAGE)
    assert heard == [PAGE + 51, PAGE + 51, PAGE + 53]
    assert (reconciled.complete, reconciled.movements) == (True, PAGE + 53)
    assert outside.lines() == PAGE + 53


def test_a_statement_without_a_line_is_reconciled(outside: Outside) -> None:
    assert outside.reconcile().clean
    outside.fund(5)

    assert outside.reconcile().movements == 1


def test_two_do_not_reconcile_at_once(outside: Outside) -> None:
    def meanwhile(done: int, of: int) -> None:
        with pytest.raises(ReconciliationIsRunning):
            outside.reconcile()

    outside.fund(5)

    assert outside.reconcile(told=meanwhile).complete


# -- What a clerk reads -----------------------------------------------------------------


def test_a_clerk_reads_what_differs_and_by_how_much() -> None:
    paid_in = Open(
        difference_id=DIFFERENCE,
        kind=Mismatch.MISSING_HERE,
        object_id="txn_1",
        expected=None,
        found=Money(123_456, "EUR"),
        detail="top_up tu_1",
        found_at=NOW,
    )
    euros = Sum(currency="EUR", there_minor=163_276, here_minor=39_820)
    reconciled = Reconciled(complete=True, movements=2, found=1, sums=(euros,), queue=(paid_in,))

    head, rule, first, _, *queue, _, verdict = reconciled_text(reconciled).splitlines()

    assert not reconciled.clean
    assert head.split("  ")[0] == "Currency"
    assert set(rule) == {"─"}
    assert first.split() == ["EUR", "1,632.76", "398.20", "1,234.56"]
    assert "txn_1     not in our books  top_up tu_1" in queue[-1]
    assert queue[-1].endswith("1234.56 EUR")
    assert verdict.startswith("1 DIFFERENCES: 2 movements")


def test_a_clerk_reads_that_nothing_differs() -> None:
    euros = Sum(currency="EUR", there_minor=39_820, here_minor=39_820)
    reconciled = Reconciled(complete=True, movements=1, lost=3, sums=(euros,))

    *_, verdict = reconciled_text(reconciled).splitlines()

    assert reconciled.clean
    assert verdict == (
        "Nothing differs: 1 movements, 0 of them on their way; 3 lost notices asked for, "
        "0 differences closed."
    )


# -- From the command line --------------------------------------------------------------


@pytest.fixture
def commanded(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a command; what it logs goes where the other tests' logs go."""
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.delenv("STRIPE_SECRET_KEY", raising=False)
    monkeypatch.setattr("replay.__main__.configure_logging", lambda _: None)


def test_the_command_prints_one_object_and_its_code_says_whether_all_is_well(
    outside: Outside,
    commanded: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(commands, "world_of", lambda *_: outside.world)
    outside.pay()

    well = main(["reconcile", "--json"]), json.loads(capsys.readouterr().out)
    outside.gain(100)
    outside.clock.pass_by(A_WHILE)
    ill = main(["reconcile", "--json"]), json.loads(capsys.readouterr().out)

    assert (well[0], well[1]["movements"], well[1]["queue"]) == (DONE, 1, [])
    assert (ill[0], len(ill[1]["queue"]), ill[1]["complete"]) == (BREACHED, 1, True)


def test_the_command_needs_a_key(commanded: None) -> None:
    assert main(["reconcile"]) == FAILED
