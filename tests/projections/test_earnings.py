"""Earnings: what moves a host's account, and what the host owes."""

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.events import Event, MoneyEvent, Recorded
from ledger.values.ids import HostId, StreamId
from ledger.values.journal import Account
from projections.earnings import EARNINGS, FIGURES, Earnings, earnings, earnings_of
from projections.journal import JOURNAL, journal
from tests.facts import (
    BOOKING,
    NOW,
    ONE_OF_EACH,
    RUI,
    a_price,
    an_id,
    approved,
    collected,
    dispute_withdrawn,
    lost,
    netted,
    owed,
    recognized,
    transferred,
    turned_back,
    won,
    written_off,
)
from tests.projections.kept import fold
from tests.projections.story import Story

MONEY = [event for event in ONE_OF_EACH if isinstance(event, MoneyEvent)]


def payable_lines(event: MoneyEvent) -> list[Any]:
    return [
        line
        for entry in event.entries
        for line in entry.lines
        if line.account == Account.HOST_PAYABLE
    ]


def recorded(events: list[Event]) -> list[Recorded[Event]]:
    return [
        Recorded(at, StreamId(BOOKING), at, BOOKING, NOW, NOW, None, b"{}", event)
        for at, event in enumerate(events, start=1)
    ]


def the_earnings(story: Story, host: str = RUI) -> Earnings:
    with story.projected(EARNINGS) as db:
        return earnings_of(db, HostId(host))


def test_every_event_that_moves_a_hosts_account_is_heard() -> None:
    moving = {type(event) for event in MONEY if payable_lines(event)}

    assert moving <= set(EARNINGS.listens_to)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(MONEY), min_size=1, max_size=30))
def test_what_is_payable_is_what_the_journal_owes_the_host(events: list[Event]) -> None:
    """Whatever happened, in whatever order: both are sums over the same lines, sorted twice."""
    history = recorded(events)
    owed_by_books: Counter[tuple[str, str]] = Counter()
    for line in fold(JOURNAL, history).rows(journal).values():
        if line["account"] == Account.HOST_PAYABLE:
            owed_by_books[line["of"], line["currency"]] -= line["minor"]
    payable: Counter[tuple[str, str]] = Counter()
    for row in fold(EARNINGS, history).rows(earnings).values():
        of = f"{row['host_id']}/{row['booking_id']}"
        payable[of, row["currency"]] += sum(row[name] for name in FIGURES)

    assert payable == owed_by_books


def test_a_stay_that_is_earned_is_to_be_paid_until_it_is(story: Story) -> None:
    host_part = a_price().shares.host.minor
    story.tells(recognized())

    found = the_earnings(story)
    (booking,), (total,) = found.to_be_paid, found.totals
    assert (booking.booking_id, booking.payable_minor) == (BOOKING, host_part)
    assert total.earned_minor == total.payable_minor == host_part

    story.tells(transferred())
    found = the_earnings(story)
    assert not found.to_be_paid
    assert (found.totals[0].paid_minor, found.totals[0].payable_minor) == (-host_part, 0)


def test_each_movement_is_told_by_its_cause(story: Story) -> None:
    story.tells(recognized(), netted("50.00 EUR"), dispute_withdrawn(), won("349.20 EUR"))
    story.tells(turned_back("100.00 EUR"))

    (total,) = the_earnings(story).totals

    assert total.netted_minor == -5_000
    assert total.disputed_minor == 0, "what was held came back"
    assert total.taken_back_minor >= 0
    assert total.payable_minor == sum(getattr(total, name) for name in FIGURES)


def test_what_a_host_owes_is_raised_and_settled(story: Story) -> None:
    story.tells(owed("50.00 EUR"), netted("20.00 EUR"), collected("10.00 EUR"))
    story.tells(written_off("5.00 EUR"))

    (debt,) = the_earnings(story).owed

    assert (debt.raised_minor, debt.settled_minor, debt.owed_minor) == (5_000, 3_500, 1_500)


def test_a_host_sees_their_own_account_only(story: Story) -> None:
    story.tells(recognized(), approved(), lost(), owed())

    nobody = the_earnings(story, an_id("Zoe"))

    assert (nobody.totals, nobody.to_be_paid, nobody.owed) == ([], [], [])
