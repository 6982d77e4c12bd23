"""A difference: what does not fit is found once, and ends explained, put right or written off."""

from typing import Any

import pytest

from ledger.aggregates.difference import (
    CorrectDifference,
    ExplainDifference,
    MatchDifference,
    WriteOffDifference,
    difference_of,
)
from ledger.errors import (
    AmountsDiffer,
    ReasonIsMissing,
    SecondPersonRequired,
    SelfApproval,
    TransitionNotAllowed,
)
from ledger.events.difference import DifferenceMatched, DifferenceWrittenOff, Mismatch
from tests.facts import (
    CLARA,
    CORRECTION,
    DIFFERENCE,
    DINIS,
    GUEST,
    PROCESS,
    PROCESSOR,
    SUPPORT,
    TIMER,
    a_difference,
    difference_corrected,
    difference_written_off,
    explained,
    money,
    to_find_difference,
)
from tests.given import given


def to_explain(reason: str = explained().reason) -> ExplainDifference:
    return ExplainDifference(difference_id=DIFFERENCE, reason=reason)


def to_write_off(amount: str = "2.50 EUR", **changed: Any) -> WriteOffDifference:
    told: dict[str, Any] = {
        "difference_id": DIFFERENCE,
        "amount": money(amount),
        "reason": "not worth asking for",
        "proposed_by": CLARA.id,
        "approved_by": DINIS.id,
        "time_zone": "Europe/Lisbon",
    }
    return WriteOffDifference(**told | changed)


# -- Found ------------------------------------------------------------------------------


@pytest.mark.parametrize("actor", [PROCESS, PROCESSOR, TIMER])
def test_what_does_not_fit_is_found(actor: Any) -> None:
    given().when(actor, to_find_difference()).then(a_difference())


def test_a_fact_that_nobody_knows_has_no_amounts() -> None:
    command = to_find_difference(
        kind=Mismatch.UNKNOWN_FACT, expected=None, found=None, detail="payout.reconciled"
    )

    given().when(PROCESSOR, command).then(
        a_difference(
            kind=Mismatch.UNKNOWN_FACT, expected=None, found=None, detail="payout.reconciled"
        )
    )


def test_people_find_nothing_by_themselves() -> None:
    given().when(GUEST, to_find_difference()).refused(TransitionNotAllowed)


def test_found_again_while_it_is_open_it_is_the_same_one() -> None:
    given(a_difference()).when(PROCESS, to_find_difference()).then()
    given(a_difference()).when(PROCESS, to_find_difference(found=money("400.00 EUR"))).then()


@pytest.mark.parametrize("end", [explained(), difference_written_off()])
def test_what_is_settled_stays_so_while_the_figures_are_the_same(end: Any) -> None:
    history = (a_difference(), end)
    worse = money("400.00 EUR")

    given(*history).when(PROCESS, to_find_difference()).then()
    given(*history).when(PROCESS, to_find_difference(found=worse)).then(a_difference(found=worse))


def test_a_correction_that_did_not_help_leaves_the_difference_to_be_found_again() -> None:
    given(a_difference(), difference_corrected()).when(PROCESS, to_find_difference()).then(
        a_difference()
    )


def test_what_fits_now_is_closed_and_found_anew_when_it_does_not_again() -> None:
    fits = MatchDifference(difference_id=DIFFERENCE)

    given(a_difference()).when(PROCESS, fits).then(DifferenceMatched())
    given(a_difference(), DifferenceMatched()).when(PROCESS, fits).refused(TransitionNotAllowed)
    given(a_difference(), DifferenceMatched()).when(PROCESS, to_find_difference()).then(
        a_difference()
    )


def test_each_way_in_which_an_object_does_not_fit_is_a_difference_of_its_own() -> None:
    names = {
        difference_of(kind, source, name)
        for kind in Mismatch
        for source in ("stripe", "bank")
        for name in ("ch_1", "ch_2")
    }
    assert len(names) == len(Mismatch) * 4


# -- Settled ----------------------------------------------------------------------------


@pytest.mark.parametrize("actor", [CLARA, SUPPORT])
def test_a_person_explains_a_difference(actor: Any) -> None:
    given(a_difference()).when(actor, to_explain()).then(explained())
    given(a_difference()).when(actor, to_explain("")).refused(ReasonIsMissing)


def test_no_process_explains_a_difference() -> None:
    given(a_difference()).when(PROCESS, to_explain()).refused(TransitionNotAllowed, actor="X")


def test_a_correction_settles_a_difference() -> None:
    command = CorrectDifference(difference_id=DIFFERENCE, correction_id=CORRECTION)

    given(a_difference()).when(CLARA, command).then(difference_corrected())


def test_two_people_write_off_what_is_missing() -> None:
    (event,) = (
        given(a_difference()).when(CLARA, to_write_off()).then(difference_written_off()).events
    )

    assert isinstance(event, DifferenceWrittenOff)
    (entry,) = event.entries
    assert entry.rule == "J17s"
    assert [(line.account, line.minor) for line in entry.lines] == [
        ("exp_bad_debt", 250),
        ("suspense", -250),
    ]


def test_one_person_writes_nothing_off() -> None:
    given(a_difference()).when(CLARA, to_write_off(approved_by=None)).refused(SecondPersonRequired)
    given(a_difference()).when(CLARA, to_write_off(approved_by=CLARA.id)).refused(SelfApproval)
    given(a_difference()).when(CLARA, to_write_off(reason=" ")).refused(ReasonIsMissing)


@pytest.mark.parametrize("amount", ["2.49 EUR", "2.51 EUR", "0.00 EUR", "-2.50 EUR", "2.50 USD"])
def test_what_is_written_off_is_what_is_missing(amount: str) -> None:
    given(a_difference()).when(CLARA, to_write_off(amount)).refused(
        AmountsDiffer, missing="2.50 EUR"
    )


def test_what_is_too_much_is_somebody_s_and_is_never_difference_written_off() -> None:
    too_much = a_difference(found=money("412.90 EUR"))

    for amount in ("2.50 EUR", "-2.50 EUR"):
        given(too_much).when(CLARA, to_write_off(amount)).refused(AmountsDiffer)


def test_where_no_amounts_say_what_is_missing_people_do() -> None:
    missing_there = a_difference(kind=Mismatch.MISSING_THERE, found=None)

    given(missing_there).when(CLARA, to_write_off("410.40 EUR")).then(DifferenceWrittenOff)


@pytest.mark.parametrize(
    "end", [explained(), difference_corrected(), DifferenceMatched(), difference_written_off()]
)
def test_a_difference_is_settled_once(end: Any) -> None:
    for command in (to_explain(), to_write_off()):
        given(a_difference(), end).when(CLARA, command).refused(TransitionNotAllowed)
