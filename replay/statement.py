"""Reads the processor's statement: page by page, from where the last reader stopped."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Any, TypeVar

import psycopg

from ledger.gateways.stripe.balance import Balance
from ledger.gateways.stripe.movements import Movement
from ledger.gateways.stripe.notices import SOURCE
from ledger.gateways.stripe.told import REMEMBERED, Notices
from ledger.reactions.letters import letter_of
from ledger.store import inbox, statement
from ledger.store.statement import Line, Reading
from ledger.values.clock import Instant

Connection = psycopg.Connection[Any]
T = TypeVar("T")

PAGE = 100
"""Lines that are kept in one commit: a page of the processor's."""

TOLD_AGAIN = timedelta(hours=1)
"""How far before the last time it is asked again for what was told: clocks differ, and a list may
lag behind."""


def read_statement(
    connection: Connection,
    balance: Balance,
    told: Callable[[int, int], None],
    stopped: Callable[[], bool],
) -> bool:
    """Take down every movement that is not taken down yet; answers whether that was all of them.

    First back to the beginning, then from the newest on; each page is durable. Raises
    GatewayFailure, psycopg.Error; whoever comes next goes on where this one stopped.
    """
    count = statement.count(connection, SOURCE)
    for page, reached in _unread(balance, statement.reading(connection, SOURCE)):
        statement.keep(connection, SOURCE, lines_of(page), reached)
        connection.commit()
        count += len(page)
        told(count, count)
        if stopped():
            return False
    return True


def _unread(balance: Balance, reached: Reading) -> Iterator[tuple[list[Movement], Reading]]:
    """The pages that are not taken down yet, each with how far the statement is read by it."""
    if not reached.complete:
        for page in pages(balance.before(reached.oldest)):
            newest = reached.newest or page[0].movement_id
            reached = replace(reached, newest=newest, oldest=page[-1].movement_id)
            yield page, reached
        reached = replace(reached, complete=reached.newest is not None)
        yield [], reached
    if reached.newest is not None:
        for page in pages(balance.after(reached.newest)):
            reached = replace(reached, newest=page[-1].movement_id)
            yield page, reached


def ask_what_was_told(connection: Connection, notices: Notices, now: Instant) -> int:
    """Put what was told of and never came into the inbox; answers how much that was.

    Raises GatewayFailure, psycopg.Error; then nothing is lost, and all of it is asked for again.
    """
    reached = statement.reading(connection, SOURCE)
    since = reached.told_until - TOLD_AGAIN if reached.told_until else now - REMEMBERED
    lost = 0
    for page in pages(notices.since(since)):
        lost += sum(inbox.keep(connection, letter_of(told), now) for told in page)
        connection.commit()
    statement.keep(connection, SOURCE, (), replace(reached, told_until=now))
    connection.commit()
    return lost


def lines_of(page: Iterable[Movement]) -> list[Line]:
    """Movements as lines of the statement."""
    return [
        Line(
            movement=one.movement_id,
            kind=one.kind.value,
            origin=one.source,
            currency=one.net.currency,
            net_minor=one.net.minor,
            moved_at=one.created_at,
        )
        for one in page
    ]


def pages(found: Iterable[T]) -> Iterator[list[T]]:
    """What is found, as many at a time as make a commit."""
    rest = iter(found)
    while page := list(islice(rest, PAGE)):
        yield page
