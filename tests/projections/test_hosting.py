"""Hosting: who asks a host for a stay, and who comes."""

from datetime import date, timedelta
from typing import cast

import pytest

from ledger.aggregates.booking import LIFECYCLE
from ledger.events import Event, Recorded
from ledger.values.ids import BookingId, HostId, StreamId
from projections.hosting import HOSTING, HostedStay, arrivals_of, requests_of, stays
from tests.facts import (
    BOOKING,
    CHECK_IN,
    NOW,
    ONE_OF_EACH,
    RUI,
    a_booking,
    a_no_show,
    a_price,
    a_reversed_no_show,
    a_stay,
    altered,
    an_id,
    cancelled,
    confirmed,
    declined,
    host_accepted,
    host_asked,
    started,
)
from tests.projections.kept import Kept
from tests.projections.story import Story

JULY = date(2026, 7, 1), date(2026, 8, 1)
BELONGING_TO_A_STAY = [
    event
    for event in ONE_OF_EACH
    if event.topic.startswith("booking.") and type(event) in HOSTING.listens_to
]


def asking(story: Story, host: str = RUI) -> list[HostedStay]:
    with story.projected(HOSTING) as db:
        return list(requests_of(db, HostId(host)).stays)


def arriving(story: Story, begins: date = JULY[0], ends: date = JULY[1]) -> list[HostedStay]:
    with story.projected(HOSTING) as db:
        return list(arrivals_of(db, HostId(RUI), begins, ends).stays)


def test_a_request_waits_for_its_host_until_it_is_answered(story: Story) -> None:
    story.tells(a_booking())
    assert not asking(story), "until the money is authorised there is nothing to decide"

    story.tells(host_asked())
    (request,) = asking(story)
    assert (request.booking_id, request.status) == (BOOKING, "awaiting_host")
    assert request.decide_by == host_asked().decide_by

    story.tells(host_accepted())
    assert not asking(story)


def test_a_request_that_was_declined_waits_no_more(story: Story) -> None:
    story.tells(a_booking(), host_asked(), declined())

    assert not asking(story)
    assert not arriving(story)


def test_the_most_urgent_request_comes_first_and_each_host_sees_their_own(story: Story) -> None:
    urgent, others = BookingId(an_id("urgent")), BookingId(an_id("another host's"))
    sooner = type(host_asked())(
        payment_id=host_asked().payment_id, decide_by=host_asked().decide_by - timedelta(hours=9)
    )
    story.tells(a_booking(), host_asked())
    story.tells(a_booking(stay=a_stay("2026-09-01")), sooner, stream=urgent, case=urgent)
    story.tells(a_booking(host_id=an_id("Zoe")), host_asked(), stream=others, case=others)

    assert [request.booking_id for request in asking(story)] == [urgent, BOOKING]
    assert [request.booking_id for request in asking(story, an_id("Zoe"))] == [others]


def test_arrivals_are_the_confirmed_stays_of_the_days_asked_for(story: Story) -> None:
    story.tells(a_booking())
    assert not arriving(story)
    story.tells(confirmed())
    day = a_stay().check_in

    (arrival,) = arriving(story, day, day + timedelta(days=1))
    assert (arrival.booking_id, arrival.guests_count) == (BOOKING, a_booking().party.heads())
    assert not arriving(story, day - timedelta(days=9), day)
    assert not arriving(story, day + timedelta(days=1))

    story.tells(started(), at=CHECK_IN)
    assert [one.status for one in arriving(story)] == ["in_stay"]


def test_who_called_off_does_not_arrive(story: Story) -> None:
    story.tells(a_booking(), confirmed(), cancelled())

    assert not arriving(story)


def test_an_altered_stay_arrives_when_it_was_agreed_anew(story: Story) -> None:
    story.tells(a_booking(), confirmed(), altered())

    (arrival,) = arriving(story)
    change = altered()
    assert (arrival.check_in, arrival.check_out) == (change.stay.check_in, change.stay.check_out)
    assert arrival.agreed_minor == change.price.shares.host_minor


def the_row(*events: Event) -> dict[str, object]:
    kept = Kept()
    for version, event in enumerate(events, start=1):
        HOSTING.project(kept, recorded(event, version))
    (row,) = kept.rows(stays).values()
    return row


def recorded(event: Event, version: int = 1) -> Recorded[Event]:
    return Recorded(version, StreamId(BOOKING), version, BOOKING, NOW, NOW, None, b"{}", event)


def test_a_host_sees_what_of_the_price_is_theirs_and_what_is_left_of_it() -> None:
    price, fallen = a_price(), cancelled()

    before, after = the_row(a_booking()), the_row(a_booking(), confirmed(), fallen)

    assert before["agreed_minor"] == price.subtotal.minor - price.host_fee.minor
    assert before["kept_minor"] is None
    assert after["kept_minor"] == fallen.settlement.kept.host_minor > 0


def test_a_guest_who_did_come_is_expected_as_agreed() -> None:
    told = (a_booking(), confirmed(), started(), a_no_show(), a_reversed_no_show("completed"))

    row = the_row(*told)

    assert (row["status"], row["kept_minor"]) == ("completed", None)


@pytest.mark.parametrize("event", BELONGING_TO_A_STAY, ids=lambda event: event.topic)
def test_a_stay_stands_where_its_booking_stands(event: Event) -> None:
    """The words of the read model are those of the rules, which it may not import."""
    first = [] if event.topic == "booking.requested" else [a_booking()]

    row = the_row(*first, event)

    before = LIFECYCLE.after(cast("Event", first[0]), None) if first else None
    assert row["status"] == LIFECYCLE.after(event, before)
