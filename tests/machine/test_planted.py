"""Each invariant has a bug planted for it, and some games with that bug break it and say so."""

from collections.abc import Sequence

import pytest

from replay.rules import Rule
from tests.machine.game import Act, Broken, Game, broken_by, shrunk
from tests.machine.judge import JUDGES
from tests.machine.planted import BUGS, NOT_REACHED, Bug

SEEDS, STEPS = range(1, 9), 120
AT_THE_END = {"INV-E5", "INV-E6", "INV-E7", "INV-R4", "LIVENESS"}
"""What no rule says, but the count at the end."""

LISTED = {
    *(f"INV-L{number}" for number in range(1, 17)),
    *(f"INV-B{number}" for number in range(1, 10)),
    *(f"INV-E{number}" for number in range(1, 9)),
    "INV-R4",
    "LIVENESS",
}
"""The invariants of the ledger, of bookings and of streams, and one of what people read of them
(spec: invariants)."""


def about(invariant: str) -> list[type[Rule]]:
    """The rules that tell of an invariant, so that another one's breach does not come first."""
    return [rule for rule in JUDGES if invariant in rule.invariants]


def found(bug: Bug) -> Broken | None:
    """The first game that the bug breaks in the way that it is planted for."""
    for seed in SEEDS:
        try:
            Game(seed, STEPS, about(bug.breaks)).play()
        except Broken as broken:
            if bug.breaks in broken.rules:
                return broken
    return None


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.breaks)
def test_a_planted_bug_is_found_and_named(bug: Bug, monkeypatch: pytest.MonkeyPatch) -> None:
    bug.plant(monkeypatch)

    assert found(bug), bug.what


def test_every_invariant_has_a_bug_or_a_reason_why_there_is_none() -> None:
    assert {bug.breaks for bug in BUGS} | NOT_REACHED.keys() == LISTED


def test_each_invariant_is_judged() -> None:
    judged = {invariant for rule in JUDGES for invariant in rule.invariants} | AT_THE_END

    assert judged >= {bug.breaks for bug in BUGS}


def test_a_broken_game_is_told_again_with_fewer_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    bug = next(bug for bug in BUGS if bug.breaks == "INV-L9")
    bug.plant(monkeypatch)
    broken = found(bug)
    assert broken is not None

    def breaks(acts: Sequence[Act]) -> bool:
        again = broken_by(broken.seed, STEPS, acts)
        return again is not None and "INV-L4" in again.rules

    fewer = shrunk(broken.acts, breaks)

    assert breaks(fewer)
    assert len(fewer) <= 5
    assert f"tests.machine {broken.seed} {STEPS}" in str(broken)
