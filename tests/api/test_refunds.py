"""Staff's money at the door: refunds that two people want, and payouts that people keep back."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bench.estate import Estate
from ledger import processes
from ledger.aggregates.provider import Standing
from ledger.aggregates.refund import external_refund_of
from ledger.application import Ledger
from ledger.draft import Draft, Request
from ledger.gateways.stripe import client
from ledger.settings import Settings
from ledger.values.clock import system_clock
from ledger.values.ids import BookingId, CommandId, HostId, RefundId, fresh_id
from ledger.values.money import Money
from tests.api.conftest import Door, knocking
from tests.api.outside import KEY
from tests.api.test_remedies import happened
from tests.facts import (
    BANK_ACCOUNT,
    HOST,
    MARTA,
    PAUL,
    PROCESSOR,
    to_record_account,
    to_register,
    to_see_external_refund,
)
from tests.sandbox.stripe.shells import HOST as SOMEBODY


@pytest.fixture
def sold(door: Door, estate: Estate, ledger: Ledger) -> str:
    """A booking that is paid and confirmed."""
    booking_id = BookingId(door.post("/bookings", estate.wish(), key="k1").json()["booking_id"])

    def plan(draft: Draft) -> None:
        processes.pay(draft, PROCESSOR, booking_id, "ch_1")
        processes.confirm(draft, booking_id)

    ledger.execute(Request(command_id=CommandId(fresh_id()), case_id=booking_id, content=b""), plan)
    return booking_id


def preview(door: Door, booking_id: str, wish: Mapping[str, Any]) -> Any:
    """What a refund would do now."""
    shown = door.client.post(f"/bookings/{booking_id}/refunds/preview", json=wish)
    assert shown.status_code == 200, shown.text
    return shown.json()


def a_gift(minor: int = 2_000) -> dict[str, Any]:
    """The platform gives something of its own."""
    return {"gift": {"minor": minor, "currency": "EUR"}, "reason": "noise"}


def asked(door: Door, booking_id: str, wish: Mapping[str, Any]) -> Any:
    """Marta asks for a refund as it was shown."""
    said = {**wish, "by": MARTA, "preview": preview(door, booking_id, wish)["preview"]}
    answer = door.post(f"/bookings/{booking_id}/refunds", said, key=fresh_id())
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"].endswith(answer.json()["refund_id"])
    return answer.json()


def test_a_refund_is_shown_asked_for_and_approved_by_somebody_else(door: Door, sold: str) -> None:
    left = preview(door, sold, a_gift())["left_on_lines"]
    night = next(line for line in left if line["code"] == "night")
    wish = {"lines": [{**night, "minor": 1_000}], "reason": "cleanliness"}
    refund = asked(door, sold, wish)
    address = f"/bookings/{sold}/refunds/{refund['refund_id']}"
    assert (refund["status"], refund["amount"]["minor"]) == ("awaiting_approval", 1_000)

    alone = door.post(f"{address}/approval", {"by": MARTA, "preview": refund["approval"]}, key="a")
    assert (alone.status_code, alone.json()["code"]) == (403, "SELF_APPROVAL")
    stale = door.post(f"{address}/approval", {"by": PAUL, "preview": "0" * 64}, key="b")
    assert (stale.status_code, stale.json()["code"]) == (409, "QUOTE_CHANGED")
    done = door.post(f"{address}/approval", {"by": PAUL, "preview": refund["approval"]}, key="c")

    assert (done.status_code, done.json()["status"]) == (201, "approved")
    assert door.get(address).json()["approval"] is None
    assert preview(door, sold, a_gift())["refundable"]["minor"] == 26_360


def test_what_there_is_not_is_not_shown_either(door: Door, sold: str) -> None:
    too_much = door.client.post(f"/bookings/{sold}/refunds/preview", json=a_gift(27_361))
    nothing_of_it = {"lines": [{"code": "sauna", "minor": 1}], "reason": "other"}
    no_such_line = door.client.post(f"/bookings/{sold}/refunds/preview", json=nothing_of_it)

    assert (too_much.status_code, too_much.json()["code"]) == (409, "REFUND_EXCEEDS_CAPTURED")
    assert no_such_line.status_code == 409


def test_a_refund_is_rejected_or_taken_back_with_a_reason(door: Door, sold: str) -> None:
    first, second = (asked(door, sold, a_gift())["refund_id"] for _ in range(2))
    no = {"by": PAUL, "reason": "not_owed"}

    rejected = door.post(f"/bookings/{sold}/refunds/{first}/rejection", no, key="r")
    cancelled = door.post(f"/bookings/{sold}/refunds/{second}/cancellation", no, key="c")

    assert (rejected.json()["status"], cancelled.json()["status"]) == ("rejected", "cancelled")


def test_a_refund_is_of_the_booking_that_its_address_names(door: Door, sold: str) -> None:
    refund = asked(door, sold, a_gift())["refund_id"]

    elsewhere = door.get(f"/bookings/{MARTA}/refunds/{refund}")

    assert elsewhere.status_code == 404


def test_finance_says_that_a_guest_has_a_failed_refund_by_one_made_elsewhere(
    door: Door, sold: str, ledger: Ledger
) -> None:
    refund = asked(door, sold, a_gift())
    at = f"/bookings/{sold}/refunds/{refund['refund_id']}"
    door.post(f"{at}/approval", {"by": PAUL, "preview": refund["approval"]}, key="a1")
    made = made_elsewhere(ledger, BookingId(sold), RefundId(refund["refund_id"]), 500)
    said = {"by": PAUL, "external_refund": made}

    done = door.post(f"{at}/external-refund", said, key="e1").json()
    twice = door.post(f"{at}/external-refund", said, key="e2")
    external = door.get(f"/bookings/{sold}/refunds/{made}").json()

    assert (done["status"], done["amount"]["minor"]) == ("failed", 1_500)
    assert (twice.status_code, twice.json()["code"]) == (409, "TRANSITION_NOT_ALLOWED")
    assert external["status"] == "succeeded"


def made_elsewhere(
    ledger: Ledger, booking_id: BookingId, refund_id: RefundId, minor: int
) -> RefundId:
    """The processor will not carry a refund out, and somebody made a part of it there."""
    made = external_refund_of("re_by_hand")

    def plan(draft: Draft) -> None:
        payment_id = processes.refund_in(draft, refund_id).payment_id
        processes.submit_refund(draft, refund_id)
        processes.refund_declined(draft, refund_id, "expired_or_canceled_card")
        seen = to_see_external_refund(
            refund_id=made,
            booking_id=booking_id,
            payment_id=payment_id,
            amount=Money(minor, "EUR"),
            processor_refund="re_by_hand",
        )
        draft.do(PROCESSOR, seen)

    ledger.execute(Request(command_id=CommandId(fresh_id()), case_id=booking_id, content=b""), plan)
    return made


def test_a_payout_waits_for_as_many_reasons_as_there_are(door: Door, sold: str) -> None:
    address = f"/bookings/{sold}/payouts/{processes.payout_of(BookingId(sold))}"
    put = {"by": MARTA, "reason": "manual"}
    assert door.post(f"{address}/holds", put, key="h1").json()["holds"] == ["manual"]
    more = door.post(f"{address}/holds", {**put, "reason": "risk_new_host"}, key="h2").json()
    assert (more["status"], more["holds"]) == ("on_hold", ["manual", "risk_new_host"])

    one_left = door.post(f"{address}/holds/manual/lifting", {"by": PAUL}, key="l1").json()
    none_left = door.post(f"{address}/holds/risk_new_host/lifting", {"by": PAUL}, key="l2").json()

    assert (one_left["status"], one_left["holds"]) == ("on_hold", ["risk_new_host"])
    assert (none_left["status"], none_left["holds"]) == ("scheduled", [])


def test_what_the_ledger_still_gives_as_a_reason_no_person_lets_go(door: Door, sold: str) -> None:
    asked(door, sold, a_gift())
    address = f"/bookings/{sold}/payouts/{processes.payout_of(BookingId(sold))}"

    lifted = door.post(f"{address}/holds/refund_open/lifting", {"by": PAUL}, key="l")
    released = door.post(f"{address}/release", {"by": PAUL}, key="r")

    assert (lifted.status_code, lifted.json()["code"]) == (409, "PAYOUT_ON_HOLD")
    assert lifted.json()["data"]["reasons"] == ["refund_open"]
    assert released.status_code == 409


def ordered(settings: Settings, processor: str, sold: str) -> int:
    """Paul orders the transfer for a stay, with a processor at an address; the answer's status."""
    known = {"stripe_secret_key": KEY, "stripe_api_base": processor}
    with knocking(settings.model_copy(update=known)) as door:
        path = f"/bookings/{sold}/payouts/{processes.payout_of(BookingId(sold))}/release"
        return door.post(path, {"by": PAUL}, key="r").status_code


def paid_to(ledger: Ledger, sold: str, account: str) -> HostId:
    """The host of a stay was paid to a bank account behind an account, as far as we know."""
    host_id = processes.booking_in(ledger.rehearse(nothing), BookingId(sold)).host_id
    before = to_record_account(
        host_id=host_id,
        account=account,
        standing=Standing.ENABLED,
        bank_account=BANK_ACCOUNT,
        seen_at=system_clock() - timedelta(hours=1),
    )
    happened(ledger, host_id, (HOST, to_register(host_id=host_id)), (PROCESSOR, before))
    return host_id


def known_bank_account(ledger: Ledger, host_id: HostId) -> str | None:
    """The bank account that a host is paid to, as far as we know."""
    mirror = processes.host_in(ledger.rehearse(nothing), host_id).payout_account
    return mirror.bank_account if mirror else None


def nothing(_draft: Draft) -> None:
    """Only look."""


def test_before_somebody_orders_a_transfer_the_host_s_account_is_read_anew(
    settings: Settings, ledger: Ledger, address: str, sold: str
) -> None:
    processor = client(KEY, api_base=address).v1.accounts
    account = processor.create(SOMEBODY)  # type: ignore[arg-type]
    host_id = paid_to(ledger, sold, account.id)
    processor.update(account.id, {"metadata": {"host_id": host_id}})

    assert ordered(settings, address, sold) == 409

    assert account.external_accounts is not None
    assert known_bank_account(ledger, host_id) == account.external_accounts.data[0].id


def test_nobody_orders_a_transfer_while_the_processor_does_not_answer(
    settings: Settings, ledger: Ledger, sold: str
) -> None:
    host_id = paid_to(ledger, sold, "acct_of_the_host")

    assert ordered(settings, "http://127.0.0.1:9", sold) == 503

    assert known_bank_account(ledger, host_id) == BANK_ACCOUNT


def test_a_host_calls_a_stay_off_for_the_penalty_that_was_shown(door: Door, sold: str) -> None:
    address = f"/bookings/{sold}/host-cancellation"
    penalty = door.get(address).json()["penalty"]
    assert penalty["minor"] > 0

    other = {"reason": "damage", "penalty": {**penalty, "minor": penalty["minor"] - 1}}
    assert door.post(address, other, key="o").json()["code"] == "PENALTY_CHANGED"
    done = door.post(address, {"reason": "damage", "penalty": penalty}, key="p")

    assert (done.status_code, done.json()["status"]) == (201, "cancelled_by_host")


def test_a_no_show_that_nobody_reported_is_not_reversed(door: Door, sold: str) -> None:
    seen = {"by": MARTA, "evidence": "evidence/key-box-log"}

    refused = door.post(f"/bookings/{sold}/no-show/reversal", seen, key="n")

    assert refused.status_code == 409
