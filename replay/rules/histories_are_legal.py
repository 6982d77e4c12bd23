"""Every stream is a path through its lifecycle, walked by those who may.

The lifecycles are the ledger's own tables: whoever tightens one sees here which old histories it
would refuse today, and decides what that means. A unit's calendar has one path per booking.

A breach means that something happened that nobody may do from there: a decider was passed by, or
a table was changed. Compare the event named with its lifecycle, and call the engineer on duty.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, ClassVar

import msgspec

from ledger.aggregates.decider import Lifecycle
from ledger.aggregates.unit_calendar import UNIT_CALENDAR
from ledger.aggregates.unit_calendar import Status as Nights
from ledger.draft import DECIDERS
from ledger.events import Actor, Event, Recorded
from ledger.events.unit_calendar import CalendarOpened
from replay.rules.rule import Handlers, Rule

Status = StrEnum | None
Ways = dict[Status, frozenset[str]]
"""From which states an event may come, and by whom."""

FREE = Nights.FREE


class Who(msgspec.Struct):
    """The part of an envelope that says who acted."""

    actor: Actor


_who = msgspec.json.Decoder(Who)


class HistoriesAreLegal(Rule):
    """Remembers the state of each stream, and in calendars that of each booking's nights."""

    invariants: ClassVar = {
        "INV-B3": "Each event is a step that its lifecycle knows, by one who may."
    }

    def __init__(self) -> None:
        super().__init__()
        self._ways = ways(decider.lifecycle for decider in DECIDERS)
        self._states: dict[str, Status] = {}
        self._nights: dict[str, dict[str, Status]] = {}

    def hears(self) -> Handlers:
        """Everything."""
        handlers = dict.fromkeys(self._ways, self.follow)
        calendar = {step.event: self.follow_nights for step in UNIT_CALENDAR.lifecycle.steps}
        return {**handlers, **calendar, CalendarOpened: self.open_calendar}

    def follow(self, recorded: Recorded[Event]) -> None:
        """Take a step of a stream."""
        before = self._states.get(recorded.stream_id)
        self._states[recorded.stream_id] = self._step(recorded, before)

    def open_calendar(self, recorded: Recorded[CalendarOpened]) -> None:
        """Take the first step of a calendar."""
        begun = recorded.stream_id in self._nights
        self._nights.setdefault(recorded.stream_id, {})
        self._step(recorded, FREE if begun else None)

    def follow_nights(self, recorded: Recorded[Any]) -> None:
        """Take a step of one booking's nights; what is free again needs no remembering."""
        nights = self._nights.get(recorded.stream_id)
        if nights is None:
            self.breach("INV-B3", f"{recorded.event.topic} in a calendar never opened", recorded)
            return
        booking_id = recorded.event.booking_id
        after = self._step(recorded, nights.get(booking_id, FREE))
        if after is FREE:
            nights.pop(booking_id, None)
        else:
            nights[booking_id] = after

    def _step(self, recorded: Recorded[Event], before: Status) -> Status:
        """Judge a step; answers where it leads, whether it was allowed or not."""
        event = recorded.event
        lifecycle, from_where = self._ways[type(event)]
        by_whom = from_where.get(before)
        if by_whom is None:
            self.breach("INV-B3", f"{event.topic} after {_named(before)}", recorded)
        elif (role := _role(recorded)) not in by_whom:
            self.breach("INV-B3", f"{event.topic} by {role}, not one of {set(by_whom)}", recorded)
        try:
            after: Status = lifecycle.after(event, before)
        except KeyError as unknown:
            self.breach("INV-B3", f"{event.topic} leads to {unknown}, which it cannot", recorded)
            return before
        return after


def ways(lifecycles: Iterable[Lifecycle]) -> dict[type[Event], tuple[Lifecycle, Ways]]:
    """Each event's lifecycle, and from where and by whom it may come: all rows of it together."""
    found: dict[type[Event], tuple[Lifecycle, Ways]] = {}
    for lifecycle in lifecycles:
        for step in lifecycle.steps:
            _, from_where = found.setdefault(step.event, (lifecycle, {}))
            for before in step.before:
                roles = frozenset(role.value for role in step.actors)
                from_where[before] = from_where.get(before, frozenset()) | roles
    return found


def _role(recorded: Recorded[Event]) -> str:
    try:
        return _who.decode(recorded.sealed_envelope).actor.role
    except msgspec.MsgspecError:
        return "nobody (its envelope cannot be read)"


def _named(status: Status) -> str:
    return "nothing" if status is None else status.value
