"""An errand: something to say or ask outside, and what all of them have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from msgspec import Struct

from ledger.aggregates.decider import Decider
from ledger.draft import Draft
from ledger.errors import CorruptHistory, GatewayDeclined
from ledger.gateways.calls import Attempt, Effect
from ledger.reactions.world import World
from ledger.values.clock import Instant
from ledger.values.errands import ErrandKind

S = TypeVar("S", bound=Struct)
F = TypeVar("F")


@dataclass(frozen=True)
class Errand:
    """Something to say or ask outside.

    `stream_id` is what it is about, `key` what makes the call happen once, stored at `stored_at`;
    `set_by` is the event that asks for it. `begun` says that somebody may have tried before.
    """

    errand: str
    kind: ErrandKind
    case_id: str
    stream_id: str
    key: str
    stored_at: Instant
    set_by: str
    begun: bool = True

    @property
    def attempt(self) -> Attempt:
        """Under which key to try, and whether to look first."""
        return Attempt(key=self.key, stored_at=self.stored_at, begun=self.begun)


def take(world: World, errand: Errand, plan: Callable[..., object]) -> None:
    """Run a plan because of an errand. Raises Refused, StoreUnavailable."""
    world.take(errand.case_id, plan, because=errand.set_by)


def say(
    world: World,
    errand: Errand,
    effect: Effect[F],
    *,
    heard: Callable[[Draft, F], object],
    declined: Callable[[Draft, str], object],
) -> None:
    """Make the call of an errand, and take in what is answered, or why it is declined.

    Raises GatewayUnavailable, OutcomeUnknown, Refused, StoreUnavailable.
    """
    try:
        fact = world.calls.perform(effect, errand.attempt)
    except GatewayDeclined as no:
        reason = str(no)
        take(world, errand, lambda draft: declined(draft, reason))
    else:
        take(world, errand, lambda draft: heard(draft, fact))


def state_of(world: World, decider: Decider[S, Any, Any], errand: Errand) -> S:
    """What an errand is about, as it stands now. Raises CorruptHistory where it never was."""
    state = world.ledger.state(decider, errand.stream_id)
    if state is None:
        raise CorruptHistory(errand=errand.errand, stream=errand.stream_id)
    return state
