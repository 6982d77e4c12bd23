"""Timeline: what happened, in plain language."""

from datetime import timedelta
from typing import get_args

import pytest

from ledger.events import AnyEvent
from ledger.events.refund import Doubt
from projections.timeline import TIMELINE, timeline_of
from projections.timeline.matters import TELLING
from tests import facts
from tests.facts import BOOKING, GUEST, NOW, PAYMENT, UNIT, an_id
from tests.lists import complete
from tests.projections.story import Story


def test_there_is_a_sentence_for_every_event_and_for_nothing_else() -> None:
    complete(TELLING, get_args(AnyEvent), "a row in projections/timeline/matters")


def test_a_case_is_told_over_all_its_streams_in_plain_language(story: Story) -> None:
    story.tells(facts.a_hold())
    story.tells(facts.a_booking(), by=GUEST)
    story.tells(facts.a_payment(), facts.paid(), facts.confirmed())
    total = facts.a_price().total

    with story.projected(TIMELINE) as db:
        told = timeline_of(db, BOOKING)

    assert [each.sentence for each in told.happenings] == [
        "3 nights from 2026-07-02 to 2026-07-05 held until 2026-06-01 11:15 UTC",
        f"Booking of 3 nights from 2026-07-02 to 2026-07-05 requested for {total} "
        f"under policy {facts.a_booking().policy.label}",
        f"Payment of {total} opened",
        f"Payment of {total} completed",
        f"Booking confirmed for {total}",
    ]
    assert [each.actor for each in told.happenings][:2] == ["system", "guest"]
    assert told.case_id == BOOKING


def test_a_payment_with_3d_secure_reads_as_one_attempt(story: Story) -> None:
    story.tells(facts.a_payment(), facts.linked(), facts.processing(), facts.action_required())
    story.tells(facts.a_hold(), facts.processing(), facts.paid())

    with story.projected(TIMELINE) as db:
        told = timeline_of(db, PAYMENT).happenings

    assert [each.sentence for each in told if each.stream_id == PAYMENT][2:] == [
        "Payment handed to the processor, attempt 1",
        "The guest's bank asks the guest to confirm (3-D Secure)",
        "Guest answered their bank, attempt 1 goes on at the processor",
        f"Payment of {facts.a_price().total} completed",
    ]


def test_a_request_that_ran_out_is_told_by_whom_it_waited_for(story: Story) -> None:
    unpaid = an_id("unpaid")
    story.tells(facts.a_booking(), facts.host_asked(), facts.expired())
    story.tells(facts.a_booking(), facts.expired(), stream=unpaid, case=unpaid)

    with story.projected(TIMELINE) as db:
        ends = [timeline_of(db, one).happenings[-1].sentence for one in (BOOKING, unpaid)]

    assert ends == [
        "Request expired, the host did not decide in time",
        "Booking expired before it was paid",
    ]


def test_codes_are_told_in_words(story: Story) -> None:
    doubts = facts.approval_asked(Doubt.OFF_POLICY, Doubt.ABOVE_LIMIT)
    story.tells(facts.a_refund(), doubts, facts.a_receipt())

    with story.projected(TIMELINE) as db:
        told = [each.sentence for each in timeline_of(db, BOOKING).happenings]

    assert told[1:] == [
        "Refund waits for a person to approve it: more than the policy gives, "
        "more than one person may give",
        f"{facts.a_receipt().amount} came without a place: too late",
    ]


@pytest.mark.parametrize("any_id", [BOOKING, PAYMENT])
def test_any_stream_of_a_case_leads_to_the_whole_case(story: Story, any_id: str) -> None:
    story.tells(facts.a_booking(), facts.a_payment())

    with story.projected(TIMELINE) as db:
        told = timeline_of(db, any_id)

    assert [each.stream_id for each in told.happenings] == [BOOKING, PAYMENT]


def test_a_calendar_that_many_cases_share_is_told_by_itself(story: Story) -> None:
    other = an_id("another booking")
    story.tells(facts.a_calendar(), facts.a_hold(), facts.a_booking())
    story.tells(facts.a_hold(nights=facts.a_stay("2026-08-01")), stream=UNIT, case=other)

    with story.projected(TIMELINE) as db:
        told = timeline_of(db, an_id("unit 1"))
        of_case = timeline_of(db, BOOKING)

    assert {each.stream_id for each in told.happenings} >= {UNIT}
    assert [each.topic for each in of_case.happenings] == [
        "unit_calendar.hold_placed",
        "booking.requested",
    ]


def test_what_happened_earlier_is_told_earlier_whenever_it_was_recorded(story: Story) -> None:
    story.tells(facts.confirmed(), at=NOW + timedelta(hours=1))
    story.tells(facts.a_payment(), at=NOW)

    with story.projected(TIMELINE) as db:
        told = timeline_of(db, BOOKING)

    assert [each.topic for each in told.happenings] == ["payment.opened", "booking.confirmed"]


def test_an_id_that_nobody_knows_has_an_empty_timeline(story: Story) -> None:
    with story.projected(TIMELINE) as db:
        told = timeline_of(db, an_id("nobody"))

    assert (told.case_id, list(told.happenings)) == (None, [])


@pytest.mark.parametrize(
    "name", ['line\nbreak\tand "quotes"', "back\\slash", "],[", "null", "None"]
)
def test_texts_arrive_as_they_were_written(story: Story, name: str) -> None:
    refund = facts.a_refund()
    fields = {field: getattr(refund, field) for field in refund.__struct_fields__}
    story.tells(type(refund)(**{**fields, "reason": name}))

    with story.projected(TIMELINE) as db:
        (told,) = timeline_of(db, BOOKING).happenings

    assert told.sentence.endswith(f"requested: {name}")


def test_every_event_can_be_told(story: Story) -> None:
    everything = (*facts.ONE_OF_EACH, facts.confirmed_free())
    story.tells(*everything, stream=BOOKING, case=BOOKING)

    with story.projected(TIMELINE) as db:
        told = timeline_of(db, BOOKING).happenings

    assert len(told) == len(everything)
    for each in told:
        assert "  " not in each.sentence, each.sentence
        assert "None" not in each.sentence, each.sentence
        assert not each.sentence.endswith(" "), each.sentence
