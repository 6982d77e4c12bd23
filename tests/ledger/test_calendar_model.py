"""A unit's calendar against the simplest thing that could be right: a set of nights."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule

from ledger.aggregates.decider import Command
from ledger.aggregates.unit_calendar import (
    HOLD,
    UNIT_CALENDAR,
    ConvertHold,
    ExpireHold,
    PlaceHold,
    ReleaseHold,
    ReleaseReservation,
    Status,
    UnitCalendar,
    best_fit,
)
from ledger.errors import HoldHasExpired, NightsAreTaken, TooEarly, TooLate, TransitionNotAllowed
from ledger.events import Actor
from ledger.values.ids import BookingId, UnitId
from ledger.values.nights import FAR
from ledger.values.stay import Stay, stay
from tests.facts import LISBON, NOW, PROCESS, TIMER, UNIT, a_calendar, an_id, to_open_calendar

FIRST = date(2026, 6, 2)
PLACES = st.integers(0, 25).map(lambda ahead: FIRST + timedelta(days=ahead))
STAYS = st.builds(
    lambda begins, nights: stay(begins, begins + timedelta(days=nights)), PLACES, st.integers(1, 9)
)


WITHIN_REACH = 60
"""No drawn night lies further from another."""


def gap_counted_night_by_night(taken: set[date], wanted: Stay) -> int | None:
    """What `gap_around` must answer, found by walking from night to night."""
    if taken & set(wanted.nights()):
        return None
    steps = range(WITHIN_REACH)
    before = next((nights for nights in steps if _back(wanted, nights) in taken), FAR.days)
    after = next((nights for nights in steps if _ahead(wanted, nights) in taken), FAR.days)
    return before + wanted.nights_count() + after


def _back(wanted: Stay, nights: int) -> date:
    return wanted.check_in - timedelta(days=nights + 1)


def _ahead(wanted: Stay, nights: int) -> date:
    return wanted.check_out + timedelta(days=nights)


class CalendarMachine(RuleBasedStateMachine):
    """Holds come, are kept, run out and go, in any order and at any time."""

    bookings = Bundle("bookings")

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.calendar: UnitCalendar | None = None
        self.born = 0
        self.nights: dict[BookingId, set[date]] = {}
        self.held_until: dict[BookingId, Any] = {}
        self.opened = self.run(PROCESS, to_open_calendar())

    def run(self, actor: Actor, command: Command) -> type[Exception] | None:
        """Run a command as the ledger does; what it was refused with, if it was."""
        try:
            _, self.calendar = UNIT_CALENDAR.run(self.calendar, command, self.now, actor)  # type: ignore[arg-type]
        except (NightsAreTaken, HoldHasExpired, TooEarly, TooLate, TransitionNotAllowed) as refusal:
            return type(refusal)
        return None

    @property
    def taken(self) -> set[date]:
        return set[date]().union(*self.nights.values())

    @rule(minutes=st.integers(1, 30))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.born < 12)
    @rule(target=bookings, wanted=STAYS)
    def hold(self, wanted: Stay) -> BookingId:
        self.born += 1
        booking_id = BookingId(an_id(f"booking {self.born}"))
        refused = self.run(PROCESS, PlaceHold(unit_id=UNIT, booking_id=booking_id, stay=wanted))
        if self.now >= LISBON.check_in_at(wanted):
            assert refused is TooLate
        elif self.taken & set(wanted.nights()):
            assert refused is NightsAreTaken
        else:
            assert refused is None
            self.nights[booking_id] = set(wanted.nights())
            self.held_until[booking_id] = self.now + HOLD
        return booking_id

    @rule(booking_id=bookings)
    def convert(self, booking_id: BookingId) -> None:
        refused = self.run(PROCESS, ConvertHold(unit_id=UNIT, booking_id=booking_id))
        if booking_id not in self.held_until:
            assert refused is TransitionNotAllowed
        elif self.now >= self.held_until[booking_id]:
            assert refused is HoldHasExpired
        else:
            assert refused is None
            del self.held_until[booking_id]

    @rule(booking_id=bookings)
    def expire(self, booking_id: BookingId) -> None:
        refused = self.run(TIMER, ExpireHold(unit_id=UNIT, booking_id=booking_id))
        if booking_id not in self.held_until:
            assert refused is TransitionNotAllowed
        elif self.now < self.held_until[booking_id]:
            assert refused is TooEarly
        else:
            assert refused is None
            self.let_go(booking_id)

    @rule(booking_id=bookings)
    def release_hold(self, booking_id: BookingId) -> None:
        refused = self.run(PROCESS, ReleaseHold(unit_id=UNIT, booking_id=booking_id))
        if booking_id in self.held_until:
            assert refused is None
            self.let_go(booking_id)
        else:
            assert refused is TransitionNotAllowed

    @rule(booking_id=bookings)
    def release_reservation(self, booking_id: BookingId) -> None:
        refused = self.run(PROCESS, ReleaseReservation(unit_id=UNIT, booking_id=booking_id))
        if booking_id in self.nights and booking_id not in self.held_until:
            assert refused is None
            self.let_go(booking_id)
        else:
            assert refused is TransitionNotAllowed

    def let_go(self, booking_id: BookingId) -> None:
        del self.nights[booking_id]
        self.held_until.pop(booking_id, None)

    @rule(wanted=STAYS)
    def ask_for_the_gap(self, wanted: Stay) -> None:
        assert self.calendar is not None
        assert self.calendar.taken.gap_around(wanted) == gap_counted_night_by_night(
            self.taken, wanted
        )

    @invariant()
    def the_calendar_is_the_set_of_nights(self) -> None:
        assert self.calendar is not None
        assert set(self.calendar.claims) == set(self.nights)
        for booking_id, claim in self.calendar.claims.items():
            assert set(claim.stay.nights()) == self.nights[booking_id]
            held = booking_id in self.held_until
            assert claim.status is (Status.HOLD if held else Status.RESERVATION)
            assert claim.expires_at == self.held_until.get(booking_id)

    @invariant()
    def stays_stand_in_order_and_apart(self) -> None:
        assert self.calendar is not None
        claimed = sorted(claim.stay.check_in for claim in self.calendar.claims.values())
        stays = self.calendar.taken.stays
        assert [one.check_in for one in stays] == claimed
        for one, following in pairwise(stays):
            assert one.check_out <= following.check_in


CalendarMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestAnyCalendar = CalendarMachine.TestCase


def a_calendar_of(wanted: list[Stay]) -> tuple[UnitCalendar, set[date]]:
    """A calendar that took what it could of these stays, and the nights that are taken."""
    calendar = UNIT_CALENDAR.fold([a_calendar()])
    assert calendar is not None
    nights = set[date]()
    for number, one in enumerate(wanted):
        if not nights & set(one.nights()):
            command = PlaceHold(unit_id=UNIT, booking_id=BookingId(str(number)), stay=one)
            _, held = UNIT_CALENDAR.run(calendar, command, NOW, PROCESS)
            assert held is not None
            calendar, nights = held, nights | set(one.nights())
    return calendar, nights


@given(st.lists(st.lists(STAYS, max_size=5), max_size=5), STAYS)
def test_the_stay_goes_to_the_unit_whose_gap_is_tightest(
    units: list[list[Stay]], wanted: Stay
) -> None:
    made = {UnitId(f"unit {place}"): a_calendar_of(held) for place, held in enumerate(units)}
    gaps = {
        unit_id: gap
        for unit_id, (_, nights) in made.items()
        if (gap := gap_counted_night_by_night(nights, wanted)) is not None
    }

    chosen = best_fit({unit_id: calendar for unit_id, (calendar, _) in made.items()}, wanted)

    assert chosen == (min(gaps, key=lambda unit_id: gaps[unit_id]) if gaps else None)
