"""A contest: ours beside its peers, on the same machine, in rounds that take turns.

A figure is believed as a median of interleaved rounds and as a ratio to a peer that was measured in
the same minutes; never on its own, and never in a test.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from msgspec import Struct

Figures = Mapping[str, float]
"""What one contender did in one round, by measure; a contest with a single one calls it ``""``."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a group measures: a database of its own, by the application's and the owner's address.

    `events` is how long its history shall be, where it has one; `rounds` how often each runs.
    """

    url: str
    owner_url: str
    rounds: int
    events: int


class Row(Struct, frozen=True, kw_only=True):
    """One line of the table: medians of the rounds, and ours as a multiple of each peer."""

    name: str
    unit: str
    ours: float
    peers: dict[str, float]
    ratio: dict[str, float]
    goal: str
    met: bool


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What a measure shall reach: at least or at most a figure, and so many times a peer."""

    at_least: float | None = None
    at_most: float | None = None
    times: Mapping[str, float] = field(default_factory=dict)

    def met_by(self, ours: float, ratio: Mapping[str, float]) -> bool:
        """Whether a median and its ratios reach all of it."""
        return (
            (self.at_least is None or ours >= self.at_least)
            and (self.at_most is None or ours <= self.at_most)
            and all(ratio[peer] >= wanted for peer, wanted in self.times.items())
        )

    def __str__(self) -> str:
        bounds = [f"≥ {self.at_least:,g}"] if self.at_least is not None else []
        bounds += [f"≤ {self.at_most:,g}"] if self.at_most is not None else []
        return ", ".join([*bounds, *(f"≥ {by:g}× {peer}" for peer, by in self.times.items())])


@dataclass(frozen=True, kw_only=True)
class Contest:
    """Who runs, how, and for what. `ours` and each peer measure a round and return its figures."""

    name: str
    unit: str
    goals: Mapping[str, Goal]
    ours: Callable[[], Figures]
    peers: Mapping[str, Callable[[], Figures]] = field(default_factory=dict)
    rounds: int = 3


def hold(contest: Contest, told: Callable[[str], None]) -> list[Row]:
    """Let all contenders run in turn, as often as the contest asks; one row per measure."""
    contenders = {"ours": contest.ours, **contest.peers}
    seen: dict[str, list[Figures]] = {name: [] for name in contenders}
    for number in range(1, contest.rounds + 1):
        for name, measure in contenders.items():
            told(f"{contest.name}: round {number} of {contest.rounds}, {name}")
            seen[name].append(measure())
    return [_row(contest, measure, goal, seen) for measure, goal in contest.goals.items()]


def _row(contest: Contest, measure: str, goal: Goal, seen: Mapping[str, Sequence[Figures]]) -> Row:
    medians = {
        name: median(figures[measure] for figures in rounds)
        for name, rounds in seen.items()
        if all(measure in figures for figures in rounds)
    }
    ours = medians.pop("ours")
    ratio = {peer: ours / theirs for peer, theirs in medians.items()}
    return Row(
        name=f"{contest.name} {measure}".strip(),
        unit=contest.unit,
        ours=ours,
        peers=medians,
        ratio=ratio,
        goal=str(goal),
        met=goal.met_by(ours, ratio),
    )
