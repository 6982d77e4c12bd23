"""Damage at the door: claimed, answered and decided, and paid by a payment of its own."""

from datetime import timedelta
from typing import Any

import pytest

from bench.estate import Estate
from ledger import processes
from ledger.application import Ledger
from ledger.draft import Draft, Request
from ledger.store import EventStore
from ledger.values.clock import StandingClock, system_clock
from ledger.values.ids import BookingId, CommandId, fresh_id
from tests.api.conftest import Door
from tests.api.houses import day
from tests.api.test_cancellations import booked, pay
from tests.conftest import Database
from tests.facts import HOST

SUPPORT = {"by": fresh_id()}
BROKEN = {"amount": {"minor": 9_000, "currency": "EUR"}, "reason": "broken"}


@pytest.fixture
def booking(door: Door, estate: Estate, ledger: Ledger) -> BookingId:
    """A booking that is paid."""
    stay = {"check_in": day(0), "check_out": day(2)}
    booking = BookingId(booked(door, estate, policy="free", **stay).split("/")[2])
    pay(ledger, booking)
    return booking


@pytest.fixture
def path(booking: BookingId, database: Database) -> str:
    """The path of the claim of a booking whose guest has come and left."""
    after = StandingClock(system_clock() + timedelta(days=33))

    def plan(draft: Draft) -> None:
        processes.start_stay(draft, HOST, booking)
        processes.complete_stay(draft, HOST, booking)

    store, command_id = EventStore(database.url), CommandId(fresh_id())
    request = Request(command_id=command_id, case_id=booking, content=b"")
    Ledger(store, after).execute(request, plan)
    store.close()
    return f"/bookings/{booking}/damage-claim"


def said(door: Door, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """What is answered to a command."""
    answer = door.post(path, body or {}, key=fresh_id())
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def refused(door: Door, path: str, body: dict[str, Any] | None = None) -> str:
    """The code of a refusal."""
    answer = door.post(path, body or {}, key=fresh_id())
    assert answer.status_code == 409, answer.text
    code: str = answer.json()["code"]
    return code


def test_damage_is_not_claimed_of_a_guest_who_has_not_left(door: Door, booking: BookingId) -> None:
    path = f"/bookings/{booking}/damage-claim"

    assert refused(door, path, BROKEN) == "TRANSITION_NOT_ALLOWED"
    assert door.client.get(path).status_code == 404


def test_who_agrees_is_asked_for_the_money_by_a_payment_of_its_own(door: Door, path: str) -> None:
    opened = said(door, path, BROKEN)
    assert (opened["status"], opened["amount"]) == ("opened", BROKEN["amount"])

    agreed = said(door, f"{path}/agreement")

    assert agreed["status"] == "charging"
    payment = door.client.get(f"/payments/{agreed['payment_id']}").json()
    assert payment["due"] == BROKEN["amount"]
    assert door.client.get(path).json()["status"] == "charging"
    assert refused(door, f"{path}/payment", SUPPORT) == "TRANSITION_NOT_ALLOWED"


def test_what_the_guest_does_not_agree_to_support_decides_within_the_claim(
    door: Door, path: str
) -> None:
    said(door, path, BROKEN)
    said(door, f"{path}/objection", {"reason": "was_there_before"})
    more = {"amount": {"minor": 9_001, "currency": "EUR"}, "reason": "shown", **SUPPORT}
    less = {"amount": {"minor": 4_000, "currency": "EUR"}, "reason": "partly_shown", **SUPPORT}

    assert refused(door, f"{path}/decision", more) == "DAMAGE_EXCEEDS_LIMIT"
    assert said(door, f"{path}/decision", less)["amount"] == less["amount"]
    assert refused(door, f"{path}/withdrawal") == "TRANSITION_NOT_ALLOWED"


def test_a_claim_is_taken_back_and_opened_anew_or_dismissed(door: Door, path: str) -> None:
    said(door, path, BROKEN)
    assert said(door, f"{path}/withdrawal")["status"] == "withdrawn"
    said(door, path, BROKEN)
    said(door, f"{path}/objection", {"reason": "not_by_us"})

    dismissed = said(door, f"{path}/dismissal", {"reason": "not_shown", **SUPPORT})

    assert dismissed["status"] == "dismissed"
    assert refused(door, path, BROKEN) == "TRANSITION_NOT_ALLOWED"
