"""Trips: what a guest sees of stay and money."""

from typing import Any

import pytest
from sqlalchemy import Table

from ledger.aggregates.booking import LIFECYCLE
from ledger.events import Event, Recorded
from ledger.values.ids import BookingId, GuestId, StreamId, payment_of
from projections.trips import TRIPS, Trip, project, trip, trips_of
from tests.facts import (
    BOOKING,
    INES,
    NOW,
    ONE_OF_EACH,
    a_booking,
    a_price,
    a_refund_recorded,
    a_refund_reversed,
    a_stay,
    abandoned,
    adopted_payment,
    altered,
    an_id,
    cancelled,
    completed_stay,
    confirmed,
    confirmed_free,
    curtailed,
    declined,
    expired,
    host_asked,
    paid,
    started,
)
from tests.projections.story import Story


def the_trip(story: Story) -> Trip:
    with story.projected(TRIPS) as db:
        found = trip(db, BOOKING).trip
    assert found is not None
    return found


def test_a_booking_begins_unpaid_and_waiting_for_its_payment(story: Story) -> None:
    request = a_booking()
    story.tells(request)

    seen = the_trip(story)

    assert (seen.status, seen.money) == ("pending_payment", "unpaid")
    assert (seen.check_in, seen.check_out) == (a_stay().check_in, a_stay().check_out)
    assert seen.due_minor == request.price.total.minor
    assert seen.paid_minor == seen.refunded_minor == 0


def test_a_paid_booking_is_confirmed_and_paid(story: Story) -> None:
    story.tells(a_booking(), paid(), confirmed())

    seen = the_trip(story)

    assert (seen.status, seen.money) == ("confirmed", "paid")
    assert seen.paid_minor == seen.due_minor


def test_a_stay_starts_and_is_completed(story: Story) -> None:
    story.tells(a_booking(), paid(), confirmed(), started())
    assert the_trip(story).status == "in_stay"

    story.tells(completed_stay())
    assert the_trip(story).status == "completed"


def test_a_request_waits_for_its_host_and_comes_to_what_the_host_says(story: Story) -> None:
    story.tells(a_booking(), host_asked())
    assert the_trip(story).status == "awaiting_host"

    story.tells(declined())
    seen = the_trip(story)
    assert (seen.status, seen.money) == ("declined", "unpaid")


def test_a_stay_that_became_longer_was_paid_by_two_payments_and_both_may_go_back(
    story: Story,
) -> None:
    longer, second = altered(), StreamId(an_id("the payment of the difference"))
    before, after = a_booking().price.total, longer.price.total
    story.tells(a_booking())
    story.tells(paid(), a_refund_recorded(so_far="10.00 EUR"), stream=payment_of(BOOKING))
    story.tells(confirmed())
    story.tells(paid(str(after - before)), a_refund_recorded(so_far="20.00 EUR"), stream=second)
    story.tells(longer)

    seen = the_trip(story)

    assert (seen.check_in, seen.check_out) == (longer.stay.check_in, longer.stay.check_out)
    assert (seen.due_minor, seen.paid_minor) == (after.minor, after.minor)
    assert (seen.refunded_minor, seen.money) == (3_000, "partially_refunded")


def test_a_stay_that_ends_early_tells_when_and_what_goes_back(story: Story) -> None:
    shorter = curtailed()
    story.tells(a_booking(), paid(), confirmed(), started(), shorter)

    seen = the_trip(story)

    assert (seen.status, seen.check_out) == ("curtailed", shorter.check_out)
    assert seen.refund_due_minor == shorter.settlement.refund.minor


def test_a_cancelled_stay_tells_what_goes_back_and_later_that_it_arrived(story: Story) -> None:
    fallen = cancelled()
    story.tells(a_booking(), paid(), confirmed(), fallen)

    seen = the_trip(story)
    assert (seen.status, seen.money) == ("cancelled_by_guest", "paid")
    assert seen.refund_due_minor == fallen.settlement.refund.minor

    story.tells(a_refund_recorded())
    assert the_trip(story).money == "partially_refunded"


def test_money_that_came_late_and_was_adopted_pays_for_the_stay(story: Story) -> None:
    story.tells(a_booking(), adopted_payment(), confirmed())

    assert the_trip(story).money == "paid"


def test_a_refund_that_came_back_did_not_arrive(story: Story) -> None:
    story.tells(a_booking(), paid(), confirmed(), cancelled(), a_refund_recorded())
    story.tells(a_refund_reversed())

    seen = the_trip(story)
    assert (seen.money, seen.refunded_minor) == ("paid", 0)


def test_a_booking_that_was_not_paid_ends_as_expired_or_abandoned(story: Story) -> None:
    other = BookingId(an_id("another booking"))
    story.tells(a_booking(), expired())
    story.tells(a_booking(), abandoned(), stream=other, case=other)

    with story.projected(TRIPS) as db:
        statuses = {seen.booking_id: seen.status for seen in trips_of(db, INES).trips}

    assert statuses == {BOOKING: "expired", other: "abandoned"}


def test_a_stay_that_costs_nothing_is_free(story: Story) -> None:
    nothing = a_price(each="0.00 EUR")
    story.tells(a_booking(price=nothing), confirmed_free())

    assert the_trip(story).money == "free"


def test_a_guest_sees_their_own_trips_only_the_latest_arrival_first(story: Story) -> None:
    later, strangers = BookingId(an_id("later")), BookingId(an_id("a stranger's"))
    story.tells(a_booking())
    story.tells(a_booking(stay=a_stay("2026-09-01")), stream=later, case=later)
    story.tells(a_booking(guest_id=an_id("stranger")), stream=strangers, case=strangers)

    with story.projected(TRIPS) as db:
        seen = [seen.booking_id for seen in trips_of(db, INES).trips]

    assert seen == [later, BOOKING]


def test_an_answer_carries_the_position_that_it_reflects(story: Story) -> None:
    position = story.tells(a_booking())

    with story.projected(TRIPS) as db:
        nobody = GuestId(an_id("nobody"))
        assert trip(db, BOOKING).position == position
        assert trips_of(db, nobody).position == position
        assert trip(db, BookingId(an_id("nothing"))).trip is None


class Noted:
    """Rows that only remember what a trip's status was set to."""

    status: str | None = None

    def insert(self, table: Table, /, **values: Any) -> None:
        self.status = values["status"]

    def change(self, table: Table, key: Any, /, **values: Any) -> None:
        self.status = values.get("status", self.status)

    def add(self, table: Table, key: Any, /, **deltas: int) -> None:
        """What was paid says nothing of where the stay stands."""

    def remove(self, table: Table, key: Any, /) -> None:
        raise AssertionError("a trip stays")


@pytest.mark.parametrize(
    "event",
    [
        event
        for event in ONE_OF_EACH
        if event.topic.startswith("booking.") and LIFECYCLE.after(event, None) is not None
    ],
    ids=lambda event: event.topic,
)
def test_a_trip_stands_where_its_booking_stands(event: Event) -> None:
    """The words of the read model are those of the rules, which it may not import."""
    noted, stream_id = Noted(), StreamId(BOOKING)

    project(noted, Recorded(1, stream_id, 1, BOOKING, NOW, NOW, None, b"{}", event))  # type: ignore[arg-type]

    assert type(event) in TRIPS.listens_to
    assert noted.status == LIFECYCLE.after(event, None)
