"""Advisory locks: one number for one thing."""

import psycopg

from replay import locks
from tests.conftest import Database


def test_no_two_locks_share_a_number() -> None:
    taken = [value for name, value in vars(locks).items() if name.isupper()]
    kinds = [lock for lock in taken if isinstance(lock, int)]
    pairs = [lock for lock in taken if isinstance(lock, tuple)]

    assert len(set(kinds)) == len(kinds)
    assert len({(7204, 1), (7204, 2), *pairs}) == 2 + len(pairs)
    assert not set(kinds) & {kind for kind, _ in pairs}


def test_of_two_who_try_a_lock_one_has_it_until_it_gives_it_back(database: Database) -> None:
    lock, other = locks.named(locks.FOLLOW, "trips_v1"), locks.named(locks.FOLLOW, "journal_v2")
    with psycopg.connect(database.url) as one, psycopg.connect(database.url) as two:
        assert locks.try_lock(one, lock)
        assert not locks.try_lock(two, lock)
        assert locks.try_lock(two, other)

        locks.unlock(one, lock)
        assert locks.try_lock(two, lock)
