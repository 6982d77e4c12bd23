"""Desk: what staff must look at comes up with its matter, and is gone with it."""

from datetime import timedelta
from enum import StrEnum
from typing import get_args

import pytest
from msgspec.structs import replace

from ledger.aggregates.decider import SAME, Lifecycle
from ledger.aggregates.provider import Standing
from ledger.draft import DECIDERS
from ledger.events import Event, Recorded
from ledger.values.clearance import Hold
from ledger.values.clock import system_clock
from ledger.values.ids import StreamId
from ledger.values.verification import ANSWERED_WITHIN
from projections.desk import DESK, OpenMatter, desk, matters, open_debts
from projections.matters import ENDS, Matter, OpeningEvent
from projections.ways_out import WAYS_OUT
from tests.facts import (
    BOOKING,
    DISPUTE,
    EVIDENCE_DUE,
    NOW,
    ONE_OF_EACH,
    REFUND,
    RUI,
    VERIFICATION,
    VERIFICATION_OF_HOUSE,
    a_difference,
    a_dispute,
    a_failed_bank_account,
    a_feed_conflict,
    a_payout,
    a_receipt,
    a_refund,
    a_write_off,
    alternative_chosen,
    an_account_that_is,
    an_id,
    approval_asked,
    approved,
    cancelled_payout,
    case_answered,
    case_opened,
    case_reopened,
    claim_contested,
    claim_escalated,
    collected,
    correction_submitted,
    escalated,
    evidence,
    external_refund,
    failed_refund,
    failed_transfer,
    held,
    left_unpaid,
    lessened,
    lifted,
    matched_refund,
    money,
    netted,
    not_delivered,
    outcome_unknown,
    owed,
    receipt_alternative_chosen,
    receipt_lessened,
    receipt_settled_alternatively,
    reopened,
    return_failed,
    return_reversed,
    returning,
    review_claimed,
    review_released,
    submitted_for_review,
    won,
    written_off,
)
from tests.lists import complete
from tests.projections.kept import Kept
from tests.projections.story import Story

M = Matter
DAY = timedelta(days=1)
FOR_PEOPLE = outcome_unknown(looks=5, look_again_at=None)

COMES_UP_BY: dict[Matter, Event] = {
    M.REFUND_TO_APPROVE: approval_asked(),
    M.REFUND_FAILED: failed_refund(),
    M.REFUND_TO_SETTLE: alternative_chosen(),
    M.REFUND_TO_CLASSIFY: external_refund(),
    M.DISPUTE_TO_ANSWER: a_dispute(),
    M.RECEIPT_UNAPPLIED: a_receipt(),
    M.RETURN_FAILED: return_failed(),
    M.RETURN_TO_SETTLE: receipt_alternative_chosen(),
    M.PAYMENT_UNANSWERED: FOR_PEOPLE,
    M.DIFFERENCE_OPEN: a_difference(),
    M.PAYOUT_HELD: held(),
    M.PAYOUT_FAILED: failed_transfer(),
    M.PAYOUT_ACCOUNT_CLOSED: an_account_that_is(Standing.RESTRICTED),
    M.BANK_ACCOUNT_FAILED: a_failed_bank_account(),
    M.CORRECTION_TO_APPROVE: correction_submitted(),
    M.WRITE_OFF_TO_APPROVE: a_write_off(),
    M.DAMAGE_TO_DECIDE: claim_contested(),
    M.DAMAGE_UNPAID: left_unpaid(),
    M.CASE_TO_ANSWER: case_opened(),
    M.SOLD_TWICE: a_feed_conflict(),
    M.REVIEW_OVERDUE: submitted_for_review(),
}
EXAMPLES: dict[type[Event], Event] = {type(event): event for event in ONE_OF_EACH}


def on_the_desk(*events: Event) -> list[tuple[str, str]]:
    """The matters that are left, and their reasons, when all of it happened in one stream."""
    kept, stream_id = Kept(), StreamId(REFUND)
    for at, event in enumerate(events, start=1):
        DESK.project(kept, Recorded(at, stream_id, at, BOOKING, NOW, NOW, None, b"{}", event))
    return sorted((row["matter"], row["reason"]) for row in kept.rows(matters).values())


def lying(story: Story, at_most: int = 50, matter: Matter | None = None) -> list[OpenMatter]:
    with story.projected(DESK) as db:
        return list(desk(db, at_most, matter).matters)


def test_every_matter_comes_up_by_something_and_everything_that_may_bring_one_up_does() -> None:
    brought_up = {type(event) for event in COMES_UP_BY.values()}
    again = (escalated(), reopened(), not_delivered(), return_reversed(), claim_escalated())
    rest = (lessened(), matched_refund(), case_answered(), case_reopened(), review_released())
    later = {type(event) for event in (*again, *rest)}

    complete(COMES_UP_BY, set(Matter), "COMES_UP_BY in tests/projections/test_desk.py")
    complete(brought_up | later, set(get_args(OpeningEvent)), "COMES_UP_BY")


@pytest.mark.parametrize(
    ("matter", "event"), COMES_UP_BY.items(), ids=lambda value: str(value)[:24]
)
def test_a_matter_lies_on_the_desk_once_however_often_it_comes_up(
    matter: Matter, event: Event
) -> None:
    assert [name for name, _ in on_the_desk(event)] == [matter]
    if event.topic != "dispute.opened" and "detected" not in event.topic:
        assert [name for name, _ in on_the_desk(event, event)] == [matter]


@pytest.mark.parametrize(
    ("matter", "end"),
    [
        pytest.param(matter, EXAMPLES[end], id=f"{matter}-{end.topic}")
        for end, ended in ENDS.items()
        for matter in ended
    ],
)
def test_a_matter_is_gone_when_it_is_dealt_with(matter: Matter, end: Event) -> None:
    if end.topic == "provider.payout_account_changed":
        end = an_account_that_is(Standing.ENABLED)

    left = on_the_desk(COMES_UP_BY[matter], end)

    assert matter not in [name for name, _ in left]


def test_what_our_bank_still_owes_of_a_receipt_lies_there_with_the_ways_out(story: Story) -> None:
    story.tells(a_receipt(), returning(), return_failed(), receipt_lessened())
    (failed,) = [one for one in lying(story) if one.matter is M.RETURN_FAILED]
    assert failed.ways_out == ("return", "alternative")
    assert failed.amount_minor == receipt_lessened().left.minor

    story.tells(receipt_alternative_chosen())
    assert {one.matter for one in lying(story)} == {M.RECEIPT_UNAPPLIED, M.RETURN_TO_SETTLE}
    story.tells(receipt_settled_alternatively())
    assert not lying(story)


def test_the_rest_of_a_refund_that_was_made_elsewhere_in_part_lies_there_like_all_of_it() -> None:
    half_matched = replace(matched_refund(), left=money("20.00 EUR"))

    assert on_the_desk(failed_refund(), lessened()) == [(M.REFUND_FAILED, "")]
    assert on_the_desk(alternative_chosen(), lessened()) == [(M.REFUND_FAILED, "")]
    assert on_the_desk(external_refund(), half_matched) == [(M.REFUND_TO_CLASSIFY, "")]
    assert on_the_desk(external_refund(), matched_refund()) == []


def test_every_matter_can_be_dealt_with() -> None:
    complete({matter for ended in ENDS.values() for matter in ended}, set(Matter), "ENDS")
    complete(WAYS_OUT, set(Matter), "WAYS_OUT in projections/ways_out.py")


def ends(lifecycle: Lifecycle, event: Event) -> set[type[Event]]:
    """The events that may come next in a stream, and after which nothing more can happen in it."""
    stands = lifecycle.after(event, None)
    goes_on = {
        before
        for step in lifecycle.steps
        for before in step.before
        if step.after is not SAME and step.after != before
    }
    return {
        step.event
        for step in lifecycle.steps
        if stands in step.before
        if isinstance(step.after, StrEnum) and step.after not in goes_on
    }


@pytest.mark.parametrize(
    ("matter", "end"),
    [
        pytest.param(matter, end, id=f"{matter}-{end.topic}")
        for matter, event in COMES_UP_BY.items()
        for lifecycle in (decider.lifecycle for decider in DECIDERS)
        if lifecycle.aggregate == event.topic.split(".")[0]
        for end in ends(lifecycle, event)
    ],
)
def test_no_matter_outlives_what_it_is_about(matter: Matter, end: type[Event]) -> None:
    assert matter not in [name for name, _ in on_the_desk(COMES_UP_BY[matter], EXAMPLES[end])]


def test_what_the_machines_still_look_after_is_not_for_people() -> None:
    assert on_the_desk(outcome_unknown(looks=1)) == []
    assert on_the_desk(an_account_that_is(Standing.ENABLED)) == []
    assert on_the_desk(an_account_that_is(Standing.ONBOARDING)) == []


def test_a_payout_lies_there_once_for_each_reason_that_holds_it() -> None:
    both = (held(Hold.DISPUTE), held(Hold.KYC))

    assert on_the_desk(*both) == [("payout_held", "dispute"), ("payout_held", "kyc")]
    assert on_the_desk(*both, lifted(Hold.KYC, to="on_hold")) == [("payout_held", "dispute")]
    assert on_the_desk(*both, cancelled_payout()) == []


def test_a_dispute_is_to_be_answered_until_it_is_and_again_when_it_goes_on(story: Story) -> None:
    story.tells(a_dispute())
    (dispute,) = lying(story)
    assert (dispute.matter, dispute.stream_id) == (M.DISPUTE_TO_ANSWER, DISPUTE)
    assert dispute.due_at == EVIDENCE_DUE
    assert dispute.amount_minor == a_dispute().amount.minor

    story.tells(evidence())
    assert not lying(story)
    story.tells(not_delivered())
    assert [each.due_at for each in lying(story)] == [EVIDENCE_DUE]
    story.tells(evidence(), won(), reopened())
    assert [each.due_at for each in lying(story)] == [reopened().due_by]


def test_a_refund_says_how_much_waits_and_for_what(story: Story) -> None:
    story.tells(a_refund(), approval_asked())

    (waiting,) = lying(story)

    assert (waiting.matter, waiting.case_id) == (M.REFUND_TO_APPROVE, BOOKING)
    assert (waiting.amount_minor, waiting.currency) == (a_refund().amount.minor, "EUR")
    assert waiting.detail == ", ".join(approval_asked().reasons)

    story.tells(approved())
    assert not lying(story)


def test_what_can_be_answered_only_until_some_time_comes_first(story: Story) -> None:
    story.tells(a_payout(), held(), at=NOW - timedelta(days=3))
    story.tells(a_difference(), at=NOW - timedelta(days=2))
    story.tells(a_dispute())

    assert [each.matter for each in lying(story)] == [
        M.DISPUTE_TO_ANSWER,
        M.PAYOUT_HELD,
        M.DIFFERENCE_OPEN,
    ]
    assert [each.matter for each in lying(story, at_most=1)] == [M.DISPUTE_TO_ANSWER]
    assert [each.matter for each in lying(story, matter=M.PAYOUT_HELD)] == [M.PAYOUT_HELD]
    with story.projected(DESK) as db:
        assert sum(desk(db, 1).counts.values()) == 3


def test_a_debt_is_there_until_nothing_of_it_is_left(story: Story) -> None:
    story.tells(owed("50.00 EUR"), netted("20.00 EUR"), collected("10.00 EUR"))
    with story.projected(DESK) as db:
        (debt,) = open_debts(db, 50).debts
    assert (debt.host_id, debt.currency, debt.owed_minor) == (RUI, "EUR", 2_000)

    story.tells(written_off("20.00 EUR"))
    with story.projected(DESK) as db:
        assert not open_debts(db, 50).debts


def test_history_from_outside_lays_nothing_on_the_desk(story: Story) -> None:
    story.tells(a_refund(), approval_asked(), a_dispute(), origin="import")
    story.tells(held(), stream=an_id("another payout"), origin="import")

    assert not lying(story)


def test_a_review_is_a_matter_once_it_has_waited_too_long_and_nobody_has_it(story: Story) -> None:
    """Which clock tells how long, is the database's: so this is told by the real one."""
    now = system_clock()
    long_ago = now - ANSWERED_WITHIN
    story.tells(submitted_for_review(), at=long_ago, stream=VERIFICATION)
    story.tells(submitted_for_review(), at=now - DAY, stream=VERIFICATION_OF_HOUSE)

    (late,) = lying(story)

    assert (late.stream_id, late.matter) == (VERIFICATION, M.REVIEW_OVERDUE)
    assert (late.since, late.ways_out) == (long_ago, ("claim",))
    story.tells(review_claimed(), at=now - 2 * DAY, stream=VERIFICATION)
    assert lying(story) == []
    story.tells(review_released(timed_out=True), at=now - DAY, stream=VERIFICATION)
    assert [one.since for one in lying(story)] == [now - DAY]
