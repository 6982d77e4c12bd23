"""Random histories of all aggregates together: every rule holds after each step, and all ends well.

A seed that fails tells what it broke, and how to play it again with as few moves as break it too.
"""

import pytest

from tests.machine.game import Game

SEEDS, STEPS = 20, 200
MANY_SEEDS, MANY_STEPS = 200, 500
AT_ONCE = 5


def seeds(count: int) -> list[range]:
    """All seeds, some to a test: so several processes share them well."""
    return [range(first, first + AT_ONCE) for first in range(1, count + 1, AT_ONCE)]


def named(some: range) -> str:
    """A test's name by its seeds."""
    return f"seeds {some[0]} to {some[-1]}"


@pytest.mark.parametrize("some", seeds(SEEDS), ids=named)
def test_whatever_happens_every_invariant_holds(some: range) -> None:
    for seed in some:
        Game(seed, STEPS).play()


@pytest.mark.nightly
@pytest.mark.parametrize("some", seeds(MANY_SEEDS), ids=named)
def test_however_much_happens_every_invariant_holds(some: range) -> None:
    for seed in some:
        Game(seed, MANY_STEPS).play()
