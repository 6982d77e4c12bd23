"""Disputes at the door: staff look at one, answer the guest's bank, or two give the money up."""

from datetime import timedelta
from functools import partial

import pytest

from bench.estate import Estate
from ledger import processes
from ledger.application import Ledger
from ledger.draft import Draft, Request
from ledger.gateways.stripe.disputes import DisputeFact, DisputeStatus, Stage
from ledger.gateways.stripe.movements import Kind, Movement
from ledger.values.clock import system_clock
from ledger.values.ids import BookingId, CommandId, fresh_id
from ledger.values.money import Money
from tests.api.conftest import Door
from tests.facts import MARTA, PAUL, PROCESSOR

TOTAL = Money(27_360, "EUR")
NOW = system_clock()
WITHDRAWN = Movement(
    movement_id="txn_1",
    kind=Kind.DISPUTE,
    stripe_type="adjustment",
    amount=-TOTAL,
    fee=Money(1_500, "EUR"),
    net=-TOTAL - Money(1_500, "EUR"),
    source="du_1",
    created_at=NOW,
    available_on=NOW,
    available=True,
    exchange_rate=None,
)
FACT = DisputeFact(
    dispute="du_1",
    charge="ch_1",
    intent="pi_1",
    stage=Stage.CHARGEBACK,
    status=DisputeStatus.EVIDENCE_DUE,
    amount=TOTAL,
    reason="product_not_received",
    due_by=NOW + timedelta(days=7),
    past_due=False,
    answers=0,
    charge_refundable=False,
    movements=(WITHDRAWN,),
    created_at=NOW,
)


@pytest.fixture
def disputed(door: Door, estate: Estate, ledger: Ledger) -> str:
    """The address of a dispute over a stay that is paid."""
    booking_id = BookingId(door.post("/bookings", estate.wish(), key="k1").json()["booking_id"])

    def plan(draft: Draft) -> None:
        processes.pay(draft, PROCESSOR, booking_id, "ch_1")
        processes.confirm(draft, booking_id)
        take_in = partial(processes.take_in_dispute, draft, booking_id)
        take_in(processes.payment_of(booking_id), FACT)

    ledger.execute(Request(command_id=CommandId(fresh_id()), case_id=booking_id, content=b""), plan)
    return f"/bookings/{booking_id}/disputes/{processes.dispute_of('du_1')}"


def test_staff_see_a_dispute_and_what_speaks_for_the_charge(door: Door, disputed: str) -> None:
    shown, evidence = door.get(disputed).json(), door.get(f"{disputed}/evidence").json()

    assert (shown["stage"], shown["status"]) == ("chargeback", "evidence_due")
    assert shown["withdrawn"] == shown["disputed"] == {"minor": 27_360, "currency": "EUR"}
    assert shown["host_owes"] is None
    assert "nobody called it off" in evidence["says"]["what_the_guest_did"]

    handed_in = door.post(f"{disputed}/evidence", {"by": MARTA, "role": "support"}, key="k2")
    assert (handed_in.status_code, handed_in.json()["status"]) == (201, "submitted")
    again = door.post(f"{disputed}/evidence", {"by": MARTA, "role": "support"}, key="k3")
    assert (again.status_code, again.json()["code"]) == (409, "TRANSITION_NOT_ALLOWED")


def test_it_takes_two_of_finance_to_give_a_dispute_up(door: Door, disputed: str) -> None:
    alone = door.post(f"{disputed}/acceptance", {"proposed_by": PAUL, "by": PAUL}, key="k2")
    together = door.post(f"{disputed}/acceptance", {"proposed_by": MARTA, "by": PAUL}, key="k3")

    assert (alone.status_code, alone.json()["code"]) == (403, "SELF_APPROVAL")
    assert (together.status_code, together.json()["status"]) == (201, "accepted")


def test_a_dispute_is_found_at_its_own_booking_only(door: Door, disputed: str) -> None:
    elsewhere = f"/bookings/{fresh_id()}/disputes/{disputed.rsplit('/', 1)[1]}"

    assert door.get(elsewhere).status_code == 404
    answer = door.post(f"{elsewhere}/evidence", {"by": MARTA, "role": "support"}, key="k2")
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    payout = f"/bookings/{fresh_id()}/payouts/{fresh_id()}/reversals"
    wish = {"by": MARTA, "amount": {"minor": 100, "currency": "EUR"}, "cause": fresh_id()}
    assert door.post(payout, wish, key="k3").status_code == 404
