"""given(events).when(actor, command).then(events) or `.refused(rule)`: rules without a database.

The aggregate is found by the command, and run by the same `Decider.run` that the ledger runs.
"""

from collections.abc import Sequence
from typing import Any

from ledger.aggregates.decider import Command
from ledger.draft import decider_of
from ledger.errors import Refused
from ledger.events import Actor, Event
from ledger.values.clock import Instant
from tests.facts import NOW


class Given:
    """What has happened to one aggregate so far."""

    def __init__(self, *events: Event) -> None:
        self._events = events

    def when(self, actor: Actor, command: Command, at: Instant = NOW) -> "Outcome":
        """Somebody gives a command, at an instant."""
        decider = decider_of(type(command))
        before = decider.fold(self._events)
        try:
            decided, after = decider.run(before, command, at, actor)
        except Refused as refusal:
            return Outcome([], before, refusal)
        return Outcome(decided, after, None)


class Outcome:
    """What came of a command: events and the state after them, or a refusal."""

    def __init__(self, events: Sequence[Event], state: Any, refusal: Refused | None) -> None:
        self.events = events
        self.state = state
        self.refusal = refusal

    def then(self, *expected: Event | type[Event]) -> "Outcome":
        """Exactly these events happened; a class stands for any event of it."""
        if self.refusal is not None:
            raise AssertionError(f"refused: {self.refusal}") from self.refusal
        told = [
            type(event) if isinstance(sought, type) else event
            for event, sought in zip(self.events, expected, strict=False)
        ]
        assert told == list(expected)
        assert len(self.events) == len(expected)
        return self

    def refused(self, rule: type[Refused], **data: Any) -> None:
        """Nothing happened: this rule said no, and told at least these facts."""
        assert self.refusal is not None, f"not refused: {self.events}"
        assert type(self.refusal) is rule, f"{type(self.refusal).__name__}: {self.refusal}"
        assert {name: self.refusal.data.get(name) for name in data} == data


def given(*events: Event) -> Given:
    """The history of one aggregate; none for one that is not there yet."""
    return Given(*events)
