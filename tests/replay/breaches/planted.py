"""How a breach is told: what was done, and which invariants it breaks."""

from collections.abc import Callable
from dataclasses import dataclass

from ledger.values.clock import instant
from tests.conftest import Database
from tests.replay.small_history import History

Plant = Callable[[History, Database], None]


@dataclass(frozen=True)
class Planted:
    """A breach, in words; the invariants that it breaks; and what was done."""

    what: str
    breaks: frozenset[str]
    plant: Callable[[History, Database], None]


ARRIVAL = instant("2025-09-01T14:00:00Z")
"""Check-in of the booking that is still ahead."""

BREACHES: list[Planted] = []
"""Every breach there is."""


def breaks(*invariants: str) -> Callable[[Plant], Plant]:
    """Register a breach under the sentence in its docstring."""

    def register(plant: Plant) -> Plant:
        what = (plant.__doc__ or "").strip()
        BREACHES.append(Planted(what, frozenset(f"INV-{name}" for name in invariants), plant))
        return plant

    return register
