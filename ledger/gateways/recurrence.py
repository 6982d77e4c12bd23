"""Recurring events of a calendar: the few rules that bookings and blocks repeat by, and no others.

A rule that is not understood makes its calendar unreadable: a night that it means must not be sold.
"""

from collections.abc import Iterator, Mapping, Set
from datetime import date, datetime, timedelta, tzinfo
from itertools import count
from typing import Any

from ledger.errors import FeedUnreadable

EARLIEST = date(2000, 1, 1)
LONGEST_INTERVAL = 366
NO_END = -1
"""How often an event takes place that is not told how often."""

UNDERSTOOD = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"}
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def repeated(
    rule: Mapping[str, list[Any]], first: date, clock: tzinfo, reach: date
) -> Iterator[date]:
    """The days up to `reach` on which a recurring event begins, by the clock that it is told in.

    The first is one of them, whatever the rule says. Raises FeedUnreadable.
    """
    if first < EARLIEST or set(rule) - UNDERSTOOD:
        raise _not_understood()
    at_most, until = _number(rule, "COUNT", NO_END), _until(rule, clock, reach)
    for times, day in enumerate(_days(rule, first)):
        if times == at_most or day > until:
            return
        yield day


def _days(rule: Mapping[str, list[Any]], first: date) -> Iterator[date]:
    """The days of a rule without an end."""
    interval, by_day = _number(rule, "INTERVAL", 1), rule.get("BYDAY", [])
    if not 1 <= interval <= LONGEST_INTERVAL:
        raise _not_understood()
    match [str(word).upper() for word in rule.get("FREQ", [])]:
        case ["WEEKLY"]:
            return _weekly(first, interval, _weekdays(rule, first))
        case ["DAILY"] if not by_day:
            return (first + timedelta(days=interval * times) for times in count())
        case ["MONTHLY"] if not by_day:
            return _monthly(first, interval)
        case ["YEARLY"] if not by_day:
            return _monthly(first, 12 * interval)
        case _:
            raise _not_understood()


def _weekly(first: date, interval: int, weekdays: Set[int]) -> Iterator[date]:
    yield first
    monday = first - timedelta(days=first.weekday())
    for times in count():
        week = monday + timedelta(weeks=interval * times)
        days = (week + timedelta(days=weekday) for weekday in sorted(weekdays))
        yield from (day for day in days if day > first)


def _weekdays(rule: Mapping[str, list[Any]], first: date) -> Set[int]:
    """The days of the week, Monday 0. Weeks that begin on another day count otherwise."""
    names = [str(name).upper() for name in rule.get("BYDAY", [])]
    begins = [str(name).upper() for name in rule.get("WKST", ["MO"])]
    if not set(names) <= set(WEEKDAYS) or (begins != ["MO"] and _number(rule, "INTERVAL", 1) > 1):
        raise _not_understood()
    return {WEEKDAYS.index(name) for name in names} or {first.weekday()}


def _monthly(first: date, months: int) -> Iterator[date]:
    """The same day of later months; those that do not have it are left out."""
    for times in count():
        year, month = divmod(first.year * 12 + first.month - 1 + times * months, 12)
        if year > date.max.year:
            return
        try:
            yield first.replace(year=year, month=month + 1)
        except ValueError:
            continue


def _until(rule: Mapping[str, list[Any]], clock: tzinfo, reach: date) -> date:
    """The last day on which it may begin, by the event's clock: an end is mostly told in UTC."""
    match rule.get("UNTIL", [reach]):
        case [datetime() as moment]:
            if moment.tzinfo is not None and moment.date() < reach:
                moment = moment.astimezone(clock)
            return min(moment.date(), reach)
        case [date() as day]:
            return min(day, reach)
        case _:
            raise _not_understood()


def _number(rule: Mapping[str, list[Any]], name: str, otherwise: int) -> int:
    match rule.get(name, [otherwise]):
        case [int() as number]:
            return number
        case _:
            raise _not_understood()


def _not_understood() -> FeedUnreadable:
    return FeedUnreadable(because="it has an event that recurs by a rule that is not understood")
