"""The groups of the processor's money, their names, and the queue of differences."""

from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Table, select

from ledger.events import Event, MoneyEvent
from ledger.events.difference import DifferenceMatched
from ledger.values.journal import Account
from projections.reconciliation import (
    HELD,
    RECONCILIATION,
    differences,
    groups,
    names,
)
from tests.facts import (
    DIFFERENCE,
    NOW,
    ONE_OF_EACH,
    PAYMENT,
    PAYOUT,
    a_difference,
    difference_corrected,
    explained,
    funds_available,
    money,
    paid,
    transferred,
    turned_back,
)
from tests.projections.story import Story


def rows(story: Story, table: Table) -> Sequence[dict[str, Any]]:
    with story.projected(RECONCILIATION) as db:
        return [dict(row._mapping) for row in db.execute(select(table))]


def touches(event: Event) -> bool:
    return isinstance(event, MoneyEvent) and any(
        line.account in HELD for entry in event.entries for line in entry.lines
    )


@pytest.mark.parametrize(
    "event", [one for one in ONE_OF_EACH if touches(one)], ids=lambda one: one.topic
)
def test_whatever_moves_the_processors_money_is_heard(event: Event) -> None:
    assert isinstance(event, RECONCILIATION.listens_to)


def test_the_accounts_are_the_processors() -> None:
    assert set(HELD) == {Account.STRIPE_PENDING, Account.STRIPE_AVAILABLE}


def test_a_group_says_what_came_in_and_under_which_name(story: Story) -> None:
    story.tells(paid("410.40 EUR", fee="6.40 EUR"), funds_available("404.00 EUR"))

    assert rows(story, groups) == [
        {
            "event": f"{PAYMENT}/{version}",
            "currency": "EUR",
            "of": f"{PAYMENT}/{version}",
            "occurred_at": NOW,
            "pending_minor": pending,
            "available_minor": available,
        }
        for version, pending, available in ((1, 40_400, 0), (2, -40_400, 40_400))
    ]
    assert rows(story, names) == [{"event": f"{PAYMENT}/1", "name": "txn_1", "by_origin": False}]


def test_what_names_no_movement_is_known_by_where_it_comes_from(story: Story) -> None:
    unnamed = replace(transferred(), balance_transaction=None)
    back = turned_back()

    story.tells(unnamed, back)

    assert rows(story, names) == [
        {"event": f"{PAYOUT}/1", "name": unnamed.transfer, "by_origin": True},
        {"event": f"{PAYOUT}/2", "name": back.reversal, "by_origin": True},
    ]


def test_history_from_outside_moved_another_balance(story: Story) -> None:
    story.tells(paid(fee="6.40 EUR"), origin="import")

    assert rows(story, groups) == []
    assert rows(story, names) == []


@pytest.mark.parametrize("end", [explained(), difference_corrected(), DifferenceMatched()])
def test_a_difference_stands_in_the_queue_until_somebody_settles_it(
    story: Story, end: Event
) -> None:
    found = a_difference()
    story.tells(found)
    (row,) = rows(story, differences)
    story.tells(end)

    assert row["difference_id"] == DIFFERENCE
    assert (row["kind"], row["object_id"]) == (found.kind, found.object_id)
    assert (row["expected_minor"], row["found_minor"]) == (
        money("410.40 EUR").minor,
        money("407.90 EUR").minor,
    )
    assert rows(story, differences) == []


def test_a_difference_that_is_found_anew_says_the_newer_figures(story: Story) -> None:
    story.tells(a_difference(), explained(), a_difference(found=money("1.00 EUR")))

    (row,) = rows(story, differences)

    assert row["found_minor"] == 100
