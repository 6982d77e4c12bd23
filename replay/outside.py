"""What goes out and what comes in: errands that are due, and notices that wait in the inbox.

Both stand in Postgres until they are done, so whoever dies in between loses nothing: the next one
looks first whether it happened, and does it if it did not.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

import psycopg
from sqlalchemy import Connection, RowMapping, select

from ledger.errors import LedgerError, StoreUnavailable
from ledger.gateways.stripe.notices import SOURCE
from ledger.processes import Outcome
from ledger.reactions import Errand, World, read_notice, run
from ledger.store import inbox
from ledger.values.clock import Instant
from ledger.values.errands import ErrandKind
from projections.errands import errands

LEASE = timedelta(minutes=5)
"""How long a notice is ours to work on: longer than all calls for it can take."""

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=10)
"""When something is tried again: soon, then later each time."""

Failed = Callable[[str, Exception], None]
"""Hears, once, of something that will be tried again, and why."""


def due(db: Connection, now: Instant, limit: int) -> list[Errand]:
    """The errands whose time has come, the longest overdue first."""
    query = select(errands).where(errands.c.due_at <= now).order_by(errands.c.due_at).limit(limit)
    return [_errand(row._mapping) for row in db.execute(query)]


def _errand(row: RowMapping) -> Errand:
    return Errand(
        errand=row["errand"],
        kind=ErrandKind(row["kind"]),
        case_id=row["case_id"],
        stream_id=row["stream_id"],
        key=row["key"],
        stored_at=row["stored_at"],
        set_by=row["set_by"],
    )


class ErrandDesk:
    """Runs errands once each, although a row stays until the read model has caught up.

    One that fails is tried again after a while that grows, so it holds nobody up.
    """

    def __init__(self, world: World, failed: Failed) -> None:
        self._world = world
        self._failed = failed
        self._done: set[tuple[str, str]] = set()
        self._waits: dict[tuple[str, str], tuple[Instant, timedelta]] = {}

    def run(self, db: Connection, now: Instant, limit: int = 20) -> int:
        """Run what is due; answers how many were. Raises StoreUnavailable, psycopg.Error."""
        found = due(db, now, limit + len(self._done) + len(self._waits))
        names = {(errand.errand, errand.set_by) for errand in found}
        self._done &= names
        self._waits = {name: wait for name, wait in self._waits.items() if name in names}
        fresh = [errand for errand in found if self._is_fresh(errand, now)]
        return sum([self._try(errand, now) for errand in fresh[:limit]])

    def _is_fresh(self, errand: Errand, now: Instant) -> bool:
        name = (errand.errand, errand.set_by)
        waits = self._waits.get(name)
        return name not in self._done and (waits is None or waits[0] <= now)

    def _try(self, errand: Errand, now: Instant) -> bool:
        name = (errand.errand, errand.set_by)
        try:
            run(self._world, errand)
        except (StoreUnavailable, psycopg.OperationalError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever one errand meets, the others are run
            wait = self._waits[name][1] * 2 if name in self._waits else FIRST_WAIT
            if name not in self._waits:
                self._failed(errand.errand, error)
            self._waits[name] = (now + wait, min(wait, LONGEST_WAIT))
            return False
        if errand.kind in ASKING:
            # It only asked; as long as the row stands there may be more to hear.
            self._waits[name] = (now + ASKING[errand.kind], LONGEST_WAIT)
        else:
            self._done.add(name)
            self._waits.pop(name, None)
        return True


ASKING: Mapping[ErrandKind, timedelta] = {
    ErrandKind.LOOK_AT_PAYMENT: LONGEST_WAIT,
    ErrandKind.LOOK_AT_REFUND: LONGEST_WAIT,
    ErrandKind.LOOK_AT_DISPUTE: LONGEST_WAIT,
    ErrandKind.LOOK_AT_ACCOUNT: timedelta(hours=1),
    ErrandKind.RETURN_RECEIPT: LONGEST_WAIT,
    ErrandKind.CLOSE_INTENT: LONGEST_WAIT,
    ErrandKind.RECONSIDER_PAYOUT: LONGEST_WAIT,
}
"""What may have to be asked more than once, and when again: a host may take weeks to answer."""


def read_inbox(
    connection: psycopg.Connection[object], world: World, now: Instant, failed: Failed
) -> int:
    """Work on the notices that wait; answers how many are settled. Raises psycopg.Error."""
    settled = 0
    claims = inbox.claim(connection, SOURCE, now, lease=LEASE, at_most=20)
    connection.commit()
    for claim in claims:
        try:
            outcome = read_notice(world, claim.letter)
        except (StoreUnavailable, psycopg.OperationalError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever one notice meets, the others are read
            failed(claim.letter.notice_id, error)
            wait = min(FIRST_WAIT * 2 ** min(claim.attempt, 10), LONGEST_WAIT)
            inbox.put_back(connection, claim, _trouble(error), now + wait)
        else:
            if outcome == Outcome.LATER:
                inbox.put_back(connection, claim, outcome, now + FIRST_WAIT)
            else:
                settled += inbox.settle(connection, claim, outcome, now)
        connection.commit()
    return settled


def _trouble(error: Exception) -> str:
    code = f"{error.code}: " if isinstance(error, LedgerError) else ""
    return f"{code}{error}"
