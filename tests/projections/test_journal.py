"""Journal, balances and statements: the books as events wrote them."""

from collections import defaultdict
from datetime import date, timedelta
from typing import get_args

from ledger.events import AnyEvent, Event
from ledger.values.journal import Account
from projections.balances import balances_of, trial_balance
from projections.journal import JOURNAL, JournalEvent
from projections.statements import payouts, revenue
from tests.facts import (
    BOOKING,
    CHECK_IN,
    EARNED,
    INES,
    NOW,
    a_price,
    an_id,
    approved,
    confirmed,
    funds_available,
    paid,
    recognized,
    succeeded,
    transferred,
)
from tests.lists import complete
from tests.projections.story import Story


def lines_of(*events: Event) -> dict[tuple[str, str], tuple[int, int]]:
    """Debit and credit turnover by account and sub-ledger key, summed by hand."""
    sums: defaultdict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for event in events:
        for entry in event.entries:  # type: ignore[attr-defined]
            for line in entry.lines:
                debit, credit = sums[line.account, line.of]
                sums[line.account, line.of] = (
                    debit + max(line.minor, 0),
                    credit + max(-line.minor, 0),
                )
    return dict(sums)


def test_every_event_that_moves_money_is_in_the_journal_and_no_other() -> None:
    moving = {event for event in get_args(AnyEvent) if event.moves_money}

    complete(get_args(JournalEvent), moving, "JournalEvent in projections/journal.py")


def test_the_trial_balance_is_the_sum_of_all_lines_and_balances(story: Story) -> None:
    events = (paid(), funds_available(), confirmed(), recognized(), transferred())
    story.tells(*events)

    with story.projected(JOURNAL) as db:
        found = trial_balance(db)

    expected: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for (account, _), (debit, credit) in lines_of(*events).items():
        before = expected[account]
        expected[account] = (before[0] + debit, before[1] + credit)
    assert {row.account: (row.debit_minor, row.credit_minor) for row in found.accounts} == expected
    assert found.debit_minor == found.credit_minor > 0
    assert sum(row.balance_minor for row in found.accounts) == 0


def test_a_trial_balance_as_of_an_instant_includes_that_instant_and_nothing_later(
    story: Story,
) -> None:
    story.tells(paid(), at=NOW)
    story.tells(funds_available(), at=NOW + timedelta(microseconds=1))

    with story.projected(JOURNAL) as db:
        accounts = {row.account for row in trial_balance(db, NOW).accounts}
        everything = trial_balance(db, CHECK_IN)
        now = trial_balance(db)

    assert accounts == {Account.STRIPE_PENDING, Account.UNAPPLIED_RECEIPTS}
    assert everything.accounts == now.accounts


def test_the_balances_of_a_case_are_those_of_its_own_lines(story: Story) -> None:
    mine, other = (paid(), confirmed()), an_id("another booking")
    story.tells(*mine)
    story.tells(funds_available(), stream=an_id("another payment"), case=other)

    with story.projected(JOURNAL) as db:
        found = balances_of(db, BOOKING).balances

    assert {(row.account, row.of): (row.debit_minor, row.credit_minor) for row in found} == (
        lines_of(*mine)
    )


def test_revenue_counts_each_figure_in_the_month_of_its_own_event(story: Story) -> None:
    story.tells(paid(), confirmed())
    story.tells(recognized(), transferred(), at=EARNED)
    price = a_price()

    with story.projected(JOURNAL) as db:
        found = revenue(db)

    by_month = {row.month: row for row in found.rows}
    assert by_month["2026-06"].captured_minor == price.total.minor
    assert by_month["2026-06"].retained_minor == 0
    assert by_month["2026-07"].retained_minor == price.total.minor
    assert by_month["2026-07"].host_fee_minor == price.host_fee.minor
    assert by_month["2026-07"].payout_minor == transferred().amount.minor
    assert found.total.captured_minor == price.total.minor
    assert (found.currency, found.total.refunded_minor) == ("EUR", 0)


def test_a_refund_counts_when_it_reached_the_guest(story: Story) -> None:
    story.tells(paid(), approved())
    with story.projected(JOURNAL) as db:
        assert revenue(db).total.refunded_minor == 0

    story.tells(succeeded())
    with story.projected(JOURNAL) as db:
        assert revenue(db).total.refunded_minor == succeeded().amount.minor


def test_a_statement_begins_on_its_first_day_and_ends_before_its_last(story: Story) -> None:
    day = paid().effective_on
    story.tells(paid())

    with story.projected(JOURNAL) as db:
        assert revenue(db, day, day + timedelta(days=1)).total.captured_minor > 0
        assert revenue(db, day + timedelta(days=1)).total.captured_minor == 0
        assert revenue(db, None, day).total.captured_minor == 0
        assert revenue(db, as_of=NOW - timedelta(seconds=1)).total.captured_minor == 0


def test_payouts_are_counted_and_summed_by_month(story: Story) -> None:
    story.tells(transferred(), at=EARNED)
    story.tells(transferred(), at=EARNED, stream=an_id("another payout"), case=an_id("another"))
    amount = transferred().amount.minor

    with story.projected(JOURNAL) as db:
        found = payouts(db)

    assert [(row.month, row.count, row.payout_minor) for row in found.rows] == [
        (f"{transferred().effective_on:%Y-%m}", 2, 2 * amount)
    ]
    assert (found.total.count, found.total.payout_minor) == (2, 2 * amount)


def test_a_currency_without_lines_has_an_empty_statement(story: Story) -> None:
    story.tells(paid())

    with story.projected(JOURNAL) as db:
        found = revenue(db, date(2026, 1, 1), currency="JPY")

    assert not found.rows
    assert INES not in str(found)
