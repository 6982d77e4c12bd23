"""Statements: from balance to balance, for each host and the platform, and equal to the books."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, select

from ledger.aggregates import postings
from ledger.values.ids import HostId
from ledger.values.journal import Account
from ledger.values.received import received
from projections.balances import trial_balance
from projections.host_statements import FIGURES, HostMonth, HostStatement, host_statement
from projections.journal import JOURNAL, journal
from projections.platform_statements import (
    OWED,
    OWNED,
    RESULT,
    PlatformMonth,
    platform_statement,
)
from projections.statements import RevenueFigures, revenue
from tests.conftest import Database
from tests.facts import (
    BOOKING,
    EARNED,
    NOW,
    PAYMENT,
    REFUND,
    RUI,
    a_penalty,
    a_price,
    a_receipt,
    an_id,
    approved,
    confirmed,
    damage_charged,
    external_refund,
    failed_refund,
    funds_available,
    lessened,
    money,
    netted,
    paid,
    receipt_funds,
    recognized,
    resubmitted,
    returned,
    settled_alternatively,
    succeeded,
    transferred,
    turned_back,
)
from tests.lists import complete
from tests.projections.story import Story, asking, drive_to_end

HOSTS_OWN = (Account.HOST_PAYABLE, Account.HOST_RECEIVABLE)
SOME_DAYS = (date(2016, 3, 15), date(2025, 6, 11), date(2025, 7, 1), date(2025, 9, 30))


@pytest.fixture
def books(history: Database) -> Iterator[Connection]:
    """The journal of a whole history."""
    drive_to_end(history.url, JOURNAL)
    with asking(history.url) as db:
        yield db


def in_the_books(db: Connection, ends: date | None = None) -> Counter[tuple[str, str]]:
    """What the journal says that each host is owed, less what they owe, by currency."""
    sums: Counter[tuple[str, str]] = Counter()
    lines = select(journal).where(journal.c.account.in_([own.value for own in HOSTS_OWN]))
    for line in db.execute(lines):
        if ends is None or line.effective_on < ends:
            sums[line.of.split("/")[0], line.currency] -= line.minor
    return sums


def closing(statement: HostStatement) -> dict[tuple[str, str], int]:
    return {
        (statement.host_id, balance.currency): balance.closing_minor
        for balance in statement.balances
    }


def is_a_chain(rows: list[HostMonth]) -> bool:
    return all(
        before.closing_minor == after.opening_minor
        for before, after in pairwise(rows)
        if before.currency == after.currency
    )


# -- Whatever happened ----------------------------------------------------------------------


def test_every_hosts_statement_ends_with_what_the_books_say(books: Connection) -> None:
    expected = in_the_books(books)
    hosts = sorted({host for host, _ in expected})
    assert hosts

    for host in hosts:
        statement = host_statement(books, HostId(host))
        rows = list(statement.rows)

        assert closing(statement) == {key: minor for key, minor in expected.items() if host in key}
        assert is_a_chain(rows)
        for row in rows:
            moved = sum(getattr(row, f"{name}_minor") for name in FIGURES)
            assert row.opening_minor + moved == row.closing_minor
            assert row.other_minor == 0, "every rule that moves a host's account has its figure"


def test_a_statement_goes_on_where_the_one_before_it_ended(books: Connection) -> None:
    for host in sorted({host for host, _ in in_the_books(books)}):
        whole = closing(host_statement(books, HostId(host)))
        for day in SOME_DAYS:
            until = host_statement(books, HostId(host), ends=day)
            since = host_statement(books, HostId(host), begins=day)

            before = {key: minor for key, minor in in_the_books(books, day).items() if host in key}
            assert closing(until) == before
            assert closing(since) == whole
            for row in {row.currency: row for row in reversed(since.rows)}.values():
                assert row.opening_minor == before.get((host, row.currency), 0)


def test_the_platforms_months_add_up_to_the_trial_balance(books: Connection) -> None:
    trial = trial_balance(books).accounts
    for currency in {total.currency for total in trial}:
        balances = Counter(
            {total.account: total.balance_minor for total in trial if total.currency == currency}
        )
        rows = list(platform_statement(books, currency=currency).rows)
        last = rows[-1]

        for figures, sign in ((OWNED, 1), (OWED, -1)):
            for name, accounts in figures.items():
                carried = sign * sum(balances[account.value] for account in accounts)
                assert getattr(last, f"{name}_minor") == carried, name
        for name, accounts in RESULT.items():
            earned = -sum(balances[account.value] for account in accounts)
            assert sum(getattr(row, f"{name}_minor") for row in rows) == earned, name


def test_what_is_ours_less_what_is_owed_is_what_was_earned_so_far(books: Connection) -> None:
    for currency in ("EUR", "USD"):
        earned = 0
        for row in platform_statement(books, currency=currency).rows:
            earned += row.result_minor
            assert carried_net(row) == earned


def carried_net(row: PlatformMonth) -> int:
    ours = sum(getattr(row, f"{name}_minor") for name in OWNED)
    return int(ours - sum(getattr(row, f"{name}_minor") for name in OWED))


def test_the_platform_carries_on_where_it_ended(books: Connection) -> None:
    whole = platform_statement(books).rows
    for day in SOME_DAYS:
        until = platform_statement(books, ends=day).rows
        since = platform_statement(books, begins=day).rows

        both = (*until, *since)
        assert carried_net(both[-1]) == carried_net(whole[-1])
        assert sum(row.result_minor for row in both) == sum(row.result_minor for row in whole)


def test_every_account_is_told_once() -> None:
    told = [one for figures in (RESULT, OWED, OWNED) for of in figures.values() for one in of]

    assert len(told) == len(set(told))
    complete(told, set(Account), "RESULT, OWED or OWNED in projections/platform_statements.py")


# -- What each figure says ------------------------------------------------------------------


def rui(story: Story, **sides: object) -> HostStatement:
    with story.projected(JOURNAL) as db:
        return host_statement(db, HostId(RUI), **sides)  # type: ignore[arg-type]


def test_a_stay_is_told_from_what_the_guest_was_charged_to_what_the_host_got(story: Story) -> None:
    price = a_price()
    story.tells(paid(), confirmed(), recognized(), transferred(), at=EARNED)

    (row,) = rui(story).rows

    assert row.month == f"{recognized().effective_on:%Y-%m}"
    assert row.charges_minor == price.total.minor
    assert row.guest_fees_minor == -price.guest_fee.minor
    assert row.host_fees_minor == -price.host_fee.minor
    assert row.transfers_minor == -price.shares.host.minor
    assert (row.opening_minor, row.closing_minor) == (0, 0)


def test_netting_is_told_and_moves_nothing(story: Story) -> None:
    story.tells(a_penalty("36.00 EUR"), recognized(), netted("36.00 EUR"))

    rows = rui(story).rows

    assert sum(row.penalties_minor for row in rows) == -3_600
    assert sum(row.netted_minor for row in rows) == -3_600
    assert rows[-1].closing_minor == a_price().shares.host.minor - 3_600


def test_a_transfer_that_came_back_is_owed_again(story: Story) -> None:
    story.tells(recognized(), transferred(), turned_back("100.00 EUR"))

    (balance,) = rui(story).balances

    assert sum(row.taken_back_minor for row in rui(story).rows) == 10_000
    assert balance.closing_minor == 10_000


def test_a_statement_as_of_an_instant_knows_nothing_of_later(story: Story) -> None:
    story.tells(recognized(), at=NOW)
    story.tells(transferred(), at=NOW + timedelta(seconds=1))

    assert rui(story, as_of=NOW).balances[0].closing_minor == a_price().shares.host.minor
    assert rui(story).balances[0].closing_minor == 0


def test_a_host_without_movements_in_a_window_still_has_a_balance(story: Story) -> None:
    story.tells(recognized())

    statement = rui(story, begins=date(2030, 1, 1))

    assert not statement.rows
    assert statement.balances[0].closing_minor == a_price().shares.host.minor


def test_a_host_that_nobody_knows_has_no_statement(story: Story) -> None:
    story.tells(recognized())

    with story.projected(JOURNAL) as db:
        nobody = host_statement(db, HostId(an_id("Zoe")))

    assert (nobody.rows, nobody.balances) == ([], [])


def test_the_platform_tells_what_moved_and_what_it_still_owes(story: Story) -> None:
    price = a_price()
    story.tells(paid(), funds_available(), confirmed(), approved(), succeeded())

    with story.projected(JOURNAL) as db:
        (row,) = platform_statement(db).rows

    refund = succeeded().amount.minor
    assert (row.charged_minor, row.refunded_minor) == (price.total.minor, refund)
    assert row.held_minor == price.total.minor - refund
    assert row.owed_to_guests_minor == 0
    assert row.result_minor == 0, "nothing is earned before the stay"


# -- Money that came or went by another way ---------------------------------------------------


def figures(story: Story) -> tuple[RevenueFigures, PlatformMonth]:
    """What all months of revenue come to, and the platform's last month."""
    with story.projected(JOURNAL) as db:
        return revenue(db).total, platform_statement(db).rows[-1]


def test_a_refund_that_failed_and_was_sent_again_went_back_once(story: Story) -> None:
    story.tells(paid(), funds_available(), approved(), succeeded())
    story.tells(failed_refund(after_success=True), resubmitted())
    told, month = figures(story)
    assert (told.refunded_minor, month.refunded_minor) == (0, 0)

    story.tells(succeeded())

    told, month = figures(story)
    assert (told.refunded_minor, month.refunded_minor) == (18_000, 18_000)


def test_a_refund_that_our_bank_paid_went_back(story: Story) -> None:
    story.tells(paid(), funds_available(), approved(), settled_alternatively())

    told, month = figures(story)

    assert (told.refunded_minor, month.refunded_minor) == (18_000, 18_000)


def test_a_refund_made_at_the_processors_desk_went_back_once_whatever_it_was(story: Story) -> None:
    story.tells(paid(), funds_available(), approved(), external_refund())
    told, month = figures(story)
    assert (told.refunded_minor, month.refunded_minor) == (5_000, 5_000)

    story.tells(lessened())

    told, month = figures(story)
    assert (told.refunded_minor, month.refunded_minor) == (5_000, 5_000)


def test_money_without_a_place_came_and_went(story: Story) -> None:
    story.tells(a_receipt(), receipt_funds(), returned())

    told, _ = figures(story)

    assert told.captured_minor == told.refunded_minor == returned().amount.minor


def test_what_a_guest_paid_in_another_currency_counts_as_what_we_had_of_it(story: Story) -> None:
    gross, back = money("405.00 EUR"), money("180.00 EUR")
    came = replace(
        paid(),
        entries=postings.payment_received(
            PAYMENT, BOOKING, received(money("448.77 USD"), gross, None)
        ),
    )
    sent = postings.refund_exchanged(REFUND, BOOKING, money("200.00 USD"), back, None)
    story.tells(came, recognized(), replace(succeeded(), entries=(sent,)))

    told, _ = figures(story)

    assert (told.captured_minor, told.refunded_minor) == (gross.minor, back.minor)
    assert told.retained_minor == a_price().total.minor


def test_what_damage_brings_is_retained_with_the_fee_of_it(story: Story) -> None:
    story.tells(damage_charged(), stream=an_id("a damage claim"))
    shares = damage_charged().shares

    told, month = figures(story)

    assert month.charged_minor == shares.total.minor
    assert told.host_fee_minor == shares.host_fee_minor
    assert told.retained_minor == shares.host_minor + shares.host_fee_minor
