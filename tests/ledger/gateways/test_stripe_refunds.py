"""Refunds at Stripe, in our words: at once, after a while, and failing days later."""

import pytest

from ledger.errors import AnswerNotUnderstood, GatewayDeclined
from ledger.gateways.stripe.movements import Kind
from ledger.gateways.stripe.refunds import STATUSES, RefundStatus, RefundWanted
from ledger.values.ids import RefundId, derived_id
from ledger.values.money import Money
from tests.ledger.gateways.outside import DAY, Outside, charge_of, euros

REFUND = RefundId(derived_id("refund", 17))


def wanted(payment: str, amount: Money | None = None, number: int = 17) -> RefundWanted:
    return RefundWanted(
        refund_id=RefundId(derived_id("refund", number)),
        payment=payment,
        amount=euros(40) if amount is None else amount,
    )


@pytest.mark.parametrize("by", ["charge", "intent"])
def test_a_refund_goes_out_of_our_balance_and_the_fee_does_not_come_back(
    outside: Outside, by: str
) -> None:
    paid = outside.paid()
    payment = charge_of(paid) if by == "charge" else paid.intent

    refund = outside.stripe.refunds.create(wanted(payment), "refund")

    assert refund == outside.stripe.refunds.read(refund.refund)
    assert refund.refund_id == REFUND
    assert (refund.charge, refund.intent) == (charge_of(paid), paid.intent)
    assert refund.amount == euros(40)
    assert refund.status is RefundStatus.SUCCEEDED
    assert refund.taken is not None
    assert refund.taken.kind is Kind.REFUND
    assert (refund.taken.amount, refund.taken.fee) == (euros(-40), euros(0))
    assert (refund.waits_for, refund.failure, refund.returned) == (None, None, None)


def test_a_refund_may_be_in_the_banks_hands_for_a_day(outside: Outside) -> None:
    charge = charge_of(outside.paid(method="pm_card_pendingRefund"))
    refund = outside.stripe.refunds.create(wanted(charge), "refund")
    assert (refund.status, refund.waits_for) == (RefundStatus.PENDING, "processing")

    outside.let_pass(DAY)

    assert outside.stripe.refunds.read(refund.refund).status is RefundStatus.SUCCEEDED


def test_a_refund_may_wait_for_our_own_money() -> None:
    """CASE-R5"""
    outside = Outside(refunds_from="balance")
    charge = charge_of(outside.paid())

    refund = outside.stripe.refunds.create(wanted(charge, euros(240)), "refund")

    assert (refund.status, refund.waits_for) == (RefundStatus.PENDING, "insufficient_funds")
    assert refund.taken is None
    outside.behind("funds", amount=100_000, currency="eur")
    assert outside.stripe.refunds.read(refund.refund).status is RefundStatus.SUCCEEDED


def test_a_refund_that_fails_later_brings_the_money_back(outside: Outside) -> None:
    """CASE-R4"""
    charge = charge_of(outside.paid(method="pm_card_refundFail"))
    refund = outside.stripe.refunds.create(wanted(charge), "refund")
    assert refund.status is RefundStatus.SUCCEEDED

    outside.let_pass(DAY)

    failed = outside.stripe.refunds.read(refund.refund)
    assert (failed.status, failed.failure) == (RefundStatus.FAILED, "expired_or_canceled_card")
    assert failed.taken == outside.stripe.balance.movement(
        str(refund.taken and refund.taken.movement_id)
    )
    assert failed.returned is not None
    assert (failed.returned.kind, failed.returned.amount) == (Kind.REFUND_FAILURE, euros(40))


def test_the_guest_gets_the_exact_amount_and_our_balance_the_days_rate(outside: Outside) -> None:
    charge = charge_of(outside.paid(Money(108_00, "USD")))
    outside.behind("rates", usd="1.20")

    refund = outside.stripe.refunds.create(wanted(charge, Money(108_00, "USD")), "refund")

    assert refund.amount == Money(108_00, "USD")
    assert refund.taken is not None
    assert refund.taken.amount == euros(-90)


def test_dinars_go_back_by_tens_of_fils(outside: Outside) -> None:
    """CASE-R12"""
    charge = charge_of(outside.paid(Money(24_120, "KWD")))

    refund = outside.stripe.refunds.create(wanted(charge, Money(12_060, "KWD")), "refund")

    assert refund.amount == Money(12_060, "KWD")
    with pytest.raises(GatewayDeclined) as declined:
        outside.stripe.refunds.create(wanted(charge, Money(1_001, "KWD")), "another")
    assert declined.value.reason == "invalid_amount"


def test_more_than_is_left_is_declined(outside: Outside) -> None:
    """CASE-R1"""
    charge = charge_of(outside.paid())
    outside.stripe.refunds.create(wanted(charge, euros(200)), "first")

    with pytest.raises(GatewayDeclined) as declined:
        outside.stripe.refunds.create(wanted(charge, euros(41), 18), "second")

    assert declined.value.param == "amount"


def test_what_was_only_held_is_not_refunded(outside: Outside) -> None:
    """CASE-R2"""
    with pytest.raises(GatewayDeclined) as declined:
        outside.stripe.refunds.create(wanted(outside.held().intent), "refund")
    assert declined.value.reason == "charge_not_refundable"


def test_a_refund_is_found_by_our_id_among_those_of_its_charge(outside: Outside) -> None:
    charge = charge_of(outside.paid())
    first = outside.stripe.refunds.create(wanted(charge, euros(10), 16), "first")
    ours = outside.stripe.refunds.create(wanted(charge), "second")
    by_hand = outside.sdk.v1.refunds.create({"charge": charge, "amount": 500}).id

    assert outside.stripe.refunds.find(wanted(charge)) == ours
    assert outside.stripe.refunds.find(wanted(charge, number=99)) is None
    every = list(outside.stripe.refunds.of(charge))
    assert [one.refund for one in every] == [by_hand, ours.refund, first.refund]
    assert every[0].refund_id is None  # CASE-R7: somebody made it in the dashboard


@pytest.mark.parametrize(("theirs", "ours"), STATUSES.items())
def test_we_have_a_word_for_every_status(outside: Outside, theirs: str, ours: RefundStatus) -> None:
    refund = outside.stripe.refunds.create(wanted(charge_of(outside.paid())), "refund").refund
    outside.object(refund)["status"] = theirs
    assert outside.stripe.refunds.read(refund).status is ours


def test_a_status_that_nobody_knows_stops_the_reader(outside: Outside) -> None:
    refund = outside.stripe.refunds.create(wanted(charge_of(outside.paid())), "refund").refund
    outside.object(refund)["status"] = "mislaid"
    with pytest.raises(AnswerNotUnderstood):
        outside.stripe.refunds.read(refund)
