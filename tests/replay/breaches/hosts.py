"""Breaches about what hosts are paid, owe, and give back."""

from msgspec.structs import replace

from ledger import processes
from ledger.aggregates import postings
from ledger.aggregates.host_debt import debt_of
from ledger.values.ids import HostId
from ledger.values.money import Money
from tests.conftest import Database
from tests.facts import (
    FINANCE,
    PROCESSOR,
    RUI,
    a_reversal,
    a_write_off,
    an_id,
    money,
    netted,
    owed,
    turned_back,
    written_off,
)
from tests.replay.breaches.planted import breaks
from tests.replay.breaches.tampering import Shape, events_of, lines, rewrite, unguarded
from tests.replay.payout_history import LOST, THE_LOST
from tests.replay.small_history import STAYED, History

DEBTOR = HostId(an_id("a host in debt"))


@breaks("L3", "L4", "L6", "L8", "L11", "L17")
def net_more_than_is_owed(history: History, database: Database) -> None:
    """A host was paid for a booking, and then it paid a debt that was smaller, too."""
    of = {"host_id": DEBTOR, "booking_id": STAYED}
    entry = postings.debt_netted(DEBTOR, STAYED, Money(5_000, "EUR"))
    payout = processes.payout_of(STAYED)
    paid_off = replace(netted("50.00 EUR"), **of, payout_id=payout, entries=(entry,))
    debt = debt_of(DEBTOR)
    history.plant(STAYED, (debt, replace(owed("49.99 EUR"), **of)), (debt, paid_off))


@breaks("L3", "L4", "L17")
def write_off_what_nobody_proposed(history: History, database: Database) -> None:
    """Two persons gave up 50 euros of a debt, and 40 were proposed."""
    debt, of = debt_of(DEBTOR), {"host_id": DEBTOR}
    entry = postings.debt_written_off(DEBTOR, Money(5_000, "EUR"))
    given_up = replace(written_off("50.00 EUR"), **of, entries=(entry,))
    history.plant(STAYED, (debt, replace(owed("50.00 EUR"), **of, booking_id=STAYED)))
    proposed = replace(a_write_off("40.00 EUR"), **of)
    history.plant(debt, (debt, proposed), (debt, given_up), by=FINANCE)


@breaks("E4", "L3", "L4", "L6", "L8", "L11", "B3")
def pay_a_host_twice(history: History, database: Database) -> None:
    """A host was sent the same payout again."""
    payout = processes.payout_of(STAYED)
    *_, transferred = events_of(history, payout)
    history.plant(STAYED, (payout, transferred), by=PROCESSOR)


@breaks("L3", "L4", "L6", "L8", "L11")
def transfer_too_much(history: History, database: Database) -> None:
    """A host was sent the platform's fees as well."""

    def change(shape: Shape) -> None:
        shape["amount"][0] += 10_000
        for line in lines(shape):
            line[2] += 10_000 if line[2] > 0 else -10_000

    rewrite(database, "payout.transferred", STAYED, change)


@breaks("E4", "L8", "L11")
def take_back_more_than_was_sent(history: History, database: Database) -> None:
    """A transfer came back, and 50.80 euros that were never sent."""
    payout, came = processes.payout_of(STAYED), money("400.00 EUR")
    entry = postings.payout_reversed(RUI, STAYED, came, money("0.00 EUR"))
    back = replace(turned_back("400.00 EUR"), booking_id=STAYED, entries=(entry,), to="reversed")
    history.plant(STAYED, (payout, a_reversal("400.00 EUR")))
    history.plant(STAYED, (payout, back), by=PROCESSOR)


@breaks("E4", "B3", "L4", "L8", "L11")
def take_back_what_nobody_ordered(history: History, database: Database) -> None:
    """A transfer came back of itself, to the account of a host who is owed nothing for it."""
    payout, came = processes.payout_of(LOST), money("100.00 EUR")
    entry = postings.payout_reversed(RUI, LOST, came, money("0.00 EUR"))
    back = replace(turned_back("100.00 EUR"), booking_id=LOST, entries=(entry,), to="reversed")
    history.plant(LOST, (payout, back), by=PROCESSOR)


@breaks("B3", "L3", "L4", "L6", "L17")
def lose_a_dispute_twice(history: History, database: Database) -> None:
    """The loss of a dispute was booked again."""
    *_, lost = events_of(history, THE_LOST)
    history.plant(LOST, (THE_LOST, lost), by=PROCESSOR)


@breaks("L3", "L4", "L17")
def let_the_platform_pay_for_the_host(history: History, database: Database) -> None:
    """What a host owes for a lost dispute was booked as the platform's loss; the entry balances."""

    def change(shape: Shape) -> None:
        for line in lines(shape):
            if line[0] == "host_receivable":
                line[0], line[1] = "exp_chargeback_loss", ""

    rewrite(database, "dispute.lost", LOST, change)


@breaks("L8")
def pay_a_host_early(history: History, database: Database) -> None:
    """A payout was sent a day before its time."""
    with unguarded(database) as connection:
        connection.execute(
            "UPDATE ledger.events SET occurred_at = occurred_at - interval '1 day' "
            "WHERE stream_id = %s AND topic = 'payout.transferred'",
            (processes.payout_of(STAYED),),
        )


@breaks("L17")
def ask_a_host_for_more_than_the_books_say(history: History, database: Database) -> None:
    """A host is to pay for a refund by their own stream, and no account says so."""
    debt = debt_of(DEBTOR)
    history.plant(STAYED, (debt, replace(owed("50.00 EUR"), host_id=DEBTOR, booking_id=STAYED)))
