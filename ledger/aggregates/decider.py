"""The one shape that all aggregates share: a lifecycle as a table, decide, and evolve.

`decide` may refuse, `evolve` never does: the lifecycle judges new commands only, so it can be
tightened without making one old stream unreadable.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, StrEnum
from typing import Any, Generic, NoReturn, TypeVar

from msgspec import Struct

from ledger.errors import TransitionNotAllowed
from ledger.events.event import Actor, Event, Role
from ledger.values.clock import Instant
from ledger.values.ids import UnitId


class Command(Struct, frozen=True, kw_only=True, tag=True):
    """Something that somebody wants done. Its name is the imperative that people would say."""


class Same(Enum):
    """Where a step leads that does not change the state."""

    SAME = "same"


SAME = Same.SAME


@dataclass(frozen=True)
class Step:
    """One row of a lifecycle: who may do what, from where, and what then happened.

    `after` is the state that the event leads to, SAME, or a tuple of states where the event itself
    carries which (`event.to`). `guards` are sentences; the decision enforces them.
    """

    id: str
    command: type[Command]
    before: frozenset[StrEnum | None]
    actors: frozenset[Role]
    event: type[Event]
    after: StrEnum | Same | tuple[StrEnum, ...]
    guards: str = ""


@dataclass(frozen=True)
class Planned:
    """A row of the domain page that is not built yet: its command is known, and always refused."""

    id: str
    command: str
    before: frozenset[StrEnum | None]
    actors: frozenset[Role]
    events: tuple[str, ...]
    after: StrEnum | Same | tuple[StrEnum, ...]
    guards: str = ""


def states(*named: StrEnum | None) -> frozenset[StrEnum | None]:
    """The states from which a step leaves; None is "before the first event"."""
    return frozenset(named)


def actors(letters: str) -> frozenset[Role]:
    """The roles that the letters of the domain page name."""
    return frozenset(map(Role, letters))


class Lifecycle:
    """The table of an aggregate's steps, written once; tests, audit, docs and offers follow it."""

    def __init__(self, aggregate: str, *rows: Step | Planned) -> None:
        self.aggregate = aggregate
        self.rows = rows
        self.steps = tuple(row for row in rows if isinstance(row, Step))
        self.planned = tuple(row for row in rows if isinstance(row, Planned))
        self._by_command = _grouped(self.steps, lambda step: step.command)
        self._after = {
            event: _one_outcome(steps)
            for event, steps in _grouped(self.steps, lambda step: step.event).items()
        }
        self._before = {
            event: frozenset[StrEnum | None]().union(*(step.before for step in steps))
            for event, steps in _grouped(self.steps, lambda step: step.event).items()
        }

    def refuse_unless_open(self, command: Command, status: StrEnum | None, actor: Actor) -> None:
        """Let a command pass that the table knows from here for this actor.

        Raises TransitionNotAllowed.
        """
        for step in self._by_command.get(type(command), ()):
            if status in step.before and actor.role in step.actors:
                return
        self.refuse(type(command), status, actor=actor.role)

    def refuse(self, command: type[Command], status: StrEnum | None, **told: str) -> NoReturn:
        """Refuse what may not follow from here: the one place that raises TransitionNotAllowed.

        Decisions and plans call it where more than the table forbids a step, such as a second
        time; then it does not matter who asks, and no actor is told.
        """
        raise TransitionNotAllowed(
            aggregate=self.aggregate,
            before=None if status is None else status.value,
            command=command.__name__,
            **told,
        )

    def offered(self, status: StrEnum | None, role: Role) -> tuple[type[Command], ...]:
        """The commands that somebody in this role may give from this state."""
        return tuple(
            step.command for step in self.steps if status in step.before and role in step.actors
        )

    def opens(self, command: type[Command]) -> bool:
        """Whether a command can only be the first of its stream."""
        return all(step.before == {None} for step in self._by_command.get(command, ()))

    def allows(self, event: type[Event], status: StrEnum | None) -> bool:
        """Whether a step with this event leaves from this state. For tests and audit."""
        return status in self._before.get(event, frozenset())

    def after(self, event: Event, status: Any) -> Any:
        """The state that an event leads to, from any state: history is never refused."""
        outcome = self._after[type(event)]
        if outcome is SAME:
            return status
        if isinstance(outcome, dict):
            return outcome[event.to]  # type: ignore[attr-defined]
        return outcome


def _grouped(steps: Iterable[Step], key: Callable[[Step], Any]) -> dict[Any, tuple[Step, ...]]:
    groups: defaultdict[Any, tuple[Step, ...]] = defaultdict(tuple)
    for step in steps:
        groups[key(step)] += (step,)
    return dict(groups)


def _one_outcome(steps: Sequence[Step]) -> StrEnum | Same | dict[str, StrEnum]:
    """The outcome that all rows of an event agree on, or a choice by the event's own `to`."""
    first, *others = {step.after for step in steps}
    if not others and not isinstance(first, tuple):
        return first
    named: dict[str, StrEnum] = {}
    for outcome in (first, *others):
        for choice in outcome if isinstance(outcome, tuple) else (outcome,):
            assert choice is not SAME, "an event with several outcomes carries which one"
            named[choice.value] = choice
    return named


class Nights(Struct, frozen=True, gc=False):
    """The night claims that an event takes or frees in its commit: the database's own guard."""

    unit_id: UnitId
    taken: tuple[date, ...] = ()
    freed: tuple[date, ...] = ()


S = TypeVar("S", bound=Struct)
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)


def _its_status(state: Any, _command: Command) -> StrEnum | None:
    status: StrEnum | None = None if state is None else state.status
    return status


@dataclass(frozen=True, kw_only=True)
class Decider(Generic[S, C, E]):
    """An aggregate's rules, whole. Without a database: tests call `run`, the ledger calls `run`.

    Attributes: `status_of` tells the state that a command finds: that of the whole stream, if
    nothing else is said; `graph` is the version of the lifecycle that new events are decided under;
    `evolution` grows whenever `evolve` remembers something else, so that old snapshots are ignored;
    `claims` tells which nights an event takes or frees; `streams_grow_long` asks for snapshots.
    """

    lifecycle: Lifecycle
    state: type[S]
    stream_of: Callable[[C], str]
    decide: Callable[[S | None, C, Instant], Sequence[E]]
    evolve: Callable[[S | None, E], S]
    status_of: Callable[[S | None, C], StrEnum | None] = field(default=_its_status)
    claims: Callable[[str, Any], Nights | None] | None = None
    policy_of: Callable[[S], str | None] = field(default=lambda _: None)
    billing_of: Callable[[S], int | None] = field(default=lambda _: None)
    graph: int = 1
    evolution: int = 1
    streams_grow_long: bool = False

    def run(
        self, state: S | None, command: C, now: Instant, actor: Actor
    ) -> tuple[list[E], S | None]:
        """Decide a command: the new events, and the state after them.

        Raises Refused; then nothing happened.
        """
        self.lifecycle.refuse_unless_open(command, self.status_of(state, command), actor)
        decided = list(self.decide(state, command, now))
        return decided, self.fold(decided, state)

    def fold(self, events: Iterable[E], state: S | None = None) -> S | None:
        """The state after events, from a state before them."""
        for event in events:
            state = self.evolve(state, event)
        return state
