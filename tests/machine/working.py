"""Moves of workers, of time and of the network between us and the processor."""

from datetime import timedelta
from random import Random
from typing import Any

from tests.machine.among import Does
from tests.machine.town import Town

DAY = timedelta(days=1)

FAULTS = (
    *("timeout_before", "timeout_after", "error_before", "error_after"),
    *("rate_limit", "key_in_use"),
)


def works(town: Town, _subject: Any, _chance: Random) -> None:
    """A worker does each thing once that is to be done now."""
    town.step()


def settles(town: Town, _subject: Any, _chance: Random) -> None:
    """The workers do whatever there is to do."""
    town.settle()


def dies_soon(town: Town, _subject: Any, chance: Random) -> None:
    """The next worker at work dies after a few calls and commits."""
    town.dies_at = town.moments + chance.randint(1, 12)
    town.step()


def passes(*times: timedelta) -> Does:
    """Time passes, and nobody does anything meanwhile."""

    def does(town: Town, _subject: Any, chance: Random) -> None:
        town.let_pass(chance.choice(times) * chance.uniform(0.5, 1.5))

    return does


def lives(days: tuple[int, ...]) -> Does:
    """Days pass, with the workers at work all along; finance pays what failed now and then."""

    def does(town: Town, _subject: Any, chance: Random) -> None:
        for _ in range(2 * chance.choice(days)):
            town.let_pass(DAY / 2)
            town.settle()
        if chance.random() < 0.4:
            town.clear_the_desk()

    return does


def fails(town: Town, _subject: Any, chance: Random) -> None:
    """The next calls go wrong."""
    path = chance.choice(("/v1/", "/v1/payment_intents", "/v1/refunds", "/v1/transfers"))
    method = chance.choice(("POST", "POST", "*"))
    town.fails(chance.choice(FAULTS), times=chance.randint(1, 8), path=path, method=method)


def mixes_up(town: Town, _subject: Any, chance: Random) -> None:
    """Notices arrive in another order."""
    town.hear()
    chance.shuffle(town.letters)
