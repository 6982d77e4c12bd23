"""Calling a stay off at the door: what the guest is shown is what the guest gets."""

from typing import Any

import pytest

from bench.estate import Estate
from ledger import processes
from ledger.application import Ledger
from ledger.draft import Draft, Request
from ledger.events import Actor
from ledger.values.ids import BookingId, CommandId, fresh_id
from tests.api.conftest import Door

PROCESSOR = Actor("P", "stripe")
TOTAL = {"minor": 27360, "currency": "EUR"}
NOTHING = {"minor": 0, "currency": "EUR"}


def pay(ledger: Ledger, booking_id: str) -> None:
    """The processor charges the guest, and the booking is confirmed."""
    booking = BookingId(booking_id)

    def plan(draft: Draft) -> None:
        processes.pay(draft, PROCESSOR, booking, "ch_1")
        processes.confirm(draft, booking)

    command_id = CommandId(fresh_id())
    ledger.execute(Request(command_id=command_id, case_id=booking, content=b""), plan)


def booked(door: Door, estate: Estate, **changes: Any) -> str:
    """The path of a new booking's cancellation."""
    answer = door.post("/bookings", estate.wish(**changes), key=fresh_id())
    assert answer.status_code == 201, answer.text
    return f"/bookings/{answer.json()['booking_id']}/cancellation"


def paid(door: Door, estate: Estate, ledger: Ledger, **changes: Any) -> str:
    """The path of the cancellation of a booking that is paid."""
    path = booked(door, estate, **changes)
    pay(ledger, path.split("/")[2])
    return path


def test_before_paying_a_guest_gives_up_and_the_nights_are_free(door: Door, estate: Estate) -> None:
    path = booked(door, estate)
    shown = door.get(path).json()

    given_up = door.post(path, {"preview": shown["preview"]}, key="k1")

    assert (shown["step"], shown["refund"]) == ("abandon", NOTHING)
    assert (given_up.status_code, given_up.json()["status"]) == (201, "abandoned")
    assert door.post("/bookings", estate.wish(), key="k2").status_code == 201


def test_giving_up_is_offered_for_as_long_as_the_nights_are_held(
    door: Door, estate: Estate
) -> None:
    answer = door.post("/bookings", estate.wish(), key="k1").json()

    shown = door.get(f"/bookings/{answer['booking_id']}/cancellation").json()

    assert shown["lasts_until"] == answer["hold_expires_at"]


def test_what_the_payment_refuses_is_not_offered(
    door: Door, estate: Estate, ledger: Ledger
) -> None:
    """A booking that is paid but not confirmed can neither be given up nor called off (BK10)."""
    path = booked(door, estate)
    booking = BookingId(path.split("/")[2])
    request = Request(command_id=CommandId(fresh_id()), case_id=booking, content=b"")
    ledger.execute(request, lambda draft: processes.pay(draft, PROCESSOR, booking, "ch_1"))

    shown = door.get(path)
    refused = door.post(path, {"preview": "nothing-was-paid"}, key="k1")

    for answer in (shown, refused):
        assert (answer.status_code, answer.json()["code"]) == (409, "TRANSITION_NOT_ALLOWED")


def test_looking_changes_nothing(door: Door, estate: Estate) -> None:
    path = booked(door, estate)

    first, again = door.get(path).json(), door.get(path).json()

    assert first == again
    assert first["step"] == "abandon"


@pytest.mark.parametrize(("policy", "refund"), [("free", TOTAL), ("retained", NOTHING)])
def test_a_paid_stay_is_called_off_for_the_refund_that_was_shown(
    door: Door, estate: Estate, ledger: Ledger, followed: None, policy: str, refund: dict[str, Any]
) -> None:
    path = paid(door, estate, ledger, policy=policy)
    shown = door.get(path).json()

    cancelled = door.post(path, {"preview": shown["preview"]}, key="k1")

    assert (shown["step"], shown["policy"], shown["refund"]) == ("cancel", f"{policy}/1", refund)
    assert cancelled.status_code == 201, cancelled.text
    assert cancelled.json()["status"] == "cancelled_by_guest"
    assert cancelled.json()["refund"] == refund
    assert sum(line["amount"]["minor"] for line in shown["lines"]) == refund["minor"]
    trip = door.get(f"/trips/{path.split('/')[2]}", after=cancelled.json()["position"]).json()
    assert trip["trip"]["refund_due_minor"] == refund["minor"]
    told = door.get(f"/timelines/{path.split('/')[2]}").json()["happenings"]
    assert told[0]["topic"] == "unit_calendar.hold_placed"
    assert "booking.cancelled" in [happening["topic"] for happening in told]


def test_a_refund_that_was_not_shown_is_not_given(
    door: Door, estate: Estate, ledger: Ledger
) -> None:
    pending = booked(door, estate)
    confirmed = paid(door, estate, ledger, unit_id=estate.units[1])

    for path in (pending, confirmed):
        refused = door.post(path, {"preview": "another"}, key=fresh_id())
        assert refused.json()["data"]["preview"] == door.get(path).json()["preview"]
        assert (refused.status_code, refused.json()["code"]) == (409, "QUOTE_CHANGED")


def test_a_stay_is_called_off_once(door: Door, estate: Estate, ledger: Ledger) -> None:
    path = paid(door, estate, ledger)
    accepted = {"preview": door.get(path).json()["preview"]}
    first = door.post(path, accepted, key="k1")

    again = door.post(path, accepted, key="k1")
    anew = door.post(path, accepted, key="k2")

    assert again.json() == first.json()
    assert (anew.status_code, anew.json()["code"]) == (409, "TRANSITION_NOT_ALLOWED")
    assert door.get(path).json()["code"] == "TRANSITION_NOT_ALLOWED"


def test_a_booking_that_nobody_knows_cannot_be_called_off(door: Door) -> None:
    path = f"/bookings/{fresh_id()}/cancellation"

    shown = door.get(path)
    refused = door.post(path, {"preview": "nothing-was-paid"}, key="k1")

    for answer in (shown, refused):
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
