"""Breaches of the books: entries that are not what their rules make, and corrections."""

from tests.conftest import Database
from tests.facts import CLARA, an_id
from tests.replay.breaches.planted import breaks
from tests.replay.breaches.tampering import (
    Shape,
    events_of,
    exchange,
    lines,
    rewrite,
    rewrite_stream,
    unguarded,
    update,
)
from tests.replay.refund_history import COMPLAINED, to_correct
from tests.replay.small_history import AHEAD, HALF_KEPT, STAYED, History


@breaks("L1", "L2", "L4")
def be_a_cent_off(history: History, database: Database) -> None:
    """A line is one cent too high."""

    def change(shape: Shape) -> None:
        lines(shape)[0][2] += 1

    rewrite(database, "payment.completed", AHEAD, change)


@breaks("L1", "L2", "L3", "L4")
def drop_a_line(history: History, database: Database) -> None:
    """A line is missing: what the guest paid was never received for anything."""

    def change(shape: Shape) -> None:
        del lines(shape)[1]

    rewrite(database, "payment.completed", AHEAD, change)


@breaks("L3", "L8")
def swap_two_events(history: History, database: Database) -> None:
    """A payout was sent before its money was earned."""
    for behind in ("payout.due", "payout.released", "payout.transferred"):
        exchange(database, STAYED, "booking.earnings_recognized", behind)


@breaks("L4", "L11", "L10")
def take_the_fee_of_a_wrong_base(history: History, database: Database) -> None:
    """Fee and earnings were worked out of another amount; the entry balances."""

    def change(shape: Shape) -> None:
        for line in lines(shape):
            if line[0] in ("revenue_deferred", "rev_host_fee"):
                line[2] += 100 if line[2] < 0 else -100

    rewrite(database, "booking.earnings_recognized", STAYED, change)


@breaks("L4")
def book_by_another_rule(history: History, database: Database) -> None:
    """An entry names a version of its rule that there is not."""

    def change(shape: Shape) -> None:
        shape["entries"][0]["version"] = 7

    rewrite(database, "payment.funds_available", STAYED, change)


@breaks("L4", "L11", "L10")
def forget_a_leg(history: History, database: Database) -> None:
    """What the platform earns was left where it was deferred."""

    def change(shape: Shape) -> None:
        kept = ("host_deferred", "host_payable")
        shape["entries"][0]["lines"] = [line for line in lines(shape) if line[0] in kept]

    rewrite(database, "booking.earnings_recognized", STAYED, change)


@breaks("L5")
def round_each_line_by_itself(history: History, database: Database) -> None:
    """The lines of a refund do not sum to what goes back."""

    def change(shape: Shape) -> None:
        shape["lines"][0][2] += 1

    rewrite(database, "refund.requested", HALF_KEPT, change)


@breaks("L14")
def book_another_correction_than_was_agreed(history: History, database: Database) -> None:
    """Two people agreed on one correction, and another one stands in the books."""

    def change(shape: Shape) -> None:
        shape["entries"][1]["lines"][0][0] = "exp_psp_fees"

    rewrite(database, "correction.applied", COMPLAINED, change)


@breaks("L14")
def correct_the_books_alone(history: History, database: Database) -> None:
    """One person proposed a correction and applied it, of an entry that was corrected before."""
    again = an_id("a correction by one person")
    drafted, submitted, applied = events_of(history, to_correct(history, 2).correction_id)
    steps = [(again, event) for event in (drafted, submitted, applied)]
    history.plant(COMPLAINED, *steps, by=CLARA)


@breaks("L14")
def correct_what_was_never_recorded(history: History, database: Database) -> None:
    """The entry that a correction takes back is not the one that was recorded."""

    def change(shape: Shape) -> None:
        shape["number"] = 2

    applied = to_correct(history, 2).correction_id
    rewrite_stream(database, "correction.drafted", applied, change)
    rewrite_stream(database, "correction.applied", applied, change)


@breaks("B7")
def count_money_to_the_day_of_another_zone(history: History, database: Database) -> None:
    """What a stay brought was earned on one day, and stands in the books on the next."""

    def change(shape: Shape) -> None:
        shape["effective_on"] = "2025-07-04"

    rewrite(database, "booking.earnings_recognized", STAYED, change)


@breaks("L10")
def earn_too_early(history: History, database: Database) -> None:
    """A stay was earned two hours before it is time."""
    early = "occurred_at = occurred_at - interval '2 hours'"
    update(database, early, "booking.earnings_recognized", STAYED)


@breaks("L9")
def wait_for_half_a_year(history: History, database: Database) -> None:
    """What is on its way was so half a year ago."""
    with unguarded(database) as connection:
        connection.execute(
            "UPDATE ledger.events SET recorded_at = recorded_at - interval '190 days'"
        )
