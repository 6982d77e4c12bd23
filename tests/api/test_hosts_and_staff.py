"""What hosts and staff can ask at the door, and what guests have on paper."""

from functools import partial

import pytest

from bench.estate import Estate
from ledger.aggregates.payout import HoldPayout
from ledger.application import Ledger
from ledger.draft import Draft, Request
from ledger.processes import payout_of
from ledger.values.clearance import Hold
from ledger.values.ids import BookingId, CommandId, fresh_id
from tests.api.conftest import Door
from tests.api.houses import day
from tests.api.test_cancellations import paid
from tests.facts import FINANCE


def hold_back(ledger: Ledger, booking_id: str) -> int:
    """Finance keeps a payout back; the position of that."""
    hold = HoldPayout(
        payout_id=payout_of(BookingId(booking_id)), reason=Hold.MANUAL, detail="case 17"
    )
    request = Request(command_id=CommandId(fresh_id()), case_id=booking_id, content=b"")
    return ledger.execute(request, partial(Draft.do, actor=FINANCE, command=hold)).position


def test_a_host_sees_who_comes_and_what_the_payout_waits_for(
    door: Door, estate: Estate, ledger: Ledger, followed: None
) -> None:
    booking_id = paid(door, estate, ledger).split("/")[2]
    host, position = f"/hosts/{estate.host_id}", hold_back(ledger, booking_id)
    window = {"from": day(0), "to": day(9), "after": position}

    (arrival,) = door.get(f"{host}/arrivals", **window).json()["stays"]
    (payout,) = door.get(f"{host}/payouts", after=position).json()["payouts"]
    earnings = door.get(f"{host}/earnings", after=position).json()
    requests = door.get(f"{host}/requests", after=position).json()

    assert (arrival["booking_id"], arrival["status"]) == (booking_id, "confirmed")
    assert arrival["agreed_minor"] == payout["amount_minor"] == 23_280
    assert [need["code"] for need in payout["needed"]] == ["manual", "payout_account"]
    assert (earnings["totals"], earnings["owed"], requests["stays"]) == ([], [], [])


def test_what_finance_holds_back_lies_on_the_desk(
    door: Door, estate: Estate, ledger: Ledger, followed: None
) -> None:
    booking_id = paid(door, estate, ledger).split("/")[2]
    position = hold_back(ledger, booking_id)

    desk = door.get("/desk", after=position, matter="payout_held").json()
    debts = door.get("/desk/debts", after=position).json()

    (held,) = desk["matters"]
    assert (held["case_id"], held["reason"], held["detail"]) == (booking_id, "manual", "case 17")
    assert (held["amount_minor"], desk["counts"]) == (23_280, {"payout_held": 1})
    assert debts["debts"] == []


def test_statements_lead_from_balance_to_balance(
    door: Door, estate: Estate, ledger: Ledger, followed: None
) -> None:
    booking_id = paid(door, estate, ledger).split("/")[2]
    position = hold_back(ledger, booking_id)

    host = door.get(f"/hosts/{estate.host_id}/statement", after=position).json()
    (month,) = door.get("/reports/statement", after=position).json()["rows"]
    before = door.get("/reports/statement", to="2017-01-01").json()

    assert (host["rows"], host["balances"]) == ([], []), "nothing is earned before the stay"
    assert (month["charged_minor"], month["held_minor"]) == (27_360, 27_360)
    assert month["owed_to_hosts_minor"] + month["deferred_fees_minor"] == 27_360
    assert before["rows"] == []


def test_a_guest_finds_the_receipt_of_a_booking_and_by_its_number(
    door: Door, estate: Estate, ledger: Ledger, followed: None
) -> None:
    booking_id = paid(door, estate, ledger).split("/")[2]
    position = hold_back(ledger, booking_id)

    (receipt,) = door.get(f"/bookings/{booking_id}/receipts", after=position).json()["papers"]
    again = door.get(f"/receipts/{receipt['number']}").json()["paper"]
    missing = door.get("/receipts/SL-R-2026-999999")

    assert again == receipt
    assert receipt["total_minor"] == sum(line["minor"] for line in receipt["lines"]) == 27_360
    assert [line["code"] for line in receipt["lines"]] == ["night", "night", "guest_fee"]
    assert (missing.status_code, missing.json()["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("of", ["requests", "earnings", "payouts"])
def test_a_host_that_nobody_knows_has_nothing(door: Door, followed: None, of: str) -> None:
    answer = door.get(f"/hosts/{fresh_id()}/{of}").json()

    assert not any(found for name, found in answer.items() if name != "position")


def test_windows_and_lists_are_bounded(door: Door, estate: Estate) -> None:
    host = f"/hosts/{estate.host_id}"

    for refused in (
        door.get(f"{host}/arrivals", **{"from": "2026-01-01", "to": "2036-01-01"}),
        door.get(f"{host}/payouts", limit=100_000),
        door.get("/desk", limit=0),
        door.get("/desk", matter="the weather"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (422, "INVALID_REQUEST")
