"""Breaches about charges, and about money without a place."""

from ledger import processes
from ledger.events.payment import DisputedAmountWithdrawn, RefundReserved
from tests.conftest import Database
from tests.facts import DISPUTE, an_id, money
from tests.replay.breaches.planted import breaks
from tests.replay.breaches.tampering import Shape, lines, rewrite
from tests.replay.payment_history import ADOPTED_LATE, DECLINED_ONCE, EXCHANGED, TOO_LATE_TO_STAY
from tests.replay.small_history import CANCELLED, STAYED, History


def shift(shape: Shape, rule: str, minor: int, *accounts: str) -> None:
    """Let some lines of a rule's entry say more, on the side that they are on."""
    (entry,) = [entry for entry in shape["entries"] if entry["rule"] == rule]
    for line in entry["lines"]:
        if line[0] in accounts:
            line[2] += minor if line[2] > 0 else -minor


@breaks("L4")
def forget_the_fee(history: History, database: Database) -> None:
    """The processor kept a fee, and nobody booked it."""

    def change(shape: Shape) -> None:
        del shape["entries"][1]

    rewrite(database, "payment.completed", DECLINED_ONCE, change)


@breaks("L3", "L4")
def book_another_fee(history: History, database: Database) -> None:
    """The fee was booked higher than the processor says that it is."""

    def change(shape: Shape) -> None:
        shift(shape, "J3", 100, "exp_psp_fees", "stripe_pending")

    rewrite(database, "payment.completed", DECLINED_ONCE, change)


@breaks("L3", "L4")
def make_the_gross_usable(history: History, database: Database) -> None:
    """All that the guest paid became usable, though the processor had kept its fee of it."""

    def change(shape: Shape) -> None:
        shift(shape, "J4", 1_252, "stripe_available", "stripe_pending")

    rewrite(database, "payment.funds_available", DECLINED_ONCE, change)


@breaks("L3", "L4")
def exchange_at_another_rate(history: History, database: Database) -> None:
    """Less was booked than the processor says that the guest's money was exchanged into."""

    def change(shape: Shape) -> None:
        (entry, _) = shape["entries"]
        for line in entry["lines"]:
            if line[3] == "CHF":
                line[2] += -500 if line[2] > 0 else 500

    rewrite(database, "payment.completed", EXCHANGED, change)


@breaks("L4", "L15")
def hide_what_the_exchange_cost(history: History, database: Database) -> None:
    """What two rates differed by was left on the booking's position."""

    def change(shape: Shape) -> None:
        for line in lines(shape):
            if line[0] == "fx_gain_loss":
                line[0], line[1] = "fx_position", TOO_LATE_TO_STAY

    rewrite(database, "unapplied_receipt.returned", TOO_LATE_TO_STAY, change)


@breaks("L3", "L4", "L11")
def book_it_against_the_guest(history: History, database: Database) -> None:
    """Money without a place was booked as if the guest had owed it; everything else has ended."""

    def change(shape: Shape) -> None:
        for line in lines(shape):
            if line[0] == "unapplied_receipts":
                line[0], line[1] = "guest_receivable", TOO_LATE_TO_STAY

    rewrite(database, "unapplied_receipt.detected", TOO_LATE_TO_STAY, change)


@breaks("L4", "B4", "B5")
def adopt_less_than_is_due(history: History, database: Database) -> None:
    """A payment that adopted money says that a cent less was due than came."""

    def change(shape: Shape) -> None:
        shape["due"][0] -= 1

    rewrite(database, "payment.adopted", ADOPTED_LATE, change)


@breaks("E2", "L4")
def adopt_what_never_came(history: History, database: Database) -> None:
    """A payment adopted money of a receipt that there is not."""

    def change(shape: Shape) -> None:
        shape["receipt_id"] = an_id("a receipt that there is not")

    rewrite(database, "payment.adopted", ADOPTED_LATE, change)


@breaks("L7")
def set_aside_what_went_back(history: History, database: Database) -> None:
    """A payment that gave everything back set some of it aside for another refund."""
    payment_id, refund_id = processes.payment_of(CANCELLED), processes.refund_of(CANCELLED)
    again = RefundReserved(refund_id=refund_id, amount=money("0.01 EUR"))
    history.plant(CANCELLED, (payment_id, again))


@breaks("L7")
def set_aside_what_a_dispute_took(history: History, database: Database) -> None:
    """A refund was approved of money that a bank had taken back."""
    payment_id, refund_id = processes.payment_of(STAYED), processes.refund_of(CANCELLED)
    taken = DisputedAmountWithdrawn(dispute_id=DISPUTE, amount=money("410.40 EUR"))
    aside = RefundReserved(refund_id=refund_id, amount=money("0.01 EUR"))
    history.plant(STAYED, (payment_id, taken), (payment_id, aside))


@breaks("L7")
def free_more_than_was_set_aside(history: History, database: Database) -> None:
    """A refund that did not take place freed a cent more than it had set aside."""

    def change(shape: Shape) -> None:
        shape["amount"][0] += 1

    rewrite(database, "payment.refund_reservation_released", DECLINED_ONCE, change)


@breaks("L7")
def win_more_than_was_disputed(history: History, database: Database) -> None:
    """A dispute brought back a cent more than it had taken."""

    def change(shape: Shape) -> None:
        shape["amount"][0] += 1

    rewrite(database, "payment.disputed_amount_reinstated", DECLINED_ONCE, change)


@breaks("L7")
def lose_count_of_what_came_back(history: History, database: Database) -> None:
    """A refund came back, and the payment says that a cent of it is still with the guest."""

    def change(shape: Shape) -> None:
        shape["refunded"][0] += 1

    rewrite(database, "payment.refund_reversed", DECLINED_ONCE, change)
