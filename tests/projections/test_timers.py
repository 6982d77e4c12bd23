"""Timers: what is due, and what ends it."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from ledger.errors import CorruptHistory, StoreUnavailable
from ledger.events import Event
from ledger.events.alteration import (
    AlterationApplied,
    AlterationDeclined,
    AlterationExpired,
    AlterationFailed,
    AlterationSettling,
    AlterationWithdrawn,
)
from ledger.reactions import DueTimer
from ledger.values.change import PAID_WITHIN
from ledger.values.clearance import Hold
from ledger.values.clock import Instant
from projections.timers import TIMERS
from replay.timers import TimerDesk, due
from tests.facts import (
    ADOPTED,
    ALTERATION,
    BOOKING,
    CHECK_IN,
    CHECK_OUT,
    EARNED,
    HOLD_ENDS,
    NOW,
    PAYMENT,
    PAYOUT,
    RECEIPT,
    REFUND,
    REVIEWS_CLOSE,
    UNIT,
    a_booking,
    a_failed_capture,
    a_hold,
    a_no_show,
    a_payout,
    a_receipt,
    a_released_hold,
    a_request_hold,
    a_reservation,
    abandoned,
    adopted,
    adopted_payment,
    alteration_accepted,
    alteration_settling,
    an_expired_hold,
    an_extended_hold,
    cancelled,
    cancelled_payout,
    completed_stay,
    confirmed,
    declined,
    expired,
    funds_available,
    held,
    lifted,
    paid,
    proposed,
    recalculated,
    receipt_funds,
    recognized,
    reviews_opened,
    reviews_published,
    started,
    withdrawn,
)
from tests.facts import due as payout_due
from tests.projections.story import Story

FAR_AHEAD = CHECK_OUT + timedelta(days=365)


def what_is_due(story: Story) -> dict[str, DueTimer]:
    with story.projected(TIMERS) as db:
        return {timer.kind: timer for timer in due(db, FAR_AHEAD)}


def test_a_hold_runs_out_at_its_time_on_its_unit(story: Story) -> None:
    story.tells(a_hold())

    (timer,) = what_is_due(story).values()

    assert (timer.kind, timer.stream_id, timer.case_id) == ("expire_hold", UNIT, BOOKING)
    assert timer.fires_at == HOLD_ENDS


@pytest.mark.parametrize("ending", [a_reservation(), an_expired_hold(), a_released_hold()])
def test_a_hold_that_ended_does_not_run_out(story: Story, ending: Event) -> None:
    story.tells(a_hold(), ending)

    assert not what_is_due(story)


@pytest.mark.parametrize(
    ("extended", "until"),
    [
        (an_extended_hold(), NOW + timedelta(minutes=25)),
        (a_request_hold(), NOW + timedelta(hours=24)),
    ],
)
def test_an_extended_hold_runs_out_at_its_new_time_by_a_new_command(
    story: Story, extended: Event, until: Instant
) -> None:
    story.tells(a_hold())
    first = what_is_due(story)["expire_hold"].command_id

    story.tells(extended)

    (timer,) = what_is_due(story).values()
    assert (timer.fires_at, timer.stream_id) == (until, UNIT)
    assert timer.command_id != first


def test_a_hold_that_was_extended_in_the_same_page_and_ended_does_not_run_out(
    story: Story,
) -> None:
    story.tells(a_hold(), an_extended_hold(), a_reservation())

    assert not what_is_due(story)


def test_a_stay_has_its_timers_only_when_it_is_confirmed(story: Story) -> None:
    story.tells(a_booking())
    assert not what_is_due(story)

    story.tells(confirmed())
    assert {kind: timer.fires_at for kind, timer in what_is_due(story).items()} == {
        "start_stay": CHECK_IN,
        "complete_stay": CHECK_OUT,
        "recognize_earnings": EARNED,
    }


def test_each_timer_of_a_stay_ends_with_what_it_waited_for(story: Story) -> None:
    story.tells(a_booking(), confirmed())
    left = {"start_stay", "complete_stay", "recognize_earnings"}
    for event, kind in (
        (started(), "start_stay"),
        (recognized(), "recognize_earnings"),
        (completed_stay(), "complete_stay"),
    ):
        story.tells(event)
        left.remove(kind)
        assert set(what_is_due(story)) - {"open_reviews"} == left


def test_whoever_stayed_is_asked_at_once_and_until_the_window_closes(story: Story) -> None:
    story.tells(a_booking(), confirmed(), completed_stay())
    assert what_is_due(story)["open_reviews"].fires_at == NOW

    story.tells(reviews_opened())
    assert what_is_due(story)["close_reviews"].fires_at == REVIEWS_CLOSE
    assert "open_reviews" not in what_is_due(story)

    story.tells(reviews_published())
    assert "close_reviews" not in what_is_due(story)


@pytest.mark.parametrize("fallen", [cancelled(), a_no_show()])
def test_what_a_stay_retains_that_falls_away_is_earned_at_once(story: Story, fallen: Event) -> None:
    story.tells(a_booking(), confirmed(), fallen)

    (timer,) = (one for one in what_is_due(story).values() if one.kind != "open_reviews")

    assert (timer.kind, timer.fires_at) == ("recognize_earnings", NOW)


@pytest.mark.parametrize("ending", [expired(), abandoned()])
def test_a_booking_that_was_never_paid_leaves_no_timer(story: Story, ending: Event) -> None:
    story.tells(a_booking(), ending)

    assert not what_is_due(story)


def test_a_payout_matures_at_the_time_it_was_last_given(story: Story) -> None:
    story.tells(a_payout())
    assert what_is_due(story)["mature_payout"].stream_id == PAYOUT
    first = what_is_due(story)["mature_payout"].command_id

    story.tells(recalculated(release_at=CHECK_OUT))

    timer = what_is_due(story)["mature_payout"]
    assert timer.fires_at == CHECK_OUT
    assert timer.command_id != first


def test_a_hold_does_not_stop_the_clock_of_a_payout(story: Story) -> None:
    story.tells(a_payout(), held(), held(Hold.KYC), lifted(to="on_hold"))
    assert "mature_payout" in what_is_due(story)
    story.tells(lifted(Hold.KYC, to="scheduled"))
    assert "mature_payout" in what_is_due(story)


def test_a_payout_whose_time_came_while_it_was_held_is_due_when_it_is_not(story: Story) -> None:
    story.tells(a_payout(), held(), lifted(to="due"))
    assert "mature_payout" not in what_is_due(story)


@pytest.mark.parametrize("ending", [payout_due(), cancelled_payout()])
def test_a_payout_that_is_due_or_cancelled_has_no_timer(story: Story, ending: Event) -> None:
    story.tells(a_payout(), ending)

    assert not what_is_due(story)


MATURES = NOW + timedelta(days=2)


def test_money_becomes_usable_on_the_day_that_the_processor_named(story: Story) -> None:
    story.tells(replace(paid(), available_at=MATURES))

    (timer,) = what_is_due(story).values()

    assert (timer.kind, timer.stream_id, timer.fires_at) == ("record_funds", PAYMENT, MATURES)
    story.tells(funds_available())
    assert not what_is_due(story)


def test_money_of_which_no_day_was_told_sets_no_timer(story: Story) -> None:
    story.tells(replace(paid(), available_at=None))

    assert not what_is_due(story)


def test_money_without_a_place_becomes_usable_too(story: Story) -> None:
    story.tells(replace(a_receipt(), available_at=MATURES))

    (timer,) = what_is_due(story).values()

    assert (timer.kind, timer.stream_id) == ("record_receipt_funds", RECEIPT)
    story.tells(receipt_funds())
    assert not what_is_due(story)


def test_money_that_is_adopted_becomes_usable_as_its_payments(story: Story) -> None:
    story.tells(replace(a_receipt(), available_at=MATURES), adopted())
    assert not what_is_due(story)

    story.tells(replace(adopted_payment(), available_at=MATURES), stream=ADOPTED)

    (timer,) = what_is_due(story).values()
    assert (timer.kind, timer.stream_id, timer.fires_at) == ("record_funds", ADOPTED, MATURES)


def test_money_that_is_usable_when_it_is_adopted_sets_no_timer(story: Story) -> None:
    story.tells(replace(adopted_payment(), available=True, available_at=MATURES))

    assert not what_is_due(story)


def test_a_stay_that_is_confirmed_after_it_had_expired_has_its_timers(story: Story) -> None:
    story.tells(a_booking(), expired(), confirmed())

    assert set(what_is_due(story)) == {"start_stay", "complete_stay", "recognize_earnings"}


@pytest.mark.parametrize("ending", [declined(), withdrawn(), a_failed_capture()])
def test_a_stay_that_is_not_wanted_leaves_no_timer(story: Story, ending: Event) -> None:
    story.tells(a_booking(), ending, confirmed())

    assert not what_is_due(story)


def test_imported_history_sets_no_timer(story: Story) -> None:
    story.tells(a_hold(), a_booking(), confirmed(), a_payout(), origin="import")

    assert not what_is_due(story)


def test_a_live_end_of_an_imported_booking_does_no_harm(story: Story) -> None:
    story.tells(a_booking(), origin="import")

    story.tells(confirmed(), started())

    assert not what_is_due(story)


def test_a_timer_fires_late_rather_than_never_and_only_once(story: Story) -> None:
    story.tells(a_hold())
    fired: list[DueTimer] = []
    desk = TimerDesk(fired.append, unexpected)

    with story.projected(TIMERS) as db:
        assert desk.fire(db, HOLD_ENDS - timedelta(seconds=1)) == 0
        assert desk.fire(db, FAR_AHEAD) == 1
        assert desk.fire(db, FAR_AHEAD) == 0

    assert [timer.kind for timer in fired] == ["expire_hold"]


def unexpected(timer: DueTimer, error: Exception) -> None:
    raise AssertionError(timer) from error


def test_while_the_ledger_is_away_timers_wait_and_are_the_same_commands_afterwards(
    story: Story,
) -> None:
    story.tells(a_hold())
    tried: list[DueTimer] = []

    def be_away_once(timer: DueTimer) -> None:
        tried.append(timer)
        if len(tried) == 1:
            raise StoreUnavailable

    desk = TimerDesk(be_away_once, unexpected)
    with story.projected(TIMERS) as db:
        with pytest.raises(StoreUnavailable):
            desk.fire(db, FAR_AHEAD)
        desk.fire(db, FAR_AHEAD)

    assert tried[0].command_id == tried[1].command_id


def test_a_timer_that_fails_holds_up_none_after_it_and_is_told_of_once(story: Story) -> None:
    story.tells(a_hold(), a_booking(), confirmed())
    fired: list[str] = []
    failures: list[tuple[str, str]] = []

    def stumble_over_the_hold(timer: DueTimer) -> None:
        if timer.kind == "expire_hold":
            raise CorruptHistory(stream=timer.stream_id)
        fired.append(timer.kind)

    desk = TimerDesk(
        stumble_over_the_hold,
        failed=lambda timer, error: failures.append((timer.kind, type(error).__name__)),
    )
    with story.projected(TIMERS) as db:
        handed = [desk.fire(db, FAR_AHEAD, limit=1) for _ in range(5)]

    assert fired == ["start_stay", "recognize_earnings", "complete_stay"]
    assert failures == [("expire_hold", "CorruptHistory")]
    assert handed == [0, 1, 1, 1, 0]


def test_a_timer_that_failed_fires_once_what_was_wrong_is_mended(story: Story) -> None:
    story.tells(a_hold())
    tried: list[DueTimer] = []

    def stumble_once(timer: DueTimer) -> None:
        tried.append(timer)
        if len(tried) == 1:
            raise CorruptHistory

    desk = TimerDesk(stumble_once, failed=lambda timer, error: None)
    with story.projected(TIMERS) as db:
        assert [desk.fire(db, FAR_AHEAD) for _ in range(3)] == [0, 1, 0]

    assert tried[0].command_id == tried[1].command_id


def test_a_proposal_waits_for_its_answer_and_then_for_its_payment(story: Story) -> None:
    story.tells(proposed())
    (answering,) = what_is_due(story).values()
    story.tells(alteration_accepted(), alteration_settling(), at=NOW)
    (paying,) = what_is_due(story).values()

    assert (answering.kind, answering.stream_id) == ("expire_alteration", ALTERATION)
    assert answering.fires_at == proposed().expires_at
    assert (paying.kind, paying.stream_id) == ("give_up_alteration", ALTERATION)
    assert paying.fires_at == NOW + PAID_WITHIN


@pytest.mark.parametrize(
    "ending",
    [
        AlterationDeclined(reason="other"),
        AlterationWithdrawn(),
        AlterationExpired(),
        AlterationFailed(reason="not paid in time"),
        AlterationApplied(revision=1),
    ],
    ids=lambda event: str(event.topic),
)
def test_what_was_proposed_and_has_ended_waits_for_nobody(story: Story, ending: Event) -> None:
    story.tells(proposed(), alteration_settling(), ending)

    assert what_is_due(story) == {}


def test_a_refund_of_a_difference_waits_for_an_approval_and_no_longer(story: Story) -> None:
    begins = NOW + timedelta(days=3)
    story.tells(
        proposed(), AlterationSettling(payment_id=None, refund_id=REFUND, waits_until=begins)
    )

    (waiting,) = what_is_due(story).values()
    assert (waiting.kind, waiting.fires_at) == ("give_up_alteration", begins)


def test_what_is_settled_without_anybody_has_no_time_to_be_settled_in(story: Story) -> None:
    story.tells(proposed(), AlterationSettling(payment_id=None, refund_id=None, waits_until=None))

    assert what_is_due(story) == {}


def test_a_difference_from_before_its_time_was_told_is_paid_within_a_day(story: Story) -> None:
    settling = AlterationSettling(payment_id=PAYMENT, refund_id=None, waits_until=None)
    story.tells(proposed(), settling, at=NOW)

    (paying,) = what_is_due(story).values()
    assert paying.fires_at == NOW + PAID_WITHIN
