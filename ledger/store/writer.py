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


class Flight:
    """Tickets that are written by one call."""

    def __init__(self, tickets: Sequence[Ticket]) -> None:
        self.tickets = tickets
        self.batch = Batch([commit for ticket in tickets for commit in ticket.commits])
        self.handed_in_at = min(ticket.handed_in_at for ticket in tickets)
        self.under_way = False
        self.failed: Exception | None = None

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Hand each ticket its outcomes."""
        done = 0
        for ticket in self.tickets:
            ticket.settle(outcomes[done : done + len(ticket.commits)])
            done += len(ticket.commits)


class Writer:
    """Appends tickets in the order they come in, as many as wait in one call.

    A caller who finds nobody else there writes with their own thread: a lone client pays for no
    change of threads. As soon as tickets queue up, the writer's thread takes them.
    """

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
        self._guard = threading.Lock()  # of the next two
        self._closing = False
        self._unsettled_count = 0
        self._turn = threading.Lock()  # of the link: held by whoever writes
        self._thread = threading.Thread(target=self._serve, name="ledger-writer", daemon=True)
        self._thread.start()

    def write(self, ticket: Ticket) -> Sequence[Outcome]:
        """Write a ticket and wait for its outcomes. Raises RuntimeError after close."""
        if self._admit(ticket, may_lead=True):
            return self._write_here(ticket)
        return ticket.wait()

    def hand_in(self, ticket: Ticket) -> None:
        """Queue a ticket, and do not wait. Raises RuntimeError after close."""
        self._admit(ticket, may_lead=False)

    def close(self) -> None:
        """Write what is queued, then stop."""
        with self._guard:
            if not self._closing:
                self._closing = True
                self._queue.put(None)
        self._thread.join()

    def _admit(self, ticket: Ticket, *, may_lead: bool) -> bool:
        """Count a ticket in, and queue it unless its caller is to write it: True in that case.

        Nobody leads while anything is unsettled, so that no ticket overtakes an earlier one.
        """
        with self._guard:
            if self._closing:
                raise RuntimeError("the event store is closed")
            leads = may_lead and not self._unsettled_count
            self._unsettled_count += 1
            if not leads:
                self._queue.put(ticket)
        return leads

    def _count_out(self, tickets_count: int) -> None:
        with self._guard:
            self._unsettled_count -= tickets_count

    def _write_here(self, ticket: Ticket) -> Sequence[Outcome]:
        with self._turn:
            try:
                return self._land(self._take_off([ticket]))
            except BaseException:  # an interrupt: the link may be in the middle of a call
                self._hang_up()
                raise
            finally:
                self._count_out(1)

    def _hang_up(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None

    # -- The writer's thread --------------------------------------------------------------

    def _serve(self) -> None:
        while tickets := self._next_tickets(wait=True):
            with self._turn:
                flight: Flight | None = self._take_off(tickets)
                while flight is not None:
                    outcomes = self._land(flight)
                    # The next batch goes off before this one's callers wake up: the server works
                    # while they do.
                    waiting = self._next_tickets(wait=False)
                    following = self._take_off(waiting) if waiting else None
                    self._settle(flight, outcomes)
                    flight = following
        with self._turn:
            self._hang_up()

    def _settle(self, flight: Flight, outcomes: Sequence[Outcome]) -> None:
        self._count_out(len(flight.tickets))
        flight.settle(outcomes)

    def _next_tickets(self, *, wait: bool) -> list[Ticket]:
        """What waits in the queue, up to the limit. Empty when there is nothing more to do."""
        tickets: list[Ticket] = []
        commits_count = 0
        while commits_count < self._max_batch:
            try:
                ticket = self._queue.get(block=wait and not tickets)
            except Empty:
                break
            if ticket is None:
                self._queue.put(None)
                break
            tickets.append(ticket)
            commits_count += len(ticket.commits)
        return tickets

    def _take_off(self, tickets: Sequence[Ticket]) -> Flight:
        """Send tickets off together, if there is a link; what goes wrong is told on landing."""
        flight = Flight(tickets)
        try:
            if self._link is not None and (arguments := flight.batch.together()) is not None:
                self._link.send(TOGETHER, arguments)
                flight.under_way = True
        except Exception as error:  # noqa: BLE001 - the thread must live, and the callers hear
            flight.failed = error
        return flight

    def _land(self, flight: Flight) -> Sequence[Outcome]:
        """What came of a flight; tried again over new links, as long as patience lasts."""
        give_up_at = flight.handed_in_at + self._patience_seconds
        try:
            if flight.failed is not None:
                raise flight.failed
            return self._append(flight.batch, give_up_at, under_way=flight.under_way)
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of it
            return [error] * len(flight.batch.commits)

    def _append(
        self, batch: Batch, give_up_at: float, *, under_way: bool = False, in_doubt: bool = False
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
                return _append_once(self._link, batch, under_way=under_way, in_doubt=in_doubt)
            except LinkLost as lost:
                self._link, in_doubt, trouble = None, True, lost
            except Unreachable as unreachable:
                trouble = unreachable
            except NotNow as refused:
                trouble = refused
                if not in_doubt:
                    break
            except psycopg.Error as mistake:
                return self._append_apart(batch, mistake, give_up_at, in_doubt=in_doubt)
            under_way = False
        reason = str(trouble).split("\n", 1)[0]
        return [StoreUnavailable(reason=reason, in_doubt=in_doubt) for _ in batch.commits]

    def _append_apart(
        self, batch: Batch, mistake: Exception, give_up_at: float, *, in_doubt: bool
    ) -> Sequence[Outcome]:
        """Find the commit that the server cannot take, so that the others do not fail with it."""
        if len(batch.commits) == 1:
            return [mistake]
        return [
            outcome
            for commit in batch.commits
            for outcome in self._append(Batch([commit]), give_up_at, in_doubt=in_doubt)
        ]


def _pauses(give_up_at: float) -> Iterator[float]:
    """Seconds to wait before each attempt: none, then ever more, until it is time to give up."""
    yield 0
    pause_seconds = _FIRST_PAUSE_SECONDS
    while time.monotonic() + pause_seconds < give_up_at:
        yield pause_seconds
        pause_seconds = min(2 * pause_seconds, _LONGEST_PAUSE_SECONDS)


# -- One call, and what it answers --------------------------------------------------------


def _append_once(link: Link, batch: Batch, *, under_way: bool, in_doubt: bool) -> Sequence[Outcome]:
    """Append all in one call; where one of them cannot go, in turn by a second call."""
    if not under_way and not in_doubt and (arguments := batch.together()) is not None:
        link.send(TOGETHER, arguments)
        under_way = True
    if under_way:
        ((base,),) = link.answer()
        if base is not None:
            return [
                _receipt(commit, int(base) + reach)
                for commit, reach in zip(batch.commits, batch.reaches, strict=True)
            ]
    link.send(IN_TURN, batch.in_turn())
    return [
        _outcome(commit, base, reason, in_doubt=in_doubt)
        for commit, (base, reason) in zip(batch.commits, link.answer(), strict=True)
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
        return _receipt(commit, int(base) + len(commit.written))
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
