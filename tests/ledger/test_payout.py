"""A payout: promised, worked out again, due, released, transferred, tried again, once."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.aggregates.payout import (
    FailTransfer,
    MaturePayout,
    RecalculatePayout,
    RecordTransfer,
    ReleasePayout,
    ReportUnknownTransfer,
    RetryPayout,
    Status,
)
from ledger.errors import (
    AmountsDiffer,
    CurrenciesDiffer,
    PayoutExceedsEntitlement,
    PayoutIsHeld,
    SecondPersonRequired,
    TooEarly,
    TransitionNotAllowed,
)
from ledger.events import Actor, Event
from ledger.events.payout import PayoutReleased, PayoutTransferred
from ledger.values.clock import Instant, instant
from ledger.values.money import Money
from tests.facts import (
    AN_INSTANT,
    EARNED,
    FINANCE,
    HOST,
    LISBON,
    MARTA,
    NOW,
    OPERATOR,
    PAYOUT,
    PROCESS,
    PROCESSOR,
    SUPPORT,
    TIMER,
    a_payout,
    a_stay,
    cancelled_payout,
    cleared,
    due,
    failed_transfer,
    held,
    money,
    netted_out,
    payout_retried,
    recalculated,
    released,
    to_schedule_payout,
    transferred,
    unknown_transfer,
)
from tests.given import Outcome, given


def to_recalculate(amount: str = "174.60 EUR") -> RecalculatePayout:
    return RecalculatePayout(payout_id=PAYOUT, amount=money(amount), release_at=NOW)


def to_mature() -> MaturePayout:
    return MaturePayout(payout_id=PAYOUT)


def to_release(
    payable: str = "349.20 EUR",
    limit: Money | None = None,
    approver: str = "",
    **changed: Any,
) -> ReleasePayout:
    clearance = cleared(payable, **changed)
    return ReleasePayout(payout_id=PAYOUT, clearance=clearance, limit=limit, approver=approver)


def to_transfer(amount: str = "349.20 EUR") -> RecordTransfer:
    return RecordTransfer(
        payout_id=PAYOUT,
        amount=money(amount),
        transfer="tr_1",
        balance_transaction="txn_tr_1",
    )


# -- PO1: promised ----------------------------------------------------------------------


def test_a_host_is_promised_what_the_stay_will_bring() -> None:
    given().when(PROCESS, to_schedule_payout()).then(a_payout())


def test_nothing_is_not_promised() -> None:
    given().when(PROCESS, to_schedule_payout(amount=money("0.00 EUR"))).refused(AmountsDiffer)


def test_a_host_does_not_promise_themselves_money() -> None:
    given().when(HOST, to_schedule_payout()).refused(TransitionNotAllowed, actor="H")


# -- PO10: worked out again -------------------------------------------------------------


@pytest.mark.parametrize("since", [(), (due(),), (held(),)])
def test_a_payout_follows_the_booking(since: tuple[Event, ...]) -> None:
    outcome = given(a_payout(), *since).when(PROCESS, to_recalculate())

    outcome.then(recalculated())
    assert outcome.state.amount == money("174.60 EUR")
    assert outcome.state.release_at == NOW


def test_a_payout_ends_where_nothing_is_owed_any_more() -> None:
    given(a_payout()).when(PROCESS, to_recalculate("0.00 EUR")).then(cancelled_payout())


def test_a_payout_that_has_not_changed_says_nothing() -> None:
    before = given(a_payout(), recalculated())

    before.when(PROCESS, to_recalculate()).then()


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


# -- PO5: released ----------------------------------------------------------------------

DUE = (a_payout(), due())


def when_released(command: ReleasePayout, at: Instant = EARNED, actor: Actor = PROCESS) -> Outcome:
    return given(*DUE).when(actor, command, at)


def test_a_host_gets_all_that_was_earned_and_no_cent_more() -> None:
    when_released(to_release("349.20 EUR")).then(released())
    when_released(to_release("349.19 EUR")).refused(
        PayoutExceedsEntitlement, amount="349.20 EUR", payable="349.19 EUR"
    )


@pytest.mark.parametrize(
    ("entitlement", "so_far", "is_enough"),
    [
        ("349.20 EUR", "0.00 EUR", True),
        ("349.19 EUR", "0.00 EUR", False),
        ("698.40 EUR", "349.20 EUR", True),
        ("698.40 EUR", "349.21 EUR", False),
        ("349.19 EUR", "-0.01 EUR", True),
    ],
)
def test_no_more_is_released_than_there_is_of_the_money_of_the_booking(
    entitlement: str, so_far: str, *, is_enough: bool
) -> None:
    outcome = when_released(
        to_release(entitlement=money(entitlement), transferred_so_far=money(so_far))
    )

    if is_enough:
        outcome.then(released())
    else:
        outcome.refused(
            PayoutExceedsEntitlement,
            amount="349.20 EUR",
            entitlement=entitlement,
            transferred_so_far=so_far,
        )


def test_a_host_is_paid_in_the_currency_that_was_earned() -> None:
    when_released(to_release("349.20 USD")).refused(CurrenciesDiffer)
    when_released(to_release(listing_currency="USD")).refused(
        CurrenciesDiffer, left="USD", right="EUR"
    )
    when_released(to_release(debt=money("1.00 USD"))).refused(CurrenciesDiffer)


GUARDS: dict[str, dict[str, Any]] = {
    "kyc": {"provider_verified": False},
    "account_disabled": {"account_enabled": False},
    "account_changed": {"account_changed_at": EARNED - timedelta(hours=48) + AN_INSTANT},
    "dispute": {"dispute_open": True},
    "refund_open": {"refunds_open": True},
    "alteration_settling": {"alteration_settling": True},
    "case_open": {"case_open": True},
    "funds_pending": {"funds_available": False},
    "recon_mismatch": {"reconciled": False},
}


@pytest.mark.parametrize("reason", GUARDS)
def test_each_guard_that_is_broken_holds_the_payout_and_is_named(reason: str) -> None:
    when_released(to_release(**GUARDS[reason])).refused(PayoutIsHeld, reasons=[reason])


def test_all_guards_that_are_broken_are_named_at_once() -> None:
    broken = {name: value for guard in GUARDS.values() for name, value in guard.items()}

    when_released(to_release(**broken)).refused(PayoutIsHeld, reasons=list(GUARDS))


def test_o9_an_account_that_was_changed_rests_two_days_unless_somebody_reviews_it() -> None:
    a_day_before = EARNED - timedelta(days=1)

    when_released(to_release(account_changed_at=a_day_before)).refused(
        PayoutIsHeld, reasons=["account_changed"]
    )
    a_day_later = to_release(account_changed_at=a_day_before)
    when_released(a_day_later, EARNED + timedelta(days=1)).then(released())
    when_released(to_release(account_changed_at=None)).then(released())


def test_a_payout_is_not_released_before_it_is_due() -> None:
    given(a_payout()).when(PROCESS, to_release()).refused(TransitionNotAllowed, before="scheduled")


def test_a_payout_that_is_due_is_not_released_before_its_time_when_that_was_moved() -> None:
    later = EARNED + timedelta(days=2)
    before = given(*DUE, recalculated("349.20 EUR", later))

    before.when(PROCESS, to_release(), later - AN_INSTANT).refused(TooEarly, not_before=later)
    before.when(PROCESS, to_release(), later).then(released())


@pytest.mark.parametrize(
    ("arrival", "release_at"),
    [
        ("2026-03-28", "2026-03-29T15:00:00Z"),
        ("2026-10-24", "2026-10-25T14:00:00Z"),
        ("2026-07-02", "2026-07-03T14:00:00Z"),
    ],
)
def test_o2_a_payout_waits_a_whole_day_though_the_clocks_change_in_that_night(
    arrival: str, release_at: str
) -> None:
    not_before = LISBON.earned_at(a_stay(arrival))
    promised = replace(a_payout(), release_at=not_before)

    assert not_before == instant(release_at)
    given(promised).when(TIMER, to_mature(), not_before - AN_INSTANT).refused(TooEarly)
    given(promised, due()).when(PROCESS, to_release(), not_before - AN_INSTANT).refused(TooEarly)
    given(promised, due()).when(PROCESS, to_release(), not_before).then(released())


def test_finance_approves_what_is_above_the_limit() -> None:
    up_to_the_limit = to_release(limit=money("349.20 EUR"))
    above = to_release(limit=money("349.19 EUR"))
    approved = to_release(limit=money("349.19 EUR"), approver=MARTA)

    when_released(up_to_the_limit).then(released())
    when_released(above).refused(SecondPersonRequired, amount="349.20 EUR", limit="349.19 EUR")
    when_released(approved, actor=FINANCE).then(released())


def test_what_a_host_owes_is_netted_first() -> None:
    some = when_released(to_release(debt=money("49.20 EUR")))
    all_but_a_cent = when_released(to_release(debt=money("349.19 EUR")))

    some.then(
        PayoutReleased(
            amount=money("300.00 EUR"),
            netted=money("49.20 EUR"),
            idempotency_key=f"{PAYOUT}/1",
        )
    )
    assert all_but_a_cent.state.sent == money("0.01 EUR")


@pytest.mark.parametrize("debt", ["349.20 EUR", "1000.00 EUR"])
def test_nothing_is_transferred_to_a_host_who_owes_all_of_it(debt: str) -> None:
    outcome = when_released(to_release(debt=money(debt)))

    outcome.then(netted_out("349.20 EUR"))
    assert outcome.state.status is Status.CANCELLED


def test_a_payout_that_is_not_cleared_pays_no_debt() -> None:
    when_released(to_release(debt=money("1000.00 EUR"), dispute_open=True)).refused(PayoutIsHeld)


def test_o4_two_workers_or_a_person_and_the_clock_release_a_payout_once() -> None:
    after_one = given(*DUE, released())
    twice = [when_released(to_release(), actor=actor).events for actor in (PROCESS, FINANCE)]

    after_one.when(PROCESS, to_release(), EARNED).refused(TransitionNotAllowed, before="releasing")
    after_one.when(FINANCE, to_release(), EARNED).refused(TransitionNotAllowed, before="releasing")
    assert twice[0] == twice[1] == [released()]  # so the processor would be asked under one key


def test_o5_what_was_refunded_is_worked_out_before_it_is_released() -> None:
    half = given(*DUE, recalculated("174.60 EUR")).when(PROCESS, to_release("174.60 EUR"), EARNED)

    half.then(PayoutReleased)
    assert half.state.sent == money("174.60 EUR")
    given(*DUE).when(PROCESS, to_recalculate("0.00 EUR")).then(cancelled_payout())
    given(*DUE).when(PROCESS, to_recalculate("-0.01 EUR")).then(cancelled_payout())


# -- PO6: transferred -------------------------------------------------------------------

RELEASED = (*DUE, released())


def test_the_host_has_the_money() -> None:
    given(*RELEASED).when(PROCESSOR, to_transfer(), at=EARNED).then(transferred())


def test_of_a_payout_that_was_netted_the_rest_is_transferred() -> None:
    netted = PayoutReleased(
        amount=money("300.00 EUR"), netted=money("49.20 EUR"), idempotency_key=f"{PAYOUT}/1"
    )
    outcome = given(*DUE, netted).when(PROCESSOR, to_transfer("300.00 EUR"))

    (event,) = outcome.then(PayoutTransferred).events
    assert isinstance(event, PayoutTransferred)
    assert [(line.account, line.minor) for line in event.entries[0].lines] == [
        ("host_payable", 30_000),
        ("stripe_available", -30_000),
    ]
    given(*DUE, netted).when(PROCESSOR, to_transfer()).refused(AmountsDiffer)


@pytest.mark.parametrize("amount", ["349.19 EUR", "349.21 EUR", "349.20 USD"])
def test_another_amount_than_the_released_one_is_no_transfer(amount: str) -> None:
    given(*RELEASED).when(PROCESSOR, to_transfer(amount)).refused(
        AmountsDiffer, released="349.20 EUR"
    )


# -- PO7, PO8: failed, unknown, tried again ---------------------------------------------


def to_retry(payable: str = "349.20 EUR", **changed: Any) -> RetryPayout:
    return RetryPayout(payout_id=PAYOUT, clearance=cleared(payable, **changed))


def test_a_transfer_that_failed_is_ordered_anew_under_a_new_key() -> None:
    failed = given(*RELEASED).when(
        PROCESSOR, FailTransfer(payout_id=PAYOUT, reason="account_closed")
    )

    failed.then(failed_transfer())
    again = given(*RELEASED, failed_transfer()).when(PROCESS, to_retry(), EARNED)
    again.then(payout_retried(attempt=2))
    once_more = given(*RELEASED, failed_transfer(), payout_retried(), failed_transfer())
    once_more.when(FINANCE, to_retry(), EARNED).then(payout_retried(attempt=3))


def test_a_transfer_that_nobody_answered_for_is_still_on_its_way_under_its_key() -> None:
    asked = ReportUnknownTransfer(payout_id=PAYOUT)
    outcome = given(*RELEASED).when(TIMER, asked)
    unknown = given(*RELEASED, unknown_transfer())

    outcome.then(unknown_transfer())
    assert (outcome.state.status, outcome.state.unknown) == (Status.RELEASING, True)
    unknown.when(TIMER, asked).then()
    unknown.when(PROCESS, to_retry(), EARNED).refused(TransitionNotAllowed, before="releasing")
    found = unknown.when(PROCESSOR, to_transfer(), at=EARNED).then(transferred())
    assert not found.state.unknown


@pytest.mark.parametrize("reason", GUARDS)
def test_a_transfer_is_not_ordered_anew_past_a_guard(reason: str) -> None:
    failed = given(*RELEASED, failed_transfer())

    failed.when(PROCESS, to_retry(**GUARDS[reason]), EARNED).refused(PayoutIsHeld, reasons=[reason])


def test_o1_a_dispute_that_opens_while_a_transfer_fails_holds_the_next_attempt() -> None:
    given(*RELEASED, failed_transfer()).when(PROCESS, to_retry(dispute_open=True), EARNED).refused(
        PayoutIsHeld, reasons=["dispute"]
    )


def test_what_was_netted_stays_netted_and_new_debt_is_netted_before_another_attempt() -> None:
    first = PayoutReleased(
        amount=money("300.00 EUR"), netted=money("49.20 EUR"), idempotency_key=f"{PAYOUT}/1"
    )
    failed = given(*DUE, first, failed_transfer())

    failed.when(PROCESS, to_retry("300.00 EUR"), EARNED).then(payout_retried("300.00 EUR"))
    failed.when(PROCESS, to_retry("299.99 EUR"), EARNED).refused(PayoutExceedsEntitlement)
    owing = to_retry("300.00 EUR", debt=money("100.00 EUR"))
    failed.when(PROCESS, owing, EARNED).then(payout_retried("200.00 EUR", "100.00 EUR"))
    owing_all = to_retry("300.00 EUR", debt=money("300.00 EUR"))
    failed.when(PROCESS, owing_all, EARNED).then(netted_out("300.00 EUR"))
    twice = given(
        *DUE,
        first,
        failed_transfer(),
        payout_retried("200.00 EUR", "100.00 EUR"),
        failed_transfer(),
    )
    twice.when(PROCESS, to_retry("200.00 EUR"), EARNED).then(
        payout_retried("200.00 EUR", attempt=3)
    )


def test_a_payout_that_failed_follows_a_refund_before_it_is_tried_again() -> None:
    failed = given(*RELEASED, failed_transfer())
    less = given(*RELEASED, failed_transfer(), recalculated("174.60 EUR", EARNED))

    failed.when(PROCESS, to_recalculate()).then(recalculated())
    less.when(PROCESS, to_retry("174.60 EUR"), EARNED).then(payout_retried("174.60 EUR"))
    failed.when(PROCESS, to_recalculate("0.00 EUR")).then(cancelled_payout())


# -- What nobody may do -----------------------------------------------------------------


def test_nobody_changes_the_amount_by_hand() -> None:
    for actor in (HOST, FINANCE, SUPPORT, OPERATOR):
        given(a_payout()).when(actor, to_recalculate()).refused(TransitionNotAllowed)


def test_a_payout_that_was_netted_or_cancelled_is_over() -> None:
    for end in (cancelled_payout(), netted_out()):
        given(*DUE, end).when(PROCESS, to_release(), EARNED).refused(
            TransitionNotAllowed, before="cancelled"
        )
