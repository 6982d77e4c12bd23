"""Moves of guests' banks, which send money back or take it, and how the staff answer them."""

from collections.abc import Iterable
from functools import partial
from random import Random

from ledger import processes
from ledger.aggregates.dispute import DISPUTE
from ledger.aggregates.dispute import Status as Disputing
from ledger.values.ids import BookingId, DisputeId
from tests.facts import FINANCE, PAUL, SUPPORT
from tests.ledger.market import NotPossible
from tests.machine.among import Among
from tests.machine.town import Town


def refunds_there(town: Town, _chance: Random) -> Iterable[str]:
    """Refunds that guests have, as far as they know, and money without a place that went back."""
    return [refund["id"] for refund in town.all("refund")[-12:] if refund["status"] == "succeeded"]


def disputes(*statuses: Disputing) -> Among:
    """Disputes that stand somewhere, as our ledger knows them."""

    def among(town: Town, _chance: Random) -> Iterable[DisputeId]:
        for told in town.all("dispute"):
            dispute = town.state(DISPUTE, processes.dispute_of(told["id"]))
            if dispute is not None and dispute.status in statuses:
                yield processes.dispute_of(told["id"])

    return among


def at_the_bank(town: Town, _chance: Random) -> Iterable[str]:
    """Disputes, as the processor knows them."""
    return [dispute["id"] for dispute in town.all("dispute")[-8:]]


def comes_back(town: Town, refund: str, _chance: Random) -> None:
    """A guest's bank sends a refund back, days later."""
    town.behind(f"refunds/{refund}", outcome="failed", failure_reason="expired_or_canceled_card")


def disputed(town: Town, booking_id: BookingId, chance: Random) -> None:
    """The guest's bank asks about a charge, or takes its money back."""
    payment = town.payment_of(booking_id)
    charge = payment.charge
    if charge is None or payment.reserved:
        raise NotPossible("there is no money to take, or it is on its way back already")
    town.behind("disputes", charge=charge, inquiry=chance.random() < 0.3)


def decides(town: Town, dispute: str, chance: Random) -> None:
    """The guest's bank decides, or goes a step further; for us only where we answered."""
    outcome = chance.choice(("won", "lost", "escalated", "reopened"))
    stands = town.at_stripe_now("dispute", dispute)["status"]
    if outcome == "won" and not stands.endswith("under_review"):
        raise NotPossible("nobody has answered")
    if outcome == "reopened" and stands != "won":
        raise NotPossible("banks reopen what we have won")
    town.behind(f"disputes/{dispute}", outcome=outcome)


def answers(town: Town, dispute_id: DisputeId, _chance: Random) -> None:
    """Support says what speaks for the charge."""
    town.decide(
        partial(processes.submit_evidence, staff=SUPPORT, dispute_id=dispute_id),
        town.case_of(dispute_id),
    )


def gives_in(town: Town, dispute_id: DisputeId, chance: Random) -> None:
    """Finance gives a dispute up; now and then without a second person."""
    proposer = chance.choice((PAUL, PAUL, FINANCE.id))
    accept = partial(
        processes.accept_dispute, staff=FINANCE, dispute_id=dispute_id, proposer=proposer
    )
    town.decide(accept, town.case_of(dispute_id))
