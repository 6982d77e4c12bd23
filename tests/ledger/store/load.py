"""Writers and a follower to run while something breaks, and the account of what they saw.

`python -m tests.ledger.store.load URL` is a writer as a process of its own, to be killed: it prints
each command id before it asks, and again, with the position, when it has its receipt.
"""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from ledger.errors import StoreUnavailable
from ledger.store import EventStore, listen, news, pull
from tests.ledger.store.commits import a_commit


@dataclass
class Account:
    """What the writers asked and were told, and what the follower saw."""

    asked: set[str] = field(default_factory=set)
    acknowledged: dict[str, int] = field(default_factory=dict)
    unavailable_count: int = 0
    followed: list[tuple[int, str]] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)

    def assert_kept(self, url: str) -> None:
        """No acknowledged commit is lost, none is doubled, and the follower saw each just once."""
        with psycopg.connect(url) as connection:
            rows = connection.execute(
                "SELECT position, command_id::text FROM ledger.events ORDER BY position"
            ).fetchall()
        assert self.failures == []
        recorded = {command_id: position for position, command_id in rows}
        assert len(recorded) == len(rows), "a command was recorded twice"
        assert recorded.keys() <= self.asked
        assert self.acknowledged.items() <= recorded.items(), "an acknowledged commit is lost"
        assert self.followed == rows[: len(self.followed)], "the follower missed or doubled some"
        assert len(self.followed) == len(rows), "the follower did not come to the end"


GIVE_UP_AFTER = 400
"""Tries, a twentieth of a second apart, once the writers are done."""


@contextmanager
def load(url: str, *, writers: int = 8, patience_seconds: float = 20) -> Iterator[Account]:
    """Writers and a follower at work while the block runs; afterwards both have come to an end."""
    account, stop, settled = Account(), threading.Event(), threading.Event()
    with closing(EventStore(url, patience_seconds=patience_seconds)) as store:
        threads = [
            threading.Thread(target=_write, args=(store, account, stop)) for _ in range(writers)
        ]
        follower = threading.Thread(target=_follow, args=(url, account, settled))
        for thread in [*threads, follower]:
            thread.start()
        try:
            yield account
        finally:
            stop.set()
            for thread in threads:
                thread.join()
            settled.set()
            follower.join()


def _write(store: EventStore, account: Account, stop: threading.Event) -> None:
    while not stop.is_set():
        commit = a_commit()
        account.asked.add(commit.command_id)
        try:
            account.acknowledged[commit.command_id] = store.append(commit).position
        except StoreUnavailable:
            account.unavailable_count += 1
        except BaseException as failure:  # noqa: BLE001 - told in the account
            account.failures.append(failure)
            return


def _follow(url: str, account: Account, settled: threading.Event) -> None:
    """Follow the feed through lost connections, until the writers are done and all is seen.

    Where the server does not come back it gives up; the account then shows what it did not see.
    """
    last_tries = iter(range(GIVE_UP_AFTER))
    while True:
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                listen(connection)
                if _follow_on(connection, account, settled):
                    return
        except psycopg.OperationalError:
            if settled.wait(0.05):
                time.sleep(0.05)
                if next(last_tries, None) is None:
                    return


def _follow_on(connection: Any, account: Account, settled: threading.Event) -> bool:
    while True:
        last_round = settled.is_set()
        after = account.followed[-1][0] if account.followed else 0
        page = pull(connection, after=after, limit=100)
        account.followed += [(one.position, str(one.command_id)) for one in page]
        if not page and last_round:
            return True
        if not page:
            news(connection, timeout_seconds=0.1)


def main() -> None:
    """Append until killed, telling standard output of each intent and each receipt."""
    store = EventStore(sys.argv[1])

    def write() -> None:
        while True:
            commit = a_commit()
            sys.stdout.write(f"asked {commit.command_id}\n")
            sys.stdout.flush()
            receipt = store.append(commit)
            sys.stdout.write(f"done {commit.command_id} {receipt.position}\n")
            sys.stdout.flush()

    for _ in range(8):
        threading.Thread(target=write).start()


if __name__ == "__main__":
    main()
