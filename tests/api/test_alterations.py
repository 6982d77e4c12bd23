"""Alterations at the door: shown, proposed as shown, agreed to by the other side, and settled."""

from typing import Any

import pytest

from bench.estate import Estate
from ledger.application import Ledger
from ledger.values.ids import fresh_id
from tests.api.conftest import Door
from tests.api.houses import day
from tests.api.test_cancellations import booked, pay
from tests.api.test_quotes import LEVIES, RATES

LONGER = {"check_in": day(0), "check_out": day(3)}
SHORTER = {"check_in": day(0), "check_out": day(1)}
NIGHT = 13_680
"""A night of the house at the stated price, with the guest's fee."""


@pytest.fixture
def path(door: Door, estate: Estate, ledger: Ledger) -> str:
    """The path of the alterations of a paid stay of two nights, in a house with a tariff."""
    door.put(f"/properties/{estate.property_id}/rates", RATES, key="rates")
    door.put(f"/properties/{estate.property_id}/levies", LEVIES, key="levies")
    stay = {"check_in": day(0), "check_out": day(2)}
    booking = booked(door, estate, policy="free", **stay).split("/")[2]
    pay(ledger, booking)
    return f"/bookings/{booking}/alteration"


def shown(door: Door, path: str, wish: dict[str, Any]) -> dict[str, Any]:
    """What a change would cost."""
    answer = door.client.post(f"{path}/preview", json=wish)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def propose(door: Door, path: str, wish: dict[str, Any], by: str = "guest") -> dict[str, Any]:
    """Propose what was shown."""
    preview = shown(door, path, wish)["preview"]
    answer = door.post(path, {**wish, "by": by, "preview": preview}, key=fresh_id())
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def agreement(proposal: dict[str, Any], by: str = "host") -> dict[str, Any]:
    """What the other side says to agree."""
    return {"by": by, "number": proposal["number"], "preview": proposal["preview"]}


def test_a_dearer_stay_is_shown_proposed_agreed_to_and_waits_for_its_payment(
    door: Door, path: str
) -> None:
    change = shown(door, path, LONGER)
    assert (change["settled_by"], change["difference"]["minor"]) == ("payment", NIGHT)
    assert sum(line["difference"]["minor"] for line in change["lines"]) == NIGHT

    proposal = propose(door, path, LONGER)
    agreed = door.post(f"{path}/acceptance", agreement(proposal), key="k1").json()

    assert (proposal["status"], agreed["status"]) == ("proposed", "settling")
    payment = door.get(f"/payments/{agreed['payment_id']}").json()
    assert payment["due"] == {"minor": NIGHT, "currency": "EUR"}
    assert payment["status"] == "pending"
    assert door.get(path).json()["status"] == "settling"
    retried = door.post(f"{path}/payment/retry", {}, key="k2")
    assert (retried.status_code, retried.json()["code"]) == (409, "TRANSITION_NOT_ALLOWED")


def test_a_cheaper_stay_is_made_so_at_once(door: Door, path: str) -> None:
    proposal = propose(door, path, SHORTER, by="host")
    agreed = door.post(f"{path}/acceptance", agreement(proposal, "guest"), key="k1").json()

    assert (agreed["status"], agreed["difference"]["minor"]) == ("applied", -NIGHT)
    assert agreed["refund_id"] is not None
    assert door.post(f"{path}/acceptance", agreement(proposal, "guest"), key="k1").json() == agreed


def test_what_was_not_shown_is_neither_proposed_nor_agreed_to(door: Door, path: str) -> None:
    other = shown(door, path, SHORTER)["preview"]
    refused = door.post(path, {**LONGER, "by": "guest", "preview": other}, key="k1")
    proposal = propose(door, path, LONGER)
    changed = agreement({**proposal, "preview": other})
    unseen = door.post(f"{path}/acceptance", changed, key="k2")

    for answer in (refused, unseen):
        assert (answer.status_code, answer.json()["code"]) == (409, "ALTERATION_CHANGED")
    assert refused.json()["data"]["preview"] == proposal["preview"]


def test_one_side_proposes_and_takes_back_and_the_other_declines(door: Door, path: str) -> None:
    first = propose(door, path, LONGER)
    own = door.post(f"{path}/acceptance", agreement(first, "guest"), key="k1")
    withdrawn = door.post(f"{path}/withdrawal", {"by": "guest"}, key="k2").json()
    propose(door, path, SHORTER, by="host")
    no = {"by": "guest", "reason": "dates_not_possible"}
    declined = door.post(f"{path}/decline", no, key="k3").json()

    assert (own.status_code, own.json()["code"]) == (403, "SELF_APPROVAL")
    assert (withdrawn["status"], withdrawn["number"]) == ("withdrawn", 1)
    assert (declined["status"], declined["number"]) == ("declined", 2)


def test_nothing_to_alter_and_nothing_altered_yet_are_said_so(door: Door, path: str) -> None:
    same = door.client.post(f"{path}/preview", json={"check_in": day(0), "check_out": day(2)})
    none_yet = door.get(path)
    half = door.client.post(f"{path}/preview", json={"check_in": day(0)})

    assert (same.status_code, same.json()["code"]) == (422, "NOTHING_TO_ALTER")
    assert (none_yet.status_code, none_yet.json()["code"]) == (404, "NOT_FOUND")
    assert half.status_code == 422
