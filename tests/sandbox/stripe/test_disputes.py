"""Disputes: opened, countered, decided, reopened; and what each step does to the books."""

from typing import Any

import pytest
import stripe

from tests.sandbox.stripe.shells import Shell, balance_of, charge_of, paid, types_of


def disputed(shell: Shell, card: str = "pm_card_createDispute") -> Any:
    intent = paid(shell, card=card)
    shell.let_pass(10)
    return shell.v1.disputes.list({"payment_intent": intent.id}).data[0]


def evidence(shell: Shell, dispute: Any, words: str, **more: Any) -> Any:
    params: Any = {"evidence": {"uncategorized_text": words}, **more}
    return shell.v1.disputes.update(dispute.id, params)


def test_a_disputed_card_takes_amount_and_fee(shell: Shell) -> None:
    dispute = disputed(shell)
    assert (dispute.status, dispute.reason, dispute.amount) == (
        "needs_response", "fraudulent", 10_000,
    )  # fmt: skip
    assert not dispute.is_charge_refundable
    taken = dispute.balance_transactions[0]
    assert taken.type == "adjustment"
    assert taken.fee > 0
    assert shell.v1.charges.retrieve(str(dispute.charge)).disputed


def test_a_disputed_charge_cannot_be_refunded(shell: Shell) -> None:
    dispute = disputed(shell)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shell.v1.refunds.create({"charge": str(dispute.charge)})
    assert refused.value.code == "charge_disputed"


def test_an_inquiry_takes_nothing_and_may_be_refunded(shell: Shell) -> None:
    dispute = disputed(shell, "pm_card_createDisputeInquiry")
    assert (dispute.status, dispute.balance_transactions) == ("warning_needs_response", [])
    assert dispute.is_charge_refundable
    assert shell.v1.refunds.create({"charge": str(dispute.charge)}).status == "succeeded"


def test_winning_brings_the_amount_back(shell: Shell) -> None:
    dispute = disputed(shell)
    submitted = evidence(shell, dispute, "winning_evidence")
    assert submitted.status in ("under_review", "won")
    shell.let_pass(10)
    won = shell.v1.disputes.retrieve(dispute.id)
    assert won.status == "won"
    assert len(won.balance_transactions) == 2
    assert sum(one.amount for one in won.balance_transactions) == 0


def test_losing_leaves_it_where_it_is(shell: Shell) -> None:
    dispute = disputed(shell)
    evidence(shell, dispute, "losing_evidence")
    shell.let_pass(10)
    lost = shell.v1.disputes.retrieve(dispute.id)
    assert (lost.status, len(lost.balance_transactions)) == ("lost", 1)


def test_the_fee_for_countering_comes_back_with_a_win(inside: Shell) -> None:
    dispute = disputed(inside)
    assert sum(balance_of(inside)) == 9_680 - 10_000 - 2_000
    evidence(inside, dispute, "winning_evidence")
    assert sum(balance_of(inside)) == 9_680 - 10_000 - 4_000
    inside.let_pass(10)
    assert sum(balance_of(inside)) == 9_680 - 2_000
    assert types_of(inside)[:2] == ["charge.dispute.funds_reinstated", "charge.dispute.closed"]


def test_evidence_may_wait_before_it_is_submitted(shell: Shell) -> None:
    dispute = disputed(shell)
    saved = evidence(shell, dispute, "a draft", submit=False)
    assert saved.status == "needs_response"
    assert saved.evidence_details.has_evidence
    assert saved.evidence_details.submission_count == 0


def test_submitted_evidence_is_final(shell: Shell) -> None:
    dispute = disputed(shell)
    evidence(shell, dispute, "losing_evidence")
    shell.let_pass(10)
    with pytest.raises(stripe.InvalidRequestError):
        evidence(shell, dispute, "more words")


def test_closing_accepts_the_loss_for_good(shell: Shell) -> None:
    dispute = disputed(shell)
    assert shell.v1.disputes.close(dispute.id).status == "lost"
    with pytest.raises(stripe.InvalidRequestError):
        shell.v1.disputes.close(dispute.id)


def test_silence_loses(inside: Shell) -> None:
    dispute = disputed(inside)
    inside.let_pass(9 * 86_400)
    late = inside.v1.disputes.retrieve(dispute.id)
    assert (late.status, late.evidence_details.past_due) == ("lost", True)


def test_an_inquiry_may_become_a_chargeback(inside: Shell) -> None:
    dispute = disputed(inside, "pm_card_createDisputeInquiry")
    evidence(inside, dispute, "escalate_inquiry_evidence")
    inside.let_pass(10)
    escalated = inside.v1.disputes.retrieve(dispute.id)
    assert (escalated.status, len(escalated.balance_transactions)) == ("needs_response", 1)


@pytest.mark.parametrize(("outcome", "withdrawals"), [("won", 2), ("lost", 1)])
def test_a_decided_dispute_may_be_reopened(inside: Shell, outcome: str, withdrawals: int) -> None:
    dispute = disputed(inside)
    inside.behind(f"disputes/{dispute.id}", {"outcome": outcome})
    inside.behind(f"disputes/{dispute.id}", {"outcome": "reopened"})
    again = inside.v1.disputes.retrieve(dispute.id)
    assert again.status == "needs_response"
    taken = [one for one in again.balance_transactions if one.amount < 0]
    assert len(taken) == withdrawals


def test_an_inquiry_is_prevented_by_a_refund(inside: Shell) -> None:
    dispute = disputed(inside, "pm_card_createDisputeInquiry")
    inside.behind(f"disputes/{dispute.id}", {"outcome": "prevented"})

    prevented = inside.v1.disputes.retrieve(dispute.id)
    assert (prevented.status, prevented.balance_transactions) == ("prevented", [])
    assert inside.v1.charges.retrieve(dispute.charge).refunded


def test_a_dispute_may_be_over_another_amount(inside: Shell) -> None:
    intent = paid(inside)
    charge = charge_of(inside, intent)
    dispute = inside.behind(
        "disputes", {"charge": charge.id, "amount": 10_700, "reason": "duplicate"}
    )
    assert (dispute["amount"], dispute["reason"]) == (10_700, "duplicate")


def test_a_wholly_refunded_charge_cannot_be_disputed(inside: Shell) -> None:
    intent = paid(inside)
    inside.v1.refunds.create({"payment_intent": intent.id})
    with pytest.raises(AssertionError, match="cannot be disputed"):
        inside.behind("disputes", {"charge": intent.latest_charge})
