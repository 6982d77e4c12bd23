"""What people put right: two of them, as they were shown it, and once."""

from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from ledger import processes
from ledger.aggregates.correction import (
    CORRECTION,
    Correction,
    DraftCorrection,
    Status,
    SubmitCorrection,
)
from ledger.aggregates.difference import DIFFERENCE, FindDifference, difference_of
from ledger.aggregates.difference import Status as Standing
from ledger.draft import Draft
from ledger.errors import (
    AmountsDiffer,
    CorrectionChanged,
    SelfApproval,
    TransitionNotAllowed,
    UnfitEntry,
)
from ledger.events import MoneyEvent
from ledger.events.booking import EarningsRecognized, PenaltyCharged
from ledger.events.difference import Mismatch
from ledger.processes import WantedCorrection, WrittenOff
from ledger.values.ids import CorrectionId
from ledger.values.journal import Account, Entry, Line
from tests.facts import BOOKING, CLARA, DINIS, EARNED, HOST, RUI, an_id, money
from tests.ledger.market import Market
from tests.ledger.test_staff_refunds import HOUR, owed_to, paid


def earned() -> Market:
    """A stay that is earned: 10.80 of it as the host's fee."""
    market = paid()
    market.until(EARNED, step=12 * HOUR)
    return market


def the_fee_was_the_guests(market: Market) -> WantedCorrection:
    """What the entry has as the host's fee is the guest's."""
    as_it_was = the_fee_was_waived(market)
    right = tuple(
        replace(line, account=Account.REV_GUEST_FEE.value)
        if line.account == Account.REV_HOST_FEE
        else line
        for line in as_it_was.wrong.lines
    )
    return replace(as_it_was, right=right)


def the_fee_was_waived(market: Market) -> WantedCorrection:
    """The host's fee of the entry is the host's own."""
    (recorded,) = [one for one in market.store.history if isinstance(one.event, EarningsRecognized)]
    assert isinstance(recorded.event, MoneyEvent)
    (entry,) = recorded.event.entries
    fee = next(line for line in entry.lines if line.account == Account.REV_HOST_FEE)
    right = tuple(
        replace(line, minor=line.minor + fee.minor)
        if line.account == Account.HOST_PAYABLE
        else line
        for line in entry.lines
        if line is not fee
    )
    return WantedCorrection(
        case_id=BOOKING,
        wrong_stream=recorded.stream_id,
        wrong_version=recorded.version,
        number=1,
        wrong=entry,
        right=right,
    )


def draft_it(market: Market, wanted: WantedCorrection, **changed: Any) -> CorrectionId:
    """Clara drafts a correction, as it was shown to her."""
    told: dict[str, Any] = {
        "accepted": processes.shown_correction(wanted).digest,
        "reason": "wrong_party",
    }
    drafted: list[CorrectionId] = []

    def plan(draft: Draft) -> None:
        drafted.append(processes.draft_correction(draft, CLARA, wanted, **told | changed))

    market.decide(plan)
    return drafted[-1]


def approve(market: Market, correction_id: CorrectionId, **changed: Any) -> None:
    """Dinis approves a correction, as it was shown to him."""
    correction = market.ledger.state(CORRECTION, correction_id)
    assert correction is not None
    told: dict[str, Any] = {
        "staff": DINIS,
        "accepted": processes.shown_correction(correction).digest,
    }
    plan = partial(processes.approve_correction, correction_id=correction_id, **told | changed)
    market.decide(plan)


# -- Corrections (X10) ----------------------------------------------------------------------


def test_a_correction_takes_back_what_was_wrong_and_books_what_is_right() -> None:
    market = earned()
    before = owed_to(market, Account.REV_GUEST_FEE)

    approve(market, draft_it(market, the_fee_was_the_guests(market)))

    assert owed_to(market, Account.REV_GUEST_FEE) == before + 1_080
    assert owed_to(market, Account.REV_HOST_FEE) == 0


def test_case_x10_one_person_alone_corrects_nothing() -> None:
    market = earned()
    correction_id = draft_it(market, the_fee_was_the_guests(market))

    with pytest.raises(SelfApproval):
        approve(market, correction_id, staff=CLARA)

    assert owed_to(market, Account.REV_HOST_FEE) == 1_080


def test_case_x10_who_looked_at_something_else_neither_drafts_nor_approves() -> None:
    market = earned()
    wanted = the_fee_was_the_guests(market)
    other = processes.shown_correction(replace(wanted, wrong_version=99)).digest

    with pytest.raises(CorrectionChanged):
        draft_it(market, wanted, accepted=other)
    correction_id = draft_it(market, wanted)
    with pytest.raises(CorrectionChanged):
        approve(market, correction_id, accepted=other)


def test_case_x10_a_link_to_an_approval_that_was_used_is_of_no_use_again() -> None:
    market = earned()
    wanted = the_fee_was_the_guests(market)
    correction_id = draft_it(market, wanted)
    approve(market, correction_id)

    with pytest.raises(TransitionNotAllowed):
        approve(market, correction_id)
    with pytest.raises(TransitionNotAllowed):
        draft_it(market, wanted)

    assert owed_to(market, Account.REV_HOST_FEE) == 0


def test_an_entry_whose_correction_was_refused_may_be_corrected_by_another_one() -> None:
    market = earned()
    wanted = the_fee_was_the_guests(market)
    first = draft_it(market, wanted)
    refuse = partial(processes.refuse_correction, staff=DINIS, correction_id=first)
    market.decide(partial(refuse, reason="not_wrong"))

    second = draft_it(market, wanted)
    approve(market, second)

    assert first != second
    assert market.ledger.state(CORRECTION, first).status is Status.REFUSED  # type: ignore[union-attr]


@pytest.mark.parametrize("sign", [1, -1], ids=["more", "less"])
def test_what_a_host_is_to_be_paid_is_not_corrected_for_no_payout_would_follow(sign: int) -> None:
    waived = the_fee_was_waived(earned())
    if sign < 0:
        waived = replace(waived, wrong=replace(waived.wrong, lines=waived.right), right=())

    with pytest.raises(UnfitEntry) as refused:
        processes.shown_correction(waived)

    assert refused.value.data["account"] == Account.HOST_PAYABLE


def the_penalty_was_waived(market: Market) -> WantedCorrection:
    """Rui called a stay off that was paid, and shall pay no penalty for it."""

    def call_off(draft: Draft) -> None:
        owed = processes.penalty_now(draft, BOOKING)
        processes.cancel_by_host(draft, HOST, BOOKING, "flood", owed)

    market.decide(call_off)
    (recorded,) = [one for one in market.store.history if isinstance(one.event, PenaltyCharged)]
    assert isinstance(recorded.event, MoneyEvent)
    return WantedCorrection(
        case_id=BOOKING,
        wrong_stream=recorded.stream_id,
        wrong_version=recorded.version,
        number=1,
        wrong=recorded.event.entries[0],
        right=(),
    )


def test_what_a_host_owes_is_written_off_and_not_corrected() -> None:
    """The next payout would be netted by the penalty all the same."""
    waived = the_penalty_was_waived(paid())

    with pytest.raises(UnfitEntry) as refused:
        processes.shown_correction(waived)

    assert refused.value.data["account"] == Account.HOST_RECEIVABLE
    assert refused.value.data["instead"] == "write_off"


def test_a_correction_of_what_a_host_owes_that_was_drafted_before_is_not_approved() -> None:
    market = paid()
    waived = the_penalty_was_waived(market)
    before = CorrectionId(an_id("drafted while such corrections could be"))
    drafted = DraftCorrection(
        correction_id=before,
        wrong_stream=waived.wrong_stream,
        wrong_version=waived.wrong_version,
        number=waived.number,
        wrong=waived.wrong,
        right=waived.right,
        reason="wrong_amount",
        drafted_by=CLARA.id,
        time_zone="Europe/Lisbon",
    )
    market.decide(lambda draft: draft.do(CLARA, drafted))
    market.decide(lambda draft: draft.do(CLARA, SubmitCorrection(correction_id=before)))
    owed = owed_to(market, Account.HOST_RECEIVABLE)

    with pytest.raises(UnfitEntry):
        approve(market, before)

    assert owed_to(market, Account.HOST_RECEIVABLE) == owed


def test_a_correction_of_what_a_host_owes_that_was_drafted_before_is_still_shown() -> None:
    owed = Line(Account.HOST_RECEIVABLE, RUI, 3_600, "EUR")
    charged = Line(Account.REV_PENALTY, "", -3_600, "EUR")
    before = Correction(
        status=Status.AWAITING_SECOND_PERSON,
        wrong_stream=BOOKING,
        wrong_version=3,
        number=1,
        wrong=Entry("J21", 1, (owed, charged)),
        right=(),
        drafted_by=CLARA.id,
        time_zone="Europe/Lisbon",
    )

    shown = processes.shown_correction(before)

    assert [line.minor for entry in shown.entries for line in entry.lines] == [-3_600, 3_600]


def test_what_does_not_balance_is_not_shown() -> None:
    wanted = the_fee_was_the_guests(earned())
    lopsided = (Line(Account.BANK, "", 1, "EUR"),)

    with pytest.raises(UnfitEntry):
        processes.shown_correction(replace(wanted, right=lopsided))


# -- Differences ----------------------------------------------------------------------------


MISSING = difference_of(Mismatch.AMOUNT, "stripe", "ch_1")


def with_a_difference() -> Market:
    """Stripe has 5 euros less than we thought."""
    market = earned()
    found = FindDifference(
        difference_id=MISSING,
        kind=Mismatch.AMOUNT,
        object_id="ch_1",
        source="stripe",
        expected=money("410.40 EUR"),
        found=money("405.40 EUR"),
    )
    market.decide(partial(processes.find_difference, found=found))
    return market


def standing(market: Market) -> Standing:
    """Where the difference stands."""
    difference = market.ledger.state(DIFFERENCE, MISSING)
    assert difference is not None
    return difference.status


def test_a_difference_is_explained_by_whoever_knows() -> None:
    market = with_a_difference()

    market.decide(
        partial(
            processes.explain_difference, staff=CLARA, difference_id=MISSING, reason="in_transit"
        )
    )

    assert standing(market) is Standing.EXPLAINED


def test_a_difference_is_corrected_when_its_correction_is_applied_and_not_before() -> None:
    market = with_a_difference()
    correction_id = draft_it(market, the_fee_was_the_guests(market))
    correct = partial(processes.correct_difference, staff=CLARA, difference_id=MISSING)

    with pytest.raises(TransitionNotAllowed):
        market.decide(partial(correct, correction_id=correction_id))
    approve(market, correction_id)
    market.decide(partial(correct, correction_id=correction_id))

    assert standing(market) is Standing.CORRECTED


@pytest.mark.parametrize(
    ("proposed_by", "amount", "refusal"),
    [(DINIS.id, "5.00 EUR", SelfApproval), (CLARA.id, "6.00 EUR", AmountsDiffer)],
)
def test_what_is_missing_is_given_up_by_two_and_in_full(
    proposed_by: str, amount: str, refusal: type[Exception]
) -> None:
    market = with_a_difference()
    wrong = WrittenOff(amount=money(amount), reason="not_found", proposed_by=proposed_by)
    give_up = partial(processes.write_off_difference, staff=DINIS, difference_id=MISSING)

    with pytest.raises(refusal):
        market.decide(partial(give_up, wanted=wrong))
    right = replace(wrong, amount=money("5.00 EUR"), proposed_by=CLARA.id)
    market.decide(partial(give_up, wanted=right))

    assert standing(market) is Standing.WRITTEN_OFF
    assert owed_to(market, Account.EXP_BAD_DEBT) == -500
