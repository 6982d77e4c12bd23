"""Commits as the columns that the append functions take."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from itertools import accumulate

import msgspec
from msgspec import Struct

from ledger.store import arrays
from ledger.store.codec import Codec
from ledger.store.commits import Commit

NightKey = tuple[str, date]
Claim = tuple[str, date, str]

_COMMAND_TYPES = (arrays.UUID, arrays.BYTEA, arrays.UUID, arrays.TEXT, arrays.BYTEA)
_EVENT_TYPES = (
    *(arrays.UUID, arrays.BIGINT, arrays.TEXT, arrays.SMALLINT, arrays.UUID, arrays.UUID),
    *(arrays.TIMESTAMPTZ, arrays.BYTEA, arrays.BYTEA),
)


class StoredEvent(Struct, frozen=True, gc=False):
    """An event as bytes, in its place."""

    stream_id: str
    version: int
    topic: str
    schema: int
    envelope: bytes
    state: bytes


class Prepared(Struct, frozen=True, kw_only=True):
    """A commit whose cells are packed already: in the caller's thread, not the writer's.

    `command_cells` holds one cell for each of `_COMMAND_TYPES`; `event_cells` the joined cells of
    all events for each of `_EVENT_TYPES`; `written` each event's stream and version.
    """

    command_id: str
    case_id: str
    refusal: str | None
    answer: bytes
    written: Sequence[tuple[str, int]]
    expected: Sequence[tuple[str, int]]
    taken: Sequence[NightKey]
    freed: Sequence[NightKey]
    command_cells: Sequence[bytes]
    event_cells: Sequence[bytes]


def prepare(commit: Commit, codec: Codec) -> Prepared:
    """Encode a commit. What it contradicts itself in is a programmer's mistake and asserted."""
    assert_consistent(commit)
    refusal = commit.refusal
    return pack(
        commit,
        [
            StoredEvent(
                new.stream_id,
                new.version,
                new.event.topic,
                new.event.schema,
                codec.encode_envelope(new.envelope),
                codec.encode(new.event),
            )
            for new in commit.events
        ],
        refusal=refusal.code if refusal else None,
        answer=msgspec.json.encode(refusal.data) if refusal else commit.answer,
    )


def assert_consistent(commit: Commit) -> None:
    """That a commit is one: whole hash, no gaps in its versions, no night named twice."""
    assert len(commit.content) == 32, "the content's hash has 32 bytes"
    assert not (commit.refusal and commit.events), "what is refused did not happen"
    assert len({*commit.taken}) == len(commit.taken), "a night is taken twice"
    assert len({*commit.freed}) == len(commit.freed), "a night is freed twice"
    heads = {expected.stream_id: expected.version for expected in commit.expected}
    for new in commit.events:
        assert heads.get(new.stream_id) == new.version - 1, f"{new.stream_id} skips a version"
        heads[new.stream_id] = new.version


def pack(
    commit: Commit, events: Sequence[StoredEvent], *, refusal: str | None, answer: bytes
) -> Prepared:
    """Lay out a commit and its encoded events as cells."""
    command_cell, case_cell = arrays.uuid(commit.command_id), arrays.uuid(commit.case_id)
    occurred_cell = arrays.instant(commit.occurred_at)
    by_event = [
        (
            arrays.uuid(event.stream_id),
            arrays.bigint(event.version),
            arrays.word(event.topic),
            arrays.smallint(event.schema),
            case_cell,
            command_cell,
            occurred_cell,
            arrays.bytea(event.envelope),
            arrays.bytea(event.state),
        )
        for event in events
    ]
    return Prepared(
        command_id=commit.command_id,
        case_id=commit.case_id,
        refusal=refusal,
        answer=answer,
        written=[(event.stream_id, event.version) for event in events],
        expected=[(expected.stream_id, expected.version) for expected in commit.expected],
        taken=[(night.unit_id, night.night) for night in commit.taken],
        freed=[(night.unit_id, night.night) for night in commit.freed],
        command_cells=(
            command_cell,
            arrays.bytea(commit.content),
            case_cell,
            arrays.word(refusal),
            arrays.bytea(answer),
        ),
        event_cells=by_event[0]
        if len(by_event) == 1
        else [b"".join(column) for column in zip(*by_event, strict=True)],
    )


class Batch:
    """Commits to append in one call, in order.

    `together()` gives the arguments of `ledger.append_together`, or None where the batch already
    contradicts itself; `in_turn()` those of `ledger.append_in_turn`.
    """

    def __init__(self, commits: Sequence[Prepared]) -> None:
        self.commits = commits
        self.reaches = list(accumulate(len(commit.written) for commit in commits))
        self._common: list[bytes] | None = None

    def together(self) -> list[bytes] | None:
        """One call for all, if each follows from the ones before it."""
        expected = expected_of_store(self.commits)
        claims = net_claims(self.commits)
        if expected is None or claims is None:
            return None
        return [*self._columns(), *_expected_columns(expected), *claims.columns()]

    def in_turn(self) -> list[bytes]:
        """The same commits one after the other, each with all that it expects."""
        expected = [pair for commit in self.commits for pair in commit.expected]
        each = [_claims_of(commit) for commit in self.commits]
        claims = NetClaims(
            [key for one in each for key in one.needed],
            [claim for one in each for claim in one.freed],
            [claim for one in each for claim in one.taken],
        )
        return [
            *self._columns(),
            *_expected_columns(expected),
            *claims.columns(),
            _ends(len(commit.expected) for commit in self.commits),
            _ends(len(one.needed) for one in each),
            _ends(len(one.freed) for one in each),
            _ends(len(one.taken) for one in each),
        ]

    def _columns(self) -> list[bytes]:
        if self._common is None:
            self._common = [*self._command_columns(), *self._event_columns()]
        return self._common

    def _command_columns(self) -> Iterator[bytes]:
        cells = zip(*[commit.command_cells for commit in self.commits], strict=True)
        for element, column in zip(_COMMAND_TYPES, cells, strict=True):
            yield arrays.array(element, column)
        yield arrays.array(arrays.INTEGER, [arrays.integer(reach) for reach in self.reaches])

    def _event_columns(self) -> Iterator[bytes]:
        count = self.reaches[-1]
        if not count:
            yield from (arrays.array(element, ()) for element in _EVENT_TYPES)
            return
        with_events = [commit.event_cells for commit in self.commits if commit.written]
        cells = zip(*with_events, strict=True)
        for element, column in zip(_EVENT_TYPES, cells, strict=True):
            yield arrays.array(element, column, count)


def expected_of_store(commits: Sequence[Prepared]) -> list[tuple[str, int]] | None:
    """What the batch expects of the streams as they stand before it.

    What a commit expects of a stream that an earlier one of the batch writes to is settled here;
    None where it expects something else than the earlier one leaves behind.
    """
    left: list[tuple[str, int]] = []
    heads: dict[str, int] = {}
    for commit in commits:
        for pair in commit.expected:
            head = heads.get(pair[0])
            if head is None:
                left.append(pair)
            elif head != pair[1]:
                return None
        heads.update(commit.written)
    return left


class NetClaims(Struct, frozen=True):
    """What commits together mean for the claims on nights: first free, then take.

    `needed` nights must not be claimed by anybody before.
    """

    needed: list[NightKey]
    freed: list[Claim]
    taken: list[Claim]

    def columns(self) -> Iterable[bytes]:
        """The claims' columns, in the order of the append functions' parameters."""
        return list(self._columns()) if self.freed or self.taken or self.needed else _no_claims()

    def _columns(self) -> Iterator[bytes]:
        yield _uuids(unit_id for unit_id, _ in self.needed)
        yield _days(night for _, night in self.needed)
        for claims in (self.freed, self.taken):
            yield _uuids(unit_id for unit_id, _, _ in claims)
            yield _days(night for _, night, _ in claims)
            yield _uuids(case_id for _, _, case_id in claims)


@cache
def _no_claims() -> Sequence[bytes]:
    """Most batches touch no night: their empty columns are packed once."""
    return list(NetClaims([], [], [])._columns())


def net_claims(commits: Sequence[Prepared]) -> NetClaims | None:
    """The claims of commits in their order, netted per night.

    A night may be taken and freed again within a batch (a booking and its cancellation, imported
    together). None where one commit takes what an earlier one still holds, or frees what it freed.
    """
    if not any(commit.taken or commit.freed for commit in commits):
        return NetClaims([], [], [])
    tally = _Tally()
    if not all(tally.free(commit) and tally.take(commit) for commit in commits):
        return None
    taken = [(*key, holder) for key, holder in tally.holders.items() if holder is not None]
    return NetClaims(tally.needed, tally.freed, taken)


class _Tally:
    """Who holds which night, as far as the batch has touched it, and what that needs of before."""

    def __init__(self) -> None:
        self.needed: list[NightKey] = []
        self.freed: list[Claim] = []
        self.holders: dict[NightKey, str | None] = {}

    def free(self, commit: Prepared) -> bool:
        """Let go what a commit frees, if what is known of the nights allows it."""
        for key in commit.freed:
            if key not in self.holders:
                self.freed.append((*key, commit.case_id))
            elif self.holders[key] != commit.case_id:
                return False
            self.holders[key] = None
        return True

    def take(self, commit: Prepared) -> bool:
        """Claim what a commit takes, if what is known of the nights allows it."""
        for key in commit.taken:
            if key not in self.holders:
                self.needed.append(key)
            elif self.holders[key] is not None:
                return False
            self.holders[key] = commit.case_id
        return True


def _claims_of(commit: Prepared) -> NetClaims:
    claims = net_claims([commit])
    assert claims is not None, "one commit does not contradict itself"
    return claims


def _expected_columns(expected: Sequence[tuple[str, int]]) -> Iterator[bytes]:
    yield _uuids(stream_id for stream_id, _ in expected)
    yield arrays.array(arrays.BIGINT, [arrays.bigint(version) for _, version in expected])


def _uuids(texts: Iterable[str]) -> bytes:
    return arrays.array(arrays.UUID, [arrays.uuid(text) for text in texts])


def _days(days: Iterable[date]) -> bytes:
    return arrays.array(arrays.DATE, [arrays.day(day) for day in days])


def _ends(lengths: Iterable[int]) -> bytes:
    return arrays.array(arrays.INTEGER, [arrays.integer(end) for end in accumulate(lengths)])
