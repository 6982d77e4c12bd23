"""A host's debt at the door: seen, and given up by two of finance."""

from ledger.application import Ledger
from ledger.draft import Request
from ledger.values.ids import CommandId, fresh_id
from tests.api.conftest import Door
from tests.facts import MARTA, PAUL, PROCESS, RUI, to_raise_debt

HALF = {"minor": 2_500, "currency": "EUR"}
ALL = {"minor": 5_000, "currency": "EUR"}
DEBT = f"/hosts/{RUI}/debt"


def test_it_takes_two_of_finance_to_give_a_debt_up(door: Door, ledger: Ledger) -> None:
    assert door.get(DEBT).status_code == 404
    request = Request(command_id=CommandId(fresh_id()), case_id=fresh_id(), content=b"")
    ledger.execute(request, lambda draft: draft.do(PROCESS, to_raise_debt("50.00 EUR")))
    assert door.get(DEBT).json()["owed"] == [ALL]

    propose = {"by": MARTA, "amount": HALF, "reason": "insolvent"}
    proposed = door.post(f"{DEBT}/write-off", propose, key="k1")
    assert (proposed.status_code, proposed.json()["proposed"]) == (201, [HALF])
    again = door.post(f"{DEBT}/write-off", propose, key="k2")
    assert (again.status_code, again.json()["code"]) == (409, "TRANSITION_NOT_ALLOWED")
    alone = door.post(f"{DEBT}/write-off/approval", {"by": MARTA, "amount": HALF}, key="k3")
    assert (alone.status_code, alone.json()["code"]) == (403, "SELF_APPROVAL")
    other = door.post(f"{DEBT}/write-off/approval", {"by": PAUL, "amount": ALL}, key="k4")
    assert (other.status_code, other.json()["code"]) == (409, "AMOUNT_MISMATCH")

    approved = door.post(f"{DEBT}/write-off/approval", {"by": PAUL, "amount": HALF}, key="k5")
    assert approved.status_code == 201, approved.text
    assert (approved.json()["owed"], approved.json()["proposed"]) == ([HALF], [])

    door.post(f"{DEBT}/write-off", propose, key="k6")
    rejected = door.post(f"{DEBT}/write-off/rejection", {"by": PAUL, "amount": HALF}, key="k7")
    assert (rejected.json()["owed"], rejected.json()["proposed"]) == ([HALF], [])
