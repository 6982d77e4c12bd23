"""A damage claim by its rules alone: who may say what of it, how much, and until when."""

from datetime import timedelta
from typing import Any

import pytest

from ledger.aggregates.damage_claim import (
    AgreeToClaim,
    ChargeDamage,
    ContestClaim,
    DecideClaim,
    DismissClaim,
    EscalateClaim,
    WithdrawClaim,
)
from ledger.errors import (
    AmountsDiffer,
    CurrenciesDiffer,
    DamageExceedsLimit,
    ReasonIsMissing,
    TooEarly,
    TooLate,
    TransitionNotAllowed,
)
from ledger.values.damage import DamageTerms, terms_of
from ledger.values.ids import PaymentId
from ledger.values.levies import FeePlan
from tests.facts import (
    AFTER_THE_STAY,
    ANSWER_BY,
    CHECK_OUT,
    DAMAGE,
    DAMAGE_PAYMENT,
    GUEST,
    HOST,
    PROCESS,
    SUPPORT,
    TIMER,
    a_price,
    an_id,
    asked_for_damage,
    claim_agreed,
    claim_contested,
    claim_dismissed,
    claim_withdrawn,
    claimed,
    damage_charged,
    left_unpaid,
    money,
    to_claim,
)
from tests.given import given

ESCALATED = (claimed(), claim_contested())
CHARGING = (claimed(), claim_agreed(), asked_for_damage())
MOMENT = timedelta(microseconds=1)


def to_decide(amount: str = "80.00 EUR", reason: str = "partly_shown") -> DecideClaim:
    return DecideClaim(claim_id=DAMAGE, amount=money(amount), reason=reason, decided_by="support")


def to_charge(**changed: Any) -> ChargeDamage:
    told = {"claim_id": DAMAGE, "payment_id": DAMAGE_PAYMENT, "paid": money("120.00 EUR")}
    return ChargeDamage(**{**told, **changed})


def test_a_host_claims_damage_in_the_guests_currency() -> None:
    given().when(HOST, to_claim(), AFTER_THE_STAY).then(claimed())
    in_another = to_claim(amount=money("120.00 USD"))
    given().when(HOST, in_another, AFTER_THE_STAY).refused(CurrenciesDiffer)


@pytest.mark.parametrize("actor", [GUEST, SUPPORT, PROCESS])
def test_nobody_but_the_host_claims(actor: Any) -> None:
    given().when(actor, to_claim(), AFTER_THE_STAY).refused(TransitionNotAllowed)


def test_a_claim_is_opened_fourteen_days_after_check_out_and_not_a_moment_later() -> None:
    last = CHECK_OUT + timedelta(days=14)
    assert given().when(HOST, to_claim(), last).refusal is None
    given().when(HOST, to_claim(), last + MOMENT).refused(TooLate)


def test_a_claim_is_something_and_not_more_than_three_times_the_stay() -> None:
    given().when(HOST, to_claim(amount=money("0.00 EUR")), CHECK_OUT).refused(AmountsDiffer)
    most = a_price().total.percentage(30_000)
    assert given().when(HOST, to_claim(amount=most), CHECK_OUT).refusal is None
    more = to_claim(amount=most + money("0.01 EUR"))
    given().when(HOST, more, CHECK_OUT).refused(DamageExceedsLimit)


def test_the_guest_answers_in_time_or_the_platform_decides() -> None:
    for answer in (AgreeToClaim(claim_id=DAMAGE), ContestClaim(claim_id=DAMAGE, reason="other")):
        assert given(claimed()).when(GUEST, answer, ANSWER_BY - MOMENT).refusal is None
        given(claimed()).when(GUEST, answer, ANSWER_BY).refused(TooLate)
    silent = EscalateClaim(claim_id=DAMAGE)
    given(claimed()).when(TIMER, silent, ANSWER_BY - MOMENT).refused(TooEarly)


def test_only_the_guest_answers() -> None:
    agree = AgreeToClaim(claim_id=DAMAGE)
    given(claimed()).when(HOST, agree, AFTER_THE_STAY).refused(TransitionNotAllowed)


def test_the_platform_decides_for_no_more_than_was_claimed_and_says_why() -> None:
    given(*ESCALATED).when(SUPPORT, to_decide("120.01 EUR")).refused(DamageExceedsLimit)
    given(*ESCALATED).when(SUPPORT, to_decide("0.00 EUR")).refused(AmountsDiffer)
    given(*ESCALATED).when(SUPPORT, to_decide(reason=" ")).refused(ReasonIsMissing)
    given(*ESCALATED).when(HOST, to_decide()).refused(TransitionNotAllowed)
    given(claimed()).when(SUPPORT, to_decide()).refused(TransitionNotAllowed)


def test_what_is_dismissed_is_not_claimed_again_and_what_was_withdrawn_may_be() -> None:
    dismissed = (*ESCALATED, claim_dismissed())
    given(*dismissed).when(HOST, to_claim(), AFTER_THE_STAY).refused(TransitionNotAllowed)
    given(claimed(), claim_withdrawn()).when(HOST, to_claim(), AFTER_THE_STAY).then(claimed())


def test_what_is_agreed_is_not_withdrawn() -> None:
    agreed = (claimed(), claim_agreed())
    given(*agreed).when(HOST, WithdrawClaim(claim_id=DAMAGE)).refused(TransitionNotAllowed)


def test_a_guest_who_does_not_pay_may_be_let_off() -> None:
    let_off = DismissClaim(claim_id=DAMAGE, reason="not_collectable", decided_by="support")
    assert given(*CHARGING, left_unpaid()).when(SUPPORT, let_off).refusal is None
    given(*CHARGING).when(SUPPORT, let_off).refused(TransitionNotAllowed)


def test_exactly_what_was_asked_for_is_charged_once_by_the_payment_it_was_asked_by() -> None:
    given(*CHARGING).when(PROCESS, to_charge(), AFTER_THE_STAY).then(damage_charged())
    less = to_charge(paid=money("119.99 EUR"))
    given(*CHARGING).when(PROCESS, less, AFTER_THE_STAY).refused(AmountsDiffer)
    another = to_charge(payment_id=PaymentId(an_id("another payment")))
    given(*CHARGING).when(PROCESS, another).refused(TransitionNotAllowed)
    given(*CHARGING, damage_charged()).when(PROCESS, to_charge()).refused(TransitionNotAllowed)


def test_the_host_pays_the_fee_of_the_booking_and_the_tax_on_it() -> None:
    plan = FeePlan(name="p", version=1, guest_fee_bp=1_400, host_fee_bp=300, host_vat_bp=2_000)
    terms = DamageTerms(fee_plan=plan, paid=money("1.00 EUR"), listed=money("1.00 EUR"))
    shares = terms.shares(money("120.00 EUR"))
    assert (shares.host_minor, shares.host_fee_minor, shares.vat_minor) == (11_568, 360, 72)
    assert shares.total == money("120.00 EUR")


def test_what_is_paid_in_another_currency_is_the_hosts_at_the_bookings_rate() -> None:
    plan = terms_of(a_price()).fee_plan
    terms = DamageTerms(fee_plan=plan, paid=money("1176.17 USD"), listed=money("1074.58 EUR"))
    assert terms.shares(money("120.00 USD")).total == money("109.64 EUR")
