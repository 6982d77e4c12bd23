"""The inbox: stored once before it is answered, worked on by many, settled once (INV-E6)."""

import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ledger.store import inbox
from ledger.store.inbox import Claim, Letter, Waiting
from ledger.values.clock import instant
from tests.conftest import Database

NOON = instant("2027-01-15T12:00:00Z")
MINUTE = timedelta(minutes=1)
LEASE = 5 * MINUTE

Connection = psycopg.Connection[Any]


def a_letter(number: int = 1, *, source: str = "stripe", raw: bytes | None = None) -> Letter:
    return Letter(
        source=source,
        notice_id=f"evt_{number}",
        type="payment_intent.succeeded",
        object_id=f"pi_{number}",
        account=None,
        raw=b'{"id": "evt_%d", "receipt_email": "ana@stays.example"}' % number
        if raw is None
        else raw,
    )


def kept(connection: Connection, *numbers: int) -> None:
    """Letters that came in, a minute apart, the first at noon."""
    for place, number in enumerate(numbers):
        assert inbox.keep(connection, a_letter(number), NOON + place * MINUTE)


def claimed(connection: Connection, at: Any = NOON + 60 * MINUTE) -> Claim | None:
    claims = inbox.claim(connection, "stripe", at, lease=LEASE)
    return claims[0] if claims else None


# -- Kept --------------------------------------------------------------------------------


def test_a_letter_is_kept_as_it_came(connection: Connection) -> None:
    letter = a_letter(raw=bytes(range(256)))

    assert inbox.keep(connection, letter, NOON)

    entry = inbox.find(connection, "stripe", "evt_1")
    assert entry is not None
    assert entry.letter == letter
    assert (entry.received_at, entry.received_at.tzinfo) == (NOON, UTC)
    assert (entry.attempts, entry.processed_at, entry.outcome) == (0, None, None)
    assert inbox.find(connection, "stripe", "evt_2") is None


def test_ten_copies_at_once_are_one_letter(database: Database) -> None:
    """CASE-P2, fault 37"""

    def keep(copy: int) -> bool:
        with psycopg.connect(database.url) as own:
            return inbox.keep(own, a_letter(raw=b"copy %d" % copy), NOON)

    with ThreadPoolExecutor(10) as posters:
        news = list(posters.map(keep, range(10)))

    assert Counter(news) == {True: 1, False: 9}


def test_a_late_copy_changes_nothing(connection: Connection) -> None:
    """Not even when the letter is settled long since."""
    kept(connection, 1)
    claim = claimed(connection)
    assert claim is not None
    inbox.settle(connection, claim, "applied", NOON + MINUTE)
    before = inbox.find(connection, "stripe", "evt_1")

    assert not inbox.keep(connection, a_letter(raw=b"again"), NOON + timedelta(days=3))

    assert inbox.find(connection, "stripe", "evt_1") == before
    assert claimed(connection) is None


def test_two_sources_may_use_the_same_id(connection: Connection) -> None:
    assert inbox.keep(connection, a_letter(), NOON)
    assert inbox.keep(connection, a_letter(source="stripe-test"), NOON)


def test_a_letter_that_is_not_committed_is_not_there(database: Database) -> None:
    """So the answer to whoever posted it must wait for the commit."""
    with psycopg.connect(database.url) as own:
        inbox.keep(own, a_letter(), NOON)
        own.rollback()
        assert inbox.find(own, "stripe", "evt_1") is None


# -- Claimed and settled -----------------------------------------------------------------


def test_the_oldest_is_claimed_first_and_nothing_twice(connection: Connection) -> None:
    kept(connection, 3, 1, 2)

    claims = inbox.claim(connection, "stripe", NOON + 60 * MINUTE, lease=LEASE, at_most=2)

    assert [one.letter.notice_id for one in claims] == ["evt_3", "evt_1"]
    assert {one.attempt for one in claims} == {1}
    last = claimed(connection)
    assert last is not None
    assert last.letter.notice_id == "evt_2"
    assert claimed(connection) is None


def test_only_letters_of_the_source_are_claimed(connection: Connection) -> None:
    inbox.keep(connection, a_letter(source="somebody-else"), NOON)
    assert claimed(connection) is None


def test_a_settled_letter_is_never_claimed_again(connection: Connection) -> None:
    kept(connection, 1)
    claim = claimed(connection)
    assert claim is not None

    assert inbox.settle(connection, claim, "applied", NOON + 61 * MINUTE)

    assert claimed(connection, NOON + timedelta(days=9)) is None
    entry = inbox.find(connection, "stripe", "evt_1")
    assert entry is not None
    assert (entry.outcome, entry.processed_at) == ("applied", NOON + 61 * MINUTE)
    assert not inbox.settle(connection, claim, "applied twice", NOON + 62 * MINUTE)


def test_letters_are_settled_in_any_order(connection: Connection) -> None:
    kept(connection, 1, 2)
    first, second = claimed(connection), claimed(connection)
    assert first is not None
    assert second is not None

    assert inbox.settle(connection, second, "applied", NOON)
    assert inbox.settle(connection, first, "ignored", NOON)


def test_trouble_is_noted_and_the_letter_waits(connection: Connection) -> None:
    kept(connection, 1)
    now = NOON + 60 * MINUTE
    claim = claimed(connection, now)
    assert claim is not None

    assert inbox.put_back(connection, claim, "Stripe did not answer.\0", now + 10 * MINUTE)

    assert claimed(connection, now + 9 * MINUTE) is None
    again = claimed(connection, now + 10 * MINUTE)
    assert again is not None
    assert again.attempt == 2
    entry = inbox.find(connection, "stripe", "evt_1")
    assert entry is not None
    assert entry.last_trouble == "Stripe did not answer."


def test_a_long_trouble_is_shortened(connection: Connection) -> None:
    kept(connection, 1)
    claim = claimed(connection)
    assert claim is not None
    inbox.put_back(connection, claim, "x" * 10_000, NOON)
    entry = inbox.find(connection, "stripe", "evt_1")
    assert entry is not None
    assert entry.last_trouble == "x" * inbox.LONGEST_TROUBLE


def test_a_claim_that_ran_out_settles_nothing_once_somebody_else_has_it(
    connection: Connection,
) -> None:
    """INV-E6: a slow worker and its successor do not both say what became of it."""
    kept(connection, 1)
    now = NOON + 60 * MINUTE
    slow = claimed(connection, now)
    successor = claimed(connection, now + LEASE)
    assert slow is not None
    assert successor is not None

    assert not inbox.settle(connection, slow, "applied", now + LEASE)
    assert not inbox.put_back(connection, slow, "too late", now + LEASE)
    assert inbox.settle(connection, successor, "applied", now + LEASE)


def test_a_slow_worker_may_still_settle_what_nobody_took_over(connection: Connection) -> None:
    kept(connection, 1)
    claim = claimed(connection)
    assert claim is not None
    assert inbox.settle(connection, claim, "applied", NOON + timedelta(hours=9))


# -- By several workers ------------------------------------------------------------------


def test_workers_do_not_wait_for_each_other(database: Database, connection: Connection) -> None:
    kept(connection, 1, 2)
    with psycopg.connect(database.url) as busy, psycopg.connect(database.url) as other:
        first = claimed(busy)  # and does not commit
        other.execute("SET statement_timeout = '5s'")
        second = claimed(other)
    assert first is not None
    assert second is not None
    assert {first.letter.notice_id, second.letter.notice_id} == {"evt_1", "evt_2"}


def test_many_workers_share_the_letters_and_each_is_settled_once(
    database: Database, connection: Connection
) -> None:
    kept(connection, *range(200))
    together = threading.Barrier(8)

    def work(worker: int) -> list[str]:
        done: list[str] = []
        with psycopg.connect(database.url, autocommit=True) as own:
            together.wait()
            while claims := inbox.claim(
                own, "stripe", NOON + timedelta(days=1), lease=LEASE, at_most=1 + worker % 3
            ):
                for claim in claims:
                    assert inbox.settle(own, claim, "applied", NOON)
                    done.append(claim.letter.notice_id)
        return done

    with ThreadPoolExecutor(8) as workers:
        settled = Counter(one for done in workers.map(work, range(8)) for one in done)

    assert settled == {f"evt_{number}": 1 for number in range(200)}


WORKER = """
import sys
from datetime import timedelta
import psycopg
from ledger.store import inbox
from ledger.values.clock import instant
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    (claim,) = inbox.claim(
        connection, "stripe", instant(sys.argv[2]), lease=timedelta(minutes=5)
    )
    print(claim.letter.notice_id, flush=True)
    sys.stdin.read()
"""


def test_a_worker_that_is_killed_leaves_its_letter_to_the_next(
    database: Database, connection: Connection
) -> None:
    """Fault 22: killed between the claim and its end."""
    kept(connection, 1)
    now = NOON + 60 * MINUTE
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, database.url, now.isoformat()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    with worker:
        assert worker.stdout is not None
        assert worker.stdout.readline().strip() == "evt_1"
        worker.send_signal(signal.SIGKILL)

    assert claimed(connection, now + LEASE - MINUTE) is None
    again = claimed(connection, now + LEASE)
    assert again is not None
    assert again.attempt == 2


# -- Asked -------------------------------------------------------------------------------


def test_what_waits_too_long_is_told_without_what_it_says(connection: Connection) -> None:
    """INV-E6"""
    kept(connection, 1, 2, 3)
    done = claimed(connection)
    assert done is not None
    inbox.settle(connection, done, "applied", NOON)
    troubled = claimed(connection)
    assert troubled is not None
    inbox.put_back(connection, troubled, "No answer.", NOON + timedelta(days=1))

    late = inbox.waiting(connection, NOON + 2 * MINUTE)

    assert late == [
        Waiting(
            source="stripe",
            notice_id="evt_2",
            type="payment_intent.succeeded",
            received_at=NOON + MINUTE,
            attempts=1,
            last_trouble="No answer.",
        )
    ]


def test_what_a_letter_says_does_not_end_in_logs(connection: Connection) -> None:
    kept(connection, 1)
    claim = claimed(connection)
    assert "ana@" not in repr(claim)
    assert "ana@" not in repr(inbox.find(connection, "stripe", "evt_1"))


# -- What Postgres guarantees ------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM ledger.inbox",
        "TRUNCATE ledger.inbox",
        "UPDATE ledger.inbox SET raw = 'forged'",
        "UPDATE ledger.inbox SET notice_id = 'evt_2'",
        "UPDATE ledger.inbox SET received_at = now()",
    ],
)
def test_the_application_cannot_change_what_was_said(
    connection: Connection, statement: Any
) -> None:
    kept(connection, 1)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


@pytest.mark.parametrize(
    "half",
    [
        "UPDATE ledger.inbox SET processed_at = now()",
        "UPDATE ledger.inbox SET outcome = 'applied'",
    ],
)
def test_nothing_is_processed_without_an_outcome(connection: Connection, half: Any) -> None:
    kept(connection, 1)
    with pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(half)


@pytest.mark.parametrize(
    "question",
    [
        lambda own: inbox.waiting(own, NOON + timedelta(days=1)),
        lambda own: inbox.claim(own, "stripe", NOON, lease=LEASE),
    ],
    ids=["waiting", "claim"],
)
def test_what_is_settled_costs_nothing_when_one_asks_what_waits(
    database: Database, connection: Connection, question: Callable[[Connection], object]
) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO ledger.inbox (source, notice_id, type, received_at, raw, processed_at, "
            "outcome) SELECT 'stripe', 'old_' || n, 'charge.updated', %s, '', %s, 'applied' "
            "FROM generate_series(1, 20000) AS n",
            (NOON, NOON),
        )
        owner.execute("ANALYZE ledger.inbox")
    kept(connection, 1)
    before = rows_read(database)

    question(connection)

    assert rows_read(database) - before < 100


def rows_read(database: Database) -> int:
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        admin.execute("SELECT pg_stat_force_next_flush()")
        row = admin.execute(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables "
            "WHERE schemaname = 'ledger' AND relname = 'inbox'"
        ).fetchone()
    assert row is not None
    count: int = row[0]
    return count
