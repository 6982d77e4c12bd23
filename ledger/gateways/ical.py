"""iCalendar (RFC 5545): what other platforms say is sold, read with suspicion; and what we tell.

A calendar that is empty, cut off, too large or malformed in any of its events is refused whole, so
that nothing follows from half of one. What it says is turned into nights of the property, by its
own clock. An event blocks its nights whether or not it calls itself transparent: to sell a night
twice is worse than not to sell it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

import icalendar
from icalendar import Component
from msgspec.structs import replace

from ledger.errors import FeedUnreadable
from ledger.gateways.recurrence import repeated
from ledger.values.clock import Instant
from ledger.values.feed import FeedItem
from ledger.values.stay import ONE_DAY, House, Stay, zone

LARGEST_BYTES = 1024 * 1024
MOST_ITEMS = 2_000
"""Events of a calendar, and nights' ranges that come of them: a house has one guest a night."""

MOST_TIMES = 20_000
"""How often all events of a calendar take place, those that are long over included."""

YEARS_AHEAD = 3
LONGEST_UID = 1_000
ENDS_WITH = b"END:VCALENDAR"
"""The parser lets a calendar end by any word."""

EACH_BEGINS_WITH = b"BEGIN:VEVENT"
"""Counted before anything is parsed, which takes its time."""

PRODUCT = "-//stayledger//calendar 1//EN"


# -- Reading ----------------------------------------------------------------------------------


def read_items(content: bytes, house: House, today: date) -> list[FeedItem]:
    """The nights that a calendar says are sold from today on, each item under a name of its own.

    Raises FeedUnreadable.
    """
    if len(content) > LARGEST_BYTES:
        raise FeedUnreadable(because=f"it has more than {LARGEST_BYTES} bytes")
    horizon = Stay(date(today.year, 1, 1), date(today.year + 1 + YEARS_AHEAD, 1, 1))
    found = _named(_all_items(_events(content), house, horizon.check_out))
    items: dict[str, FeedItem] = {}
    for item in found:
        in_reach = _within(item.stay, horizon)
        if in_reach is None or item.stay.check_out <= today:
            continue
        known = items.get(item.uid)
        if known is None or known.stay.check_out < in_reach.check_out:
            items[item.uid] = replace(item, stay=in_reach)
    if len(items) > MOST_ITEMS:
        raise FeedUnreadable(because=f"it has more than {MOST_ITEMS} items")
    return list(items.values())


def _events(content: bytes) -> list[Component]:
    loud = content.rstrip().upper()
    if not loud.endswith(ENDS_WITH):
        raise FeedUnreadable(because="it is cut off, or no calendar")
    if loud.count(EACH_BEGINS_WITH) > MOST_ITEMS:
        raise FeedUnreadable(because=f"it has more than {MOST_ITEMS} items")
    try:
        calendar = icalendar.Calendar.from_ical(content)
    except Exception as error:  # Whatever the parser stumbles over, the file did it.
        raise FeedUnreadable(because="it is no calendar") from error
    events = calendar.walk("VEVENT") if calendar.name == "VCALENDAR" else []
    if calendar.name != "VCALENDAR" or calendar.errors:
        raise FeedUnreadable(because="it is no calendar")
    if len(events) > MOST_ITEMS:
        raise FeedUnreadable(because=f"it has more than {MOST_ITEMS} items")
    for event in events:
        if event.errors:
            raise FeedUnreadable(because=f"it has an event that is malformed: {_first(event)}")
    return events


def _all_items(events: list[Component], house: House, reach: date) -> list[FeedItem]:
    try:
        items = (item for event in events for item in _items(event, house, reach))
        found = list(islice(items, MOST_TIMES + 1))
    except (AttributeError, OverflowError, TypeError, ValueError) as error:
        raise FeedUnreadable(because="it has an event that makes no sense") from error
    if len(found) > MOST_TIMES:
        raise FeedUnreadable(because=f"its events recur more than {MOST_TIMES} times")
    return found


def _first(event: Component) -> str:
    """The name of what is wrong; what it says may be anything, and is not passed on."""
    return str(event.errors[0][0])[:40]


def _items(event: Component, house: House, reach: date) -> Iterator[FeedItem]:
    """An event's nights; each time up to `reach`, where it recurs. None where it has no night."""
    uid = str(_one(event, "UID") or "")
    if not uid or len(uid) > LONGEST_UID:
        raise FeedUnreadable(because="it has an event without a UID that could be one")
    nights = _nights(event, house)
    if nights is None or str(_one(event, "STATUS") or "").upper() == "CANCELLED":
        return
    item = FeedItem(uid, nights, _revision(event))
    rule, instance = _one(event, "RRULE"), _one(event, "RECURRENCE-ID")
    if _one(event, "RDATE") is not None:
        raise FeedUnreadable(because="it has dates of recurrence without a rule")
    if rule is not None:
        length = timedelta(days=nights.nights_count())
        for begins in _times(event, rule, house, reach):
            stay = Stay(begins, begins + length)
            yield FeedItem(f"{uid}/{begins}", stay, item.revision)
    elif instance is not None:
        # The time of which it tells stays blocked as well: rather that than a night sold twice.
        yield replace(item, uid=f"{uid}/{_local(instance.dt, house).date()}/moved")
    else:
        yield item


def _named(items: list[FeedItem]) -> Iterator[FeedItem]:
    """The items, those that share a UID by the day on which they begin as well."""
    times = Counter(item.uid for item in items)
    for item in items:
        shared = times[item.uid] > 1
        yield replace(item, uid=f"{item.uid}/{item.stay.check_in}") if shared else item


def _one(event: Component, name: str) -> Any:
    found = event.get(name)
    if isinstance(found, list):
        raise FeedUnreadable(because=f"it has an event with more than one {name}")
    return found


def _revision(event: Component) -> str:
    """What the calendar counts the forms of an item by, if it does."""
    sequence, modified = _one(event, "SEQUENCE"), _one(event, "LAST-MODIFIED")
    if sequence is not None:
        return str(int(sequence))
    return modified.dt.isoformat() if modified is not None else ""


def _nights(event: Component, house: House) -> Stay | None:
    """The nights of the property that an event covers; None where it has none.

    Who leaves at noon does not have the next night; who is there after the hour of check-in does.
    """
    start, end, duration = (_one(event, name) for name in ("DTSTART", "DTEND", "DURATION"))
    if start is None:
        raise FeedUnreadable(because="it has an event that begins at no time")
    begins = _checked(start, house)
    if end is not None:
        ends = _checked(end, house)
    elif duration is not None:
        ends = begins + duration.td
    else:
        ends = begins
    if ends < begins:
        raise FeedUnreadable(because="it has an event that ends before it begins")
    if not isinstance(start.dt, datetime):
        return Stay(begins.date(), max(ends.date(), begins.date() + ONE_DAY))
    last = ends.date() + ONE_DAY if ends.time() > house.check_in_time else ends.date()
    return Stay(begins.date(), last) if begins.date() < last else None


def _checked(value: Any, house: House) -> datetime:
    moment = value.dt
    if isinstance(moment, datetime) and moment.tzinfo is None and "TZID" in value.params:
        raise FeedUnreadable(because="it has a time in a zone that nobody knows")
    return _local(moment, house)


def _local(moment: date, house: House) -> datetime:
    """What the property's clock and calendar show; a date begins there at midnight."""
    if not isinstance(moment, datetime):
        return datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001 - a wall calendar
    if moment.tzinfo is None:
        return moment
    try:
        return moment.astimezone(zone(house.time_zone)).replace(tzinfo=None)
    except OverflowError as error:
        raise FeedUnreadable(because="it has a time that no calendar shows") from error


def _times(event: Component, rule: Any, house: House, reach: date) -> Iterator[date]:
    """The days of the property on which a recurring event begins.

    It recurs by its own clock, and midnight there may be another day here, or only in summer.
    """
    first, excluded = _one(event, "DTSTART").dt, _excluded(event, house)
    is_timed = isinstance(first, datetime)
    clock = (first.tzinfo if is_timed else None) or zone(house.time_zone)
    for day in repeated(rule, first.date() if is_timed else first, clock, reach):
        moment = datetime.combine(day, first.timetz()) if is_timed else day
        begins = _local(moment, house).date()
        if begins not in excluded:
            yield begins


def _excluded(event: Component, house: House) -> set[date]:
    """The days on which a recurring event does not take place."""
    listed = event.get("EXDATE", [])
    lists = listed if isinstance(listed, list) else [listed]
    return {_local(one.dt, house).date() for dates in lists for one in dates.dts}


def _within(stay: Stay, horizon: Stay) -> Stay | None:
    begins = max(stay.check_in, horizon.check_in)
    ends = min(stay.check_out, horizon.check_out)
    return Stay(begins, ends) if begins < ends else None


# -- Writing ----------------------------------------------------------------------------------


def written(items: Iterable[FeedItem], now: Instant) -> bytes:
    """A calendar for other platforms: which nights are not free, and nothing of whose they are."""
    calendar = icalendar.Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "PUBLISH")
    for item in items:
        event = icalendar.Event()
        event.add("UID", item.uid)
        event.add("DTSTAMP", now.replace(microsecond=0))
        event.add("DTSTART", item.stay.check_in)
        event.add("DTEND", item.stay.check_out)
        event.add("SUMMARY", "Not available")
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content
