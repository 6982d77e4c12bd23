"""Stay rules: what is let at all, to the day, by the property's own calendar."""

from datetime import date, timedelta

import pytest

from ledger.aggregates.unit_calendar import PlaceHold, Reacquire
from ledger.errors import (
    NoArrivalThatDay,
    NoDepartureThatDay,
    NoticeIsTooShort,
    PartyExceedsCapacity,
    Refused,
    StayIsTooLong,
    StayIsTooShort,
    TooFarAhead,
)
from ledger.values.clock import Instant, instant
from ledger.values.stay import Stay
from ledger.values.stay_rules import StayRules, refuse_unless_let
from tests.facts import AN_INSTANT, BOOKING, NOW, PROCESS, UNIT, a_calendar, a_hold, a_stay
from tests.given import given

TODAY = date(2026, 6, 1)
THURSDAY, SUNDAY = 4, 7


def let(
    rules: StayRules,
    wanted: Stay | None = None,
    *,
    heads: int = 2,
    at: Instant = NOW,
    zone: str = "Europe/Lisbon",
) -> Refused | None:
    """What a stay is refused with, if it is."""
    try:
        refuse_unless_let(rules, wanted or a_stay(), heads, at, zone)
    except Refused as refusal:
        return refusal
    return None


def in_days(days: int) -> Stay:
    return a_stay((TODAY + timedelta(days=days)).isoformat(), 1)


# -- T7: each rule to its last day ------------------------------------------------------


def test_who_has_no_rules_lets_everything() -> None:
    assert let(StayRules(), a_stay("2026-06-01", 200), heads=40) is None


@pytest.mark.parametrize(
    ("nights", "refused"),
    [(2, StayIsTooShort), (3, None), (5, None), (6, StayIsTooLong)],
)
def test_a_stay_has_as_many_nights_as_are_let(nights: int, refused: type[Refused] | None) -> None:
    refusal = let(StayRules(min_nights=3, max_nights=5), a_stay(nights=nights))

    assert (refusal and type(refusal)) == refused


def test_a_refusal_says_what_is_let() -> None:
    short, long = (
        let(StayRules(min_nights=4), a_stay(nights=3)),
        let(StayRules(max_nights=2), a_stay(nights=3)),
    )

    assert short is not None
    assert (short.code, short.data) == ("MIN_STAY", {"nights": 3, "min_nights": 4})
    assert long is not None
    assert (long.code, long.data) == ("MAX_STAY", {"nights": 3, "max_nights": 2})


def test_guests_arrive_and_leave_on_the_days_that_are_let() -> None:
    """From Thursday 2 July to Sunday 5 July."""
    assert let(StayRules(arrival_days=(THURSDAY,), departure_days=(SUNDAY,))) is None

    arrival = let(StayRules(arrival_days=(SUNDAY,)))
    departure = let(StayRules(departure_days=(THURSDAY,)))

    assert type(arrival) is NoArrivalThatDay
    assert (arrival.code, arrival.data["arrival_days"]) == ("ARRIVAL_DAY", [SUNDAY])
    assert type(departure) is NoDepartureThatDay
    assert (departure.code, departure.data["departure_days"]) == ("DEPARTURE_DAY", [THURSDAY])


@pytest.mark.parametrize(("ahead", "refused"), [(1, True), (2, False), (3, False)])
def test_a_host_has_as_much_notice_as_they_need(ahead: int, refused: bool) -> None:
    refusal = let(StayRules(notice_days=2), in_days(ahead))

    assert (refusal is not None) == refused
    if refusal is not None:
        assert type(refusal) is NoticeIsTooShort
        assert (refusal.code, refusal.data["earliest"]) == ("NOTICE_PERIOD", date(2026, 6, 3))


@pytest.mark.parametrize(("ahead", "refused"), [(89, False), (90, False), (91, True)])
def test_nights_are_let_as_far_ahead_as_the_window(ahead: int, refused: bool) -> None:
    refusal = let(StayRules(window_days=90), in_days(ahead))

    assert (refusal is not None) == refused
    if refusal is not None:
        assert type(refusal) is TooFarAhead
        assert (refusal.code, refusal.data["latest"]) == ("BOOKING_WINDOW", date(2026, 8, 30))


@pytest.mark.parametrize(("heads", "refused"), [(3, False), (4, False), (5, True)])
def test_a_party_is_as_large_as_the_unit_takes(heads: int, refused: bool) -> None:
    refusal = let(StayRules(capacity=4), heads=heads)

    assert (type(refusal) is PartyExceedsCapacity) == refused


# -- T3: whose today it is --------------------------------------------------------------

BEFORE_MIDNIGHT_UTC = instant("2026-06-01T23:30:00Z")
"""In Auckland it is the 2nd, half past eleven in the morning; in Los Angeles it is afternoon."""


@pytest.mark.parametrize(
    ("zone", "today"),
    [
        ("Pacific/Auckland", date(2026, 6, 2)),
        ("Europe/Lisbon", date(2026, 6, 2)),
        ("UTC", date(2026, 6, 1)),
        ("America/Los_Angeles", date(2026, 6, 1)),
    ],
)
def test_t3_today_is_the_propertys_wherever_guest_and_server_are(zone: str, today: date) -> None:
    """The same instant, whichever offset the server writes it with."""
    of_the_server = instant("2026-06-02T05:00:00+05:30")
    rules = StayRules(notice_days=1, window_days=1)
    the_only_day = a_stay((today + timedelta(days=1)).isoformat(), 1)
    assert of_the_server == BEFORE_MIDNIGHT_UTC

    for at in (BEFORE_MIDNIGHT_UTC, of_the_server):
        assert let(rules, the_only_day, at=at, zone=zone) is None
        early, late = a_stay(today.isoformat(), 1), a_stay(str(today + timedelta(days=2)), 1)
        assert type(let(rules, early, at=at, zone=zone)) is NoticeIsTooShort
        assert type(let(rules, late, at=at, zone=zone)) is TooFarAhead


def test_t7_the_day_changes_at_the_propertys_midnight_to_the_instant() -> None:
    midnight = instant("2026-06-01T23:00:00Z")  # in Lisbon, in summer
    rules, tomorrow = StayRules(notice_days=1), a_stay("2026-06-02", 1)

    assert let(rules, tomorrow, at=midnight - AN_INSTANT) is None
    assert type(let(rules, tomorrow, at=midnight)) is NoticeIsTooShort


def test_notice_counts_days_of_the_calendar_over_a_change_of_clocks() -> None:
    """On 25 October 2026 Lisbon's day has 25 hours; notice is one day all the same."""
    evening = instant("2026-10-24T22:30:00Z")

    assert let(StayRules(notice_days=1), a_stay("2026-10-25", 1), at=evening) is None
    assert type(let(StayRules(notice_days=2), a_stay("2026-10-25", 1), at=evening)) is (
        NoticeIsTooShort
    )


# -- Where they are asked ---------------------------------------------------------------

BROKEN = [
    (StayRules(min_nights=4), StayIsTooShort),
    (StayRules(max_nights=2), StayIsTooLong),
    (StayRules(arrival_days=(SUNDAY,)), NoArrivalThatDay),
    (StayRules(departure_days=(THURSDAY,)), NoDepartureThatDay),
    (StayRules(notice_days=32), NoticeIsTooShort),
    (StayRules(window_days=30), TooFarAhead),
    (StayRules(capacity=2), PartyExceedsCapacity),
]


@pytest.mark.parametrize(("rules", "refusal"), BROKEN)
def test_nights_are_neither_held_nor_won_back_against_a_rule(
    rules: StayRules, refusal: type[Refused]
) -> None:
    place = PlaceHold(unit_id=UNIT, booking_id=BOOKING, stay=a_stay(), rules=rules, heads=3)
    again = Reacquire(unit_id=UNIT, booking_id=BOOKING, stay=a_stay(), rules=rules, heads=3)

    given(a_calendar()).when(PROCESS, place).refused(refusal)
    given(a_calendar()).when(PROCESS, again).refused(refusal)


def test_nights_are_held_that_keep_every_rule() -> None:
    rules = StayRules(
        min_nights=3,
        max_nights=3,
        arrival_days=(THURSDAY,),
        departure_days=(SUNDAY,),
        notice_days=31,
        window_days=31,
        capacity=3,
    )
    place = PlaceHold(unit_id=UNIT, booking_id=BOOKING, stay=a_stay(), rules=rules, heads=3)

    given(a_calendar()).when(PROCESS, place).then(a_hold())
