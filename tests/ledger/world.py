"""A ledger in memory: the real drafts, plans and rules, and a dict where Postgres would be.

For walks of thousands of steps. What only the database can judge is judged here in the plainest
way: versions are compared, and a night is claimed by one booking only.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

from msgspec import Struct

from ledger.aggregates.decider import Decider
from ledger.draft import UNBORN, AnyDecider, Draft, Known, Plan, Request
from ledger.errors import Refused
from ledger.events import Event, MoneyEvent
from ledger.store import Commit
from ledger.values.clock import Instant
from ledger.values.ids import CommandId
from ledger.values.journal import Account, imbalance
from tests.facts import NOW, an_id

S = TypeVar("S", bound=Struct)


class World:
    """Streams, night claims and the balances of every sub-ledger, after each commit."""

    def __init__(self, now: Instant = NOW) -> None:
        self.now = now
        self.history: list[Event] = []
        self.known: dict[str, Known] = {}
        self.nights: dict[tuple[str, date], str] = {}
        self.balances: Counter[tuple[str, str, str]] = Counter()
        self._requests = 0

    def execute(self, plan: Plan, case_id: str = "") -> Refused | None:
        """Decide a plan and keep what it does; or the refusal, and then nothing has changed."""
        self._requests += 1
        command_id = CommandId(an_id(f"command {self._requests}"))
        request = Request(command_id=command_id, case_id=case_id, content=b"")
        draft = Draft(request, self.now, self._load)
        try:
            plan(draft)
        except Refused as refusal:
            return refusal
        self._keep(draft.sealed(), draft.outcome())
        return None

    def done(self, plan: Plan, case_id: str = "") -> Sequence[Event]:
        """Decide a plan that nobody may refuse; the events that came of it."""
        before = len(self.history)
        refusal = self.execute(plan, case_id)
        assert refusal is None, refusal
        return self.history[before:]

    def state(self, decider: Decider[S, Any, Any], stream_id: str) -> S | None:
        """A stream's state as it is now."""
        state: S | None = self.known.get(stream_id, UNBORN).state
        return state

    def balance(self, account: Account, of: str = "") -> int:
        """What stands on a sub-ledger, in minor units over all currencies; debit is positive."""
        return sum(
            minor
            for (name, key, _), minor in self.balances.items()
            if name == account and of in ("", key)
        )

    def _load(self, decider: AnyDecider, stream_id: str, opening: bool) -> Known:
        return self.known.get(stream_id, UNBORN)

    def _keep(self, commit: Commit, outcome: dict[str, Known]) -> None:
        for expected in commit.expected:
            assert self.known.get(expected.stream_id, UNBORN).version == expected.version
        for night in commit.freed:
            assert self.nights.pop((night.unit_id, night.night)) == commit.case_id
        for night in commit.taken:
            assert (night.unit_id, night.night) not in self.nights, "a night is sold once"
            self.nights[night.unit_id, night.night] = commit.case_id
        for new in commit.events:
            self.history.append(new.event)
            self._post(new.event)
        self.known |= outcome

    def _post(self, event: Event) -> None:
        if not isinstance(event, MoneyEvent):
            return
        for entry in event.entries:
            assert not any(imbalance(entry.lines).values()), entry
            for line in entry.lines:
                assert line.minor, "a line of nothing says nothing"
                self.balances[line.account, line.of, line.currency] += line.minor
