"""Refunds through the official SDK: in parts, never above the rest, pending, and failing late."""

from typing import Any

import pytest
import stripe

from tests.sandbox.stripe.shells import (
    Shell,
    balance_of,
    charge_of,
    fresh_machine,
    held,
    in_process,
    paid,
    types_of,
)


def refunded(shell: Shell, intent: Any, amount: int | None = None, **more: Any) -> Any:
    params: dict[str, Any] = {"payment_intent": intent.id, **more}
    if amount is not None:
        params["amount"] = amount
    return shell.v1.refunds.create(params)  # type: ignore[arg-type]


def test_a_refund_in_parts_ends_at_the_charge(shell: Shell) -> None:
    intent = paid(shell)
    first = refunded(shell, intent, 3_000, reason="requested_by_customer", metadata={"case": "7"})
    assert (first.amount, first.status, first.metadata["case"]) == (3_000, "succeeded", "7")
    charge = charge_of(shell, intent)
    assert (charge.amount_refunded, charge.refunded) == (3_000, False)
    # without an amount, it is all that is left
    assert refunded(shell, intent).amount == 7_000
    charge = charge_of(shell, intent)
    assert (charge.amount_refunded, charge.refunded) == (10_000, True)


def test_a_guest_cannot_be_refunded_more_than_is_left(shell: Shell) -> None:
    intent = paid(shell)
    refunded(shell, intent, 6_000)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        refunded(shell, intent, 4_001)
    assert refused.value.param == "amount"
    refunded(shell, intent, 4_000)
    with pytest.raises(stripe.InvalidRequestError) as again:
        refunded(shell, intent, 1)
    assert again.value.code == "charge_already_refunded"


def test_after_a_partial_capture_only_the_captured_part_is_left(shell: Shell) -> None:
    intent = held(shell)
    shell.v1.payment_intents.capture(intent.id, {"amount_to_capture": 4_000})
    with pytest.raises(stripe.InvalidRequestError):
        refunded(shell, intent, 4_001)
    assert refunded(shell, intent).amount == 4_000


def test_what_was_not_captured_cannot_be_refunded(shell: Shell) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        refunded(shell, held(shell))


def test_a_refund_is_booked_and_the_fee_stays_with_stripe(inside: Shell) -> None:
    intent = paid(inside)
    refund = refunded(inside, intent)
    transaction = inside.v1.balance_transactions.retrieve(str(refund.balance_transaction))
    assert (transaction.type, transaction.amount, transaction.fee) == ("refund", -10_000, 0)
    assert sum(balance_of(inside)) == -320
    assert types_of(inside)[:2] == ["charge.refunded", "refund.created"]


def test_a_refund_names_either_a_charge_or_a_payment(shell: Shell) -> None:
    intent = paid(shell)
    by_charge = shell.v1.refunds.create({"charge": str(intent.latest_charge), "amount": 100})
    assert by_charge.payment_intent == intent.id
    with pytest.raises(stripe.InvalidRequestError):
        shell.v1.refunds.create({"amount": 100})


def test_a_refund_pends_and_succeeds(inside: Shell) -> None:
    refund = refunded(inside, paid(inside, card="pm_card_pendingRefund"))
    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    inside.let_pass(2 * 86_400)
    assert inside.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert "refund.updated" in types_of(inside)


def test_a_refund_fails_late_and_the_money_comes_back(inside: Shell) -> None:
    intent = paid(inside, card="pm_card_refundFail")
    refund = refunded(inside, intent)
    assert refund.status == "succeeded"
    inside.let_pass(2 * 86_400)
    failed = inside.v1.refunds.retrieve(refund.id, {"expand": ["failure_balance_transaction"]})
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    back: Any = failed.failure_balance_transaction
    assert (back.type, back.amount) == ("refund_failure", 10_000)
    assert sum(balance_of(inside)) == 9_680
    charge = charge_of(inside, intent)
    assert (charge.amount_refunded, charge.refunded) == (0, False)
    assert "refund.failed" in types_of(inside)


def test_a_bank_can_return_any_refund(served: Shell) -> None:
    refund = refunded(served, paid(served), 5_000)
    served.behind(f"refunds/{refund.id}", {"outcome": "failed", "failure_reason": "unknown"})
    assert served.v1.refunds.retrieve(refund.id).status == "failed"


def test_a_refund_waits_for_money_where_no_bank_stands_in() -> None:
    # given a platform whose bank does not cover an overdraft, and a charge long since paid out
    shell = in_process(fresh_machine(refunds_from="balance"))
    intent = paid(shell)
    shell.let_pass(3 * 86_400)
    # when the whole amount goes back, which is more than was left after Stripe's fee
    refund = refunded(shell, intent)
    assert (refund.status, refund.pending_reason) == ("pending", "insufficient_funds")
    assert refund.balance_transaction is None
    # then it is carried out as soon as there is money
    shell.behind("funds", {"amount": 1_000, "currency": "eur"})
    assert shell.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert balance_of(shell) == (680, 0)


def test_a_card_refund_cannot_be_cancelled(shell: Shell) -> None:
    refund = refunded(shell, paid(shell))
    with pytest.raises(stripe.InvalidRequestError):
        shell.v1.refunds.cancel(refund.id)


def test_refunds_are_listed_by_payment_and_annotated(shell: Shell) -> None:
    intent = paid(shell)
    made = [refunded(shell, intent, 100).id for _ in range(3)]
    listed = shell.v1.refunds.list({"payment_intent": intent.id})
    assert [one.id for one in listed.data] == made[::-1]
    noted = shell.v1.refunds.update(made[0], {"metadata": {"booking": "b-17"}})
    assert noted.metadata is not None
    assert noted.metadata["booking"] == "b-17"
