"""Troubles: what could not be said or asked outside, and when it is tried again, until it is done.

keep ─▶ keep, one attempt more ─▶ forget
  └──── hurry: somebody wants it tried again at once
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg

from ledger.values.clock import Instant, in_utc

Connection = psycopg.Connection[Any]

LONGEST_TROUBLE = 500
"""Characters of a trouble that are kept."""


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """An errand that failed `attempts` times, the first time at `since`; `set_by` tells it from
    others of its name. `hurried_by` wanted it tried again.
    """

    errand: str
    set_by: str
    attempts: int
    since: Instant
    last_trouble: str
    again_at: Instant
    hurried_by: str | None


# An errand that was set anew begins anew.
_KEEP: LiteralString = (
    "INSERT INTO ledger.troubles AS kept "
    "(errand, set_by, attempts, since, last_trouble, again_at) VALUES (%s, %s, 1, %s, %s, %s) "
    "ON CONFLICT (errand) DO UPDATE SET "
    "attempts = CASE WHEN kept.set_by = excluded.set_by THEN kept.attempts + 1 ELSE 1 END, "
    "since = CASE WHEN kept.set_by = excluded.set_by THEN kept.since ELSE excluded.since END, "
    "hurried_by = CASE WHEN kept.set_by = excluded.set_by THEN kept.hurried_by END, "
    "set_by = excluded.set_by, last_trouble = excluded.last_trouble, again_at = excluded.again_at"
)
_HURRY: LiteralString = (
    "UPDATE ledger.troubles SET again_at = %s, hurried_by = %s WHERE errand = %s"
)
_FORGET: LiteralString = "DELETE FROM ledger.troubles WHERE errand = %s AND set_by = %s"
_ALL: LiteralString = (
    "SELECT errand, set_by, attempts, since, last_trouble, again_at, hurried_by::text "
    "FROM ledger.troubles ORDER BY since, errand"
)


def keep(
    connection: Connection,
    errand: tuple[str, str],
    trouble: str,
    now: Instant,
    *,
    again_at: Instant,
) -> None:
    """Remember that an errand, by its name and what set it, failed once more, and why in short."""
    shortened = trouble[:LONGEST_TROUBLE].replace("\0", "")
    connection.execute(_KEEP, (*errand, now, shortened, again_at))


def hurry(connection: Connection, errand: str, by: str, now: Instant) -> bool:
    """Have an errand tried again at once; returns False where it is in no trouble any more."""
    return connection.execute(_HURRY, (now, by, errand)).rowcount == 1


def forget(connection: Connection, errand: tuple[str, str]) -> None:
    """It is done, or there is nothing to do any more."""
    connection.execute(_FORGET, errand)


def known(connection: Connection) -> Sequence[Trouble]:
    """All of them, the oldest first."""
    return [
        Trouble(
            errand=errand,
            set_by=set_by,
            attempts=attempts,
            since=in_utc(since),
            last_trouble=last_trouble,
            again_at=in_utc(again_at),
            hurried_by=hurried_by,
        )
        for errand, set_by, attempts, since, last_trouble, again_at, hurried_by in (
            connection.execute(_ALL).fetchall()
        )
    ]
