"""Breaches about what goes back to guests."""

from msgspec.structs import replace

from ledger import processes
from ledger.aggregates import postings
from ledger.aggregates.booking import BOOKING
from ledger.events.booking import BookingCancelled
from ledger.events.payout import PayoutCancelled
from ledger.events.refund import (
    ExternalRefundDetected,
    RefundApproved,
    RefundPending,
    RefundRequested,
    RefundResubmitted,
    RefundSucceeded,
)
from ledger.events.unit_calendar import ReservationReleased
from ledger.store import Night
from ledger.values.ids import BookingId, RefundId
from ledger.values.policy import Ending
from tests.conftest import Database
from tests.facts import CLARA, GUEST, PROCESSOR, UNIT, a_price, a_stay, an_id
from tests.replay.breaches.planted import breaks
from tests.replay.breaches.tampering import Shape, events_of, lines, rewrite, rewrite_stream
from tests.replay.refund_history import (
    BY_HAND,
    CAME_BACK,
    COMPLAINED,
    HALF_BY_HAND,
    HALVED,
    TAKEN_BACK,
)
from tests.replay.small_history import CANCELLED, HALF_KEPT, History


@breaks("E4", "L3", "L6", "L7", "L11")
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


@breaks("L3", "L4", "L11", "L10")
def give_back_half_of_an_approval(history: History, database: Database) -> None:
    """A refund was cancelled, and half of what it had taken stayed where it was."""

    def change(shape: Shape) -> None:
        for line in lines(shape):
            line[2] //= 2

    rewrite_stream(database, "refund.cancelled", TAKEN_BACK, change)


@breaks("L4")
def take_goodwill_from_elsewhere(history: History, database: Database) -> None:
    """What the platform gave by hand was booked as a promotion, and nobody corrected it so."""

    def change(shape: Shape) -> None:
        lines(shape)[0][0] = "exp_psp_fees"

    rewrite_stream(database, "refund.external_detected", BY_HAND, change)


@breaks("L4", "L7")
def match_more_than_was_made_by_hand(history: History, database: Database) -> None:
    """What was made by hand is said to have been all of a refund of which it was half."""

    def change(shape: Shape) -> None:
        shape["amount"][0] *= 2

    rewrite_stream(database, "refund.external_matched", HALF_BY_HAND, change)


@breaks("L4", "L7")
def owe_the_rest_of_what_was_paid_whole(history: History, database: Database) -> None:
    """A part of a refund was made by hand, and a cent less of the rest is owed than was left."""

    def change(shape: Shape) -> None:
        shape["left"][0] -= 1

    rewrite_stream(database, "refund.lessened", HALVED, change)


@breaks("E4", "L7")
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
