"""Breaches about the way that a booking goes."""

from datetime import date

from msgspec.structs import replace

from ledger import processes
from ledger.aggregates import postings
from ledger.events.booking import BookingConfirmed, StayStarted
from ledger.events.payment import PaymentOpened
from ledger.values.clock import instant
from ledger.values.ids import BookingId
from tests.conftest import Database
from tests.facts import GUEST, TIMER, an_id
from tests.replay.breaches.planted import ARRIVAL, breaks
from tests.replay.breaches.tampering import Shape, events_of, rewrite
from tests.replay.small_history import AHEAD, CANCELLED, History


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


@breaks("B10")
def skip_the_review(history: History, database: Database) -> None:
    """A house was booked as reviewers had approved it, and no reviewer ever had."""

    def change(shape: Shape) -> None:
        shape["vouched_by"], shape["revision"] = None, 1

    rewrite(database, "booking.requested", AHEAD, change)


@breaks("B7")
def begin_a_day_early(history: History, database: Database) -> None:
    """A stay began on the day before the day of arrival, by the clock of another zone."""
    history.plant(AHEAD, (AHEAD, StayStarted()), by=TIMER, at=instant("2025-08-31T22:30:00Z"))


@breaks("B5", "L3", "B6")
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
