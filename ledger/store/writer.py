"""Group commit: what queues up while one batch commits is written together as the next.

No timer: a lone commit waits for nobody. One thread per writer; callers hand in tickets.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from queue import Empty, SimpleQueue

import msgspec
import psycopg
from msgspec import Struct

from ledger.errors import (
    Conflict,
    CorruptHistory,
    NightsAreTaken,
    Refused,
    RepeatedWithDifferences,
    StoreUnavailable,
)
from ledger.store.batch import Batch, Prepared
from ledger.store.commits import Receipt
from ledger.store.link import IN_TURN, TOGETHER, Link, LinkLost, NotNow, Unreachable
from ledger.values.ids import CommandId

Outcome = Receipt | Exception
"""A receipt, or what to raise: a LedgerError, or psycopg.Error for a programmer's mistake."""

_FIRST_PAUSE_SECONDS = 0.02
_LONGEST_PAUSE_SECONDS = 0.5


class Ticket:
    """Commits that somebody waits for, to be written by one call in their order."""

    __slots__ = ("_done", "_settled", "commits", "handed_in_at", "outcomes")

    def __init__(
        self,
        commits: Sequence[Prepared],
        settled: Callable[[Sequence[Outcome]], None] | None = None,
    ) -> None:
        self.commits = commits
        self.outcomes: Sequence[Outcome] = ()
        self.handed_in_at = time.monotonic()
        self._settled = settled
        # A bare lock, and no Future: at ten thousand appends a second the difference shows.
        self._done = threading.Lock()
        self._done.acquire()

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Hand over the outcomes; called by the writer, once."""
        self.outcomes = outcomes
        self._done.release()
        if self._settled is not None:
            self._settled(outcomes)

    def wait(self) -> Sequence[Outcome]:
        """The outcomes, one per commit, as soon as they are durable."""
        self._done.acquire()
        return self.outcomes


class Writer:
    """Appends tickets in the order they come in, as many as wait in one call."""

    def __init__(
        self, connect: Callable[[], Link], *, max_batch: int, patience_seconds: float
    ) -> None:
        """Write over links made by `connect`, at most `max_batch` commits of several tickets each.

        Where Postgres is away, a ticket is tried again until it is `patience_seconds` old.
        """
        self._connect = connect
        self._max_batch = max_batch
        self._patience_seconds = patience_seconds
        self._link: Link | None = None
        self._queue: SimpleQueue[Ticket | None] = SimpleQueue()
        self._closing = False
        self._guard = threading.Lock()
        self._thread = threading.Thread(target=self._serve, name="ledger-writer", daemon=True)
        self._thread.start()

    def hand_in(self, ticket: Ticket) -> None:
        """Queue a ticket. Raises RuntimeError after close."""
        with self._guard:
            if self._closing:
                raise RuntimeError("the event store is closed")
            self._queue.put(ticket)

    def close(self) -> None:
        """Write what is queued, then stop."""
        with self._guard:
            if not self._closing:
                self._closing = True
                self._queue.put(None)
        self._thread.join()

    # -- The writer's thread --------------------------------------------------------------

    def _serve(self) -> None:
        try:
            while tickets := self._next_tickets():
                self._write(tickets)
        finally:
            if self._link is not None:
                self._link.close()

    def _next_tickets(self) -> list[Ticket]:
        """Whatever waits, up to the limit; waits for the first. Empty when it is time to stop."""
        first = self._queue.get()
        tickets = [first] if first is not None else []
        commits_count = len(first.commits) if first is not None else self._max_batch
        while commits_count < self._max_batch:
            try:
                ticket = self._queue.get_nowait()
            except Empty:
                break
            if ticket is None:
                self._queue.put(None)
                break
            tickets.append(ticket)
            commits_count += len(ticket.commits)
        return tickets

    def _write(self, tickets: Sequence[Ticket]) -> None:
        commits = [commit for ticket in tickets for commit in ticket.commits]
        give_up_at = min(ticket.handed_in_at for ticket in tickets) + self._patience_seconds
        outcomes: Sequence[Outcome]
        try:
            outcomes = self._append(commits, give_up_at)
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of it
            outcomes = [error] * len(commits)
        done = 0
        for ticket in tickets:
            ticket.settle(outcomes[done : done + len(ticket.commits)])
            done += len(ticket.commits)

    def _append(
        self, commits: Sequence[Prepared], give_up_at: float, *, in_doubt: bool = False
    ) -> Sequence[Outcome]:
        """Append, through lost connections.

        After a call whose outcome is unknown, the commits are offered again in turn. That is the
        look-up: one that was recorded is found by its command id and answered, one that was not is
        written. An old call that still runs in the server is kept out by the same command ids.
        """
        trouble: Exception | None = None
        for pause_seconds in _pauses(give_up_at):
            time.sleep(pause_seconds)
            try:
                if self._link is None:
                    self._link = self._connect()
                return _append_once(self._link, commits, in_doubt=in_doubt)
            except LinkLost as lost:
                self._link, in_doubt, trouble = None, True, lost
            except Unreachable as unreachable:
                trouble = unreachable
            except NotNow as refused:
                trouble = refused
                if not in_doubt:
                    break
            except psycopg.Error as mistake:
                return self._append_apart(commits, mistake, give_up_at, in_doubt=in_doubt)
        reason = str(trouble).split("\n", 1)[0]
        return [StoreUnavailable(reason=reason, in_doubt=in_doubt) for _ in commits]

    def _append_apart(
        self, commits: Sequence[Prepared], mistake: Exception, give_up_at: float, *, in_doubt: bool
    ) -> Sequence[Outcome]:
        """Find the commit that the server cannot take, so that the others do not fail with it."""
        if len(commits) == 1:
            return [mistake]
        return [
            outcome
            for commit in commits
            for outcome in self._append([commit], give_up_at, in_doubt=in_doubt)
        ]


def _pauses(give_up_at: float) -> Iterator[float]:
    """Seconds to wait before each attempt: none, then ever more, until it is time to give up."""
    yield 0
    pause_seconds = _FIRST_PAUSE_SECONDS
    while time.monotonic() + pause_seconds < give_up_at:
        yield pause_seconds
        pause_seconds = min(2 * pause_seconds, _LONGEST_PAUSE_SECONDS)


# -- One call, and what it answers --------------------------------------------------------


def _append_once(link: Link, commits: Sequence[Prepared], *, in_doubt: bool) -> Sequence[Outcome]:
    """Append all in one call; where one of them cannot go, in turn by a second call."""
    batch = Batch(commits)
    if not in_doubt and (arguments := batch.together()) is not None:
        ((base,),) = link.call(TOGETHER, arguments)
        if base is not None:
            return [
                _receipt(commit, int(base) + reach)
                for commit, reach in zip(commits, batch.reaches, strict=True)
            ]
    rows = link.call(IN_TURN, batch.in_turn())
    return [
        _outcome(commit, base, reason, in_doubt=in_doubt)
        for commit, (base, reason) in zip(commits, rows, strict=True)
    ]


class Repeats(Struct):
    """The command id is known: whether it came with the same content, and what was answered."""

    same: bool
    position: int
    refusal: str | None
    answer: str


class Reason(Struct):
    """Why a commit could not be appended; one of these is set."""

    repeats: Repeats | None = None
    stale: list[str] | None = None
    taken: list[tuple[str, date]] | None = None
    unheld: list[tuple[str, date]] | None = None


_reasons = msgspec.json.Decoder(Reason)


def _outcome(
    commit: Prepared, base: bytes | None, told: bytes | None, *, in_doubt: bool
) -> Outcome:
    if base is not None:
        return _receipt(commit, int(base) + len(commit.events))
    assert told is not None, "a commit is appended, or there is a reason"
    reason = _reasons.decode(told)
    if reason.repeats is not None:
        return _answer_again(commit, reason.repeats, in_doubt=in_doubt)
    if reason.taken is not None:
        unit_id = reason.taken[0][0]
        nights = [night for unit, night in reason.taken if unit == unit_id]
        return NightsAreTaken(unit_id=unit_id, nights=nights)
    if reason.unheld is not None:
        unit_id, night = reason.unheld[0]
        return CorruptHistory(case_id=commit.case_id, unit_id=unit_id, not_held=night)
    return Conflict(streams=reason.stale)


def _answer_again(commit: Prepared, before: Repeats, *, in_doubt: bool) -> Outcome:
    """What was answered the first time. In doubt, the first time was very likely this one."""
    if not before.same:
        return RepeatedWithDifferences(command_id=commit.command_id)
    if before.refusal is not None and not (in_doubt and before.refusal == commit.refusal):
        return remembered_refusal(before.refusal, bytes.fromhex(before.answer))
    answer = commit.answer if before.refusal else bytes.fromhex(before.answer)
    return Receipt(
        CommandId(commit.command_id), before.position, repeated=not in_doubt, answer=answer
    )


def remembered_refusal(code: str, data: bytes) -> Refused:
    """The refusal that was recorded under a command id."""
    return Refused.remembered(code, msgspec.json.decode(data))


def _receipt(commit: Prepared, position: int) -> Receipt:
    return Receipt(CommandId(commit.command_id), position, repeated=False, answer=commit.answer)
