"""Stay rules: which stays a host lets at all, whoever asks and whatever is free."""

from datetime import date

from msgspec import Struct

from ledger.errors import (
    NoArrivalThatDay,
    NoDepartureThatDay,
    NoticeIsTooShort,
    PartyExceedsCapacity,
    StayIsTooLong,
    StayIsTooShort,
    TooFarAhead,
)
from ledger.values.clock import Instant
from ledger.values.stay import ONE_DAY, Stay, local_date

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
"""Monday to Sunday, as ISO counts them."""


class StayRules(Struct, frozen=True, gc=False):
    """What a unit's host lets, as it stands for one arrival date; None where there is no limit.

    Days of the week are ISO's: 1 is Monday, 7 Sunday. `notice_days` lie at least between today and
    the arrival, `window_days` at most; both are whole days of the property's own calendar.
    `capacity` is the heads that the unit takes. `buffer_nights` after each stay nobody else has.
    """

    min_nights: int = 1
    max_nights: int | None = None
    arrival_days: tuple[int, ...] = EVERY_DAY
    departure_days: tuple[int, ...] = EVERY_DAY
    notice_days: int = 0
    window_days: int | None = None
    capacity: int | None = None
    buffer_nights: int = 0


class SeasonalRules(Struct, frozen=True, gc=False):
    """What is let where guests arrive from the first to the last day of a season, both in it."""

    first: date
    last: date
    rules: StayRules


def refuse_unless_let(
    rules: StayRules, wanted: Stay, heads: int, now: Instant, time_zone: str
) -> None:
    """Let a stay pass that keeps every rule; "today" is the property's date, whoever asks.

    Raises StayIsTooShort, StayIsTooLong, NoArrivalThatDay, NoDepartureThatDay, NoticeIsTooShort,
    TooFarAhead, PartyExceedsCapacity.
    """
    _refuse_length(rules, wanted.nights_count())
    _refuse_days(rules, wanted)
    _refuse_distance(rules, wanted, now, time_zone)
    refuse_too_many(heads, rules.capacity)


def refuse_too_many(heads: int, capacity: int | None) -> None:
    """Let a party pass that fits, where anybody says how many do. Raises PartyExceedsCapacity."""
    if capacity is not None and heads > capacity:
        raise PartyExceedsCapacity(heads=heads, capacity=capacity)


def _refuse_length(rules: StayRules, nights: int) -> None:
    if nights < rules.min_nights:
        raise StayIsTooShort(nights=nights, min_nights=rules.min_nights)
    if rules.max_nights is not None and nights > rules.max_nights:
        raise StayIsTooLong(nights=nights, max_nights=rules.max_nights)


def _refuse_days(rules: StayRules, wanted: Stay) -> None:
    if wanted.check_in.isoweekday() not in rules.arrival_days:
        raise NoArrivalThatDay(check_in=wanted.check_in, arrival_days=list(rules.arrival_days))
    if wanted.check_out.isoweekday() not in rules.departure_days:
        raise NoDepartureThatDay(
            check_out=wanted.check_out, departure_days=list(rules.departure_days)
        )


def _refuse_distance(rules: StayRules, wanted: Stay, now: Instant, time_zone: str) -> None:
    today = local_date(now, time_zone)
    earliest = today + rules.notice_days * ONE_DAY
    if wanted.check_in < earliest:
        raise NoticeIsTooShort(check_in=wanted.check_in, earliest=earliest)
    if rules.window_days is None:
        return
    latest = today + rules.window_days * ONE_DAY
    if wanted.check_in > latest:
        raise TooFarAhead(check_in=wanted.check_in, latest=latest)
