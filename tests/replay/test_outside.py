"""What goes out and comes in, by the desks that the service runs, over Postgres and its inbox."""

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from random import Random

import psycopg
import pytest

from ledger import processes
from ledger.aggregates.booking import BOOKING as BOOKINGS
from ledger.draft import Draft
from ledger.gateways.calls import Calls
from ledger.gateways.stripe import StripeGateway, client
from ledger.reactions import World
from ledger.store import EventStore, inbox, troubles
from ledger.store.troubles import Trouble
from ledger.values.ids import BookingId, fresh_id
from projections.errands import ERRANDS
from replay.outside import LONGEST_WAIT, ErrandDesk, read_inbox
from sandbox.stripe.inprocess import InProcessClient
from sandbox.stripe.machine import StripeMachine
from tests.conftest import Database
from tests.facts import PAUL, an_id
from tests.ledger.market import letter_of
from tests.projections.story import asking, drive_to_end
from tests.replay.small_history import DAY, History

MINUTE = timedelta(minutes=1)
STAY = BookingId(an_id("a stay that is paid by card"))


@pytest.fixture
def history(database: Database) -> Iterator[History]:
    """A house with one room, and a stay in it that is asked for."""
    history = History(EventStore(database.url))
    history.open()
    history.book(history.to_book(STAY, "2025-07-02"))
    history.do(STAY, ask)
    yield history
    history.store.close()


def world_around(history: History, machine: StripeMachine) -> tuple[World, Calls]:
    """The ledger, and the processor behind a wire in this process."""
    clock = history.clock
    calls = Calls(clock=clock, sleep=clock.pass_by, chance=Random(17))
    stripe = client("sk_test_desk", http=InProcessClient(machine))
    return World(history.ledger, fresh_id, StripeGateway(stripe), calls), calls


def ask(draft: Draft) -> None:
    processes.ask_for_payment(draft, STAY)


def test_case_37_a_stay_is_paid_through_the_desks_although_each_notice_comes_ten_times(
    history: History, database: Database
) -> None:
    clock, troubles = history.clock, list[str]()
    machine = StripeMachine(clock=lambda: clock.now.timestamp())
    world, calls = world_around(history, machine)
    stripe = client("sk_test_desk", http=InProcessClient(machine))

    def failed(what: str, error: Exception) -> None:
        troubles.append(f"{what}: {error}")

    desk = ErrandDesk(world, failed)
    run = partial(drive_to_end, database.url, ERRANDS)
    run()
    with asking(database.url) as db, psycopg.connect(database.url) as kept:
        assert desk.run(db, kept, clock.now) == 1
        assert desk.run(db, kept, clock.now) == 0, (
            "its row stands until the read model has caught up"
        )
    run()
    with asking(database.url) as db, psycopg.connect(database.url) as kept:
        assert desk.run(db, kept, clock.now) == 0
    (intent,) = machine.world.platform.table("payment_intent")

    stripe.v1.payment_intents.confirm(intent, {"payment_method": "pm_card_visa"})
    machine.tick()
    with psycopg.connect(database.url) as connection:
        for event in [*machine.world.platform.table("event").values()] * 10:
            inbox.keep(connection, letter_of(event), clock.now)
        connection.commit()
        while inbox.waiting(connection, clock.now + DAY):
            read_inbox(connection, world, clock.now, failed)
            clock.pass_by(calls.patience.first_wait * 20)
            machine.tick()

    booking = history.ledger.state(BOOKINGS, STAY)
    assert booking is not None
    assert booking.status == "confirmed"
    assert troubles == []
    assert len(machine.world.platform.table("charge")) == 1


def test_an_errand_that_fails_is_in_sight_until_it_is_done_whoever_dies_meanwhile(
    history: History, database: Database
) -> None:
    clock, told = history.clock, list[str]()
    machine = StripeMachine(clock=lambda: clock.now.timestamp())
    rule = {"kind": "timeout_before", "path": "/v1/payment_intents", "times": 10_000}
    machine.control("POST", "faults", json.dumps(rule).encode())
    world, _ = world_around(history, machine)
    drive_to_end(database.url, ERRANDS)

    def works() -> int:
        desk = ErrandDesk(world, lambda what, error: told.append(what))
        with asking(database.url) as db, psycopg.connect(database.url) as kept:
            return desk.run(db, kept, clock.now)

    def in_trouble() -> list[Trouble]:
        with psycopg.connect(database.url) as kept:
            return list(troubles.known(kept))

    for attempt in range(1, 11):
        clock.pass_by(LONGEST_WAIT)
        assert works() == 0
        assert [one.attempts for one in in_trouble()] == [attempt]
    (trouble,) = in_trouble()
    assert trouble.last_trouble.startswith("OUTCOME_UNKNOWN")
    assert told == [trouble.errand], "it is told once"
    machine.control("DELETE", "faults")
    assert trouble.again_at > clock.now + MINUTE
    clock.pass_by(MINUTE)
    assert works() == 0, "its time has not come"

    with psycopg.connect(database.url) as kept:
        assert troubles.hurry(kept, trouble.errand, PAUL, clock.now)
        assert not troubles.hurry(kept, "open_intent/of nobody", PAUL, clock.now)
    assert in_trouble()[0].hurried_by == PAUL

    done = works()
    assert in_trouble() == []
    assert done == 1
    assert len(machine.world.platform.table("payment_intent")) == 1


def test_a_trouble_is_forgotten_when_there_is_nothing_to_do_any_more(
    history: History, database: Database
) -> None:
    world, _ = world_around(history, StripeMachine())
    clock, name = history.clock, ("send_refund/gone", "somebody/1")
    drive_to_end(database.url, ERRANDS)
    with asking(database.url) as db, psycopg.connect(database.url) as kept:
        troubles.keep(kept, name, "an error\0", clock.now, again_at=clock.now)
        troubles.keep(kept, (name[0], "somebody/2"), "another", clock.now, again_at=clock.now)
        (anew,) = troubles.known(kept)
        assert (anew.attempts, anew.last_trouble) == (1, "another"), "it was set anew"

        ErrandDesk(world, lambda what, error: None).run(db, kept, clock.now, limit=0)

        assert troubles.known(kept) == []
