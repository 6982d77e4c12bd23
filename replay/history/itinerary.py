"""What happened to a booking, and when: the dated steps that the importer takes in order."""

from collections.abc import Iterator
from datetime import date, time
from enum import StrEnum
from functools import cache

from msgspec import Struct

from ledger.values.clock import Instant
from ledger.values.stay import EARNED_AFTER, ONE_DAY, House, local_instant
from ledger.values.tranches import TRANCHE_NIGHTS
from replay.history.hotel_bookings import Ending, HotelBooking

HOUSE = House(time_zone="Europe/Lisbon", check_in_time=time(14), check_out_time=time(11))

BOOK_AT = time(8)
CANCEL_AT = time(10)
NO_SHOW_AT = time(20)
LEAVE_ON_ARRIVAL_AT = time(21)


class Kind(StrEnum):
    """What a step is. Its text is part of the step's command id: permanent."""

    BOOK = "book"
    CANCEL = "cancel"
    START = "start"
    EARN = "earn"
    COMPLETE = "complete"
    NO_SHOW = "no-show"


class Step(Struct, frozen=True, gc=False):
    """One thing that happened to one booking at one instant.

    A long stay is earned more than once: `number` counts.
    """

    at: Instant
    kind: Kind
    booking: HotelBooking
    number: int = 1

    @property
    def name(self) -> str:
        """What it is among the booking's steps, as its command id has it: permanent."""
        return self.kind if self.number == 1 else f"{self.kind}/{self.number}"

    @property
    def line(self) -> int:
        """The line of the booking's row."""
        return self.booking.line


def steps_of(booking: HotelBooking) -> list[Step]:
    """All that happened to a booking, in no particular order.

    A stay that costs nothing brings nothing, so it is not earned.
    """
    steps = [Step(_at(booking.booked_on, BOOK_AT), Kind.BOOK, booking)]
    if booking.ending is Ending.CANCELED:
        return [*steps, Step(_at(booking.ended_on, CANCEL_AT), Kind.CANCEL, booking)]
    arrival = _at(booking.stay.check_in, HOUSE.check_in_time)
    steps.append(Step(arrival, Kind.START, booking))
    if booking.ending is Ending.NO_SHOW:
        return [*steps, Step(_at(booking.ended_on, NO_SHOW_AT), Kind.NO_SHOW, booking)]
    if booking.rate.minor:
        steps.extend(_earned(booking))
    return [*steps, Step(_left_at(booking), Kind.COMPLETE, booking)]


def in_order_of_time(bookings: list[HotelBooking]) -> list[Step]:
    """The steps of all bookings as they happened; at the same instant, by line."""
    steps = [step for booking in bookings for step in steps_of(booking)]
    steps.sort(key=lambda step: (step.at, step.booking.line))
    return steps


def _earned(booking: HotelBooking) -> Iterator[Step]:
    """A stay is earned a day after check-in, a long one again after each further 30 nights."""
    for number, first in enumerate(range(0, booking.stay.nights_count(), TRANCHE_NIGHTS), start=1):
        begins_at = _at(booking.stay.check_in + first * ONE_DAY, HOUSE.check_in_time)
        yield Step(begins_at + EARNED_AFTER, Kind.EARN, booking, number)


def _left_at(booking: HotelBooking) -> Instant:
    arrived_today = booking.ended_on == booking.stay.check_in
    return _at(booking.ended_on, LEAVE_ON_ARRIVAL_AT if arrived_today else HOUSE.check_out_time)


@cache
def _at(day: date, hour: time) -> Instant:
    return local_instant(day, hour, HOUSE.time_zone)
