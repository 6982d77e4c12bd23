"""Breaches about what a stay costs, and what is settled when it falls away."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from ledger.values.clock import instant
from ledger.values.ids import BookingId
from ledger.values.policy import STRICT
from ledger.values.price import price_under
from tests.conftest import Database
from tests.facts import HALF, a_stay, an_id
from tests.ledger import worked
from tests.replay.breaches.planted import breaks
from tests.replay.breaches.tampering import Shape, rewrite, update
from tests.replay.small_history import AHEAD, CANCELLED, History


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


@breaks("B4", "B6")
def take_off_too_much(history: History, database: Database) -> None:
    """A step of a night's price takes off a percent more than the plan says."""

    def change(shape: Shape) -> None:
        step = shape["price"]["explained"][0][-1]
        step[1] = str(Decimal(step[1]) - 100)

    rewrite(database, "booking.requested", explained(history), change)


@breaks("B4", "B6")
def tax_too_few_heads(history: History, database: Database) -> None:
    """A tax by the head was taken of one head too few, for one night."""

    def change(shape: Shape) -> None:
        shape["price"]["taxes"][0]["minor"] -= 165

    rewrite(database, "booking.requested", explained(history), change)


@breaks("B4", "L10")
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


def explained(history: History) -> BookingId:
    """A booking whose price says each step, asked for and not paid."""
    booking_id, nights = BookingId(an_id("explained")), a_stay("2025-08-20", nights=7)
    occasion = replace(worked.OCCASION, booked_on=date(2025, 7, 20))
    price = price_under(worked.TERMS, nights, occasion)
    asked = history.to_book(booking_id, "2025-08-20", STRICT)
    history.book(replace(asked, stay=nights, price=price, party=occasion.party))
    return booking_id
