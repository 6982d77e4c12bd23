"""A payout is held for a set of reasons: each comes and goes by itself, the last one frees it."""

from datetime import timedelta

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st

from ledger.aggregates.payout import (
    PAYOUT as RULES,
)
from ledger.aggregates.payout import (
    HoldPayout,
    LiftPayoutHold,
    MaturePayout,
    ReleasePayout,
    Status,
)
from ledger.errors import PayoutIsHeld, TransitionNotAllowed
from ledger.events import Event
from ledger.values.clearance import LIFTED_BY_PEOPLE, Hold
from ledger.values.clock import Instant
from tests.facts import (
    AN_INSTANT,
    DISPUTE,
    EARNED,
    FINANCE,
    HOST,
    MARTA,
    NOW,
    PAYOUT,
    PROCESS,
    TIMER,
    a_payout,
    cleared,
    due,
    held,
    lifted,
    recalculated,
    released,
    transferred,
)
from tests.given import given


def to_hold(reason: Hold = Hold.DISPUTE, detail: str = DISPUTE) -> HoldPayout:
    return HoldPayout(payout_id=PAYOUT, reason=reason, detail=detail)


def to_lift(
    reason: Hold = Hold.DISPUTE, reviewer: str = "", *, still_stands: bool = False
) -> LiftPayoutHold:
    return LiftPayoutHold(
        payout_id=PAYOUT, reason=reason, still_stands=still_stands, reviewer=reviewer
    )


A_DISPUTE = held(Hold.DISPUTE, DISPUTE)

# -- PO2: held --------------------------------------------------------------------------


@pytest.mark.parametrize("reason", Hold)
@pytest.mark.parametrize("before", [(a_payout(),), (a_payout(), due())], ids=["scheduled", "due"])
def test_a_payout_is_held_for_any_reason(before: tuple[Event, ...], reason: Hold) -> None:
    outcome = given(*before).when(PROCESS, to_hold(reason, ""))

    outcome.then(held(reason))
    assert outcome.state.status is Status.ON_HOLD


def test_a_second_reason_is_one_more_and_the_same_reason_is_not() -> None:
    both = given(a_payout(), A_DISPUTE).when(FINANCE, to_hold(Hold.MANUAL, ""))

    both.then(held(Hold.MANUAL))
    assert both.state.holds == {Hold.DISPUTE, Hold.MANUAL}
    given(a_payout(), A_DISPUTE).when(PROCESS, to_hold()).then()


def test_another_cause_of_the_same_reason_is_told_and_goes_with_the_reason() -> None:
    second = HoldPayout(payout_id=PAYOUT, reason=Hold.DISPUTE, detail="another")
    both = given(a_payout(), A_DISPUTE).when(PROCESS, second)
    both.then(held(Hold.DISPUTE, "another"))
    assert both.state.causes == {Hold.DISPUTE: {DISPUTE, "another"}}

    given(a_payout(), A_DISPUTE, held(Hold.DISPUTE, "another")).when(PROCESS, second).then()
    lift = LiftPayoutHold(payout_id=PAYOUT, reason=Hold.DISPUTE, still_stands=False)
    freed = given(a_payout(), A_DISPUTE, held(Hold.DISPUTE, "another")).when(PROCESS, lift)
    freed.then(lifted(Hold.DISPUTE))
    assert freed.state.causes == {}


def test_a_payout_on_hold_neither_falls_due_nor_is_released() -> None:
    on_hold = given(a_payout(), due(), A_DISPUTE)
    release = ReleasePayout(payout_id=PAYOUT, clearance=cleared())

    on_hold.when(PROCESS, release, EARNED).refused(TransitionNotAllowed, before="on_hold")
    on_hold.when(TIMER, MaturePayout(payout_id=PAYOUT), EARNED).refused(TransitionNotAllowed)


def test_o1_a_dispute_holds_a_payout_until_its_transfer_is_ordered() -> None:
    on_its_way = (a_payout(), due(), released())

    given(a_payout(), due()).when(PROCESS, to_hold()).then(A_DISPUTE)
    given(*on_its_way).when(PROCESS, to_hold()).refused(TransitionNotAllowed, before="releasing")
    arrived = given(*on_its_way, transferred())
    arrived.when(PROCESS, to_hold()).refused(TransitionNotAllowed, before="transferred")


def test_a_host_does_not_hold_a_payout() -> None:
    given(a_payout()).when(HOST, to_hold()).refused(TransitionNotAllowed, actor="H")


# -- PO3: lifted ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "to"), [(EARNED - AN_INSTANT, "scheduled"), (EARNED, "due"), (NOW, "scheduled")]
)
def test_when_the_last_reason_is_gone_the_clock_says_where_a_payout_stands(
    at: Instant, to: str
) -> None:
    outcome = given(a_payout(), A_DISPUTE).when(PROCESS, to_lift(), at)

    outcome.then(lifted(Hold.DISPUTE, to))
    assert outcome.state.status == to


def test_a_payout_that_was_due_waits_again_where_its_time_was_moved() -> None:
    later = EARNED + timedelta(days=30)
    moved = given(a_payout(), due(), A_DISPUTE, recalculated(release_at=later))

    moved.when(PROCESS, to_lift(), EARNED).then(lifted(Hold.DISPUTE, "scheduled"))


def test_while_another_reason_is_left_a_payout_stays_on_hold() -> None:
    both = given(a_payout(), A_DISPUTE, held(Hold.CASE_OPEN))

    outcome = both.when(PROCESS, to_lift(), EARNED)

    outcome.then(lifted(Hold.DISPUTE, "on_hold"))
    assert (outcome.state.status, outcome.state.holds) == (Status.ON_HOLD, {Hold.CASE_OPEN})


def test_a_reason_is_not_lifted_while_it_stands() -> None:
    """Such as a dispute, where another one of the same booking is open."""
    given(a_payout(), A_DISPUTE).when(PROCESS, to_lift(still_stands=True)).refused(
        PayoutIsHeld, reasons=["dispute"]
    )


@pytest.mark.parametrize("reason", sorted(LIFTED_BY_PEOPLE))
def test_what_people_must_look_at_is_lifted_by_nobody_else(reason: Hold) -> None:
    on_hold = given(a_payout(), held(reason))

    on_hold.when(PROCESS, to_lift(reason)).refused(PayoutIsHeld, reasons=[reason.value])
    on_hold.when(FINANCE, to_lift(reason, MARTA)).then(lifted(reason))


def test_a_reason_that_is_gone_already_is_not_lifted_again() -> None:
    given(a_payout(), A_DISPUTE).when(PROCESS, to_lift(Hold.KYC)).then()
    given(a_payout(), A_DISPUTE, lifted(Hold.DISPUTE)).when(PROCESS, to_lift()).refused(
        TransitionNotAllowed, before="scheduled"
    )


# -- As a set ---------------------------------------------------------------------------


@any_of(st.lists(st.tuples(st.booleans(), st.sampled_from(Hold)), max_size=30))
def test_a_payout_is_on_hold_exactly_while_a_reason_is_open(
    steps: list[tuple[bool, Hold]],
) -> None:
    reasons: set[Hold] = set()
    state = RULES.fold([a_payout()])
    for opens, reason in steps:
        if not opens and not reasons:
            continue
        command = to_hold(reason) if opens else to_lift(reason, MARTA)
        decided, state = RULES.run(state, command, NOW, FINANCE)
        assert len(decided) == ((reason in reasons) is not opens)
        reasons = reasons | {reason} if opens else reasons - {reason}
        assert state is not None
        assert state.holds == reasons
        assert state.status is (Status.ON_HOLD if reasons else Status.SCHEDULED)
