"""A payout: promised, worked out again, due, released, transferred, once."""

from datetime import timedelta

import pytest

from ledger.aggregates.payout import (
    MaturePayout,
    RecalculatePayout,
    RecordTransfer,
    ReleasePayout,
)
from ledger.errors import (
    AmountsDiffer,
    CurrenciesDiffer,
    PayoutExceedsEntitlement,
    TooEarly,
    TransitionNotAllowed,
)
from ledger.events import Event
from tests.facts import (
    AN_INSTANT,
    EARNED,
    HOST,
    NOW,
    PAYOUT,
    PROCESS,
    PROCESSOR,
    TIMER,
    a_payout,
    cancelled_payout,
    due,
    money,
    recalculated,
    released,
    to_schedule_payout,
    transferred,
)
from tests.given import given


def to_recalculate(amount: str = "174.60 EUR") -> RecalculatePayout:
    return RecalculatePayout(payout_id=PAYOUT, amount=money(amount), release_at=NOW)


def to_mature() -> MaturePayout:
    return MaturePayout(payout_id=PAYOUT)


def to_release(payable: str = "349.20 EUR") -> ReleasePayout:
    return ReleasePayout(payout_id=PAYOUT, payable=money(payable), idempotency_key=f"{PAYOUT}/1")


def to_transfer(amount: str = "349.20 EUR") -> RecordTransfer:
    return RecordTransfer(payout_id=PAYOUT, amount=money(amount), transfer="tr_1")


# -- PO1: promised ----------------------------------------------------------------------


def test_a_host_is_promised_what_the_stay_will_bring() -> None:
    given().when(PROCESS, to_schedule_payout()).then(a_payout())


def test_nothing_is_not_promised() -> None:
    given().when(PROCESS, to_schedule_payout(amount=money("0.00 EUR"))).refused(AmountsDiffer)


def test_a_host_does_not_promise_themselves_money() -> None:
    given().when(HOST, to_schedule_payout()).refused(TransitionNotAllowed, actor="H")


# -- PO10: worked out again -------------------------------------------------------------


@pytest.mark.parametrize("since", [(), (due(),)])
def test_a_payout_follows_the_booking(since: tuple[Event, ...]) -> None:
    outcome = given(a_payout(), *since).when(PROCESS, to_recalculate())

    outcome.then(recalculated())
    assert outcome.state.amount == money("174.60 EUR")
    assert outcome.state.release_at == NOW


def test_a_payout_ends_where_nothing_is_owed_any_more() -> None:
    given(a_payout()).when(PROCESS, to_recalculate("0.00 EUR")).then(cancelled_payout())


def test_a_payout_that_is_on_its_way_is_not_worked_out_again() -> None:
    before = given(a_payout(), due(), released())

    before.when(PROCESS, to_recalculate()).refused(TransitionNotAllowed, before="releasing")


# -- PO4: due ---------------------------------------------------------------------------


def test_a_payout_falls_due_at_its_time_and_not_before() -> None:
    given(a_payout()).when(TIMER, to_mature(), at=EARNED - AN_INSTANT).refused(
        TooEarly, not_before=EARNED
    )
    given(a_payout()).when(TIMER, to_mature(), at=EARNED).then(due())


def test_a_late_timer_still_lets_a_payout_fall_due() -> None:
    given(a_payout()).when(TIMER, to_mature(), at=EARNED + timedelta(days=3)).then(due())


# -- PO5, PO6: released and transferred -------------------------------------------------


def test_a_host_gets_all_that_was_earned_and_no_cent_more() -> None:
    before = given(a_payout(), due())

    before.when(PROCESS, to_release("349.20 EUR")).then(released())
    before.when(PROCESS, to_release("349.19 EUR")).refused(
        PayoutExceedsEntitlement, amount="349.20 EUR", payable="349.19 EUR"
    )


def test_a_host_is_paid_in_the_currency_that_was_earned() -> None:
    given(a_payout(), due()).when(PROCESS, to_release("349.20 USD")).refused(CurrenciesDiffer)


def test_a_payout_that_has_not_changed_says_nothing() -> None:
    before = given(a_payout(), recalculated())

    before.when(PROCESS, to_recalculate()).then()


def test_a_payout_is_not_released_before_it_is_due() -> None:
    given(a_payout()).when(PROCESS, to_release()).refused(TransitionNotAllowed, before="scheduled")


def test_the_host_has_the_money() -> None:
    given(a_payout(), due(), released()).when(PROCESSOR, to_transfer(), at=EARNED).then(
        transferred()
    )


@pytest.mark.parametrize("amount", ["349.19 EUR", "349.21 EUR", "349.20 USD"])
def test_another_amount_than_the_released_one_is_no_transfer(amount: str) -> None:
    given(a_payout(), due(), released()).when(PROCESSOR, to_transfer(amount)).refused(
        AmountsDiffer, released="349.20 EUR"
    )
