"""A stay's dates are dates of the property's own calendar, and all that follows is counted by them.

A date may be missing from a zone's calendar (Samoa had no 30 December 2011), and a day may have 23
or 25 hours; so instants come from local dates and times, and never from hours counted. The zone's
rules are asked here once more, apart from the ledger's own way to an instant.

A breach means that a night is off by one: a guest stands before a closed door, a host is paid on
another day, or a month's report has money of its neighbour. Call the engineer on duty.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import ClassVar, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ledger.events import Event, Recorded
from ledger.events.booking import (
    BookingAbandoned,
    BookingAltered,
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingExpired,
    BookingRequested,
    BookingWithdrawn,
    EarningsRecognized,
    StayCompleted,
    StayCurtailed,
    StayStarted,
)
from ledger.events.payout import PayoutScheduled
from ledger.events.unit_calendar import HoldExpired, HoldPlaced, HoldReleased
from ledger.values.clock import Instant
from ledger.values.stay import Stay
from replay.rules.rule import Handlers, Rule

EARNED_AFTER = timedelta(hours=24)
"""From check-in until the host may be paid, by the clock (spec: money, J5)."""

LONG_NIGHTS = 28
"""From so many nights on a stay is earned in parts (spec: money, section 12)."""


class Arrival(NamedTuple):
    """When a booking's guest may come: by the property's calendar, and as an instant."""

    stay: Stay
    at: Instant
    time_zone: str
    check_in_time: time


class StaysKeepTheirDates(Rule):
    """Remembers the dates that are held, and those of each booking whose stay is not over."""

    invariants: ClassVar = {
        "INV-B7": "A stay's dates exist in the property's zone, and its instants are of those"
        " dates."
    }

    def __init__(self) -> None:
        super().__init__()
        self._held: dict[str, Stay] = {}
        self._arrivals: dict[str, Arrival] = {}

    def hears(self) -> Handlers:
        """What has dates of a stay, and what happens on them."""
        return {
            HoldPlaced: self.hold,
            HoldExpired: self.let_go,
            HoldReleased: self.let_go,
            BookingRequested: self.book,
            PayoutScheduled: self.promise,
            BookingConfirmed: self.on_its_day,
            EarningsRecognized: self.on_its_day,
            StayStarted: self.start,
            BookingExpired: self.forget,
            BookingAbandoned: self.forget,
            BookingCancelled: self.forget,
            BookingDeclined: self.forget,
            BookingWithdrawn: self.forget,
            StayCurtailed: self.forget,
            BookingAltered: self.forget,
            StayCompleted: self.complete,
        }

    def hold(self, recorded: Recorded[HoldPlaced]) -> None:
        """Nights are kept for a booking that is asked for in the same breath."""
        self._held[recorded.event.booking_id] = recorded.event.stay

    def let_go(self, recorded: Recorded[HoldExpired | HoldReleased]) -> None:
        """Nights are kept no more."""
        self._held.pop(recorded.event.booking_id, None)

    def book(self, recorded: Recorded[BookingRequested]) -> None:
        """The dates exist, and are those that were held."""
        event, house = recorded.event, recorded.event.house
        stay = event.stay
        if stay.check_out <= stay.check_in:
            self._told(recorded, f"leaves on {stay.check_out}, comes on {stay.check_in}")
        held = self._held.pop(recorded.stream_id, stay)
        if held != stay:
            self._told(recorded, f"{stay} was asked for, {held} was held")
        for day in (stay.check_in, stay.check_out):
            if not has_date(house.time_zone, day):
                self._told(recorded, f"{house.time_zone} has no {day}")
                return
        at = local(house.time_zone, stay.check_in, house.check_in_time)
        arrival = Arrival(stay, at, house.time_zone, house.check_in_time)
        self._arrivals[recorded.stream_id] = arrival

    def promise(self, recorded: Recorded[PayoutScheduled]) -> None:
        """A host is paid a day after check-in; for parts of a long stay, after a night of it."""
        arrival = self._arrivals.get(recorded.event.booking_id)
        if arrival is None:
            return
        begins = recorded.event.release_at - EARNED_AFTER
        if begins == arrival.at:
            return
        stay, zone = arrival.stay, arrival.time_zone
        night = begins.astimezone(ZoneInfo(zone)).date()
        is_long = (stay.check_out - stay.check_in).days >= LONG_NIGHTS
        is_a_night = stay.check_in < night < stay.check_out
        if not (is_long and is_a_night and local(zone, night, arrival.check_in_time) == begins):
            found = f"paid from {recorded.event.release_at:%c} on, check-in is {arrival.at:%c}"
            self._told(recorded, found)

    def on_its_day(self, recorded: Recorded[BookingConfirmed | EarningsRecognized]) -> None:
        """Money belongs to the property's own day."""
        arrival = self._arrivals.get(recorded.stream_id)
        if arrival:
            day = recorded.event.effective_on
            begins, ends = midnights(arrival.time_zone, day)
            if not begins <= recorded.occurred_at < ends:
                self._told(recorded, f"is of {day}, in {arrival.time_zone} it was another day")

    def start(self, recorded: Recorded[StayStarted | StayCompleted]) -> None:
        """Nobody comes before the day of arrival."""
        arrival = self._arrivals.get(recorded.stream_id)
        if arrival and recorded.occurred_at < arrival.at:
            day = recorded.occurred_at.astimezone(ZoneInfo(arrival.time_zone)).date()
            if day < arrival.stay.check_in:
                self._told(recorded, f"came on {day}, booked from {arrival.stay.check_in}")

    def complete(self, recorded: Recorded[StayCompleted]) -> None:
        """Nobody leaves before they could come."""
        self.start(recorded)
        self._arrivals.pop(recorded.stream_id, None)

    def forget(
        self,
        recorded: Recorded[
            BookingExpired
            | BookingAbandoned
            | BookingCancelled
            | BookingDeclined
            | BookingWithdrawn
            | StayCurtailed
            | BookingAltered
        ],
    ) -> None:
        """Nobody will come on these dates."""
        self._arrivals.pop(recorded.stream_id, None)

    def _told(self, recorded: Recorded[Event], found: str) -> None:
        self.breach("INV-B7", found, recorded)


@lru_cache(maxsize=4_096)
def has_date(time_zone: str, day: date) -> bool:
    """Whether the zone's calendar ever showed a date, or will: its noon reads back as itself."""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    noon = datetime.combine(day, time(12), zone)
    return noon.astimezone(UTC).astimezone(zone).date() == day


@lru_cache(maxsize=4_096)
def midnights(time_zone: str, day: date) -> tuple[Instant, Instant]:
    """The instants between which the zone's wall calendar shows a date."""
    next_day = day + timedelta(days=1)
    return local(time_zone, day, time()), local(time_zone, next_day, time())


@lru_cache(maxsize=4_096)
def local(time_zone: str, day: date, at: time) -> Instant:
    """The instant of a wall-clock time; one that is skipped is read by the offset before."""
    wall = datetime.combine(day, at)
    offset = wall.replace(tzinfo=ZoneInfo(time_zone)).utcoffset()
    assert offset is not None, "a zone knows its offset"
    return (wall - offset).replace(tzinfo=UTC)
