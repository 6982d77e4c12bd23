"""How a call that has an effect is made, so that it happens once: not twice, and not never.

    key stored ─▶ send ─▶ done
                   │ ▲
       not taken:  ▼ │  no answer: look it up by our own id first; there it is ─▶ done
                  wait

The gateway keeps a key for a day and answers a repeat with its first answer. Within that day the
same key cannot act twice, whatever happened before; after it nothing protects us but looking first.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Generic, TypeVar

from ledger.errors import (
    GatewayDeclined,
    GatewayUnavailable,
    OutcomeUnknown,
    RepeatedWithDifferences,
)
from ledger.values.clock import Clock, Instant

T = TypeVar("T")

KEY_IS_KEPT_FOR = timedelta(hours=23)
"""Stripe keeps a key for at least 24 hours; its clock need not agree with ours."""


@dataclass(frozen=True)
class Period:
    """From one instant to another, both included."""

    since: Instant
    until: Instant


@dataclass(frozen=True)
class Effect(Generic[T]):
    """Something to be done outside, and how to find out whether it was.

    `send` does it under a key. `find` looks for what it would have left behind, by our own id,
    among what came about in a period; it may overlook nothing, and None means that nothing is
    there.
    """

    send: Callable[[str], T]
    find: Callable[[Period], T | None]


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """Under which key something is done, since when that key is stored, and if it was begun.

    `begun` says that a call may have gone out before this one: a process died, or the outcome was
    unknown. Where nobody can tell, it was.
    """

    key: str
    stored_at: Instant
    begun: bool


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long to go on: waits double from the first to the longest, each shortened by chance."""

    tries: int = 6
    first_wait: timedelta = timedelta(milliseconds=250)
    longest_wait: timedelta = timedelta(seconds=8)
    budget: timedelta = timedelta(seconds=40)

    def waits(self, chance: Random) -> Iterator[timedelta]:
        """The waits between the tries. Callers that failed together must not come back together."""
        wait = self.first_wait
        for _ in range(self.tries - 1):
            yield wait * chance.uniform(0.5, 1)
            wait = min(wait * 2, self.longest_wait)


@dataclass(frozen=True, kw_only=True)
class Calls:
    """Makes calls; time, sleep and chance come in from outside."""

    clock: Clock
    sleep: Callable[[timedelta], None]
    patience: Patience = Patience()
    chance: Random = field(default_factory=Random)

    def perform(self, effect: Effect[T], attempt: Attempt) -> T:
        """Do it, or find that it was done.

        Raises GatewayDeclined or RepeatedWithDifferences where it will not be done; OutcomeUnknown
        where it may have been, so that the next attempt counts as begun; GatewayUnavailable where
        it was certainly not done in this or, if none was begun, any attempt.
        """
        waits = self.patience.waits(self.chance)
        give_up_at = self.clock() + self.patience.budget
        in_doubt = attempt.begun
        failure: GatewayUnavailable | OutcomeUnknown
        while True:
            try:
                return self._try(effect, attempt, in_doubt=in_doubt)
            except OutcomeUnknown as unknown:
                in_doubt, failure = True, unknown
            except GatewayUnavailable as unavailable:
                failure = self._undone(unavailable, attempt, in_doubt=in_doubt)
            wait = next(waits, None)
            if wait is None or self.clock() + wait > give_up_at:
                raise failure
            self.sleep(wait)

    def _try(self, effect: Effect[T], attempt: Attempt, *, in_doubt: bool) -> T:
        forgotten = self.clock() - attempt.stored_at >= KEY_IS_KEPT_FOR
        if in_doubt or forgotten:
            found = effect.find(self._period(attempt))
            if found is not None:
                return found
        try:
            return effect.send(attempt.key)
        except (GatewayDeclined, RepeatedWithDifferences):
            # Perhaps it is declined because it was done already, by a call that nobody heard of.
            found = effect.find(self._period(attempt)) if in_doubt else None
            if found is None:
                raise
            return found

    def _period(self, attempt: Attempt) -> Period:
        return Period(attempt.stored_at, self.clock())

    @staticmethod
    def _undone(
        unavailable: GatewayUnavailable, attempt: Attempt, *, in_doubt: bool
    ) -> GatewayUnavailable | OutcomeUnknown:
        """What a call that was not taken means: an earlier doubt is not removed by it."""
        if not in_doubt:
            return unavailable
        unknown = OutcomeUnknown(key=attempt.key, because=str(unavailable))
        unknown.__cause__ = unavailable
        return unknown
