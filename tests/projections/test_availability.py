"""Availability: whose the nights are, and which unit fits best."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from random import Random

import pytest
from msgspec.structs import replace

from ledger.events import Event
from ledger.values.ids import BookingId, HostId, UnitId
from ledger.values.nights import Taken
from ledger.values.stay import House, Stay
from projections.availability import AVAILABILITY
from projections.availability.fits import free_units
from projections.calendars import NightTaken, hosts_calendar, taken_nights
from projections.properties import PropertyListed, properties
from projections.search import SEARCH
from tests.facts import (
    BLOCK,
    BOOKING,
    ITEM,
    NOW,
    PROPERTY,
    RUI,
    UNIT,
    a_block,
    a_block_after_cancelling,
    a_calendar,
    a_deactivation,
    a_feed_conflict,
    a_hold,
    a_move,
    a_property_attested,
    a_released_reservation,
    a_removed_external_block,
    a_reopening,
    a_reservation,
    a_stay,
    an_ended_feed_conflict,
    an_expired_hold,
    an_external_block,
    an_id,
    an_unblocking,
    other_hours,
)
from tests.projections.story import Story, drive_to_end

STAY = a_stay()


def opened(story: Story, name: str, number: int, room_type: str = a_calendar().room_type) -> UnitId:
    unit = UnitId(an_id(name))
    calendar = replace(a_calendar(), number=number, room_type=room_type)
    story.tells(calendar, stream=unit, case=unit)
    return unit


def taken(story: Story, unit: UnitId, arrival: str, nights: int) -> None:
    booking = BookingId(an_id(f"{unit} {arrival}"))
    story.tells(a_hold(booking, a_stay(arrival, nights)), stream=unit, case=booking)


def free(story: Story, stay: Stay) -> list[str]:
    """The units that would be offered for a stay."""
    with story.projected(AVAILABILITY) as db:
        fits = free_units(db, PROPERTY, a_calendar().room_type, stay).units
    return [unit.unit_id for unit in fits]


def test_a_unit_is_free_until_its_nights_are_held(story: Story) -> None:
    story.tells(a_calendar())
    assert free(story, STAY) == [UNIT]

    story.tells(a_hold())
    assert free(story, STAY) == []


def test_a_unit_that_is_not_there_is_not_free(story: Story) -> None:
    assert free(story, STAY) == []


def test_the_night_of_departure_belongs_to_the_next_guest(story: Story) -> None:
    story.tells(a_calendar(), a_hold())

    assert free(story, a_stay(STAY.check_out.isoformat())) == [UNIT]


def test_held_nights_become_reserved_and_are_free_again_when_the_booking_falls_away(
    story: Story,
) -> None:
    story.tells(a_calendar(), a_hold(), a_reservation())
    assert shown(story) == [(night.isoformat(), "reservation", BOOKING) for night in STAY.nights()]

    story.tells(a_released_reservation())
    assert shown(story) == []


ALWAYS = (date(2000, 1, 1), date(2100, 1, 1))


def seen_by_the_host(story: Story) -> Sequence[NightTaken]:
    with story.projected(AVAILABILITY) as db:
        return hosts_calendar(db, RUI, UNIT, *ALWAYS).taken


def shown(story: Story) -> list[tuple[str, str, str | None]]:
    """Every night of the unit that is not free: which, why, and for which booking."""
    taken = seen_by_the_host(story)
    return [(night.night.isoformat(), night.kind, night.booking_id) for night in taken]


def test_a_host_is_not_told_who_is_at_the_checkout_with_their_nights(story: Story) -> None:
    story.tells(a_calendar(), a_hold())

    assert shown(story) == [(night.isoformat(), "hold", None) for night in STAY.nights()]


@pytest.mark.parametrize(("blocked", "block_id"), [(a_block(), BLOCK), (an_external_block(), ITEM)])
def test_a_host_is_told_which_block_has_a_night(
    story: Story, blocked: Event, block_id: str
) -> None:
    story.tells(a_calendar(), blocked)

    assert {night.block_id for night in seen_by_the_host(story)} == {block_id}


def test_the_calendar_of_another_hosts_unit_is_empty(story: Story) -> None:
    story.tells(a_calendar(), a_hold())

    with story.projected(AVAILABILITY) as db:
        assert not hosts_calendar(db, HostId(an_id("another")), UNIT, *ALWAYS).taken


@pytest.mark.parametrize(
    ("blocked", "kind", "lifted"),
    [
        (a_block(), "host_block", an_unblocking()),
        (an_external_block(), "external_block", a_removed_external_block()),
    ],
)
def test_blocked_nights_are_not_free_until_the_block_is_lifted(
    story: Story, blocked: Event, kind: str, lifted: Event
) -> None:
    story.tells(a_calendar(), blocked)
    assert shown(story) == [(night.isoformat(), kind, None) for night in STAY.nights()]
    assert free(story, STAY) == []

    story.tells(lifted)
    assert shown(story) == []
    assert free(story, STAY) == [UNIT]


@pytest.mark.parametrize("in_one_page", [True, False])
def test_nights_that_a_host_cancelled_stay_blocked(
    story: Story,
    in_one_page: bool,
) -> None:
    story.tells(a_calendar(), a_hold(), a_reservation())
    if not in_one_page:
        assert len(shown(story)) == STAY.nights_count()

    story.tells(a_released_reservation(), a_block_after_cancelling())

    assert shown(story) == [(night.isoformat(), "host_block", None) for night in STAY.nights()]


@pytest.mark.parametrize("in_one_page", [True, False])
def test_a_booking_that_moved_has_its_new_nights_and_no_others(
    story: Story,
    in_one_page: bool,
) -> None:
    story.tells(a_calendar(), a_hold(), a_reservation())
    if not in_one_page:
        assert len(shown(story)) == STAY.nights_count()

    story.tells(a_move(a_stay("2026-07-03")))

    assert shown(story) == [(f"2026-07-0{day}", "reservation", BOOKING) for day in (3, 4, 5)]


def test_a_host_sees_the_pause_after_a_stay_and_guests_are_not_offered_its_nights(
    story: Story,
) -> None:
    story.tells(
        a_calendar(),
        replace(a_hold(), buffer_nights=2),
        replace(a_reservation(), buffer_nights=2),
    )

    assert shown(story)[3:] == [("2026-07-05", "buffer", None), ("2026-07-06", "buffer", None)]
    assert free(story, a_stay("2026-07-06")) == []
    assert free(story, a_stay("2026-07-07")) == [UNIT]

    story.tells(replace(a_move(a_stay("2026-07-20")), buffer_nights=2))

    assert [night for night, _, _ in shown(story)] == [f"2026-07-{day}" for day in range(20, 25)]


def test_nights_that_late_money_won_back_are_reserved(story: Story) -> None:
    won_back = replace(a_reservation(), reacquired=True)
    story.tells(a_calendar(), a_hold(), an_expired_hold(), won_back)

    assert {kind for _, kind, _ in shown(story)} == {"reservation"}


def test_a_feeds_item_that_changed_shows_what_it_says_now(story: Story) -> None:
    later = a_stay("2026-07-04", 2)
    story.tells(a_calendar(), an_external_block())
    assert len(shown(story)) == STAY.nights_count()

    story.tells(an_external_block(later, "1", replaced=(STAY,)))

    assert [night for night, _, _ in shown(story)] == ["2026-07-04", "2026-07-05"]


def test_a_unit_that_is_no_longer_let_is_neither_free_nor_counted(story: Story) -> None:
    story.tells(a_property_attested(), a_calendar())
    other = opened(story, "the other", 2)

    story.tells(a_deactivation())

    assert free(story, STAY) == [other]
    (listed,) = to_book(story)
    assert listed.room_types == {a_calendar().room_type: 1}


def test_a_unit_that_is_let_again_is_free_but_for_what_is_blocked(story: Story) -> None:
    story.tells(a_calendar(), a_block(), a_deactivation(), a_reopening())

    assert free(story, STAY) == []
    assert free(story, a_stay(STAY.check_out.isoformat())) == [UNIT]


def test_nights_that_a_feed_says_are_sold_are_not_free_once_a_block_over_them_is_lifted(
    story: Story,
) -> None:
    story.tells(a_calendar(), a_block(), an_external_block(parts=()), an_unblocking())
    assert free(story, STAY) == []

    story.tells(replace(a_removed_external_block(), parts=()))

    assert free(story, STAY) == [UNIT]


def test_nights_in_conflict_are_not_free_once_who_had_them_lets_them_go(story: Story) -> None:
    a_week = a_stay(STAY.check_in.isoformat(), 7)
    after_her = a_stay(STAY.check_out.isoformat(), 2)
    story.tells(a_calendar(), a_hold(), a_reservation(), a_feed_conflict(a_week))
    assert free(story, after_her) == [UNIT]

    story.tells(a_released_reservation())
    assert free(story, after_her) == []

    story.tells(an_ended_feed_conflict())
    assert free(story, after_her) == [UNIT]


def test_the_pause_after_a_stay_may_be_sold_elsewhere(story: Story) -> None:
    the_day_after = a_stay(STAY.check_out.isoformat(), 1)
    story.tells(a_calendar(), an_external_block(the_day_after, parts=()))

    with story.projected(AVAILABILITY) as db:
        fits = free_units(db, PROPERTY, a_calendar().room_type, STAY, buffer_nights=1).units

    assert [unit.unit_id for unit in fits] == [UNIT]
    assert free(story, the_day_after) == []


def test_a_unit_goes_by_the_time_zone_that_was_approved_last(story: Story) -> None:
    in_the_azores = other_hours(House("Atlantic/Azores", time(15), time(11)))
    story.tells(a_property_attested(), a_calendar(), in_the_azores)

    (listed,) = to_book(story)
    assert listed.time_zone == "Atlantic/Azores"


def test_nights_let_go_can_be_held_again_in_the_same_batch(story: Story) -> None:
    next_one = BookingId(an_id("the next one"))
    story.tells(a_calendar(), a_hold(), an_expired_hold())
    story.tells(a_hold(next_one), case=next_one)

    story.tells(a_reservation(next_one), case=next_one)

    assert {booking for _, _, booking in shown(story)} == {next_one}


def test_the_best_fit_is_the_unit_with_the_smallest_free_gap(story: Story) -> None:
    wide, narrow, open_ended = (
        opened(story, name, number) for number, name in enumerate(("wide", "narrow", "open"), 1)
    )
    before, after = STAY.check_in - timedelta(days=9), STAY.check_out + timedelta(days=9)
    taken(story, wide, before.isoformat(), 2)
    taken(story, wide, after.isoformat(), 2)
    taken(story, narrow, (STAY.check_in - timedelta(days=2)).isoformat(), 2)
    taken(story, narrow, STAY.check_out.isoformat(), 1)

    with story.projected(AVAILABILITY) as db:
        fits = free_units(db, PROPERTY, a_calendar().room_type, STAY).units

    assert [unit.unit_id for unit in fits] == [narrow, wide, open_ended]


def test_units_that_fit_equally_well_go_by_their_number(story: Story) -> None:
    second, first = opened(story, "b", 2), opened(story, "a", 1)

    with story.projected(AVAILABILITY) as db:
        fits = free_units(db, PROPERTY, a_calendar().room_type, STAY).units

    assert [unit.unit_id for unit in fits] == [first, second]


def test_of_two_gaps_that_are_open_on_a_side_the_tighter_takes_the_stay(story: Story) -> None:
    loose, tight = opened(story, "loose", 1), opened(story, "tight", 2)
    taken(story, loose, (STAY.check_out + timedelta(days=9)).isoformat(), 2)
    taken(story, tight, STAY.check_out.isoformat(), 2)

    with story.projected(AVAILABILITY) as db:
        fits = free_units(db, PROPERTY, a_calendar().room_type, STAY).units

    assert [unit.unit_id for unit in fits] == [tight, loose]


WINDOW_DAYS = 30
"""The days within which the drawn stays begin: so some fit tightly, some loosely, some not."""


def some_stay(draw: Random) -> Stay:
    begins = STAY.check_in + timedelta(days=draw.randrange(WINDOW_DAYS))
    return a_stay(begins.isoformat(), draw.randint(1, 6))


def some_taken(draw: Random) -> Taken:
    """What a few guests have of one unit."""
    taken_so_far = Taken()
    for _ in range(draw.randrange(5)):
        one = some_stay(draw)
        if taken_so_far.gap_around(one) is not None:
            taken_so_far = taken_so_far.with_(one)
    return taken_so_far


def test_the_door_finds_the_best_fit_that_the_import_would_have_found(story: Story) -> None:
    """One rule in two places, Postgres and the value: whatever is taken, they agree."""
    draw = Random(16)
    houses = {f"house {number}": [some_taken(draw) for _ in range(4)] for number in range(20)}
    for room_type, units in houses.items():
        for number, of_unit in enumerate(units, start=1):
            unit = opened(story, f"{room_type} {number}", number, room_type)
            for one in of_unit.stays:
                taken(story, unit, one.check_in.isoformat(), one.nights_count())

    with story.projected(AVAILABILITY) as db:
        for room_type, units in houses.items():
            for stay in (some_stay(draw) for _ in range(10)):
                fits = free_units(db, PROPERTY, room_type, stay).units
                assert [unit.number for unit in fits] == by_fit(units, stay), (room_type, stay)


def by_fit(units: Sequence[Taken], stay: Stay) -> list[int]:
    """The numbers of the units that take the stay, the tightest first."""
    gaps = ((taken.gap_around(stay), number) for number, taken in enumerate(units, start=1))
    return [number for gap, number in sorted((gap, n) for gap, n in gaps if gap is not None)]


def test_a_unit_with_one_night_taken_in_the_stay_does_not_fit(story: Story) -> None:
    unit = opened(story, "unit", 1)
    taken(story, unit, (STAY.check_out - timedelta(days=1)).isoformat(), 4)

    with story.projected(AVAILABILITY) as db:
        assert not free_units(db, PROPERTY, a_calendar().room_type, STAY).units


def to_book(story: Story) -> Sequence[PropertyListed]:
    """The properties that can be booked."""
    drive_to_end(story.database.url, SEARCH)
    with story.projected(AVAILABILITY) as db:
        return properties(db, NOW, 10).properties


def test_properties_tell_their_name_and_count_their_units(story: Story) -> None:
    attested = a_property_attested()
    story.tells(attested)
    opened(story, "a", 1)
    opened(story, "b", 2)

    (listed,) = to_book(story)

    assert (listed.property_id, listed.name) == (PROPERTY, attested.name)
    assert listed.room_types == {a_calendar().room_type: 2}


def test_a_calendar_shows_only_the_days_that_were_asked_for(story: Story) -> None:
    story.tells(a_calendar(), a_hold())
    second = STAY.check_in + timedelta(days=1)

    with story.projected(AVAILABILITY) as db:
        nights = taken_nights(db, UNIT, second, date(2100, 1, 1)).taken

    assert nights == list(STAY.nights())[1:]
