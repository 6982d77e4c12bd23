"""A correction: what was wrong is taken back exactly, and two people stand behind it."""

from typing import Any

import pytest
from msgspec.structs import replace

from ledger.aggregates.correction import (
    ApplyCorrection,
    RefuseCorrection,
    SubmitCorrection,
    correction_of,
)
from ledger.errors import (
    ReasonIsMissing,
    SecondPersonRequired,
    SelfApproval,
    TransitionNotAllowed,
    UnfitEntry,
)
from ledger.events.correction import CorrectionApplied, CorrectionDrafted
from ledger.values.journal import Line, imbalance
from tests.facts import (
    CLARA,
    CORRECTION,
    DINIS,
    OPERATOR,
    PROCESS,
    REFUND,
    SUPPORT,
    approved,
    corrected,
    correction_refused,
    correction_submitted,
    drafted,
    to_draft_correction,
)
from tests.given import given

WAITING = (drafted(), correction_submitted())


def to_apply(approved_by: str | None = DINIS.id) -> ApplyCorrection:
    return ApplyCorrection(correction_id=CORRECTION, approved_by=approved_by)


def to_refuse(reason: str = "the fee was not waived") -> RefuseCorrection:
    return RefuseCorrection(correction_id=CORRECTION, reason=reason)


# -- Drafted ----------------------------------------------------------------------------


def test_finance_says_which_entry_is_wrong_and_what_is_right() -> None:
    given().when(CLARA, to_draft_correction()).then(drafted())


@pytest.mark.parametrize("actor", [SUPPORT, PROCESS, OPERATOR])
def test_nobody_else_does(actor: Any) -> None:
    given().when(actor, to_draft_correction()).refused(TransitionNotAllowed)


def test_an_entry_that_does_not_balance_is_no_correction() -> None:
    a_cent_off = (Line("suspense", "", 1, "EUR"),)
    two_currencies = (Line("suspense", "", 1, "EUR"), Line("bank", "", -1, "USD"))

    for right in (a_cent_off, two_currencies):
        given().when(CLARA, to_draft_correction(right=right)).refused(UnfitEntry)


def test_an_entry_that_did_not_balance_was_never_recorded() -> None:
    wrong = approved().entries[0]
    spoiled = replace(wrong, lines=wrong.lines[1:])

    given().when(CLARA, to_draft_correction(wrong=spoiled)).refused(UnfitEntry)


@pytest.mark.parametrize(
    ("account", "of"), [("petty_cash", ""), ("refund_payable", ""), ("suspense", REFUND)]
)
def test_only_accounts_of_the_chart_are_booked_on(account: str, of: str) -> None:
    right = (Line(account, of, 100, "EUR"), Line("bank", "", -100, "EUR"))

    given().when(CLARA, to_draft_correction(right=right)).refused(UnfitEntry, account=account)


def test_what_is_right_is_not_corrected() -> None:
    as_it_is = to_draft_correction(right=approved().entries[0].lines)

    given().when(CLARA, as_it_is).refused(UnfitEntry, changes="nothing")


def test_a_correction_has_its_reason() -> None:
    given().when(CLARA, to_draft_correction(reason="")).refused(ReasonIsMissing)


def test_an_entry_has_one_correction_at_a_time() -> None:
    given(drafted()).when(DINIS, to_draft_correction()).refused(
        TransitionNotAllowed, before="drafted"
    )
    names = {
        correction_of(REFUND, 2, 1),
        correction_of(REFUND, 2, 2),
        correction_of(REFUND, 3, 1),
        correction_of(REFUND, 2, 1, attempt=2),
    }
    assert len(names) == 4
    assert correction_of(REFUND, 2, 1) == CORRECTION


# -- Applied or refused -----------------------------------------------------------------


def test_a_draft_is_put_before_a_second_person() -> None:
    command = SubmitCorrection(correction_id=CORRECTION)

    given(drafted()).when(CLARA, command).then(correction_submitted())
    given(drafted()).when(DINIS, to_apply()).refused(TransitionNotAllowed, before="drafted")
    given().when(CLARA, command).refused(TransitionNotAllowed)


def test_the_wrong_entry_is_taken_back_exactly_and_the_right_one_booked() -> None:
    (event,) = given(*WAITING).when(DINIS, to_apply()).then(corrected()).events

    assert isinstance(event, CorrectionApplied)
    back, right = event.entries
    (wrong,) = approved().entries
    assert [entry.rule for entry in event.entries] == ["J28", "J28"]
    assert [(line.account, line.of, line.currency, line.minor) for line in back.lines] == [
        (line.account, line.of, line.currency, -line.minor) for line in wrong.lines
    ]
    assert not any(imbalance([*wrong.lines, *back.lines]).values())
    assert right.lines == to_draft_correction().right
    assert (event.wrong_stream, event.wrong_version, event.number) == (REFUND, 2, 1)


def test_what_should_never_have_been_booked_is_only_taken_back() -> None:
    (draft,) = given().when(CLARA, to_draft_correction(right=())).then(CorrectionDrafted).events

    (event,) = given(draft, correction_submitted()).when(OPERATOR, to_apply("olga")).events

    assert isinstance(event, CorrectionApplied)
    assert len(event.entries) == 1


def test_nobody_applies_their_own_correction() -> None:
    given(*WAITING).when(CLARA, to_apply(CLARA.id)).refused(SelfApproval, by=CLARA.id)
    given(*WAITING).when(CLARA, to_apply(None)).refused(SecondPersonRequired)


def test_a_second_person_may_say_no_with_a_reason() -> None:
    given(*WAITING).when(DINIS, to_refuse()).then(correction_refused())
    given(*WAITING).when(DINIS, to_refuse("")).refused(ReasonIsMissing)


@pytest.mark.parametrize("end", [corrected(), correction_refused()])
def test_what_is_decided_is_decided(end: Any) -> None:
    """A link to an approval that was used is of no use again (X10)."""
    for command in (to_apply(), to_refuse()):
        given(*WAITING, end).when(DINIS, command).refused(TransitionNotAllowed)


def test_a_correction_that_is_not_there_cannot_be_applied() -> None:
    given().when(DINIS, to_apply()).refused(TransitionNotAllowed)
