"""Disputes at Stripe, in our words: inquiries, chargebacks, every end, and the money they move."""

from typing import Any, get_args

import pytest
import stripe

from ledger.errors import AnswerNotUnderstood, GatewayDeclined
from ledger.gateways.stripe.disputes import (
    EVIDENCE,
    STATUSES,
    DisputeFact,
    DisputeStatus,
    Evidence,
    Stage,
)
from ledger.gateways.stripe.movements import Kind
from ledger.gateways.stripe.refunds import RefundWanted
from ledger.values.ids import RefundId, derived_id
from ledger.values.money import Money
from tests.ledger.gateways.outside import DAY, START, Outside, charge_of, euros

REFUND = RefundId(derived_id("refund", 17))
STAY = Evidence(stay="Three nights in Lisboa", stay_dates="2027-01-10 to 2027-01-13")


def opened(outside: Outside, **how: Any) -> DisputeFact:
    disputed = outside.behind("disputes", charge=charge_of(outside.paid()), **how)
    return outside.stripe.disputes.read(disputed["id"])


def now(outside: Outside, dispute: DisputeFact) -> DisputeFact:
    return outside.stripe.disputes.read(dispute.dispute)


def moved(dispute: DisputeFact) -> list[tuple[Money, Money]]:
    """What it did to our balance, as amount and fee."""
    assert all(one.kind is Kind.DISPUTE for one in dispute.movements)
    return [(one.amount, one.fee) for one in dispute.movements]


# -- Inquiries ---------------------------------------------------------------------------


def test_an_inquiry_asks_and_moves_no_money(outside: Outside) -> None:
    """DI1"""
    inquiry = opened(outside, inquiry=True, reason="product_not_received")

    assert (inquiry.stage, inquiry.status) == (Stage.INQUIRY, DisputeStatus.OPENED)
    assert inquiry.reason == "product_not_received"
    assert inquiry.amount == euros(240)
    assert inquiry.due_by is not None
    assert START + 7 * DAY < inquiry.due_by < START + 9 * DAY
    assert inquiry.charge_refundable
    assert inquiry.movements == ()


def test_an_inquiry_that_is_answered_may_be_closed_without_loss(outside: Outside) -> None:
    """DI9"""
    inquiry = opened(outside, inquiry=True)

    answered = outside.stripe.disputes.submit(inquiry.dispute, STAY, "answer")
    outside.behind(f"disputes/{inquiry.dispute}", outcome="won")

    assert (answered.status, answered.answers) == (DisputeStatus.SUBMITTED, 1)
    assert now(outside, inquiry).status is DisputeStatus.CLOSED_NO_LOSS
    assert now(outside, inquiry).movements == ()


def test_an_inquiry_may_become_a_chargeback(outside: Outside) -> None:
    """DI3"""
    inquiry = opened(outside, inquiry=True)

    outside.behind(f"disputes/{inquiry.dispute}", outcome="escalated")

    chargeback = now(outside, inquiry)
    assert (chargeback.stage, chargeback.status) == (Stage.CHARGEBACK, DisputeStatus.EVIDENCE_DUE)
    assert moved(chargeback) == [(euros(-240), euros(20))]
    assert not chargeback.charge_refundable


# -- Chargebacks -------------------------------------------------------------------------


def test_a_chargeback_takes_the_money_and_a_fee_at_once(outside: Outside) -> None:
    """DI2"""
    chargeback = opened(outside)

    assert (chargeback.stage, chargeback.status) == (Stage.CHARGEBACK, DisputeStatus.EVIDENCE_DUE)
    assert moved(chargeback) == [(euros(-240), euros(20))]
    assert not chargeback.charge_refundable
    assert chargeback.charge is not None
    wanted = RefundWanted(refund_id=REFUND, payment=chargeback.charge, amount=euros(240))
    with pytest.raises(GatewayDeclined) as declined:
        outside.stripe.refunds.create(wanted, "refund")
    assert declined.value.reason == "charge_disputed"


def test_a_chargeback_need_not_be_about_the_whole_charge(outside: Outside) -> None:
    chargeback = opened(outside, amount=10_000)
    assert chargeback.amount == euros(100)
    assert moved(chargeback) == [(euros(-100), euros(20))]


def test_a_chargeback_that_is_won_brings_the_money_back(outside: Outside) -> None:
    """DI7"""
    chargeback = opened(outside)

    outside.stripe.disputes.submit(chargeback.dispute, STAY, "answer")
    outside.behind(f"disputes/{chargeback.dispute}", outcome="won")

    won = now(outside, chargeback)
    assert won.status is DisputeStatus.WON
    assert (euros(-240), euros(20)) in moved(won)
    assert (euros(0), euros(20)) in moved(won), "the fee for countering stands by itself"
    assert moved(won)[-1] == (euros(240), euros(-20))  # the fee for countering comes back


def test_a_chargeback_that_is_lost_keeps_it(outside: Outside) -> None:
    """DI8"""
    chargeback = opened(outside)
    outside.stripe.disputes.submit(chargeback.dispute, STAY, "answer")
    outside.behind(f"disputes/{chargeback.dispute}", outcome="lost")

    lost = now(outside, chargeback)
    assert (lost.status, lost.charge_refundable) == (DisputeStatus.LOST, False)
    assert sorted(moved(lost), key=str) == [(euros(-240), euros(20)), (euros(0), euros(20))]


def test_silence_loses(outside: Outside) -> None:
    """DI6"""
    chargeback = opened(outside)
    outside.let_pass(9 * DAY)
    silent = now(outside, chargeback)
    assert (silent.status, silent.past_due) == (DisputeStatus.LOST, True)


def test_to_accept_is_to_lose_for_good(outside: Outside) -> None:
    """DI5"""
    chargeback = opened(outside)

    accepted = outside.stripe.disputes.accept(chargeback.dispute, "accept")

    assert accepted.status is DisputeStatus.LOST
    with pytest.raises(GatewayDeclined) as declined:
        outside.stripe.disputes.submit(chargeback.dispute, STAY, "too-late")
    assert declined.value.reason == "dispute_not_open"


def test_what_was_won_may_be_opened_again(outside: Outside) -> None:
    """DI11"""
    chargeback = opened(outside)
    outside.behind(f"disputes/{chargeback.dispute}", outcome="won")
    outside.behind(f"disputes/{chargeback.dispute}", outcome="reopened")

    again = now(outside, chargeback)

    assert again.status is DisputeStatus.EVIDENCE_DUE
    assert [amount for amount, _ in moved(again)] == [euros(-240), euros(240), euros(-240)]


def test_evidence_is_given_once(outside: Outside) -> None:
    chargeback = opened(outside)
    outside.stripe.disputes.submit(chargeback.dispute, STAY, "answer")
    with pytest.raises(GatewayDeclined) as declined:
        outside.stripe.disputes.submit(chargeback.dispute, STAY, "another")
    assert declined.value.reason == "dispute_not_open"


# -- Words -------------------------------------------------------------------------------


def test_everything_that_we_say_arrives_under_stripes_names(outside: Outside) -> None:
    chargeback = opened(outside)
    said = Evidence(**{ours: f"about {ours}" for ours in EVIDENCE})

    outside.stripe.disputes.submit(chargeback.dispute, said, "answer")

    evidence = outside.object(chargeback.dispute)["evidence"]
    assert {theirs: evidence[theirs] for theirs in EVIDENCE.values()} == {
        theirs: f"about {ours}" for ours, theirs in EVIDENCE.items()
    }
    assert set(EVIDENCE) == set(Evidence.__struct_fields__)


def test_evidence_does_not_end_in_logs() -> None:
    assert "Ana" not in repr(Evidence(guest_name="Ana Prata"))


@pytest.mark.parametrize(("theirs", "ours"), STATUSES.items())
def test_each_status_has_its_stage_and_word(
    outside: Outside, theirs: str, ours: tuple[Stage, DisputeStatus]
) -> None:
    dispute = opened(outside)
    outside.object(dispute.dispute)["status"] = theirs
    found = now(outside, dispute)
    assert (found.stage, found.status) == ours


def test_we_have_a_word_for_every_status_that_the_sdk_knows() -> None:
    assert set(STATUSES) == set(get_args(get_args(stripe.Dispute.__annotations__["status"])[0]))


def test_a_status_that_nobody_knows_stops_the_reader(outside: Outside) -> None:
    dispute = opened(outside)
    outside.object(dispute.dispute)["status"] = "adjourned"
    with pytest.raises(AnswerNotUnderstood):
        now(outside, dispute)
