"""One planted bug for each invariant: what somebody did to a sound history, and who must speak.

Most are tampered rows: the owner of the table lays aside its guard, changes a row, and puts the
guard back. Some are events that no decider was asked about, appended through the real store. Each
breach names every invariant that it breaks, so a rule that speaks too much fails as well.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, LiteralString

import psycopg
from msgspec.structs import replace
from psycopg import sql

from ledger import processes
from ledger.aggregates import postings
from ledger.events import Event
from ledger.events.booking import BookingConfirmed, StayStarted
from ledger.events.payment import PaymentOpened
from ledger.events.payout import PayoutCancelled
from ledger.events.refund import RefundApproved, RefundRequested, RefundSucceeded
from ledger.events.unit_calendar import HoldPlaced, ReservationReleased
from ledger.store import Night
from ledger.values.clock import instant
from ledger.values.ids import BookingId, RefundId, StreamId
from ledger.values.policy import STRICT
from ledger.values.price import price_under
from projections import PROJECTIONS
from projections.projection import WHOLE
from replay import schemas
from replay.rebuild import rebuild
from tests.conftest import Database
from tests.facts import GUEST, HALF, PROCESSOR, TIMER, UNIT, a_stay, an_id
from tests.ledger import worked
from tests.replay.small_history import (
    ABANDONED,
    AHEAD,
    CANCELLED,
    HALF_KEPT,
    JUNE_FIRST,
    STAYED,
    History,
)

Connection = psycopg.Connection[Any]
Shape = dict[str, Any]


@dataclass(frozen=True)
class Planted:
    """A breach, in words; the invariants that it breaks; and what was done."""

    what: str
    breaks: frozenset[str]
    plant: Callable[[History, Database], None]


ARRIVAL = instant("2025-09-01T14:00:00Z")
"""Check-in of the booking that is still ahead."""

BREACHES: list[Planted] = []
"""Every breach there is."""

Plant = Callable[[History, Database], None]


def breaks(*invariants: str) -> Callable[[Plant], Plant]:
    """Register a breach under the sentence in its docstring."""

    def register(plant: Plant) -> Plant:
        what = (plant.__doc__ or "").strip()
        BREACHES.append(Planted(what, frozenset(f"INV-{name}" for name in invariants), plant))
        return plant

    return register


# -- How to tamper --------------------------------------------------------------------------


@contextmanager
def unguarded(database: Database) -> Iterator[Connection]:
    """The history without its guard, which only the owner can lay aside."""
    with psycopg.connect(database.owner_url) as connection:
        for table in ("events", "commands"):
            connection.execute(f"ALTER TABLE ledger.{table} DISABLE TRIGGER append_only")
        yield connection
        for table in ("events", "commands"):
            connection.execute(f"ALTER TABLE ledger.{table} ENABLE ALWAYS TRIGGER append_only")


def rewrite(database: Database, topic: str, case_id: str, change: Callable[[Shape], None]) -> None:
    """Change the content of a case's one event of a topic."""
    at = {"topic": topic, "case": case_id}
    with unguarded(database) as connection:
        found = connection.execute(_STATE, at)
        ((state,),) = found.fetchall()
        shape = json.loads(state)
        change(shape)
        connection.execute(_REWRITE, {**at, "state": json.dumps(shape).encode()})


_STATE: LiteralString = (
    "SELECT state FROM ledger.events WHERE topic = %(topic)s AND case_id = %(case)s"
)
_REWRITE: LiteralString = (
    "UPDATE ledger.events SET state = %(state)s WHERE topic = %(topic)s AND case_id = %(case)s"
)


def update(database: Database, change: LiteralString, topic: str, case_id: str) -> None:
    """Change columns of a case's one event of a topic."""
    with unguarded(database) as connection:
        changed = connection.execute(
            sql.SQL("UPDATE ledger.events SET {} WHERE topic = %s AND case_id = %s").format(
                sql.SQL(change)
            ),
            (topic, case_id),
        )
        assert changed.rowcount == 1


def exchange(database: Database, case_id: str, *topics: str) -> None:
    """Let two events of a case, of different topics, change their positions."""
    with unguarded(database) as connection:
        found = connection.execute(
            "SELECT position FROM ledger.events WHERE case_id = %s AND topic = ANY(%s)",
            (case_id, list(topics)),
        )
        (one,), (other,) = found.fetchall()
        move = "UPDATE ledger.events SET position = %s WHERE position = %s"
        for there, here in ((-1, one), (one, other), (other, -1)):
            connection.execute(move, (there, here))


def events_of(history: History, stream_id: str) -> list[Event]:
    """The events of a stream, in order."""
    return [recorded.event for recorded in history.store.read(StreamId(stream_id))]


def lines(shape: Shape) -> list[list[Any]]:
    """The lines of an event's only entry: account, key, minor units, currency."""
    found: list[list[Any]] = shape["entries"][0]["lines"]
    return found


# -- Streams --------------------------------------------------------------------------------


@breaks("E1")
def skip_a_version(history: History, database: Database) -> None:
    """A stream goes from one version to the next but one."""
    update(database, "version = version + 1", "booking.stay_completed", STAYED)


@breaks("E1", "B3")
def swap_two_events_of_a_stream(history: History, database: Database) -> None:
    """Two events of one stream changed places."""
    exchange(database, STAYED, "payout.due", "payout.released")


@breaks("E2")
def name_a_cause_that_is_still_to_come(history: History, database: Database) -> None:
    """An event was caused by one that was not there yet."""
    started = (AHEAD, StayStarted())
    history.plant(AHEAD, started, by=TIMER, causation=f"{STAYED}/99", at=ARRIVAL)


@breaks("E2")
def swap_cause_and_effect(history: History, database: Database) -> None:
    """A payment was opened before the booking that it is for was asked for."""
    exchange(database, CANCELLED, "booking.requested", "payment.opened")


@breaks("E3")
def record_a_command_twice(history: History, database: Database) -> None:
    """The events of one command were written in two commits."""
    with unguarded(database) as connection:
        connection.execute(
            "UPDATE ledger.events SET command_id = (SELECT command_id FROM ledger.events "
            "WHERE topic = 'booking.stay_started' AND case_id = %(case)s) "
            "WHERE topic = 'booking.stay_completed' AND case_id = %(case)s",
            {"case": STAYED},
        )


@breaks("E3")
def lose_the_record_of_a_command(history: History, database: Database) -> None:
    """A command has events, and no record that would stop it from being done again."""
    with unguarded(database) as connection:
        connection.execute(
            "DELETE FROM ledger.commands WHERE command_id = "
            "(SELECT command_id FROM ledger.events WHERE topic = 'booking.stay_completed' LIMIT 1)"
        )


@breaks("E3")
def lose_what_was_acknowledged(history: History, database: Database) -> None:
    """A command was acknowledged, and its event is gone."""
    with unguarded(database) as connection:
        connection.execute(
            "DELETE FROM ledger.events WHERE case_id = %s AND topic = 'booking.stay_completed'",
            (STAYED,),
        )


@breaks("E7")
def write_in_an_unknown_language(history: History, database: Database) -> None:
    """An event has a topic that nobody knows."""
    update(database, "topic = 'booking.teleported'", "booking.stay_completed", STAYED)


@breaks("E7")
def write_by_a_newer_schema(history: History, database: Database) -> None:
    """An event has a schema from the future."""
    update(database, "schema = 99", "attestation.property_attested", an_id("attestation"))


@breaks("E7")
def damage_bytes(history: History, database: Database) -> None:
    """The bytes of an event are cut off in the middle."""
    cut = "state = substring(state FOR length(state) / 2)"
    update(database, cut, "attestation.property_attested", an_id("attestation"))


@breaks("E8")
def set_the_clock_back(history: History, database: Database) -> None:
    """An event was stamped an hour before the one in front of it."""
    back = "recorded_at = recorded_at - interval '1 hour'"
    update(database, back, "booking.stay_completed", STAYED)


@breaks("E8")
def live_in_the_future(history: History, database: Database) -> None:
    """An event was stamped tomorrow."""
    with unguarded(database) as connection:
        connection.execute(
            "UPDATE ledger.events SET recorded_at = recorded_at + interval '1 day' "
            "WHERE position = (SELECT max(position) FROM ledger.events)"
        )


@breaks("E8")
def know_what_is_still_to_happen(history: History, database: Database) -> None:
    """An event was recorded before it happened."""
    later = "occurred_at = recorded_at + interval '1 day'"
    update(database, later, "booking.stay_completed", STAYED)


# -- Books ----------------------------------------------------------------------------------


@breaks("L1", "L2", "L4")
def be_a_cent_off(history: History, database: Database) -> None:
    """A line is one cent too high."""

    def change(shape: Shape) -> None:
        lines(shape)[0][2] += 1

    rewrite(database, "payment.completed", AHEAD, change)


@breaks("L1", "L2", "L3", "L4")
def drop_a_line(history: History, database: Database) -> None:
    """A line is missing: what the guest paid was never received for anything."""

    def change(shape: Shape) -> None:
        del lines(shape)[1]

    rewrite(database, "payment.completed", AHEAD, change)


@breaks("L3", "L8")
def swap_two_events(history: History, database: Database) -> None:
    """A payout was sent before its money was earned."""
    for behind in ("payout.due", "payout.released", "payout.transferred"):
        exchange(database, STAYED, "booking.earnings_recognized", behind)


@breaks("L4", "L11")
def take_the_fee_of_a_wrong_base(history: History, database: Database) -> None:
    """Fee and earnings were worked out of another amount; the entry balances."""

    def change(shape: Shape) -> None:
        for line in lines(shape):
            if line[0] in ("revenue_deferred", "rev_host_fee"):
                line[2] += 100 if line[2] < 0 else -100

    rewrite(database, "booking.earnings_recognized", STAYED, change)


@breaks("L4")
def book_by_another_rule(history: History, database: Database) -> None:
    """An entry names a version of its rule that there is not."""

    def change(shape: Shape) -> None:
        shape["entries"][0]["version"] = 7

    rewrite(database, "payment.funds_available", STAYED, change)


@breaks("L4", "L11")
def forget_a_leg(history: History, database: Database) -> None:
    """What the platform earns was left where it was deferred."""

    def change(shape: Shape) -> None:
        kept = ("host_deferred", "host_payable")
        shape["entries"][0]["lines"] = [line for line in lines(shape) if line[0] in kept]

    rewrite(database, "booking.earnings_recognized", STAYED, change)


@breaks("L5")
def round_each_line_by_itself(history: History, database: Database) -> None:
    """The lines of a refund do not sum to what goes back."""

    def change(shape: Shape) -> None:
        shape["lines"][0][2] += 1

    rewrite(database, "refund.requested", HALF_KEPT, change)


@breaks("L3", "L4", "L6", "L8", "L11", "B3")
def pay_a_host_twice(history: History, database: Database) -> None:
    """A host was sent the same payout again."""
    payout = processes.payout_of(STAYED)
    *_, transferred = events_of(history, payout)
    history.plant(STAYED, (payout, transferred), by=PROCESSOR)


@breaks("L3", "L4", "L6", "L8", "L11")
def transfer_too_much(history: History, database: Database) -> None:
    """A host was sent the platform's fees as well."""

    def change(shape: Shape) -> None:
        shape["amount"][0] += 10_000
        for line in lines(shape):
            line[2] += 10_000 if line[2] > 0 else -10_000

    rewrite(database, "payout.transferred", STAYED, change)


@breaks("L3", "L6", "L7", "L11")
def refund_twice(history: History, database: Database) -> None:
    """The whole of a payment went back to the guest, by two refunds."""
    booking, again = CANCELLED, RefundId(an_id("again"))
    requested, approved, submitted, pending, succeeded = events_of(
        history, processes.refund_of(CANCELLED)
    )
    assert isinstance(requested, RefundRequested)
    assert isinstance(approved, RefundApproved)
    assert isinstance(succeeded, RefundSucceeded)
    to_approve = postings.refund_approved(again, booking, requested.back)
    to_succeed = postings.refund_succeeded(again, requested.amount)
    history.plant(booking, (again, requested), (again, replace(approved, entries=(to_approve,))))
    history.plant(booking, (again, submitted))
    history.plant(
        booking,
        (again, pending),
        (again, replace(succeeded, entries=(to_succeed,))),
        by=PROCESSOR,
    )


@breaks("L7")
def give_back_another_amount(history: History, database: Database) -> None:
    """A payment counts a refund of one cent more than went back."""

    def change(shape: Shape) -> None:
        shape["refunded"][0] += 1

    rewrite(database, "payment.refund_recorded", HALF_KEPT, change)


@breaks("L8")
def pay_a_host_early(history: History, database: Database) -> None:
    """A payout was sent a day before its time."""
    with unguarded(database) as connection:
        connection.execute(
            "UPDATE ledger.events SET occurred_at = occurred_at - interval '1 day' "
            "WHERE stream_id = %s AND topic = 'payout.transferred'",
            (processes.payout_of(STAYED),),
        )


@breaks("L11")
def forget_to_refund(history: History, database: Database) -> None:
    """A booking was cancelled, and nobody asked for the refund that the guest is owed."""
    booking_id = BookingId(an_id("forgotten"))
    history.sell(history.to_book(booking_id, "2025-08-01"))
    *_, cancelled = events_of(history, CANCELLED)
    freed = tuple(Night(UNIT, night) for night in a_stay("2025-08-01").nights())
    released = ReservationReleased(booking_id=booking_id, stay=a_stay("2025-08-01"))
    history.plant(booking_id, (booking_id, cancelled), by=GUEST)
    history.plant(
        booking_id,
        (UNIT, released),
        (processes.payout_of(booking_id), PayoutCancelled()),
        freed=freed,
    )


# -- Bookings -------------------------------------------------------------------------------


@breaks("B1")
def sell_a_night_twice(history: History, database: Database) -> None:
    """Nights that a booking has were held for another one, and the claims do not show it."""
    overlapping = HoldPlaced(
        booking_id=BookingId(an_id("second")), stay=a_stay("2025-09-02"), expires_at=JUNE_FIRST
    )
    history.plant(AHEAD, (UNIT, overlapping))


@breaks("B2")
def leave_a_ghost(history: History, database: Database) -> None:
    """A night is claimed for a booking that was cancelled."""
    claim = "INSERT INTO ledger.night_claims VALUES (%s, '2025-12-24', %s)"
    with psycopg.connect(database.owner_url) as connection:
        connection.execute(claim, (UNIT, CANCELLED))


@breaks("B2")
def lose_a_claim(history: History, database: Database) -> None:
    """A night of a stay to come is claimed by nobody."""
    lose = "DELETE FROM ledger.night_claims WHERE case_id = %s AND night = '2025-09-02'"
    with psycopg.connect(database.owner_url) as connection:
        connection.execute(lose, (AHEAD,))


@breaks("B3")
def take_an_illegal_step(history: History, database: Database) -> None:
    """A guest came to a stay that was cancelled."""
    history.plant(CANCELLED, (CANCELLED, StayStarted()), by=TIMER)


@breaks("B3")
def act_for_somebody_else(history: History, database: Database) -> None:
    """A guest began a stay, which is the host's to do, or the clock's."""
    history.plant(AHEAD, (AHEAD, StayStarted()), by=GUEST, at=ARRIVAL)


@breaks("B3")
def lead_nowhere(history: History, database: Database) -> None:
    """A booking was cancelled into a state that there is not."""

    def change(shape: Shape) -> None:
        shape["to"] = "cancelled_by_the_weather"

    rewrite(database, "booking.cancelled", CANCELLED, change)


@breaks("B4")
def let_a_price_drift(history: History, database: Database) -> None:
    """A night costs one cent more than its sum says."""

    def change(shape: Shape) -> None:
        shape["price"]["nights"][0][1] += 1

    rewrite(database, "booking.requested", AHEAD, change)


@breaks("B4")
def charge_for_other_nights(history: History, database: Database) -> None:
    """The nights of a price are not those of the stay."""

    def change(shape: Shape) -> None:
        shape["price"]["nights"][0][0] = "2025-08-31"

    rewrite(database, "booking.requested", AHEAD, change)


@breaks("B4")
def settle_against_the_policy(history: History, database: Database) -> None:
    """A cancellation shows that the guest gets a cent less, and the host keeps it."""

    def change(shape: Shape) -> None:
        settlement = shape["settlement"]
        settlement["refund"][0] -= 1
        settlement["back"]["host_minor"] -= 1
        settlement["kept"]["host_minor"] = settlement["kept"].get("host_minor", 0) + 1

    rewrite(database, "booking.cancelled", CANCELLED, change)


@breaks("B4")
def take_off_too_much(history: History, database: Database) -> None:
    """A step of a night's price takes off a percent more than the plan says."""

    def change(shape: Shape) -> None:
        step = shape["price"]["explained"][0][-1]
        step[1] = str(Decimal(step[1]) - 100)

    rewrite(database, "booking.requested", explained(history), change)


@breaks("B4")
def tax_too_few_heads(history: History, database: Database) -> None:
    """A tax by the head was taken of one head too few, for one night."""

    def change(shape: Shape) -> None:
        shape["price"]["taxes"][0]["minor"] -= 165

    rewrite(database, "booking.requested", explained(history), change)


@breaks("B4")
def settle_by_the_tier_of_another_day(history: History, database: Database) -> None:
    """A guest who cancelled after the boundary was settled as if it had been the day before."""
    booking_id = BookingId(an_id("half in time"))
    history.sell(history.to_book(booking_id, "2025-08-20", STRICT))
    history.cancel(booking_id, HALF, at=instant("2025-08-13T14:00:00Z"))
    update(
        database, "occurred_at = occurred_at + interval '1 day'", "booking.cancelled", booking_id
    )


@breaks("B7")
def reckon_check_in_by_the_clock_of_summer(history: History, database: Database) -> None:
    """A host was promised money a day after a check-in that is an hour off: the clocks go back."""
    booking_id = BookingId(an_id("after the clocks went back"))
    history.sell(history.to_book(booking_id, "2025-10-26"))

    def change(shape: Shape) -> None:
        hour_off = datetime.fromisoformat(shape["release_at"]) - timedelta(hours=1)
        shape["release_at"] = hour_off.isoformat()

    rewrite(database, "payout.scheduled", booking_id, change)


@breaks("B7")
def begin_a_day_early(history: History, database: Database) -> None:
    """A stay began on the day before the day of arrival, by the clock of another zone."""
    history.plant(AHEAD, (AHEAD, StayStarted()), by=TIMER, at=instant("2025-08-31T22:30:00Z"))


@breaks("B7")
def hold_other_nights_than_were_asked_for(history: History, database: Database) -> None:
    """The nights that were held for a booking, and let go, are a day off."""

    def change(shape: Shape) -> None:
        shape["stay"] = ["2025-07-24", "2025-07-27"]

    for topic in ("unit_calendar.hold_placed", "unit_calendar.hold_released"):
        rewrite(database, topic, ABANDONED, change)


@breaks("B7")
def count_money_to_the_day_of_another_zone(history: History, database: Database) -> None:
    """What a stay brought was earned on one day, and stands in the books on the next."""

    def change(shape: Shape) -> None:
        shape["effective_on"] = "2025-07-04"

    rewrite(database, "booking.earnings_recognized", STAYED, change)


def explained(history: History) -> BookingId:
    """A booking whose price says each step, asked for and not paid."""
    booking_id, nights = BookingId(an_id("explained")), a_stay("2025-08-20", nights=7)
    occasion = replace(worked.OCCASION, booked_on=date(2025, 7, 20))
    price = price_under(worked.TERMS, nights, occasion)
    asked = history.to_book(booking_id, "2025-08-20", STRICT)
    history.book(replace(asked, stay=nights, price=price, party=occasion.party))
    return booking_id


@breaks("B5", "L3")
def confirm_without_money(history: History, database: Database) -> None:
    """A booking was confirmed while its payment was still on its way."""
    booking_id = BookingId(an_id("not paid yet"))
    asked = history.to_book(booking_id, "2025-08-10")
    price, payment_id = asked.price, processes.payment_of(booking_id)
    history.book(asked)
    (opened, processing, *_) = events_of(history, processes.payment_of(AHEAD))
    assert isinstance(opened, PaymentOpened)
    due = replace(opened, booking_id=booking_id, price=price)
    history.plant(booking_id, (payment_id, due), (payment_id, processing))
    confirmed = BookingConfirmed(
        payment_id=payment_id,
        total=price.total,
        effective_on=date(2025, 7, 20),
        entries=(postings.booking_confirmed(booking_id, payment_id, price.shares),),
    )
    history.plant(booking_id, (booking_id, confirmed))


# -- Read models ----------------------------------------------------------------------------


@breaks("R1")
def tamper_with_a_read_model(history: History, database: Database) -> None:
    """Somebody changed one row of what people read, and not the history."""
    rebuild(database.url)
    with psycopg.connect(database.url) as connection:
        connection.execute(
            "UPDATE trips_v1.trips SET status = 'completed' WHERE booking_id = %s", (AHEAD,)
        )


@breaks("R1")
def forget_a_line_of_the_journal(history: History, database: Database) -> None:
    """A line of the journal is not in the read model."""
    rebuild(database.url)
    with psycopg.connect(database.url) as connection:
        connection.execute(
            "DELETE FROM journal_v1.journal WHERE case_id = %s AND leg = 1", (AHEAD,)
        )


@breaks("R3")
def run_ahead(history: History, database: Database) -> None:
    """A read model says that it stands where the history has not come yet."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        schemas.prepare(connection, *PROJECTIONS)
        connection.execute(
            "INSERT INTO read_models.positions (schema, slice, position) VALUES (%s, %s, %s)",
            ("trips_v0", WHOLE, history.store.head() + 1),
        )
