"""What staff do about what others could not: late money, and bank accounts that were changed."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

import api
from ledger.aggregates.decider import Command
from ledger.aggregates.provider import Standing
from ledger.aggregates.unapplied_receipt import FailReturn, ReturnReceipt
from ledger.application import Ledger
from ledger.draft import Draft, Request
from ledger.events import Actor
from ledger.processes import PROCESS, PROCESSOR
from ledger.settings import Settings
from ledger.store import troubles
from ledger.values.clock import system_clock
from ledger.values.ids import CommandId, fresh_id
from projections.ways_out import WAYS_OUT
from tests.api.conftest import Door
from tests.facts import (
    BANK_ACCOUNT,
    BOOKING,
    HOST,
    MARTA,
    PAUL,
    RECEIPT,
    RUI,
    THE_DIGEST,
    money,
    to_detect_receipt,
    to_record_account,
    to_register,
)

AT = f"/bookings/{BOOKING}/unapplied-receipts/{RECEIPT}"
TRANSFER = {"by": PAUL, "reference": "SEPA 17", "proof": THE_DIGEST}


def happened(ledger: Ledger, case_id: str, *steps: tuple[Actor, Command]) -> None:
    """Commands are given, in one commit."""
    request = Request(command_id=CommandId(fresh_id()), case_id=case_id, content=b"")

    def plan(draft: Draft) -> None:
        for actor, command in steps:
            draft.do(actor, command)

    ledger.execute(request, plan)


def came_back(settled: str | None = None) -> Sequence[tuple[Actor, Command]]:
    """Money came without a place, and its card is closed."""
    came = to_detect_receipt(settled=money(settled) if settled else None, fee=None)
    send = ReturnReceipt(receipt_id=RECEIPT, idempotency_key=f"{RECEIPT}/1")
    failed = FailReturn(receipt_id=RECEIPT, reason="expired_or_canceled_card")
    return (PROCESSOR, came), (PROCESS, send), (PROCESSOR, failed)


def test_finance_sends_late_money_once_more(door: Door, ledger: Ledger) -> None:
    happened(ledger, BOOKING, *came_back())
    assert door.get(AT).json()["status"] == "return_failed"

    again = door.post(f"{AT}/return", {"by": PAUL}, key="r1").json()
    twice = door.post(f"{AT}/return", {"by": PAUL}, key="r2")

    assert (again["status"], again["attempts"]) == ("returning", 2)
    assert again["owed"] == {"minor": 41_040, "currency": "EUR"}
    assert (twice.status_code, twice.json()["code"]) == (409, "TRANSITION_NOT_ALLOWED")


def test_two_of_finance_give_late_money_back_by_bank(door: Door, ledger: Ledger) -> None:
    happened(ledger, BOOKING, *came_back("395.15 CHF"))
    chosen = door.post(f"{AT}/alternative", {"by": MARTA, "reason": "card_closed"}, key="a").json()
    assert chosen["status"] == "needs_alternative"
    assert chosen["exchanged"] == {"minor": 39_515, "currency": "CHF"}
    transfer = {**TRANSFER, "cost": {"minor": 39_700, "currency": "CHF"}}

    alone = door.post(f"{AT}/alternative/settlement", {**transfer, "by": MARTA}, key="s1")
    no_cost = door.post(f"{AT}/alternative/settlement", TRANSFER, key="s2")
    done = door.post(f"{AT}/alternative/settlement", transfer, key="s3")

    assert (alone.status_code, alone.json()["code"]) == (403, "SELF_APPROVAL")
    assert (no_cost.status_code, no_cost.json()["code"]) == (422, "CURRENCY_MISMATCH")
    assert (done.status_code, done.json()["status"]) == (201, "settled_alternatively")


def test_late_money_is_of_the_booking_that_its_address_names(door: Door, ledger: Ledger) -> None:
    happened(ledger, BOOKING, *came_back())
    elsewhere = AT.replace(BOOKING, MARTA)

    assert door.get(elsewhere).status_code == 404
    assert door.post(f"{elsewhere}/return", {"by": PAUL}, key="r").status_code == 404


def test_finance_reviews_the_bank_account_that_a_host_has_changed(
    door: Door, ledger: Ledger
) -> None:
    now = system_clock() - timedelta(hours=1)
    standing = to_record_account(standing=Standing.ENABLED, bank_account=BANK_ACCOUNT, seen_at=now)
    happened(ledger, RUI, (HOST, to_register()), (PROCESSOR, standing))
    at = f"/hosts/{RUI}/bank-account"
    assert door.get(at).json()["changed_at"]
    said = {"by": PAUL, "bank_account": BANK_ACCOUNT, "reason": "host_called_back"}

    another = door.post(f"{at}/review", {**said, "bank_account": "ba_other"}, key="r1")
    done = door.post(f"{at}/review", said, key="r2").json()

    assert (another.status_code, another.json()["code"]) == (409, "BANK_ACCOUNT_MISMATCH")
    assert (done["bank_account"], done["changed_at"], done["works"]) == (BANK_ACCOUNT, None, True)
    assert door.get(f"/hosts/{MARTA}/bank-account").status_code == 404


@pytest.mark.parametrize("way", sorted({way for ways in WAYS_OUT.values() for way in ways}))
def test_every_way_out_of_a_matter_has_a_door(way: str) -> None:
    said = json.loads((Path(api.__file__).parent / "openapi.json").read_text())

    doors = [path for path, done in said["paths"].items() if "post" in done]

    assert [path for path in doors if path.endswith(f"/{way}")]


def test_staff_see_what_could_not_be_said_to_the_processor_and_have_it_tried_again(
    door: Door, ledger: Ledger, settings: Settings, followed: None
) -> None:
    host, now = fresh_id(), system_clock()
    door.post(f"/hosts/{host}/registration", {"country": "PT"}, key="h1")
    vouched = door.post(
        f"/hosts/{host}/vouching", {"by": MARTA, "reason": "known", "source": "paper"}, key="h2"
    )
    position, errand = vouched.headers["Ledger-Position"], f"open_account/{host}"
    set_by = f"{host}/2"
    with psycopg.connect(settings.database_url) as kept:
        later = now + timedelta(hours=1)
        troubles.keep(kept, (errand, set_by), "GATEWAY: no", now, again_at=later)
        troubles.keep(kept, ("open_account/done", "x/1"), "GATEWAY: no", now, again_at=later)

    (failing,) = door.get("/desk/errands", after=position).json()["errands"]
    retried = door.client.post("/desk/errands/retry", json={"by": PAUL, "errand": errand})
    unknown = door.client.post(
        "/desk/errands/retry", json={"by": PAUL, "errand": f"capture/{host}"}
    )

    assert (failing["errand"], failing["stream_id"], failing["attempts"]) == (errand, host, 1)
    assert failing["last_trouble"] == "GATEWAY: no"
    assert (retried.status_code, unknown.status_code) == (202, 404)
    (hurried,) = door.get("/desk/errands").json()["errands"]
    assert hurried["hurried_by"] == PAUL
    assert hurried["again_at"] < failing["again_at"]
