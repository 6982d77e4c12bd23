"""Payouts: when a host is paid, what keeps a payout back, and what is still needed."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from ledger.aggregates.payout import LIFECYCLE
from ledger.aggregates.provider import Standing
from ledger.events import Event, Recorded
from ledger.values.clearance import Hold
from ledger.values.ids import HostId, StreamId
from projections.needs import NEEDED, HostPayouts, payouts_of
from projections.payouts import PAYOUTS, payouts
from tests.facts import (
    BANK_ACCOUNT,
    EARNED,
    NOW,
    ONE_OF_EACH,
    PAYOUT,
    RUI,
    a_bank_account,
    a_failed_bank_account,
    a_payout,
    a_provider,
    an_account,
    an_account_that_is,
    an_id,
    cancelled_payout,
    due,
    failed_transfer,
    held,
    lifted,
    money,
    payout_retried,
    recalculated,
    released,
    transferred,
)
from tests.lists import complete
from tests.projections.kept import Kept
from tests.projections.story import Story

OPEN = (a_provider(), an_account(), an_account_that_is(Standing.ENABLED))
OF_A_PAYOUT = [event for event in ONE_OF_EACH if event.topic.startswith("payout.")]


def the_payouts(story: Story, at_most: int = 10) -> HostPayouts:
    with story.projected(PAYOUTS) as db:
        return payouts_of(db, HostId(RUI), at_most)


def codes(story: Story) -> list[str]:
    (payout,) = the_payouts(story).payouts
    return [need.code for need in payout.needed]


def test_every_hold_says_what_is_needed() -> None:
    complete(NEEDED, set(Hold), "NEEDED in projections/needs.py")


def test_a_payout_tells_when_it_will_be_paid(story: Story) -> None:
    story.tells(*OPEN, a_payout())

    (payout,) = the_payouts(story).payouts
    assert (payout.payout_id, payout.status, payout.release_at) == (PAYOUT, "scheduled", EARNED)
    assert payout.amount_minor == a_payout().amount.minor
    assert not payout.needed, "only time must pass"

    story.tells(recalculated("174.60 EUR", NOW))
    (payout,) = the_payouts(story).payouts
    assert (payout.amount_minor, payout.release_at) == (17_460, NOW)


def test_what_was_netted_before_a_transfer_that_failed_is_told_with_what_is_netted_since(
    story: Story,
) -> None:
    ordered = replace(released(), amount=money("300.00 EUR"), netted=money("49.20 EUR"))
    story.tells(*OPEN, a_payout(), due(), ordered, failed_transfer())
    assert the_payouts(story).payouts[0].netted_minor == 4_920

    story.tells(payout_retried("280.00 EUR", netted="20.00 EUR"))

    assert the_payouts(story).payouts[0].netted_minor == 6_920


def test_all_reasons_of_a_hold_are_told_until_each_is_gone(story: Story) -> None:
    story.tells(*OPEN, a_payout(), held(Hold.MANUAL), held(Hold.DISPUTE, "dp_1"))

    (payout,) = the_payouts(story).payouts
    assert payout.status == "on_hold"
    assert [(need.code, need.detail) for need in payout.needed] == [
        ("dispute", "dp_1"),
        ("manual", ""),
    ]

    story.tells(lifted(Hold.DISPUTE, to="on_hold"))
    assert codes(story) == ["manual"]
    story.tells(lifted(Hold.MANUAL, to="scheduled"))
    assert codes(story) == []


def test_a_hold_that_comes_again_is_told_again(story: Story) -> None:
    story.tells(*OPEN, a_payout(), held(), lifted(), held())

    assert codes(story) == ["manual"]


def test_what_is_cancelled_needs_nothing_more(story: Story) -> None:
    story.tells(*OPEN, a_payout(), held(Hold.KYC), cancelled_payout())

    (payout,) = the_payouts(story).payouts
    assert (payout.status, payout.amount_minor, list(payout.needed)) == ("cancelled", 0, [])


def test_a_host_without_an_account_hears_that_one_is_needed(story: Story) -> None:
    story.tells(a_payout())
    assert codes(story) == ["payout_account"]

    story.tells(a_provider(), an_account())
    assert codes(story) == ["payout_account"]

    story.tells(an_account_that_is(Standing.ENABLED))
    assert codes(story) == []


def test_a_bank_that_gave_a_payout_back_asks_for_another_account(story: Story) -> None:
    story.tells(*OPEN, a_bank_account(BANK_ACCOUNT), a_payout(), a_failed_bank_account())
    assert codes(story) == ["bank_account"]

    story.tells(a_bank_account("ba_2"))
    assert codes(story) == []


def test_what_is_paid_needs_nothing_whatever_becomes_of_the_account(story: Story) -> None:
    story.tells(*OPEN, a_payout(), due(), released(), transferred())
    story.tells(an_account_that_is(Standing.RESTRICTED))

    answer = the_payouts(story)
    assert [(one.status, list(one.needed)) for one in answer.payouts] == [("transferred", [])]
    assert answer.account is not None
    assert answer.account.status == "restricted"


def test_a_failed_payout_says_why(story: Story) -> None:
    story.tells(*OPEN, a_payout(), due(), released(), failed_transfer())

    (payout,) = the_payouts(story).payouts
    assert (payout.status, payout.failed_because) == ("failed", failed_transfer().reason)


def test_the_latest_payout_comes_first_and_no_more_than_asked_for(story: Story) -> None:
    later = an_id("later")
    story.tells(*OPEN, a_payout())
    story.tells(a_payout(), recalculated(release_at=EARNED + timedelta(days=9)), stream=later)

    assert [one.payout_id for one in the_payouts(story).payouts] == [later, PAYOUT]
    assert [one.payout_id for one in the_payouts(story, at_most=1).payouts] == [later]


@pytest.mark.parametrize(
    "event",
    [event for event in OF_A_PAYOUT if type(event) in PAYOUTS.listens_to],
    ids=lambda event: event.topic,
)
def test_a_payout_stands_where_its_rules_say(event: Event) -> None:
    """The words of the read model are those of the rules, which it may not import."""
    kept, stream_id = Kept(), StreamId(PAYOUT)
    told = [a_payout()] if event.topic == "payout.scheduled" else [a_payout(), event]
    for version, one in enumerate(told, start=1):
        PAYOUTS.project(
            kept, Recorded(version, stream_id, version, PAYOUT, NOW, NOW, None, b"{}", one)
        )

    (row,) = kept.rows(payouts).values()
    assert row["status"] == LIFECYCLE.after(event, LIFECYCLE.after(a_payout(), None))
