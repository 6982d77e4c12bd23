"""The ledger at work: from what somebody asks to events that are durable.

    execute(request, plan)  →  draft: load, decide, gather  →  append  →  receipt

A plan is a function of a draft. It says which commands go together; all their events, night claims
and the command's record are written in one commit, or nothing is. What a plan decides on may be
remembered rather than read: the store checks every stream's version, so a memory that is out of
date costs a second look and never a wrong answer.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from ledger.aggregates.attestation import ATTESTATION
from ledger.aggregates.booking import BOOKING
from ledger.aggregates.decider import Command, Decider
from ledger.aggregates.payment import PAYMENT
from ledger.aggregates.payout import PAYOUT
from ledger.aggregates.refund import REFUND
from ledger.aggregates.unit_calendar import UNIT_CALENDAR
from ledger.errors import Conflict, CorruptHistory, LedgerError, Refused, StoreUnavailable
from ledger.events import Actor, Envelope
from ledger.store import Commit, EventStore, Expected, NewEvent, Night, Receipt
from ledger.values.clock import Clock, Instant, system_clock
from ledger.values.ids import CommandId, StreamId

AnyDecider = Decider[Any, Any, Any]

DECIDERS: tuple[AnyDecider, ...] = (ATTESTATION, UNIT_CALENDAR, BOOKING, PAYMENT, REFUND, PAYOUT)
"""Every aggregate there is."""

_deciding: dict[type[Command], AnyDecider] = {
    step.command: decider for decider in DECIDERS for step in decider.lifecycle.steps
}

ATTEMPTS = 8
"""How often a plan is decided anew because somebody wrote first, before the caller hears of it."""

TURNS = 64
"""Queues for those whose streams are written to by others of this process at the same time."""

REMEMBERED = 50_000
"""Streams whose state stays in memory, the least used forgotten first (about 2 kB each)."""

SNAPSHOT_EVERY = 100
"""Events of a long stream between two snapshots."""

S = TypeVar("S", bound=Struct)


class Request(Struct, frozen=True, kw_only=True):
    """Who asks for what, and under which id it is asked only once.

    `content` is everything that the caller said, as bytes: the same id with other content is
    refused. `case_id` is what it belongs to: for all that follows from a booking, the booking.
    `answer` is handed back to whoever repeats the request; a plan that only knows when it has
    decided says it by `Draft.answer`.
    """

    command_id: CommandId
    case_id: str
    content: bytes
    answer: bytes = b""
    origin: str = "live"
    causation: str | None = None
    on_behalf_of: str | None = None


FOR_SHOW = Request(command_id=CommandId(""), case_id="", content=b"")
"""Stands in a draft that will never be a commit."""


class Known(Struct, frozen=True):
    """A stream's state, and the version that it is of; nothing and 0 before its first event."""

    version: int = 0
    state: Any = None


UNBORN = Known()


class Draft:
    """A commit in the making: what would be written if nothing is refused."""

    def __init__(
        self, request: Request, now: Instant, load: Callable[[AnyDecider, str, bool], Known]
    ) -> None:
        self.now = now
        self._request = request
        self._load = load
        self._known: dict[str, Known] = {}
        self._deciders: dict[str, AnyDecider] = {}
        self._expected: dict[str, int] = {}
        self._events: list[NewEvent] = []
        self._taken: dict[Night, None] = {}
        self._freed: list[Night] = []
        self._answer = request.answer

    def answer(self, answer: bytes) -> None:
        """Say what is handed back (small JSON), now and to whoever repeats the request."""
        self._answer = answer

    def state(self, decider: Decider[S, Any, Any], stream_id: str) -> S | None:
        """The state of a stream as this draft leaves it so far; the commit holds only if it lasts."""
        known: S | None = self._recall(decider, stream_id).state
        return known

    def do(self, actor: Actor, command: Command) -> None:
        """Decide a command and gather what it does. Raises Refused."""
        decider = _deciding[type(command)]
        stream_id: str = decider.stream_of(command)
        before = self._recall(decider, stream_id, command)
        events, state = decider.run(before.state, command, self.now, actor)
        envelope = self._envelope(actor, decider, state)
        for ahead, event in enumerate(events, start=1):
            version = before.version + ahead
            self._events.append(NewEvent(StreamId(stream_id), version, event, envelope))
            self._claim(decider, stream_id, event)
        self._known[stream_id] = Known(before.version + len(events), state)

    def sealed(self, refusal: Refused | None = None) -> Commit:
        """The commit that this draft has come to, or the record that it was refused."""
        request = self._request
        refused = refusal is not None
        expected = (Expected(StreamId(key), version) for key, version in self._expected.items())
        return Commit(
            command_id=request.command_id,
            case_id=request.case_id,
            content=hashlib.sha256(request.content).digest(),
            occurred_at=self.now,
            events=() if refused else tuple(self._events),
            expected=() if refused else tuple(expected),
            taken=() if refused else tuple(self._taken),
            freed=() if refused else tuple(self._freed),
            refusal=refusal,
            answer=self._answer,
        )

    def outcome(self) -> dict[str, Known]:
        """The streams that were looked at, as they are once the commit is durable."""
        return self._known

    def grown(self) -> Iterator[tuple[AnyDecider, str, int, Known]]:
        """Each stream that gained events: its aggregate, its id, its version before, and itself."""
        for stream_id, decider in self._deciders.items():
            known = self._known[stream_id]
            if known.version > self._expected[stream_id]:
                yield decider, stream_id, self._expected[stream_id], known

    def _recall(self, decider: AnyDecider, stream_id: str, command: Command | None = None) -> Known:
        known = self._known.get(stream_id)
        if known is None:
            opening = command is not None and decider.lifecycle.opens(type(command))
            known = self._load(decider, stream_id, opening)
            self._known[stream_id] = known
            self._expected[stream_id] = known.version
            self._deciders[stream_id] = decider
        return known

    def _envelope(self, actor: Actor, decider: AnyDecider, state: Any) -> Envelope:
        return Envelope(
            actor=actor,
            on_behalf_of=self._request.on_behalf_of,
            causation=self._request.causation,
            origin=self._request.origin,
            graph=decider.graph,
            policy=decider.policy_of(state),
            billing=decider.billing_of(state),
        )

    def _claim(self, decider: AnyDecider, stream_id: str, event: Any) -> None:
        claims = decider.claims(stream_id, event) if decider.claims else None
        if claims is None:
            return
        self._taken |= {Night(claims.unit_id, night): None for night in claims.taken}
        for night in (Night(claims.unit_id, night) for night in claims.freed):
            # What this very draft took was never claimed, so there is nothing to let go.
            if night in self._taken:
                del self._taken[night]
            else:
                self._freed.append(night)


Plan = Callable[[Draft], None]


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
        if known is not None and not fresh:
            return known
        if opening and not fresh:
            return UNBORN
        if known is None:
            known = self._from_snapshot(decider, stream_id)
        later = self._store.read(StreamId(stream_id), after=known.version)
        if not later:
            return known
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


@cache
def fingerprint(decider: AnyDecider) -> str:
    """What a snapshot of this aggregate must have been made with to be read again."""
    shape = msgspec.json.encode(msgspec.json.schema(decider.state))
    return hashlib.sha256(shape + str(decider.evolution).encode()).hexdigest()
