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
from ledger.aggregates.booking import BOOKING
from ledger.aggregates.host_debt import debt_of
from ledger.events import Event
from ledger.events.booking import BookingCancelled, BookingConfirmed, StayStarted
from ledger.events.payment import DisputedAmountWithdrawn, PaymentOpened, RefundReserved
from ledger.events.payout import PayoutCancelled
from ledger.events.refund import (
    ExternalRefundDetected,
    RefundApproved,
    RefundPending,
    RefundRequested,
    RefundResubmitted,
    RefundSucceeded,
)
from ledger.events.unit_calendar import (
    BlockKind,
    HoldPlaced,
    NightsBlocked,
    NightsUnblocked,
    ReservationMade,
    ReservationMoved,
    ReservationReleased,
)
from ledger.store import Night
from ledger.values.clock import instant
from ledger.values.ids import BlockId, BookingId, HostId, RefundId, StreamId
from ledger.values.money import Money
from ledger.values.policy import STRICT, Ending
from ledger.values.price import price_under
from projections import PROJECTIONS
from projections.projection import WHOLE
from replay import schemas
from replay.rebuild import rebuild
from tests.conftest import Database
from tests.facts import (
    CLARA,
    DISPUTE,
    FINANCE,
    GUEST,
    HALF,
    HOST,
    PROCESSOR,
    RUI,
    TIMER,
    UNIT,
    a_price,
    a_reversal,
    a_stay,
    a_write_off,
    an_id,
    money,
    netted,
    owed,
    turned_back,
    written_off,
)
from tests.ledger import worked
from tests.replay.payment_history import (
    ADOPTED_LATE,
    DECLINED_ONCE,
    EXCHANGED,
    TOO_LATE_TO_STAY,
)
from tests.replay.payout_history import LOST, THE_LOST
from tests.replay.refund_history import BY_HAND, CAME_BACK, COMPLAINED, to_correct
from tests.replay.small_history import (
    ABANDONED,
    AHEAD,
    ATTIC,
    CANCELLED,
    GARDEN,
    HALF_KEPT,
    JUNE_FIRST,
    STAYED,
    History,
)

DEBTOR = HostId(an_id("a host in debt"))
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


def rewrite_stream(
    database: Database, topic: str, stream_id: str, change: Callable[[Shape], None]
) -> None:
    """Change the content of a stream's one event of a topic."""
    with unguarded(database) as connection:
        ((version, state),) = connection.execute(
            "SELECT version, state FROM ledger.events WHERE topic = %s AND stream_id = %s",
            (topic, stream_id),
        ).fetchall()
        shape = json.loads(state)
        change(shape)
        connection.execute(
            "UPDATE ledger.events SET state = %s WHERE stream_id = %s AND version = %s",
            (json.dumps(shape).encode(), stream_id, version),
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


@breaks("L3", "L4", "L6", "L8", "L11")
def net_more_than_is_owed(history: History, database: Database) -> None:
    """A host was paid for a booking, and then it paid a debt that was smaller, too."""
    of = {"host_id": DEBTOR, "booking_id": STAYED}
    entry = postings.debt_netted(DEBTOR, STAYED, Money(5_000, "EUR"))
    payout = processes.payout_of(STAYED)
    paid_off = replace(netted("50.00 EUR"), **of, payout_id=payout, entries=(entry,))
    debt = debt_of(DEBTOR)
    history.plant(STAYED, (debt, replace(owed("49.99 EUR"), **of)), (debt, paid_off))


@breaks("L3", "L4")
def write_off_what_nobody_proposed(history: History, database: Database) -> None:
    """Two persons gave up 50 euros of a debt, and 40 were proposed."""
    debt, of = debt_of(DEBTOR), {"host_id": DEBTOR}
    entry = postings.debt_written_off(DEBTOR, Money(5_000, "EUR"))
    given_up = replace(written_off("50.00 EUR"), **of, entries=(entry,))
    history.plant(STAYED, (debt, replace(owed("50.00 EUR"), **of, booking_id=STAYED)))
    proposed = replace(a_write_off("40.00 EUR"), **of)
    history.plant(debt, (debt, proposed), (debt, given_up), by=FINANCE)


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


@breaks("L8", "L11")
def take_back_more_than_was_sent(history: History, database: Database) -> None:
    """A transfer came back, and 50.80 euros that were never sent."""
    payout, came = processes.payout_of(STAYED), money("400.00 EUR")
    entry = postings.payout_reversed(RUI, STAYED, came, money("0.00 EUR"))
    back = replace(turned_back("400.00 EUR"), booking_id=STAYED, entries=(entry,), to="reversed")
    history.plant(STAYED, (payout, a_reversal("400.00 EUR")))
    history.plant(STAYED, (payout, back), by=PROCESSOR)


@breaks("B3", "L4", "L8", "L11")
def take_back_what_nobody_ordered(history: History, database: Database) -> None:
    """A transfer came back of itself, to the account of a host who is owed nothing for it."""
    payout, came = processes.payout_of(LOST), money("100.00 EUR")
    entry = postings.payout_reversed(RUI, LOST, came, money("0.00 EUR"))
    back = replace(turned_back("100.00 EUR"), booking_id=LOST, entries=(entry,), to="reversed")
    history.plant(LOST, (payout, back), by=PROCESSOR)


@breaks("B3", "L3", "L4", "L6")
def lose_a_dispute_twice(history: History, database: Database) -> None:
    """The loss of a dispute was booked again."""
    *_, lost = events_of(history, THE_LOST)
    history.plant(LOST, (THE_LOST, lost), by=PROCESSOR)


@breaks("L3", "L4")
def let_the_platform_pay_for_the_host(history: History, database: Database) -> None:
    """What a host owes for a lost dispute was booked as the platform's loss; the entry balances."""

    def change(shape: Shape) -> None:
        for line in lines(shape):
            if line[0] == "host_receivable":
                line[0], line[1] = "exp_chargeback_loss", ""

    rewrite(database, "dispute.lost", LOST, change)


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


@breaks("L4")
def forget_the_debt_of_a_host(history: History, database: Database) -> None:
    """A refund after the payout says that the host owes nothing, and its lines say otherwise."""

    def change(shape: Shape) -> None:
        shape["debt"][0] = 0

    rewrite_stream(database, "refund.approved", CAME_BACK, change)


@breaks("L3", "L4", "L11")
def give_back_half_of_an_approval(history: History, database: Database) -> None:
    """A refund was cancelled, and half of what it had taken stayed where it was."""

    def change(shape: Shape) -> None:
        for line in lines(shape):
            line[2] //= 2

    rewrite(database, "refund.cancelled", COMPLAINED, change)


@breaks("L4")
def take_goodwill_from_elsewhere(history: History, database: Database) -> None:
    """What the platform gave by hand was booked as a promotion, and nobody corrected it so."""

    def change(shape: Shape) -> None:
        lines(shape)[0][0] = "exp_psp_fees"

    rewrite(database, "refund.external_detected", COMPLAINED, change)


@breaks("L7")
def try_again_where_there_is_no_room(history: History, database: Database) -> None:
    """A refund that had failed was tried again after all the room was taken from outside."""
    everything = a_price().total
    seen = events_of(history, BY_HAND)[0]
    assert isinstance(seen, ExternalRefundDetected)
    entries = (postings.external_refund_seen(everything),)
    history.plant(
        COMPLAINED,
        (an_id("all of it by hand"), replace(seen, amount=everything, entries=entries)),
        by=PROCESSOR,
    )
    *_, failed, _, _, succeeded = events_of(history, CAME_BACK)
    history.plant(COMPLAINED, (CAME_BACK, failed), by=PROCESSOR)
    history.plant(COMPLAINED, (CAME_BACK, RefundResubmitted(idempotency_key="c/3")), by=CLARA)
    pending = RefundPending(processor_refund="re_6", pending_reason=None)
    history.plant(COMPLAINED, (CAME_BACK, pending), (CAME_BACK, succeeded), by=PROCESSOR)


@breaks("L14")
def book_another_correction_than_was_agreed(history: History, database: Database) -> None:
    """Two people agreed on one correction, and another one stands in the books."""

    def change(shape: Shape) -> None:
        shape["entries"][1]["lines"][0][0] = "exp_psp_fees"

    rewrite(database, "correction.applied", COMPLAINED, change)


@breaks("L14")
def correct_the_books_alone(history: History, database: Database) -> None:
    """One person proposed a correction and applied it, of an entry that was corrected before."""
    again = an_id("a correction by one person")
    drafted, submitted, applied = events_of(history, to_correct(history, 2).correction_id)
    steps = [(again, event) for event in (drafted, submitted, applied)]
    history.plant(COMPLAINED, *steps, by=CLARA)


@breaks("L14")
def correct_what_was_never_recorded(history: History, database: Database) -> None:
    """The entry that a correction takes back is not the one that was recorded."""

    def change(shape: Shape) -> None:
        shape["number"] = 2

    applied = to_correct(history, 2).correction_id
    rewrite_stream(database, "correction.drafted", applied, change)
    rewrite_stream(database, "correction.applied", applied, change)


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
    assert isinstance(cancelled, BookingCancelled)
    booking = history.ledger.state(BOOKING, booking_id)
    assert booking is not None
    shown = booking.settled(Ending.BY_GUEST, history.clock.now)
    cancelled = replace(cancelled, settlement=shown)
    freed = tuple(Night(UNIT, night) for night in a_stay("2025-08-01").nights())
    released = ReservationReleased(booking_id=booking_id, stay=a_stay("2025-08-01"))
    history.plant(booking_id, (booking_id, cancelled), by=GUEST)
    history.plant(
        booking_id,
        (UNIT, released),
        (processes.payout_of(booking_id), PayoutCancelled()),
        freed=freed,
    )


# -- Charges, and money without a place -----------------------------------------------------


def shift(shape: Shape, rule: str, minor: int, *accounts: str) -> None:
    """Let some lines of a rule's entry say more, on the side that they are on."""
    (entry,) = [entry for entry in shape["entries"] if entry["rule"] == rule]
    for line in entry["lines"]:
        if line[0] in accounts:
            line[2] += minor if line[2] > 0 else -minor


@breaks("L4")
def forget_the_fee(history: History, database: Database) -> None:
    """The processor kept a fee, and nobody booked it."""

    def change(shape: Shape) -> None:
        del shape["entries"][1]

    rewrite(database, "payment.completed", DECLINED_ONCE, change)


@breaks("L3", "L4")
def book_another_fee(history: History, database: Database) -> None:
    """The fee was booked higher than the processor says that it is."""

    def change(shape: Shape) -> None:
        shift(shape, "J3", 100, "exp_psp_fees", "stripe_pending")

    rewrite(database, "payment.completed", DECLINED_ONCE, change)


@breaks("L3", "L4")
def make_the_gross_usable(history: History, database: Database) -> None:
    """All that the guest paid became usable, though the processor had kept its fee of it."""

    def change(shape: Shape) -> None:
        shift(shape, "J4", 1_252, "stripe_available", "stripe_pending")

    rewrite(database, "payment.funds_available", DECLINED_ONCE, change)


@breaks("L3", "L4")
def exchange_at_another_rate(history: History, database: Database) -> None:
    """Less was booked than the processor says that the guest's money was exchanged into."""

    def change(shape: Shape) -> None:
        (entry, _) = shape["entries"]
        for line in entry["lines"]:
            if line[3] == "CHF":
                line[2] += -500 if line[2] > 0 else 500

    rewrite(database, "payment.completed", EXCHANGED, change)


@breaks("L4")
def hide_what_the_exchange_cost(history: History, database: Database) -> None:
    """What two rates differed by was left on the booking's position."""

    def change(shape: Shape) -> None:
        for line in lines(shape):
            if line[0] == "fx_gain_loss":
                line[0], line[1] = "fx_position", TOO_LATE_TO_STAY

    rewrite(database, "unapplied_receipt.returned", TOO_LATE_TO_STAY, change)


@breaks("L3", "L4", "L11")
def book_it_against_the_guest(history: History, database: Database) -> None:
    """Money without a place was booked as if the guest had owed it; everything else has ended."""

    def change(shape: Shape) -> None:
        for line in lines(shape):
            if line[0] == "unapplied_receipts":
                line[0], line[1] = "guest_receivable", TOO_LATE_TO_STAY

    rewrite(database, "unapplied_receipt.detected", TOO_LATE_TO_STAY, change)


@breaks("L4", "B4", "B5")
def adopt_less_than_is_due(history: History, database: Database) -> None:
    """A payment that adopted money says that a cent less was due than came."""

    def change(shape: Shape) -> None:
        shape["due"][0] -= 1

    rewrite(database, "payment.adopted", ADOPTED_LATE, change)


@breaks("E2", "L4")
def adopt_what_never_came(history: History, database: Database) -> None:
    """A payment adopted money of a receipt that there is not."""

    def change(shape: Shape) -> None:
        shape["receipt_id"] = an_id("a receipt that there is not")

    rewrite(database, "payment.adopted", ADOPTED_LATE, change)


@breaks("L7")
def set_aside_what_went_back(history: History, database: Database) -> None:
    """A payment that gave everything back set some of it aside for another refund."""
    payment_id, refund_id = processes.payment_of(CANCELLED), processes.refund_of(CANCELLED)
    again = RefundReserved(refund_id=refund_id, amount=money("0.01 EUR"))
    history.plant(CANCELLED, (payment_id, again))


@breaks("L7")
def set_aside_what_a_dispute_took(history: History, database: Database) -> None:
    """A refund was approved of money that a bank had taken back."""
    payment_id, refund_id = processes.payment_of(STAYED), processes.refund_of(CANCELLED)
    taken = DisputedAmountWithdrawn(dispute_id=DISPUTE, amount=money("410.40 EUR"))
    aside = RefundReserved(refund_id=refund_id, amount=money("0.01 EUR"))
    history.plant(STAYED, (payment_id, taken), (payment_id, aside))


@breaks("L7")
def free_more_than_was_set_aside(history: History, database: Database) -> None:
    """A refund that did not take place freed a cent more than it had set aside."""

    def change(shape: Shape) -> None:
        shape["amount"][0] += 1

    rewrite(database, "payment.refund_reservation_released", DECLINED_ONCE, change)


@breaks("L7")
def win_more_than_was_disputed(history: History, database: Database) -> None:
    """A dispute brought back a cent more than it had taken."""

    def change(shape: Shape) -> None:
        shape["amount"][0] += 1

    rewrite(database, "payment.disputed_amount_reinstated", DECLINED_ONCE, change)


@breaks("L7")
def lose_count_of_what_came_back(history: History, database: Database) -> None:
    """A refund came back, and the payment says that a cent of it is still with the guest."""

    def change(shape: Shape) -> None:
        shape["refunded"][0] += 1

    rewrite(database, "payment.refund_reversed", DECLINED_ONCE, change)


# -- Bookings -------------------------------------------------------------------------------


@breaks("B1")
def sell_a_night_twice(history: History, database: Database) -> None:
    """Nights that a booking has were held for another one, and the claims do not show it."""
    overlapping = HoldPlaced(
        booking_id=BookingId(an_id("second")), stay=a_stay("2025-09-02"), expires_at=JUNE_FIRST
    )
    history.plant(AHEAD, (UNIT, overlapping))


@breaks("B1")
def sell_a_night_that_is_blocked(history: History, database: Database) -> None:
    """Nights that a host blocked were held, and the claims do not show it."""
    blocked = HoldPlaced(
        booking_id=BookingId(an_id("second")), stay=a_stay("2025-10-11"), expires_at=JUNE_FIRST
    )
    history.plant(AHEAD, (UNIT, blocked))


@breaks("B1")
def sell_a_night_that_a_feed_blocks(history: History, database: Database) -> None:
    """The one night that a feed blocks beside a host's block was held."""
    blocked = HoldPlaced(
        booking_id=BookingId(an_id("second")), stay=a_stay("2025-10-15", 1), expires_at=JUNE_FIRST
    )
    history.plant(AHEAD, (UNIT, blocked))


@breaks("B1", "B2")
def move_onto_nights_that_are_blocked(history: History, database: Database) -> None:
    """A booking was moved to nights that a host blocked, and claims none of them."""
    moved = ReservationMoved(
        booking_id=AHEAD, moved_from=a_stay("2025-09-01"), stay=a_stay("2025-10-10")
    )
    history.plant(AHEAD, (UNIT, moved))


@breaks("B1", "B2")
def win_back_nights_that_are_sold(history: History, database: Database) -> None:
    """Late money won nights back that somebody else has, and claims none of them."""
    again = BookingId(an_id("too late"))
    made = ReservationMade(booking_id=again, stay=a_stay("2025-09-02"), reacquired=True)
    history.plant(again, (UNIT, made))


@breaks("B2")
def block_without_a_claim(history: History, database: Database) -> None:
    """Nights were blocked, and Postgres would let them be sold."""
    block_id = BlockId(an_id("no claim"))
    blocked = NightsBlocked(block_id=block_id, stay=a_stay("2025-12-01"), kind=BlockKind.HOST)
    history.plant(block_id, (UNIT, blocked), by=HOST)


@breaks("B2")
def unblock_and_keep_the_claim(history: History, database: Database) -> None:
    """A host's block was lifted, and its nights cannot be sold all the same."""
    lifted = NightsUnblocked(
        block_id=GARDEN, stay=a_stay("2025-10-11"), kind=BlockKind.HOST, reason=""
    )
    history.plant(GARDEN, (UNIT, lifted), by=HOST)


@breaks("B2")
def lose_what_a_feed_blocks(history: History, database: Database) -> None:
    """What a feed blocks beside a host's block is claimed by nobody."""
    lose = "DELETE FROM ledger.night_claims WHERE night = '2025-10-15'"
    with psycopg.connect(database.owner_url) as connection:
        assert connection.execute(lose).rowcount == 1


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
def open_nights_that_one_cancelled(history: History, database: Database) -> None:
    """A host cancelled, and then put the nights back on sale, which is an operator's to do."""
    cancelled = BlockId(AHEAD)
    stay = a_stay("2025-09-01")
    freed = tuple(Night(UNIT, night) for night in stay.nights())
    kind = BlockKind.HOST_CANCELLED
    released = ReservationReleased(booking_id=AHEAD, stay=stay)
    blocked = NightsBlocked(block_id=cancelled, stay=stay, kind=kind)
    history.plant(AHEAD, (UNIT, released), (UNIT, blocked))
    opened = NightsUnblocked(block_id=cancelled, stay=stay, kind=kind, reason="")
    history.plant(AHEAD, (UNIT, opened), by=HOST, freed=freed)


@breaks("B3")
def block_as_cancelled_what_was_never_sold(history: History, database: Database) -> None:
    """Nights are blocked as those of a booking that the host cancelled, and there was none."""
    block_id, stay = BlockId(an_id("no booking")), a_stay("2025-12-01")
    blocked = NightsBlocked(block_id=block_id, stay=stay, kind=BlockKind.HOST_CANCELLED)
    taken = tuple(Night(UNIT, night) for night in stay.nights())
    history.plant(block_id, (UNIT, blocked), by=HOST, taken=taken)


@breaks("B3")
def block_nights_of_a_unit_that_is_not_let(history: History, database: Database) -> None:
    """Something happened in a calendar that had ended."""
    block_id, stay = BlockId(an_id("after the end")), a_stay("2025-12-01")
    blocked = NightsBlocked(block_id=block_id, stay=stay, kind=BlockKind.HOST)
    taken = tuple(Night(ATTIC, night) for night in stay.nights())
    history.plant(block_id, (ATTIC, blocked), by=HOST, taken=taken)


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
        effective_on=date(2025, 7, 30),
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
