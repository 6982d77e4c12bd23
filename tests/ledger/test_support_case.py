"""A support case: by its rules alone, and what it keeps back while the workers are at work."""

from datetime import timedelta
from functools import partial

import pytest

from ledger import processes
from ledger.aggregates.payout import Status as Payable
from ledger.aggregates.support_case import (
    AnswerCase,
    AskForAnswer,
    ReopenCase,
    ResolveCase,
    Status,
    case_of,
)
from ledger.draft import Draft
from ledger.errors import (
    NotAParty,
    PayoutIsHeld,
    ReasonIsMissing,
    TooLate,
    TransitionNotAllowed,
)
from ledger.events import Actor
from ledger.events.support_case import CaseOpened
from ledger.values.cases import CaseKind
from ledger.values.clearance import Hold
from ledger.values.reviews import Side
from ledger.values.speakers import Speaker
from tests.facts import (
    AN_INSTANT,
    BOOKING,
    CASE,
    FINANCE,
    GUEST,
    HOST,
    INES,
    NOW,
    REOPEN_BY,
    RUI,
    SUPPORT,
    a_text,
    an_id,
    answer_asked,
    case_answered,
    case_opened,
    case_reopened,
    case_resolved,
    to_open_case,
)
from tests.given import given
from tests.ledger.test_disputed_money import HOUR, PAID_OUT, Disputed, agree, paid_out, sold

DAY = timedelta(days=1)
WAITING = (case_opened(), answer_asked())
RESOLVED = (case_opened(), case_resolved())
TEXT = a_text("I have sent it.")


def to_reopen(speaker: Speaker = Speaker.HOST, by: str = RUI) -> ReopenCase:
    return ReopenCase(case_id=CASE, speaker=speaker, by=by, text=a_text("It is still there."))


def to_resolve(outcome: str = "for_the_host") -> ResolveCase:
    text = a_text("You owe nothing.")
    return ResolveCase(case_id=CASE, outcome=outcome, text=text, resolved_by="support")


# -- By its rules -------------------------------------------------------------------------


def test_who_has_to_do_with_a_booking_opens_a_case_and_nobody_else() -> None:
    given().when(HOST, to_open_case()).then(case_opened())
    given().when(SUPPORT, to_open_case(speaker=Speaker.SUPPORT, by="support")).then(CaseOpened)
    stranger = to_open_case(speaker=Speaker.GUEST, by=an_id("somebody else"))
    given().when(GUEST, stranger).refused(NotAParty)


def test_who_is_asked_answers_and_the_case_is_looked_into_again() -> None:
    ask = AskForAnswer(case_id=CASE, of=Side.HOST, text=answer_asked().text, asked_by="support")
    his = AnswerCase(case_id=CASE, speaker=Speaker.HOST, by=RUI, text=TEXT)
    hers = AnswerCase(case_id=CASE, speaker=Speaker.GUEST, by=INES, text=TEXT)
    asked = given(case_opened()).when(SUPPORT, ask).then(answer_asked())
    assert asked.state.waits_for is Side.HOST
    given(*WAITING).when(GUEST, hers).refused(NotAParty)
    answered = given(*WAITING).when(HOST, his).then(case_answered())
    assert (answered.state.status, answered.state.waits_for) == (Status.OPEN, None)
    given(case_opened()).when(HOST, his).refused(TransitionNotAllowed)


def test_a_case_is_resolved_with_an_outcome_also_while_nobody_answers() -> None:
    given(case_opened()).when(SUPPORT, to_resolve(), NOW).then(case_resolved())
    given(*WAITING).when(FINANCE, to_resolve(), NOW).then(case_resolved())
    given(case_opened()).when(SUPPORT, to_resolve("")).refused(ReasonIsMissing)
    given(*RESOLVED).when(SUPPORT, to_resolve()).refused(TransitionNotAllowed)
    given(case_opened()).when(HOST, to_resolve()).refused(TransitionNotAllowed)


def test_a_case_is_opened_again_within_thirty_days() -> None:
    last_moment = REOPEN_BY - AN_INSTANT
    given(*RESOLVED).when(HOST, to_reopen(), last_moment).then(case_reopened())
    given(*RESOLVED).when(HOST, to_reopen(), REOPEN_BY).refused(TooLate, not_after=REOPEN_BY)
    given(*RESOLVED).when(GUEST, to_reopen(Speaker.GUEST, RUI)).refused(NotAParty)
    given(case_opened()).when(HOST, to_reopen()).refused(TransitionNotAllowed)


# -- What it keeps back -------------------------------------------------------------------


def opens(market: Disputed, kind: CaseKind, by: Actor = GUEST) -> None:
    def plan(draft: Draft) -> None:
        processes.open_case(draft, by, BOOKING, kind, a_text("The gas smells."))

    market.decide(plan)


def resolves(market: Disputed, number: int = 1) -> None:
    case_id = case_of(BOOKING, number)
    resolve = partial(processes.resolve_case, staff=SUPPORT, case_id=case_id, outcome="settled")
    market.decide(partial(resolve, text=a_text("It has been mended.")))


@pytest.mark.parametrize("kind", [CaseKind.SAFETY, CaseKind.PAYOUT_DISPUTE])
def test_a_payout_waits_for_the_last_case_that_may_change_it(kind: CaseKind) -> None:
    market = sold()
    opens(market, kind)
    assert market.payout().holds == {Hold.CASE_OPEN}
    opens(market, CaseKind.SAFETY)
    market.until(PAID_OUT, step=12 * HOUR)
    resolves(market, 1)
    market.until(PAID_OUT + HOUR)
    assert market.payout().status is Payable.ON_HOLD

    resolves(market, 2)
    market.settle()

    assert market.payout().status is Payable.TRANSFERRED
    agree(market)


@pytest.mark.parametrize("kind", [CaseKind.DAMAGE, CaseKind.OTHER])
def test_no_payout_waits_for_another_case(kind: CaseKind) -> None:
    market = sold()
    opens(market, kind)
    market.until(PAID_OUT, step=12 * HOUR)

    assert market.payout().status is Payable.TRANSFERRED


def test_a_case_that_is_opened_again_holds_again() -> None:
    market = sold()
    opens(market, CaseKind.SAFETY)
    resolves(market)
    assert market.payout().holds == set()

    reopen = partial(processes.reopen_case, opener=GUEST, case_id=case_of(BOOKING, 1))
    market.decide(partial(reopen, text=a_text("It smells again.")))

    assert market.payout().holds == {Hold.CASE_OPEN}


def test_finance_does_not_lift_the_hold_of_a_case_that_is_open() -> None:
    market = sold()
    opens(market, CaseKind.SAFETY)

    def lift(draft: Draft) -> None:
        processes.lift_hold(draft, FINANCE, processes.payout_of(BOOKING), Hold.CASE_OPEN)

    with pytest.raises(PayoutIsHeld):
        market.decide(lift)


# -- A debt that its host does not accept (D3) ----------------------------------------------


def test_case_d3_a_host_who_does_not_accept_a_debt_opens_a_case_and_owes_it_meanwhile() -> None:
    market = paid_out()
    market.bank(amount=10_000)
    market.bank("lost")
    market.settle()
    assert market.owes() == "85.09 EUR"

    opens(market, CaseKind.PAYOUT_DISPUTE, by=HOST)
    market.settle()

    (opened,) = market.events(CaseOpened)
    assert (opened.kind, opened.speaker) == (CaseKind.PAYOUT_DISPUTE, Speaker.HOST)
    assert market.owes() == "85.09 EUR", "who decides the case has it written off, by two persons"
    resolves(market)
    agree(market)
