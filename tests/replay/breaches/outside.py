"""Breaches about the processor: what moved there and is not in our books, and what nobody heard."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg

from ledger.events import Recorded
from ledger.store import inbox, scan, statement
from ledger.store.inbox import Letter
from ledger.store.statement import Line, Reading
from ledger.values.clock import system_clock
from ledger.values.journal import Account
from tests.conftest import Database
from tests.replay.breaches.planted import breaks
from tests.replay.breaches.tampering import Shape, rewrite
from tests.replay.small_history import AHEAD, CANCELLED, HALF_KEPT, STAYED, History

HELD = (Account.STRIPE_PENDING.value, Account.STRIPE_AVAILABLE.value)
NAMES = ("balance_transaction", "reversal", "transfer")


def read_the_statement(database: Database, *besides: Line, without: str = "") -> None:
    """The processor's statement, as this history makes it: every line but one, and some besides."""
    told = [line for one in everything(database) for line in lines_of(one)]
    lines = [*(line for line in told if line.movement != without), *besides]
    reached = Reading(newest=lines[-1].movement, oldest=lines[0].movement, complete=True)
    with psycopg.connect(database.url) as connection:
        statement.keep(connection, "stripe", lines, reached)


def everything(database: Database) -> list[Recorded[Any]]:
    """The whole history."""
    with psycopg.connect(database.url) as connection:
        found = connection.execute("SELECT max(position) FROM ledger.events").fetchone()
    assert found is not None
    return [one for page in scan(database.url, until=found[0], batch=1_000) for one in page]


def lines_of(recorded: Recorded[Any]) -> list[Line]:
    """What the processor says moved when this happened; a dispute's money in one line."""
    event = recorded.event
    net = sum(
        line.minor
        for entry in getattr(event, "entries", ())
        for line in entry.lines
        if line.account in HELD
    )
    names = [getattr(event, name, None) for name in NAMES]
    names += list(getattr(event, "balance_transactions", ()))[:1]
    name = next(filter(None, names), None)
    if not net or name is None:
        return []
    (currency,) = {
        line.currency for entry in event.entries for line in entry.lines if line.account in HELD
    }
    kind = event.topic.replace("payout.transferred", "transfer").replace(
        "payout.reversed", "transfer_reversal"
    )
    return [
        Line(
            movement=name if name.startswith("txn") else f"txn_{name}",
            kind=kind,
            origin=name,
            currency=currency,
            net_minor=net,
            moved_at=recorded.occurred_at,
        )
    ]


@breaks("E4")
def take_a_charge_for_two_payments(history: History, database: Database) -> None:
    """Two payments say that they came about by the same charge."""

    def change(shape: Shape) -> None:
        shape["charge"] = f"ch_{STAYED}"

    rewrite(database, "payment.completed", AHEAD, change)


@breaks("E4")
def take_a_refund_for_two(history: History, database: Database) -> None:
    """Two refunds say that they are the same one of the processor's."""

    def change(shape: Shape) -> None:
        shape["processor_refund"] = f"re_{HALF_KEPT}"

    rewrite(database, "refund.pending", CANCELLED, change)


@breaks("E5")
def book_what_no_movement_explains(history: History, database: Database) -> None:
    """Money came in, and nobody can say by which movement."""

    def change(shape: Shape) -> None:
        del shape["balance_transaction"]

    rewrite(database, "payment.completed", AHEAD, change)


@breaks("E5")
def miss_a_movement(history: History, database: Database) -> None:
    """The processor's statement has a line that is in no event of ours."""
    stray = Line(
        movement="txn_unknown",
        kind="payment",
        origin="ch_unknown",
        currency="EUR",
        net_minor=1_000,
        moved_at=history.clock.now,
    )
    read_the_statement(database, stray)


@breaks("E5")
def book_what_never_moved(history: History, database: Database) -> None:
    """A payment is in our books, and the processor's statement has nothing of it."""
    read_the_statement(database, without=f"txn_{STAYED}")


@breaks("E5")
def book_a_cent_more_than_moved(history: History, database: Database) -> None:
    """A payment is in our books with a cent more than the processor's statement has."""
    told = [line for one in everything(database) for line in lines_of(one)]
    (paid,) = [line for line in told if line.movement == f"txn_{STAYED}"]
    less = replace(paid, net_minor=paid.net_minor - 1)
    read_the_statement(database, less, without=paid.movement)


@breaks("E6")
def listen_to_nobody(history: History, database: Database) -> None:
    """The processor told us something two hours ago, and nobody has read it."""
    letter = Letter(
        source="stripe",
        notice_id="evt_1",
        type="charge.dispute.created",
        object_id="dp_1",
        account=None,
        raw=b"{}",
    )
    with psycopg.connect(database.url) as connection:
        inbox.keep(connection, letter, system_clock() - timedelta(hours=2))
