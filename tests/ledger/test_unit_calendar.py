"""A unit's calendar: nights are held, reserved, moved and freed, and never given to two.

Blocks, feeds and the end of a calendar: `test_blocked_nights.py`.
"""

from datetime import date, timedelta

import pytest

from ledger.aggregates.unit_calendar import (
    UNIT_CALENDAR,
    ConvertHold,
    ExpireHold,
    ExtendHold,
    MoveReservation,
    PlaceHold,
    Reacquire,
    ReleaseHold,
    ReleaseReservation,
    ToRequestHold,
    UnitCalendar,
    best_fit,
    claims,
)
from ledger.errors import (
    HoldHasExpired,
    NightsAreTaken,
    NoNights,
    NoPaymentInFlight,
    NoTimeToAnswer,
    TooEarly,
    TooLate,
    TransitionNotAllowed,
)
from ledger.events import Actor, Event
from ledger.events.unit_calendar import ReservationMade, ReservationReleased
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, UnitId
from ledger.values.stay import Stay
from tests.facts import (
    AN_INSTANT,
    BOOKING,
    CHECK_IN,
    GUEST,
    HOLD_ENDS,
    HOST,
    NOW,
    OPERATOR,
    PROCESS,
    TIMER,
    UNIT,
    a_block,
    a_block_after_cancelling,
    a_calendar,
    a_deactivation,
    a_feed_conflict,
    a_hold,
    a_move,
    a_released_hold,
    a_released_reservation,
    a_removed_external_block,
    a_request_hold,
    a_reservation,
    a_stay,
    an_expired_hold,
    an_extended_hold,
    an_external_block,
    an_id,
    an_unblocking,
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


def to_extend(*, in_flight: bool = True) -> ExtendHold:
    return ExtendHold(unit_id=UNIT, booking_id=BOOKING, in_flight=in_flight)


def won_back() -> ReservationMade:
    return ReservationMade(booking_id=BOOKING, stay=a_stay(), reacquired=True)


NIGHT = date(2026, 7, 10)


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


# -- UC2: extending ---------------------------------------------------------------------


def after(minutes: int) -> Instant:
    return NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("minutes", "until"),
    [(1, 16), (10, 25), (15, 30), (29, 44), (30, 45), (31, 45), (44, 45)],
)
def test_a_hold_is_extended_by_a_quarter_of_an_hour_and_to_45_minutes_at_most(
    minutes: int, until: int
) -> None:
    outcome = given(a_calendar(), a_hold()).when(PROCESS, to_extend(), at=after(minutes))

    outcome.then(an_extended_hold(until=after(until)))


def test_extending_again_does_not_make_a_hold_live_longer_than_45_minutes() -> None:
    extended = given(a_calendar(), a_hold(), an_extended_hold(until=after(40)))

    extended.when(PROCESS, to_extend(), at=after(35)).then(an_extended_hold(until=after(45)))
    extended.when(PROCESS, to_extend(), at=after(45) - AN_INSTANT).then(
        an_extended_hold(until=after(45))
    )
    extended.when(PROCESS, to_extend(), at=after(45)).refused(HoldHasExpired, expired_at=after(45))


def test_a_hold_that_lasts_as_long_already_is_not_extended() -> None:
    given(a_calendar(), a_hold()).when(PROCESS, to_extend(), at=NOW).then()


def test_a_hold_is_not_extended_when_no_payment_is_in_flight() -> None:
    given(a_calendar(), a_hold()).when(PROCESS, to_extend(in_flight=False), at=after(5)).refused(
        NoPaymentInFlight, booking_id=BOOKING
    )


def test_a_payment_under_way_keeps_a_hold_that_nobody_has_said_to_be_over() -> None:
    """Its nights are still nobody else's; once they are free, there is nothing to extend."""
    given(a_calendar(), a_hold()).when(PROCESS, to_extend(), at=after(20)).then(
        an_extended_hold(until=after(35))
    )
    given(a_calendar(), a_hold(), an_expired_hold()).when(
        PROCESS, to_extend(), at=after(20)
    ).refused(TransitionNotAllowed, before="free")


def test_an_extended_hold_runs_out_and_is_converted_by_its_new_time() -> None:
    extended = given(a_calendar(), a_hold(), an_extended_hold(until=after(25)))

    extended.when(TIMER, to_expire(), at=HOLD_ENDS).refused(TooEarly, not_before=after(25))
    extended.when(PROCESS, to_convert(), at=after(25) - AN_INSTANT).then(a_reservation())
    extended.when(PROCESS, to_convert(), at=after(25)).refused(HoldHasExpired)
    extended.when(TIMER, to_expire(), at=after(25)).then(an_expired_hold())


# -- UC3: waiting for the host ----------------------------------------------------------

IN_A_WEEK = NOW + timedelta(days=7)


def to_request(capture_before: Instant = IN_A_WEEK) -> ToRequestHold:
    return ToRequestHold(
        unit_id=UNIT, booking_id=BOOKING, capture_before=capture_before, check_in_at=CHECK_IN
    )


def test_a_host_has_a_day_to_answer() -> None:
    outcome = given(a_calendar(), a_hold()).when(PROCESS, to_request(), at=after(5))

    outcome.then(a_request_hold(until=after(5) + timedelta(hours=24)))


def test_a_host_answers_twelve_hours_before_the_authorization_ends() -> None:
    outcome = given(a_calendar(), a_hold()).when(PROCESS, to_request(NOW + timedelta(hours=30)))

    outcome.then(a_request_hold(until=NOW + timedelta(hours=18)))


def test_a_host_answers_before_check_in() -> None:
    late = CHECK_IN - timedelta(hours=3)
    held = given(a_calendar(), a_hold(until=late + timedelta(minutes=15)))

    held.when(PROCESS, to_request(late + timedelta(days=7)), at=late).then(
        a_request_hold(until=CHECK_IN)
    )


@pytest.mark.parametrize("hours", [-1, 3, 12])
def test_a_host_who_would_have_no_time_to_answer_is_not_asked(hours: int) -> None:
    ends = NOW + timedelta(hours=hours)

    given(a_calendar(), a_hold()).when(PROCESS, to_request(ends)).refused(
        NoTimeToAnswer, capture_before=ends, check_in_at=CHECK_IN
    )
    given(a_calendar(), a_hold()).when(
        PROCESS, to_request(NOW + timedelta(hours=12) + AN_INSTANT)
    ).then(a_request_hold(until=NOW + AN_INSTANT))


def test_nobody_waits_for_a_host_whose_guest_should_be_there() -> None:
    given(a_calendar(), a_hold()).when(
        PROCESS, to_request(CHECK_IN + timedelta(days=7)), at=CHECK_IN
    ).refused(NoTimeToAnswer)


def test_a_host_is_waited_for_once_and_no_longer() -> None:
    waiting = given(a_calendar(), a_hold(), a_request_hold())

    waiting.when(PROCESS, to_request(), at=after(60)).refused(TransitionNotAllowed, before="hold")
    waiting.when(PROCESS, to_extend(), at=after(30)).refused(TransitionNotAllowed, before="hold")


def test_what_the_host_accepts_in_time_is_the_bookings_own() -> None:
    waiting = given(a_calendar(), a_hold(), a_request_hold())

    waiting.when(PROCESS, to_convert(), at=NOW + timedelta(hours=23)).then(a_reservation())
    waiting.when(TIMER, to_expire(), at=NOW + timedelta(hours=24)).then(an_expired_hold())


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


# -- UC7: winning back ------------------------------------------------------------------


def to_reacquire(nights: Stay | None = None) -> Reacquire:
    return Reacquire(unit_id=UNIT, booking_id=BOOKING, stay=nights or a_stay())


def test_late_money_wins_nights_back_that_are_still_free() -> None:
    lapsed = given(a_calendar(), a_hold(), an_expired_hold())

    outcome = lapsed.when(PROCESS, to_reacquire()).then(won_back())

    assert outcome.state.claims[BOOKING].status == "reservation"


def test_late_money_does_not_win_nights_back_that_somebody_else_has() -> None:
    lapsed = given(a_calendar(), a_hold(), an_expired_hold(), a_hold(ANOTHER))

    lapsed.when(PROCESS, to_reacquire()).refused(NightsAreTaken)


def test_late_money_is_held_to_what_every_hold_is() -> None:
    given(a_calendar()).when(PROCESS, to_reacquire(), at=CHECK_IN).refused(TooLate)
    given(a_calendar()).when(PROCESS, to_reacquire(Stay(NIGHT, NIGHT))).refused(NoNights)
    given(a_calendar(), a_hold()).when(PROCESS, to_reacquire()).refused(
        TransitionNotAllowed, before="hold"
    )


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


def test_a_host_who_cancels_does_not_sell_the_nights_again() -> None:
    command = ReleaseReservation(unit_id=UNIT, booking_id=BOOKING, cancelled_by_host=True)

    outcome = given(a_calendar(), a_hold(), a_reservation()).when(PROCESS, command)

    outcome.then(a_released_reservation(), a_block_after_cancelling())
    assert outcome.state.taken.gap_around(a_stay()) is None


# -- UC9: moving ------------------------------------------------------------------------


def to_move(nights: Stay) -> MoveReservation:
    return MoveReservation(unit_id=UNIT, booking_id=BOOKING, stay=nights)


RESERVED = (a_calendar(), a_hold(), a_reservation())


@pytest.mark.parametrize(
    "wanted",
    [
        a_stay("2026-07-03", 3),  # a day later
        a_stay("2026-07-01", 5),  # longer at both ends
        a_stay("2026-07-03", 1),  # shorter at both ends
        a_stay("2026-07-05", 2),  # from the day of leaving on
        a_stay("2026-08-05", 2),  # quite another time
    ],
)
def test_n11_a_booking_moves_to_nights_that_are_free_or_its_own(wanted: Stay) -> None:
    outcome = given(*RESERVED).when(PROCESS, to_move(wanted)).then(a_move(wanted))

    assert outcome.state.taken.stays == (wanted,)


def test_n11_only_the_difference_is_claimed_and_freed() -> None:
    claimed = claims(UNIT, a_move(a_stay("2026-07-03")))

    assert claimed is not None
    assert claimed.taken == (date(2026, 7, 5),)
    assert claimed.freed == (date(2026, 7, 2),)


@pytest.mark.parametrize("wanted", [a_stay("2026-07-05", 4), a_stay("2026-07-03", 5)])
def test_n11_a_booking_does_not_move_onto_the_nights_of_another(wanted: Stay) -> None:
    neighbour = a_hold(ANOTHER, a_stay("2026-07-07", 2))

    given(*RESERVED, neighbour).when(PROCESS, to_move(wanted)).refused(
        NightsAreTaken, check_in=wanted.check_in
    )


def test_a_booking_that_stays_where_it_is_has_not_moved() -> None:
    given(*RESERVED).when(PROCESS, to_move(a_stay())).then()


def test_a_booking_does_not_move_to_no_nights_and_a_hold_does_not_move() -> None:
    given(*RESERVED).when(PROCESS, to_move(Stay(NIGHT, NIGHT))).refused(NoNights)
    given(a_calendar(), a_hold()).when(PROCESS, to_move(a_stay("2026-07-03"))).refused(
        TransitionNotAllowed, before="hold"
    )


def test_a_booking_that_moved_gives_back_the_nights_that_it_moved_to() -> None:
    command = ReleaseReservation(unit_id=UNIT, booking_id=BOOKING)

    outcome = given(*RESERVED, a_move()).when(PROCESS, command)

    assert outcome.events == [ReservationReleased(booking_id=BOOKING, stay=a_stay("2026-07-03"))]
    assert outcome.state.taken.stays == ()


# -- What the database guards -----------------------------------------------------------


def test_the_database_hears_of_every_night_that_is_taken_or_freed() -> None:
    nights = tuple(a_stay().nights())

    taken = [
        claims(UNIT, event)
        for event in (
            a_hold(),
            won_back(),
            a_block(),
            a_block_after_cancelling(),
            an_external_block(),
        )
    ]
    freed = [
        claims(UNIT, event)
        for event in (
            an_expired_hold(),
            a_released_hold(),
            a_released_reservation(),
            an_unblocking(),
            a_removed_external_block(),
        )
    ]

    for nights_gone in taken:
        assert nights_gone is not None
        assert (nights_gone.unit_id, nights_gone.taken, nights_gone.freed) == (UNIT, nights, ())
    for nights_back in freed:
        assert nights_back is not None
        assert (nights_back.taken, nights_back.freed) == ((), nights)


def test_a_reservation_keeps_the_claims_that_its_hold_took() -> None:
    for event in (a_reservation(), an_extended_hold(), a_calendar(), a_feed_conflict()):
        assert claims(UNIT, event) is None


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


def test_a_unit_that_is_no_longer_let_takes_no_stay() -> None:
    ended = UNIT_CALENDAR.fold([a_calendar(), a_deactivation()])
    assert ended is not None

    assert best_fit({UNIT: ended}, a_stay()) is None


def test_where_no_unit_is_free_none_takes_the_stay() -> None:
    assert best_fit({UnitId("full"): calendar_with(a_stay())}, a_stay()) is None
    assert best_fit({}, a_stay()) is None
