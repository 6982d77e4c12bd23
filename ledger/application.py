"""The ledger at work: from what somebody asks to events that are durable.

    execute(request, plan)  →  draft: load, decide, gather  →  append  →  receipt

What a plan decides on may be remembered rather than read: the store checks every stream's version,
so a memory that is out of date costs a second look and never a wrong answer.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from ledger.aggregates.decider import Decider
from ledger.draft import FOR_SHOW, UNBORN, AnyDecider, Draft, Known, Plan, Request
from ledger.errors import (
    Conflict,
    CorruptHistory,
    LedgerError,
    NotFound,
    Refused,
    StoreUnavailable,
)
from ledger.store import EventStore, Receipt
from ledger.values.clock import Clock, Instant, system_clock
from ledger.values.ids import StreamId

ATTEMPTS = 8
"""How often a plan is decided anew because somebody wrote first, before the caller hears of it."""

TURNS = 64
"""Queues for those whose streams are written to by others of this process at the same time."""

REMEMBERED = 50_000
"""Streams whose state stays in memory, the least used forgotten first (about 2 kB each)."""

SNAPSHOT_EVERY = 100
"""Events of a long stream between two snapshots."""

S = TypeVar("S", bound=Struct)


class Asked(Struct, frozen=True):
    """A request, what it comes to, and the time at which it is decided."""

    request: Request
    plan: Plan
    at: Instant


class Memory:
    """Stream states that were seen lately. Never trusted: the store checks versions at append."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, stream_id: str) -> Known | None:
        """What is remembered of a stream."""
        with self._lock:
            known = self._known.get(stream_id)
            if known is not None:
                self._known.move_to_end(stream_id)
            return known

    def keep(self, outcome: dict[str, Known]) -> None:
        """Remember streams, and forget those that nobody asked for the longest."""
        with self._lock:
            self._known.update(outcome)
            while len(self._known) > self._size:
                self._known.popitem(last=False)

    def forget(self, outcome: dict[str, Known]) -> None:
        """Forget streams: what was remembered of them turned out to be old."""
        with self._lock:
            for stream_id in outcome:
                self._known.pop(stream_id, None)


class Ledger:
    """The write side, whole: everything that changes anything comes through here."""

    def __init__(
        self, store: EventStore, clock: Clock = system_clock, remembered: int = REMEMBERED
    ) -> None:
        self._store = store
        self._clock = clock
        self._memory = Memory(remembered)
        self._turns = [threading.Lock() for _ in range(TURNS)]

    def now(self) -> Instant:
        """What time it is here: what is decided now is decided as of it."""
        return self._clock()

    def execute(self, request: Request, plan: Plan) -> Receipt:
        """Decide a plan now and make it durable.

        Repeating a request answers what it answered. Raises Refused (recorded under the request's
        id), Conflict after `ATTEMPTS` lost races, StoreUnavailable.
        """
        return self._execute(Asked(request, plan, self._clock()))

    def execute_in_order(self, asked: Iterable[Asked]) -> list[Receipt | LedgerError]:
        """Decide plans one after the other, each at its own time, and append them in one call.

        For history from outside, where a later plan builds on an earlier one. Each is all or
        nothing on its own; the answers stand in the order of the requests.
        """
        answers: list[Receipt | LedgerError] = []
        gathered: list[tuple[Asked, Draft]] = []
        ahead: dict[str, Known] = {}  # not durable yet, so for nobody else's eyes
        for one in asked:
            draft = self._draft(one, fresh=False, ahead=ahead)
            try:
                one.plan(draft)
            except Refused:
                answers += self._append_in_order(gathered)
                gathered = []
                ahead.clear()
                answers.append(self._alone(one))
            else:
                ahead |= draft.outcome()
                gathered.append((one, draft))
        return answers + self._append_in_order(gathered)

    def rehearse(self, plan: Plan) -> Draft:
        """Decide a plan now, on what the store has, and keep nothing of it. Raises Refused.

        The draft tells what would be so; whatever refuses the plan refuses its rehearsal.
        """
        draft = self._draft(Asked(FOR_SHOW, plan, self._clock()), fresh=True)
        plan(draft)
        return draft

    def state(self, decider: Decider[S, Any, Any], stream_id: str) -> S | None:
        """The state of a stream as the store has it now; None where there is no such stream."""
        known: S | None = self._load(decider, stream_id, fresh=True).state
        return known

    def state_at(self, decider: Decider[S, Any, Any], stream_id: str, at: Instant) -> S | None:
        """The state of a stream as it was at an instant, with what happened at it."""
        history = self._store.read(StreamId(stream_id))
        return decider.fold(one.event for one in history if one.occurred_at <= at)

    def _execute(self, asked: Asked) -> Receipt:
        try:
            return self._attempt(asked, fresh=False)
        except Conflict as conflict:
            lost = conflict
        for _ in range(ATTEMPTS):
            with self._turn_of(lost):
                try:
                    return self._attempt(asked, fresh=True)
                except Conflict as conflict:
                    lost = conflict
        raise lost

    def _attempt(self, asked: Asked, *, fresh: bool) -> Receipt:
        draft = self._draft(asked, fresh=fresh)
        try:
            asked.plan(draft)
            receipt = self._store.append(draft.sealed())
        except Conflict:
            self._memory.forget(draft.outcome())
            raise
        except Refused as refusal:
            self._memory.forget(draft.outcome())
            if not fresh:
                return self._attempt(asked, fresh=True)
            recorded = self._store.append(draft.sealed(refusal))
            if not recorded.repeated:
                raise
            return recorded
        if receipt.repeated:
            self._memory.forget(draft.outcome())
        else:
            self._keep(draft)
        return receipt

    def _alone(self, asked: Asked) -> Receipt | LedgerError:
        try:
            return self._execute(asked)
        except LedgerError as error:
            return error

    def _append_in_order(
        self, gathered: Sequence[tuple[Asked, Draft]]
    ) -> list[Receipt | LedgerError]:
        answers = self._store.append_in_order([draft.sealed() for _, draft in gathered])
        if all(isinstance(answer, Receipt) and not answer.repeated for answer in answers):
            for _, draft in gathered:
                self._keep(draft)
            return answers
        for _, draft in gathered:
            self._memory.forget(draft.outcome())
        return [
            answer if isinstance(answer, Receipt) else self._alone(one)
            for answer, (one, _) in zip(answers, gathered, strict=True)
        ]

    def _draft(
        self, asked: Asked, *, fresh: bool, ahead: Mapping[str, Known] | None = None
    ) -> Draft:
        def load(decider: AnyDecider, stream_id: str, opening: bool) -> Known:  # noqa: FBT001
            known = ahead.get(stream_id) if ahead else None
            return known or self._load(decider, stream_id, opening=opening, fresh=fresh)

        return Draft(asked.request, asked.at, load)

    def _load(
        self, decider: AnyDecider, stream_id: str, *, fresh: bool, opening: bool = False
    ) -> Known:
        known = self._memory.get(stream_id)
        if known is not None and not isinstance(known.state, decider.state | None):
            raise _not_its_kind(decider, stream_id)
        if known is not None and not fresh:
            return known
        if opening and not fresh:
            return UNBORN
        if known is None:
            known = self._from_snapshot(decider, stream_id)
        later = self._store.read(StreamId(stream_id), after=known.version)
        if not later:
            return known
        if later[0].event.topic.partition(".")[0] != decider.lifecycle.aggregate:
            raise _not_its_kind(decider, stream_id)
        events = (recorded.event for recorded in later)
        try:
            return Known(later[-1].version, decider.fold(events, known.state))
        except (AssertionError, LookupError) as broken:
            # What evolve takes for granted is not so: no caller's fault, and nothing to try again.
            raise CorruptHistory(stream=stream_id, after=known.version) from broken

    def _from_snapshot(self, decider: AnyDecider, stream_id: str) -> Known:
        if not decider.streams_grow_long:
            return UNBORN
        kept = self._store.snapshot(StreamId(stream_id), fingerprint(decider))
        if kept is None:
            return UNBORN
        try:
            return Known(kept[0], msgspec.json.decode(kept[1], type=decider.state))
        except msgspec.DecodeError:
            return UNBORN

    def _keep(self, draft: Draft) -> None:
        self._memory.keep(draft.outcome())
        for decider, stream_id, before, known in draft.grown():
            if (
                decider.streams_grow_long
                and known.version // SNAPSHOT_EVERY > before // SNAPSHOT_EVERY
            ):
                self._keep_snapshot(decider, stream_id, known)

    def _keep_snapshot(self, decider: AnyDecider, stream_id: str, known: Known) -> None:
        state = msgspec.json.encode(known.state)
        # The commit is durable, and a snapshot only saves reading: who asked hears of the commit.
        with suppress(StoreUnavailable):
            self._store.keep_snapshot(
                StreamId(stream_id), known.version, fingerprint(decider), state
            )

    def _turn_of(self, lost: Conflict) -> threading.Lock:
        return self._turns[hash(str(lost.data)) % TURNS]


def _not_its_kind(decider: AnyDecider, stream_id: str) -> NotFound:
    """An id comes from outside; what stands under it may be something else than was asked for."""
    return NotFound(**{decider.lifecycle.aggregate: stream_id})


@cache
def fingerprint(decider: AnyDecider) -> str:
    """What a snapshot of this aggregate must have been made with to be read again."""
    shape = msgspec.json.encode(msgspec.json.schema(decider.state))
    return hashlib.sha256(shape + str(decider.evolution).encode()).hexdigest()
