"""The inbox: what others told us, stored as it came before it is answered, then worked on.

    keep ─▶ claim ─▶ settle            with an outcome, once
              ▲  └─▶ put back          with its trouble, until later
              └───── the claim ran out: its worker died

Others tell the same thing twice, late and in any order, so a notice is worked on in any order, and
whoever works on it reads the truth where it is. Work may be begun twice (a claim may run out while
it is going on): what it does must be idempotent, and only the last claim settles.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, LiteralString

import psycopg

from ledger.values.clock import Instant, in_utc

Connection = psycopg.Connection[Any]

LONGEST_TROUBLE = 500
"""Characters of a trouble that are kept."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A notice as it came from a source; `raw` may hold personal data, and shows in no repr."""

    source: str
    notice_id: str
    type: str
    object_id: str | None
    account: str | None
    raw: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A letter that somebody works on, for the `attempt`th time."""

    letter: Letter
    received_at: Instant
    attempt: int


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A letter that is not settled, without what it says."""

    source: str
    notice_id: str
    type: str
    received_at: Instant
    attempts: int
    last_trouble: str | None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A letter and what became of it so far."""

    letter: Letter
    received_at: Instant
    attempts: int
    last_trouble: str | None
    processed_at: Instant | None
    outcome: str | None


_KEEP: LiteralString = (
    "INSERT INTO ledger.inbox "
    "(source, notice_id, type, object_id, account, raw, received_at) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (source, notice_id) DO NOTHING"
)

# A row that another worker is claiming at this moment is passed over, not waited for.
_CLAIM: LiteralString = (
    "WITH chosen AS MATERIALIZED ("
    "SELECT source AS its_source, notice_id AS its_id FROM ledger.inbox "
    "WHERE processed_at IS NULL AND claimed_until <= %(now)s AND source = %(source)s "
    "ORDER BY received_at LIMIT %(at_most)s FOR UPDATE SKIP LOCKED) "
    "UPDATE ledger.inbox SET attempts = attempts + 1, claimed_until = %(until)s "
    "FROM chosen WHERE source = its_source AND notice_id = its_id "
    "RETURNING source, notice_id, type, object_id, account, raw, received_at, attempts"
)
# Only the last claim settles, and only once.
_SETTLE: LiteralString = (
    "UPDATE ledger.inbox SET processed_at = %s, outcome = %s "
    "WHERE source = %s AND notice_id = %s AND attempts = %s AND processed_at IS NULL"
)
_PUT_BACK: LiteralString = (
    "UPDATE ledger.inbox SET claimed_until = %s, last_trouble = %s "
    "WHERE source = %s AND notice_id = %s AND attempts = %s AND processed_at IS NULL"
)
_WAITING: LiteralString = (
    "SELECT source, notice_id, type, received_at, attempts, last_trouble FROM ledger.inbox "
    "WHERE processed_at IS NULL AND received_at < %s ORDER BY received_at"
)
_ONE: LiteralString = (
    "SELECT source, notice_id, type, object_id, account, raw, received_at, attempts, "
    "last_trouble, processed_at, outcome FROM ledger.inbox WHERE source = %s AND notice_id = %s"
)


def keep(connection: Connection, letter: Letter, now: Instant) -> bool:
    """Store a letter; returns whether it is new. Durable when the connection's commit is.

    The first copy of a letter stays: a repeat says the same, with other bytes about itself.
    """
    done = connection.execute(
        _KEEP,
        (
            letter.source,
            letter.notice_id,
            letter.type,
            letter.object_id,
            letter.account,
            letter.raw,
            now,
        ),
    )
    return done.rowcount == 1


def claim(
    connection: Connection, source: str, now: Instant, *, lease: timedelta, at_most: int = 1
) -> Sequence[Claim]:
    """Take letters of a source to work on, the oldest first, that nobody else has.

    They are ours for the `lease`, once the connection has committed; then somebody else may have
    them: choose it longer than the work can take.
    """
    rows = connection.execute(
        _CLAIM, {"source": source, "now": now, "until": now + lease, "at_most": at_most}
    ).fetchall()
    claims = [
        Claim(letter=_letter(row), received_at=in_utc(received_at), attempt=attempts)
        for *row, received_at, attempts in rows
    ]
    return sorted(claims, key=lambda one: one.received_at)


def settle(connection: Connection, claim: Claim, outcome: str, now: Instant) -> bool:
    """Say what became of a letter; it is never worked on again.

    Returns False where the claim ran out and somebody else has the letter, or has settled it.
    """
    return connection.execute(_SETTLE, (now, outcome, *_key(claim))).rowcount == 1


def put_back(connection: Connection, claim: Claim, trouble: str, until: Instant) -> bool:
    """Give a letter back that could not be worked on, to be claimed again from `until` on.

    `trouble` is kept for whoever looks, shortened. Returns False as `settle` does.
    """
    shortened = trouble[:LONGEST_TROUBLE].replace("\0", "")
    return connection.execute(_PUT_BACK, (until, shortened, *_key(claim))).rowcount == 1


def waiting(connection: Connection, received_before: Instant) -> Sequence[Waiting]:
    """The letters received before an instant that are not settled, the oldest first (INV-E6)."""
    rows = connection.execute(_WAITING, (received_before,)).fetchall()
    return [
        Waiting(
            source=source,
            notice_id=notice_id,
            type=type_,
            received_at=in_utc(received_at),
            attempts=attempts,
            last_trouble=last_trouble,
        )
        for source, notice_id, type_, received_at, attempts, last_trouble in rows
    ]


def find(connection: Connection, source: str, notice_id: str) -> Entry | None:
    """One letter and what became of it."""
    row = connection.execute(_ONE, (source, notice_id)).fetchone()
    if row is None:
        return None
    *letter, received_at, attempts, last_trouble, processed_at, outcome = row
    return Entry(
        letter=_letter(letter),
        received_at=in_utc(received_at),
        attempts=attempts,
        last_trouble=last_trouble,
        processed_at=None if processed_at is None else in_utc(processed_at),
        outcome=outcome,
    )


def _letter(row: Sequence[Any]) -> Letter:
    source, notice_id, type_, object_id, account, raw = row
    return Letter(
        source=source,
        notice_id=notice_id,
        type=type_,
        object_id=object_id,
        account=account,
        raw=raw,
    )


def _key(claim: Claim) -> tuple[str, str, int]:
    return claim.letter.source, claim.letter.notice_id, claim.attempt
