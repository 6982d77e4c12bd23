"""Every stream is a path through its lifecycle, walked by those who may.

The lifecycles are the ledger's own tables: whoever tightens one sees here which old histories it
would refuse today, and decides what that means. A unit's calendar has one path per booking and
per block, until the unit is no longer let.

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
from ledger.events import Actor, Event, Recorded, Role
from ledger.events.unit_calendar import (
    BlockKind,
    CalendarOpened,
    CalendarReopened,
    ExternalBlockRemoved,
    FeedConflictEnded,
    HoursChanged,
    NightsBlocked,
    NightsUnblocked,
    ReservationReleased,
    UnitDeactivated,
)
from replay.rules.rule import Handlers, Rule

Status = StrEnum | None
Ways = dict[Status, frozenset[str]]
"""From which states an event may come, and by whom."""

FREE = Nights.FREE

ITEM_GONE = (ExternalBlockRemoved, FeedConflictEnded)
"""What happens also to a unit that is not let: what a feed said of it goes away."""


class Who(msgspec.Struct):
    """The part of an envelope that says who acted."""

    actor: Actor


_who = msgspec.json.Decoder(Who)


class HistoriesAreLegal(Rule):
    """Remembers the state of each stream, and in calendars that of each booking's nights.

    Of calendars also which have ended, and the release that each may just have come from.
    """

    invariants: ClassVar = {
        "INV-B3": "Each event is a step that its lifecycle knows, by one who may."
    }

    def __init__(self) -> None:
        super().__init__()
        self._ways = ways(decider.lifecycle for decider in DECIDERS)
        self._states: dict[str, Status] = {}
        self._nights: dict[str, dict[str, Status]] = {}
        self._ended: set[str] = set()
        self._released: dict[str, tuple[int, str]] = {}

    def hears(self) -> Handlers:
        """Everything."""
        handlers = dict.fromkeys(self._ways, self.follow)
        calendar = {step.event: self.follow_nights for step in UNIT_CALENDAR.lifecycle.steps}
        unit: Handlers = {
            CalendarOpened: self.open_calendar,
            HoursChanged: self.follow_unit,
            UnitDeactivated: self.end_calendar,
            CalendarReopened: self.reopen_calendar,
        }
        return {**handlers, **calendar, **unit}

    def follow(self, recorded: Recorded[Event]) -> None:
        """Take a step of a stream."""
        before = self._states.get(recorded.stream_id)
        self._states[recorded.stream_id] = self._step(recorded, before)

    def open_calendar(self, recorded: Recorded[CalendarOpened]) -> None:
        """Take the first step of a calendar."""
        self.follow_unit(recorded)
        self._nights.setdefault(recorded.stream_id, {})

    def follow_unit(self, recorded: Recorded[Any]) -> None:
        """Take a step of a unit whole."""
        unit_id = recorded.stream_id
        begun = FREE if unit_id in self._nights else None
        self._step(recorded, Nights.INACTIVE if unit_id in self._ended else begun)

    def end_calendar(self, recorded: Recorded[UnitDeactivated]) -> None:
        """Take the last step of a calendar, as long as it is not reopened."""
        self.follow_unit(recorded)
        self._ended.add(recorded.stream_id)

    def reopen_calendar(self, recorded: Recorded[CalendarReopened]) -> None:
        """Take the step of a unit that is let again."""
        self.follow_unit(recorded)
        self._ended.discard(recorded.stream_id)

    def follow_nights(self, recorded: Recorded[Any]) -> None:
        """Take a step of one claim's nights; what is free again needs no remembering."""
        nights = self._nights.get(recorded.stream_id)
        if nights is None:
            self.breach("INV-B3", f"{recorded.event.topic} in a calendar never opened", recorded)
            return
        claim_id = _claim_of(recorded.event)
        after = self._step(recorded, self._before(recorded, nights.get(claim_id, FREE)))
        if _is_reopened(recorded.event) and (role := _role(recorded)) != Role.OPERATOR:
            self.breach("INV-B3", f"a host-cancel block lifted by {role}", recorded)
        if after is FREE:
            nights.pop(claim_id, None)
        else:
            nights[claim_id] = after
        if isinstance(recorded.event, ReservationReleased):
            self._released[recorded.stream_id] = (recorded.version, claim_id)

    def _before(self, recorded: Recorded[Any], now: Status) -> Status:
        """The state that a step in a calendar leaves from.

        A host-cancel block comes along with the release of the very booking: the two are one
        decision, and both leave from its reservation.
        """
        if recorded.stream_id in self._ended and not isinstance(recorded.event, ITEM_GONE):
            return Nights.INACTIVE
        match recorded.event:
            case NightsBlocked(kind=BlockKind.HOST_CANCELLED, block_id=block_id):
                released = self._released.get(recorded.stream_id)
                along = released == (recorded.version - 1, block_id)
                return Nights.RESERVATION if along else None
            case _:
                return now

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


def _claim_of(event: Any) -> str:
    claim_id: str = event.block_id if hasattr(event, "block_id") else event.booking_id
    return claim_id


def _is_reopened(event: Any) -> bool:
    return isinstance(event, NightsUnblocked) and event.kind is BlockKind.HOST_CANCELLED


def _role(recorded: Recorded[Event]) -> str:
    try:
        return _who.decode(recorded.sealed_envelope).actor.role
    except msgspec.MsgspecError:
        return "nobody (its envelope cannot be read)"


def _named(status: Status) -> str:
    return "nothing" if status is None else status.value
