"""A command that was given, and the histories that several of them come after."""

from dataclasses import dataclass

from ledger.aggregates.decider import Command
from ledger.events import Actor, Event
from ledger.values.clock import Instant
from tests.facts import NOW, a_price
from tests.given import Outcome, given


@dataclass(frozen=True)
class Happened:
    """A command, who gives it, when, and after what."""

    command: Command
    actor: Actor
    history: tuple[Event, ...] = ()
    at: Instant = NOW

    def outcome(self) -> Outcome:
        """What comes of it."""
        outcome = given(*self.history).when(self.actor, self.command, self.at)
        assert outcome.refusal is None, outcome.refusal
        return outcome

    def __str__(self) -> str:
        after = self.history[-1].topic if self.history else "nothing"
        return f"{type(self.command).__name__} after {after}"


TOTAL = a_price().total
