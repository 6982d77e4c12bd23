"""What goes out and comes in, by the desks that the service runs, over Postgres and its inbox."""

from collections.abc import Iterator
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
from ledger.store import EventStore, inbox
from ledger.values.ids import BookingId, fresh_id
from projections.errands import ERRANDS
from replay.outside import ErrandDesk, read_inbox
from sandbox.stripe.inprocess import InProcessClient
from sandbox.stripe.machine import StripeMachine
from tests.conftest import Database
from tests.facts import an_id
from tests.ledger.market import letter_of
from tests.projections.story import asking, drive_to_end
from tests.replay.small_history import DAY, History

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


def ask(draft: Draft) -> None:
    processes.ask_for_payment(draft, STAY)


def test_case_37_a_stay_is_paid_through_the_desks_although_each_notice_comes_ten_times(
    history: History, database: Database
) -> None:
    clock, troubles = history.clock, list[str]()
    machine = StripeMachine(clock=lambda: clock.now.timestamp())
    stripe = client("sk_test_desk", http=InProcessClient(machine))
    calls = Calls(clock=clock, sleep=clock.pass_by, chance=Random(17))
    world = World(history.ledger, StripeGateway(stripe), calls, fresh_id)

    def failed(what: str, error: Exception) -> None:
        troubles.append(f"{what}: {error}")

    desk = ErrandDesk(world, failed)
    run = partial(drive_to_end, database.url, ERRANDS)
    run()
    with asking(database.url) as db:
        assert desk.run(db, clock.now) == 1
        assert desk.run(db, clock.now) == 0, "its row stands until the read model has caught up"
    run()
    with asking(database.url) as db:
        assert desk.run(db, clock.now) == 0
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
