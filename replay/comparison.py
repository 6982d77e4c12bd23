"""Holds the processor's statement against our books: every movement against exactly one group.

All of both is compared each time, in the database, so nothing that was right once and is wrong now
goes unseen. What is younger than `SETTLES` may be on its way between the two, and is no difference
yet where one side has it and the other has not.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, LiteralString

import psycopg
from msgspec import Struct
from psycopg import sql

from ledger.aggregates.difference import difference_of
from ledger.events.difference import Mismatch
from ledger.gateways.stripe.movements import Kind
from ledger.gateways.stripe.notices import SOURCE
from ledger.values.clock import Instant
from ledger.values.ids import DifferenceId
from ledger.values.money import Money
from projections.reconciliation import RECONCILIATION

Connection = psycopg.Connection[Any]

SETTLES = timedelta(minutes=15)
"""How long what happened there may take to be in our books, or the reverse."""

STATEMENT = "stripe balance"
"""Who tells of these differences: others may know the processor's objects from elsewhere."""


class Misfit(Struct, frozen=True, kw_only=True):
    """Something of one side that is not, or not so, on the other; `since` when it happened.

    `expected` is what our books say, `found` what the statement says, signed.
    """

    kind: Mismatch
    object_id: str
    expected: Money | None
    found: Money | None
    detail: str
    since: Instant

    @property
    def difference_id(self) -> DifferenceId:
        """The difference that it is."""
        return difference_of(self.kind, STATEMENT, self.object_id)

    @property
    def one_sided(self) -> bool:
        """Whether one side has nothing of it, so that it may still be on its way there."""
        return self.kind in (Mismatch.MISSING_HERE, Mismatch.MISSING_THERE)


class Stray(Struct, frozen=True, kw_only=True):
    """A movement that no group of ours names."""

    movement: str
    kind: Kind
    origin: str | None
    net: Money
    moved_at: Instant


class Sum(Struct, frozen=True, kw_only=True):
    """What there is in one currency, there and here, in minor units."""

    currency: str
    there_minor: int
    here_minor: int

    @property
    def difference_minor(self) -> int:
        """How much more there is than our books say."""
        return self.there_minor - self.here_minor


class Comparison(Struct, frozen=True, kw_only=True):
    """How both sides stand to each other: the movements there are, and all that does not fit."""

    movements: int
    sums: tuple[Sum, ...]
    strays: tuple[Stray, ...]
    misfits: tuple[Misfit, ...]

    def settled(self, now: Instant) -> Sequence[Misfit]:
        """What does not fit and will not by itself."""
        return [one for one in self.misfits if not one.one_sided or one.since <= now - SETTLES]

    def on_their_way(self, now: Instant) -> Sequence[Misfit]:
        """What one side has had for so short a time that the other may have it soon."""
        return [one for one in self.misfits if one.one_sided and one.since > now - SETTLES]


def compare(connection: Connection) -> Comparison:
    """Compare all of both. Raises psycopg.Error."""
    strays = tuple(_strays(connection))
    return Comparison(
        movements=_count(connection),
        sums=tuple(_sums(connection)),
        strays=strays,
        misfits=(
            *map(_missing_here, strays),
            *_told_twice(connection),
            *_unequal(connection),
        ),
    )


def _missing_here(stray: Stray) -> Misfit:
    return Misfit(
        kind=Mismatch.MISSING_HERE,
        object_id=stray.movement,
        expected=None,
        found=stray.net,
        detail=f"{stray.kind.value} {stray.origin or ''}".strip(),
        since=stray.moved_at,
    )


# -- Questions --------------------------------------------------------------------------


def _rows(connection: Connection, query: LiteralString) -> list[tuple[Any, ...]]:
    tables = {
        "groups": sql.Identifier(RECONCILIATION.schema, "groups"),
        "names": sql.Identifier(RECONCILIATION.schema, "names"),
    }
    asked = sql.SQL(query).format(told=sql.SQL(_TOLD).format(**tables), **tables)
    return connection.execute(asked, {"source": SOURCE}).fetchall()


def _count(connection: Connection) -> int:
    ((count,),) = _rows(
        connection, "SELECT count(*) FROM ledger.statement WHERE source = %(source)s"
    )
    return int(count)


def _sums(connection: Connection) -> Iterator[Sum]:
    for currency, there, here in _rows(connection, _SUMS):
        yield Sum(currency=currency, there_minor=there, here_minor=here)


_SUMS: LiteralString = """
    SELECT currency, sum(there)::bigint, sum(here)::bigint
    FROM (SELECT currency, net_minor AS there, 0 AS here
          FROM ledger.statement WHERE source = %(source)s
          UNION ALL
          SELECT currency, 0, pending_minor + available_minor FROM {groups}) AS both_sides
    GROUP BY currency ORDER BY currency
"""


def _strays(connection: Connection) -> Iterator[Stray]:
    for movement, kind, origin, currency, net, moved_at in _rows(connection, _STRAYS):
        yield Stray(
            movement=movement,
            kind=Kind(kind),
            origin=origin,
            net=Money(net, currency),
            moved_at=moved_at,
        )


_STRAYS: LiteralString = """
    SELECT movement, kind, origin, currency, net_minor, moved_at FROM ledger.statement
    WHERE source = %(source)s
      AND NOT EXISTS (SELECT FROM {names} n WHERE n.name = movement AND NOT n.by_origin)
      AND NOT EXISTS (SELECT FROM {names} n WHERE n.name = origin AND n.by_origin)
    ORDER BY moved_at, movement
"""


def _told_twice(connection: Connection) -> Iterator[Misfit]:
    for movement, currency, net, moved_at, events in _rows(connection, _TWICE):
        yield Misfit(
            kind=Mismatch.DUPLICATE,
            object_id=movement,
            expected=Money(net * len(events), currency),
            found=Money(net, currency),
            detail=f"in {' and '.join(events)}",
            since=moved_at,
        )


_TOLD: LiteralString = """
    SELECT n.event, l.movement, l.currency, l.net_minor, l.moved_at
    FROM {names} n JOIN ledger.statement l ON l.movement = n.name AND l.source = %(source)s
    WHERE NOT n.by_origin
    UNION ALL
    SELECT n.event, l.movement, l.currency, l.net_minor, l.moved_at
    FROM {names} n JOIN ledger.statement l ON l.origin = n.name AND l.source = %(source)s
    WHERE n.by_origin
"""

_TWICE: LiteralString = """
    SELECT movement, currency, net_minor, moved_at, array_agg(event ORDER BY event)
    FROM ({told}) AS told GROUP BY movement, currency, net_minor, moved_at HAVING count(*) > 1
    ORDER BY moved_at, movement
"""


class _Side(Struct, frozen=True):
    """One currency of a group that is not the same on both sides; None where a side has none."""

    currency: str
    here: int | None
    there: int | None
    since: Instant
    names: Sequence[str]


def _unequal(connection: Connection) -> Iterator[Misfit]:
    """Groups that say something else than their movements, or have none."""
    sides: defaultdict[str, list[_Side]] = defaultdict(list)
    for event, *side in _rows(connection, _UNEQUAL):
        sides[event].append(_Side(*side))
    for event, found in sides.items():
        yield _misfit(event, found)


def _misfit(event: str, sides: Sequence[_Side]) -> Misfit:
    here = [Money(one.here, one.currency) for one in sides if one.here]
    there = [Money(one.there, one.currency) for one in sides if one.there is not None]
    if not there:
        kind = Mismatch.MISSING_THERE
    else:
        other = {one.currency for one in here} != {one.currency for one in there}
        kind = Mismatch.CURRENCY if here and other else Mismatch.AMOUNT
    return Misfit(
        kind=kind,
        object_id=next(iter(sides[0].names), event),
        expected=next(iter(here), None),
        found=next(iter(there), None),
        detail=f"in {event}" if sides[0].names else "it names no movement",
        since=min(one.since for one in sides),
    )


_UNEQUAL: LiteralString = """
    WITH told AS ({told}), there AS (
        SELECT event, currency, sum(net_minor)::bigint AS minor, min(moved_at) AS at
        FROM told GROUP BY event, currency
    ), here AS (
        SELECT "of" AS event, currency, sum(pending_minor + available_minor)::bigint AS minor,
            min(occurred_at) AS at
        FROM {groups} GROUP BY "of", currency
    )
    SELECT event, currency, here.minor, there.minor, coalesce(here.at, there.at),
        ARRAY(SELECT name FROM {names} n WHERE n.event = both_sides.event ORDER BY name)
    FROM here FULL JOIN there USING (event, currency) AS both_sides
    WHERE coalesce(here.minor, 0) <> coalesce(there.minor, 0)
    ORDER BY 5, 1, 2
"""
