"""A unit's calendar: nights are held, reserved and freed, and never given to two."""

from datetime import date

import pytest

from ledger.aggregates.unit_calendar import (
    ConvertHold,
    ExpireHold,
    PlaceHold,
    ReleaseHold,
    ReleaseReservation,
    UnitCalendar,
    best_fit,
    claims,
)
from ledger.errors import (
    HoldHasExpired,
    NightsAreTaken,
    NoNights,
    TooEarly,
    TooLate,
    TransitionNotAllowed,
)
from ledger.events import Actor, Event
from ledger.values.ids import BookingId, UnitId
from ledger.values.stay import Stay
from tests.facts import (
    AN_INSTANT,
    BOOKING,
    CHECK_IN,
    GUEST,
    HOLD_ENDS,
    HOST,
    OPERATOR,
    PROCESS,
    TIMER,
    UNIT,
    a_calendar,
    a_hold,
    a_released_hold,
    a_released_reservation,
    a_reservation,
    a_stay,
    an_expired_hold,
    an_id,
    to_open_calendar,
)
from tests.given import given

ANOTHER = BookingId(an_id("another booking"))


def to_hold(nights: Stay | None = None, booking_id: BookingId = BOOKING) -> PlaceHold:
    return PlaceHold(unit_id=UNIT, booking_id=booking_id, stay=nights or a_stay())


def to_convert(booking_id: BookingId = BOOKING) -> ConvertHold:
    return ConvertHold(unit_id=UNIT, booking_id=booking_id)


def to_expire(booking_id: BookingId = BOOKING) -> ExpireHold:
    return ExpireHold(unit_id=UNIT, booking_id=booking_id)


# -- UC0: opening -----------------------------------------------------------------------


@pytest.mark.parametrize("actor", [HOST, OPERATOR, PROCESS])
def test_a_unit_opens_its_calendar(actor: Actor) -> None:
    given().when(actor, to_open_calendar()).then(a_calendar())


def test_a_calendar_is_opened_once() -> None:
    given(a_calendar()).when(HOST, to_open_calendar()).refused(TransitionNotAllowed, before="free")


def test_nights_of_a_unit_that_is_not_there_cannot_be_held() -> None:
    given().when(PROCESS, to_hold()).refused(TransitionNotAllowed, before=None)


# -- UC1: holding -----------------------------------------------------------------------


def test_free_nights_are_held_for_a_quarter_of_an_hour() -> None:
    given(a_calendar()).when(PROCESS, to_hold()).then(a_hold(until=HOLD_ENDS))


def test_nobody_holds_nights_by_hand() -> None:
    given(a_calendar()).when(GUEST, to_hold()).refused(TransitionNotAllowed)
    given(a_calendar()).when(HOST, to_hold()).refused(TransitionNotAllowed)


@pytest.mark.parametrize(
    "wanted",
    [
        a_stay("2026-07-02", 3),  # the same nights
        a_stay("2026-07-01", 2),  # into the first night
        a_stay("2026-07-04", 2),  # from the last night on
        a_stay("2026-07-03", 1),  # within
        a_stay("2026-06-20", 30),  # around
    ],
)
@pytest.mark.parametrize("claimed", [(a_hold(),), (a_hold(), a_reservation())])
def test_a_night_is_never_given_to_two(wanted: Stay, claimed: tuple[Event, ...]) -> None:
    before = given(a_calendar(), *claimed)

    outcome = before.when(PROCESS, to_hold(wanted, ANOTHER))

    outcome.refused(NightsAreTaken, check_in=wanted.check_in, check_out=wanted.check_out)


@pytest.mark.parametrize(
    "wanted",
    [
        a_stay("2026-07-01", 1),  # leaves on the day of arrival
        a_stay("2026-07-05", 2),  # arrives on the day of leaving
    ],
)
def test_one_guest_leaves_and_another_arrives_on_the_same_day(wanted: Stay) -> None:
    outcome = given(a_calendar(), a_hold()).when(PROCESS, to_hold(wanted, ANOTHER))

    outcome.then(a_hold(ANOTHER, wanted))


def test_a_hold_that_ran_out_keeps_the_nights_until_somebody_says_so() -> None:
    late = HOLD_ENDS + AN_INSTANT

    outcome = given(a_calendar(), a_hold()).when(PROCESS, to_hold(booking_id=ANOTHER), at=late)

    outcome.refused(NightsAreTaken)


@pytest.mark.parametrize(
    "freed",
    [
        (a_hold(), an_expired_hold()),
        (a_hold(), a_released_hold()),
        (a_hold(), a_reservation(), a_released_reservation()),
    ],
)
def test_freed_nights_can_be_held_again(freed: tuple[Event, ...]) -> None:
    before = given(a_calendar(), *freed)

    before.when(PROCESS, to_hold(booking_id=ANOTHER)).then(a_hold(ANOTHER))


def test_nights_are_held_until_the_last_moment_before_check_in() -> None:
    last = CHECK_IN - AN_INSTANT

    given(a_calendar()).when(PROCESS, to_hold(), at=last).then(type(a_hold()))


def test_nights_that_have_begun_cannot_be_held() -> None:
    given(a_calendar()).when(PROCESS, to_hold(), at=CHECK_IN).refused(TooLate)


@pytest.mark.parametrize("nights", [0, -2])
def test_a_stay_without_a_night_cannot_be_held(nights: int) -> None:
    backwards = Stay(date(2026, 7, 10), date(2026, 7, 10 + nights))

    given(a_calendar()).when(PROCESS, to_hold(backwards)).refused(NoNights)


# -- UC4: converting --------------------------------------------------------------------


def test_held_nights_become_the_bookings_own() -> None:
    given(a_calendar(), a_hold()).when(PROCESS, to_convert()).then(a_reservation())


def test_a_hold_is_good_until_the_moment_it_runs_out() -> None:
    held = given(a_calendar(), a_hold())

    held.when(PROCESS, to_convert(), at=HOLD_ENDS - AN_INSTANT).then(a_reservation())
    held.when(PROCESS, to_convert(), at=HOLD_ENDS).refused(HoldHasExpired, expired_at=HOLD_ENDS)


def test_a_booking_cannot_take_the_hold_of_another() -> None:
    given(a_calendar(), a_hold()).when(PROCESS, to_convert(ANOTHER)).refused(
        TransitionNotAllowed, before="free"
    )


# -- UC5, UC6: letting go ---------------------------------------------------------------


def test_a_hold_expires_at_its_time_and_not_before() -> None:
    held = given(a_calendar(), a_hold())

    held.when(TIMER, to_expire(), at=HOLD_ENDS - AN_INSTANT).refused(TooEarly, not_before=HOLD_ENDS)
    held.when(TIMER, to_expire(), at=HOLD_ENDS).then(an_expired_hold())


def test_a_reservation_never_expires() -> None:
    reserved = given(a_calendar(), a_hold(), a_reservation())

    reserved.when(TIMER, to_expire(), at=HOLD_ENDS).refused(
        TransitionNotAllowed, before="reservation"
    )


@pytest.mark.parametrize("actor", [GUEST, PROCESS])
def test_a_hold_is_let_go_before_it_runs_out(actor: Actor) -> None:
    command = ReleaseHold(unit_id=UNIT, booking_id=BOOKING)

    given(a_calendar(), a_hold()).when(actor, command).then(a_released_hold())


# -- UC8: giving back -------------------------------------------------------------------


def test_a_booking_that_falls_away_gives_its_nights_back() -> None:
    command = ReleaseReservation(unit_id=UNIT, booking_id=BOOKING)

    given(a_calendar(), a_hold(), a_reservation()).when(PROCESS, command).then(
        a_released_reservation()
    )


def test_a_hold_is_not_given_back_like_a_reservation() -> None:
    command = ReleaseReservation(unit_id=UNIT, booking_id=BOOKING)

    given(a_calendar(), a_hold()).when(PROCESS, command).refused(
        TransitionNotAllowed, before="hold"
    )


# -- What the database guards -----------------------------------------------------------


def test_the_database_hears_of_every_night_that_is_taken_or_freed() -> None:
    nights = tuple(a_stay().nights())

    taken = claims(UNIT, a_hold())
    freed = [
        claims(UNIT, event)
        for event in (an_expired_hold(), a_released_hold(), a_released_reservation())
    ]

    assert taken is not None
    assert (taken.unit_id, taken.taken, taken.freed) == (UNIT, nights, ())
    for nights_back in freed:
        assert nights_back is not None
        assert (nights_back.taken, nights_back.freed) == ((), nights)


def test_a_reservation_keeps_the_claims_that_its_hold_took() -> None:
    assert claims(UNIT, a_reservation()) is None
    assert claims(UNIT, a_calendar()) is None


# -- Allocation -------------------------------------------------------------------------


def calendar_with(*nights: Stay) -> UnitCalendar:
    held = (a_hold(BookingId(an_id(str(stay))), stay) for stay in nights)
    calendar = given(a_calendar(), *held).when(PROCESS, to_hold(a_stay("2030-01-01", 1))).state
    assert isinstance(calendar, UnitCalendar)
    return calendar


def test_the_tightest_gap_takes_the_stay() -> None:
    wide = calendar_with(a_stay("2026-06-20", 5), a_stay("2026-07-20", 5))
    tight = calendar_with(a_stay("2026-06-30", 2), a_stay("2026-07-05", 5))
    full = calendar_with(a_stay("2026-07-03", 1))
    units = {UnitId("wide"): wide, UnitId("tight"): tight, UnitId("full"): full}

    assert best_fit(units, a_stay("2026-07-02", 3)) == "tight"


def test_of_equal_gaps_the_first_takes_the_stay() -> None:
    units = {UnitId("one"): calendar_with(), UnitId("two"): calendar_with()}

    assert best_fit(units, a_stay()) == "one"


def test_where_no_unit_is_free_none_takes_the_stay() -> None:
    assert best_fit({UnitId("full"): calendar_with(a_stay())}, a_stay()) is None
    assert best_fit({}, a_stay()) is None
