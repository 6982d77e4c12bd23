"""What goes out and what comes in: errands that are due, and notices that wait in the inbox.

Both stand in Postgres until they are done, so whoever dies in between loses nothing: the next one
looks first whether it happened, and does it if it did not.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import psycopg
from sqlalchemy import Connection, RowMapping, select

from ledger.errors import LedgerError, StoreUnavailable
from ledger.gateways.stripe.notices import SOURCE
from ledger.processes import Outcome
from ledger.reactions import Errand, World, read_notice, run
from ledger.store import inbox, troubles
from ledger.store.troubles import Trouble
from ledger.values.clock import Instant
from ledger.values.errands import ErrandKind
from projections.errands import errands

LEASE = timedelta(minutes=5)
"""How long a notice is ours to work on: longer than all calls for it can take."""

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=10)
"""When something is tried again: soon, then later each time."""

Keeping = psycopg.Connection[Any]
"""A connection that troubles are kept over."""

Name = tuple[str, str]
"""An errand's name and what set it."""

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

    One that fails is tried again after a while that grows, so it holds nobody up. What it met is
    kept where people see it, and can have it tried at once: nothing is ever given up.
    """

    def __init__(self, world: World, failed: Failed) -> None:
        self._world = world
        self._failed = failed
        self._done: set[Name] = set()
        self._waits: dict[Name, Instant] = {}
        self._troubles: dict[Name, Trouble] = {}

    def run(self, db: Connection, kept: Keeping, now: Instant, limit: int = 20) -> int:
        """Run what is due; answers how many were. `kept` is where troubles are kept.

        Raises StoreUnavailable, psycopg.Error.
        """
        self._troubles = {(one.errand, one.set_by): one for one in troubles.known(kept)}
        self._forget_what_is_over(db, kept)
        waiting = len(self._done) + len(self._waits) + len(self._troubles)
        found = due(db, now, limit + waiting)
        names = {_name(errand) for errand in found}
        self._done &= names
        self._waits = {name: until for name, until in self._waits.items() if name in names}
        fresh = [errand for errand in found if self._is_fresh(errand, now)]
        return sum([self._try(errand, kept, now) for errand in fresh[:limit]])

    def _forget_what_is_over(self, db: Connection, kept: Keeping) -> None:
        """What was in trouble, and nobody has to do any more."""
        if not self._troubles:
            return
        named = errands.c.errand.in_([errand for errand, _ in self._troubles])
        query = select(errands.c.errand, errands.c.set_by).where(named)
        for over in self._troubles.keys() - {(one.errand, one.set_by) for one in db.execute(query)}:
            troubles.forget(kept, over)
            del self._troubles[over]
        kept.commit()

    def _is_fresh(self, errand: Errand, now: Instant) -> bool:
        name = _name(errand)
        trouble = self._troubles.get(name)
        again_at = trouble.again_at if trouble else now
        return name not in self._done and max(self._waits.get(name, now), again_at) <= now

    def _try(self, errand: Errand, kept: Keeping, now: Instant) -> bool:
        name = _name(errand)
        try:
            run(self._world, errand)
        except (StoreUnavailable, psycopg.OperationalError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever one errand meets, the others are run
            self._keep(errand, error, kept, now)
            return False
        if name in self._troubles:
            troubles.forget(kept, name)
            kept.commit()
        if errand.kind in ASKING:
            # It only asked; as long as the row stands there may be more to hear.
            self._waits[name] = now + ASKING[errand.kind]
        else:
            self._done.add(name)
        return True

    def _keep(self, errand: Errand, error: Exception, kept: Keeping, now: Instant) -> None:
        """Remember what an errand met; it is told once."""
        name = _name(errand)
        before = self._troubles.get(name)
        if before is None:
            self._failed(errand.errand, error)
        wait = min(FIRST_WAIT * 2 ** min(before.attempts if before else 0, 10), LONGEST_WAIT)
        troubles.keep(kept, name, _trouble(error), now, again_at=now + wait)
        kept.commit()


def _name(errand: Errand) -> Name:
    return errand.errand, errand.set_by


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
