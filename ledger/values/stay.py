"""A stay: the nights between two local dates of a property, and the instants they mean there."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from ledger.errors import NoNights, UnknownTimeZone
from ledger.values.clock import Instant

ONE_DAY = timedelta(days=1)
EARNED_AFTER = timedelta(hours=24)
"""From check-in until a stay is earned and its host paid (spec: domain, section 12; money, J5)."""


class Stay(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The half-open range of local dates [check_in, check_out): one night per date but the last."""

    check_in: date
    check_out: date

    def nights(self) -> Iterator[date]:
        """Each night, named by the date on which it begins."""
        for ahead in range(self.nights_count()):
            yield self.check_in + timedelta(days=ahead)

    def nights_count(self) -> int:
        """How many nights: counted by dates, never by hours."""
        return (self.check_out - self.check_in).days

    def kept(self, buffer_nights: int) -> "Stay":
        """The stay with so many nights after it, which are kept free to get the unit ready."""
        return Stay(self.check_in, self.check_out + timedelta(days=buffer_nights))

    def overlaps(self, other: "Stay") -> bool:
        """Whether a night belongs to both."""
        return self.check_in < other.check_out and other.check_in < self.check_out

    def covers(self, other: "Stay") -> bool:
        """Whether each night of the other is one of these."""
        return self.check_in <= other.check_in and other.check_out <= self.check_out


def stay(check_in: date, check_out: date) -> Stay:
    """A stay of at least one night. Raises NoNights."""
    if check_out <= check_in:
        raise NoNights(check_in=check_in, check_out=check_out)
    return Stay(check_in, check_out)


class House(msgspec.Struct, frozen=True, gc=False):
    """Where and by which clock a property lives: its IANA zone, and the hours of its day."""

    time_zone: str
    check_in_time: time
    check_out_time: time

    def check_in_at(self, booked: Stay) -> Instant:
        """The instant at which the guest may come."""
        return local_instant(booked.check_in, self.check_in_time, self.time_zone)

    def days_before_check_in(self, booked: Stay, days: int) -> Instant:
        """The local check-in time so many dates before arrival, whatever the clocks did between."""
        day = booked.check_in - timedelta(days=days)
        return local_instant(day, self.check_in_time, self.time_zone)

    def check_out_at(self, booked: Stay) -> Instant:
        """The instant by which the guest has left."""
        return local_instant(booked.check_out, self.check_out_time, self.time_zone)

    def earned_at(self, booked: Stay) -> Instant:
        """The instant at which a stay that takes place is earned."""
        return self.check_in_at(booked) + EARNED_AFTER


@cache  # Python itself keeps no more than eight in mind, and a search meets more
def zone(name: str) -> ZoneInfo:
    """An IANA time zone by its name. Raises UnknownTimeZone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise UnknownTimeZone(time_zone=name) from None


def local_instant(day: date, at: time, time_zone: str) -> Instant:
    """The instant of a wall-clock time on a local date.

    A time that the clocks skip in spring is read by the offset before the change, one that they
    show twice in autumn is the first (PEP 495, fold 0).
    """
    return datetime.combine(day, at, zone(time_zone)).astimezone(UTC)


def local_date(moment: Instant, time_zone: str) -> date:
    """The date that the property's wall calendar shows at an instant."""
    return moment.astimezone(zone(time_zone)).date()
