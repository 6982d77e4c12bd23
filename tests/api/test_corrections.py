"""What people put right, at the door: shown, drafted by one, approved by another, and once."""

from typing import Any

import pytest

from bench.estate import Estate
from ledger import processes
from ledger.application import Ledger
from ledger.draft import Draft, Request
from ledger.values.ids import BookingId, CommandId, PaymentId, fresh_id
from tests.api.conftest import Door
from tests.facts import MARTA, PAUL, PROCESSOR


@pytest.fixture
def payment_id(door: Door, estate: Estate, ledger: Ledger) -> PaymentId:
    """A payment whose money has come, as its third event says."""
    booking_id = BookingId(door.post("/bookings", estate.wish(), key="k1").json()["booking_id"])

    def plan(draft: Draft) -> None:
        processes.pay(draft, PROCESSOR, booking_id, "ch_1")
        processes.confirm(draft, booking_id)

    ledger.execute(Request(command_id=CommandId(fresh_id()), case_id=booking_id, content=b""), plan)
    return processes.payment_of(booking_id)


def test_case_x10_a_correction_is_shown_drafted_and_approved_by_somebody_else_once(
    door: Door, payment_id: PaymentId
) -> None:
    wish: dict[str, Any] = {"stream": payment_id, "version": 3, "right": []}
    shown = door.client.post("/corrections/preview", json=wish).json()
    assert [leg["account"] for leg in shown["wrong"]] == ["stripe_pending", "unapplied_receipts"]
    said = {**wish, "by": MARTA, "reason": "booked_twice", "preview": shown["preview"]}
    drafted = door.post("/corrections", said, key="draft").json()
    address = f"/corrections/{drafted['correction_id']}"
    assert drafted["status"] == "awaiting_second_person"

    alone = door.post(f"{address}/approval", {"by": MARTA, "preview": drafted["approval"]}, key="a")
    stale = door.post(f"{address}/approval", {"by": PAUL, "preview": "0" * 64}, key="b")
    word = {"by": PAUL, "preview": drafted["approval"]}
    done = door.post(f"{address}/approval", word, key="c")
    again = door.post(f"{address}/approval", word, key="d")

    assert (alone.status_code, alone.json()["code"]) == (403, "SELF_APPROVAL")
    assert (stale.status_code, stale.json()["code"]) == (409, "CORRECTION_CHANGED")
    assert (done.status_code, done.json()["status"]) == (201, "applied")
    assert (again.status_code, again.json()["code"]) == (409, "TRANSITION_NOT_ALLOWED")


def test_an_entry_that_is_not_there_is_not_corrected(door: Door, payment_id: PaymentId) -> None:
    wish = {"stream": payment_id, "version": 3, "entry": 7, "right": []}

    assert door.client.post("/corrections/preview", json=wish).status_code == 404


def test_what_nobody_found_is_not_explained(door: Door) -> None:
    explanation = {"by": MARTA, "reason": "in_transit"}

    assert door.post(f"/differences/{MARTA}/explanation", explanation, key="e").status_code == 404
