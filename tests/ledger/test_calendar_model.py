"""A unit's calendar against the simplest thing that could be right: who has each night."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ledger.aggregates.decider import Command
from ledger.aggregates.unit_calendar import (
    UNIT_CALENDAR,
    BlockNights,
    ChangeHours,
    ConvertHold,
    Deactivate,
    ExpireHold,
    ExtendHold,
    FeedItemGone,
    ImportFeedItem,
    MoveReservation,
    PlaceHold,
    Reacquire,
    ReleaseHold,
    ReleaseReservation,
    ReopenCalendar,
    ReopenNights,
    Status,
    ToRequestHold,
    UnblockNights,
    UnitCalendar,
    best_fit,
    block_of,
)
from ledger.errors import (
    FeedItemMayReturn,
    HoldHasExpired,
    HostCancelledTheseNights,
    NightsAreTaken,
    NoPaymentInFlight,
    NoTimeToAnswer,
    ObligationsAreOpen,
    Refused,
    TooEarly,
    TooLate,
    TransitionNotAllowed,
)
from ledger.events import Actor
from ledger.events.unit_calendar import ExternalBlockAdded, FeedConflictDetected
from ledger.values.clock import Instant
from ledger.values.ids import BlockId, BookingId, UnitId
from ledger.values.nights import FAR
from ledger.values.stay import House, Stay, local_date, stay
from tests.facts import (
    FEED,
    HOST,
    LATE_IN_LISBON,
    LISBON,
    NOW,
    OPERATOR,
    PROCESS,
    TIMER,
    UNIT,
    a_calendar,
    an_id,
    to_open_calendar,
)
from tests.ledger.world import World

FIRST = date(2026, 6, 2)
PLACES = st.integers(0, 25).map(lambda ahead: FIRST + timedelta(days=ahead))
STAYS = st.builds(
    lambda begins, nights: stay(begins, begins + timedelta(days=nights)), PLACES, st.integers(1, 9)
)


BOOKINGS = st.sampled_from([BookingId(an_id(f"booking {number}")) for number in range(4)])
BLOCKS = st.sampled_from([BlockId(an_id(f"block {number}")) for number in range(2)])
BUFFERS = st.sampled_from([0, 0, 1, 2])
UIDS = st.sampled_from(["one@another.example", "two@another.example"])

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


def with_buffer(wanted: Stay, buffer: int) -> list[date]:
    """The nights of a stay and those after it, each by itself."""
    return [
        _ahead(wanted, number - wanted.nights_count())
        for number in range(wanted.nights_count() + buffer)
    ]


def _back(wanted: Stay, nights: int) -> date:
    return wanted.check_in - timedelta(days=nights + 1)


def _ahead_of(night: date) -> date:
    return night + timedelta(days=1)


def _ahead(wanted: Stay, nights: int) -> date:
    return wanted.check_out + timedelta(days=nights)


class CalendarMachine(RuleBasedStateMachine):
    """Nights are held, sold, moved, blocked, fed from elsewhere and freed, at any time, by anybody.

    Commands go through the real drafts. What they lead to is worked out here night by night: who
    has it, and what each of them is. After each step the calendar, and the claims that Postgres
    would have, say the same.
    """

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.owner: dict[date, str] = {}
        self.stays: dict[str, Stay] = {}
        self.buffers: dict[str, int] = {}
        self.kind: dict[str, Status] = {}
        self.held_until: dict[str, Instant] = {}
        self.longest: dict[str, Instant] = {}
        self.cancelled: set[str] = set()
        self.items: dict[str, tuple[Stay, str]] = {}
        self.told: dict[str, tuple[Stay, str]] = {}
        self.active = True
        self.house = LISBON
        assert self.run(PROCESS, to_open_calendar(), UNIT) is None

    # -- How it runs and what it expects

    def run(self, actor: Actor, command: Command, case_id: str) -> type[Refused] | None:
        """Run a command as the ledger does, in its case; what it was refused with, if it was."""
        refusal = self.world.execute(lambda draft: draft.do(actor, command), case_id)
        return None if refusal is None else type(refusal)

    @property
    def calendar(self) -> UnitCalendar:
        calendar = self.world.state(UNIT_CALENDAR, UNIT)
        assert calendar is not None
        return calendar

    @property
    def now(self) -> Instant:
        return self.world.now

    def is_a(self, claim_id: str, status: Status) -> bool:
        return self.active and self.kind.get(claim_id, Status.FREE) is status

    def others_in(self, wanted: Stay, own: str = "", buffer: int = 0) -> set[str]:
        owners = {self.owner.get(night, own) for night in with_buffer(wanted, buffer)}
        return owners - {own}

    def take_for_booking(self, claim_id: str, status: Status, wanted: Stay, buffer: int) -> None:
        self.take(claim_id, status, set(with_buffer(wanted, buffer)))
        self.stays[claim_id], self.buffers[claim_id] = wanted, buffer

    def take(self, claim_id: str, status: Status, nights: set[date]) -> None:
        self.let_go(claim_id)
        self.kind[claim_id] = status
        self.owner |= dict.fromkeys(nights, claim_id)

    def let_go(self, claim_id: str) -> None:
        self.owner = {night: owner for night, owner in self.owner.items() if owner != claim_id}
        for known in (self.kind, self.held_until, self.longest, self.stays, self.buffers):
            known.pop(claim_id, None)
        self.cancelled.discard(claim_id)

    # -- Time

    @rule(minutes=st.sampled_from([1, 10, 15, 20, 30, 45]))
    def time_passes(self, minutes: int) -> None:
        self.world.now += timedelta(minutes=minutes)

    @precondition(lambda self: len(self.world.history) % 9 == 8)
    @rule(days=st.integers(1, 3))
    def days_pass(self, days: int) -> None:
        self.world.now += timedelta(days=days)

    # -- Holds

    def why_not_bookable(self, booking_id: str, wanted: Stay, buffer: int) -> type[Refused] | None:
        if not self.is_a(booking_id, Status.FREE):
            return TransitionNotAllowed
        if self.now >= self.house.check_in_at(wanted):
            return TooLate
        if self.others_in(wanted, buffer=buffer) or self.is_sold_elsewhere(wanted):
            return NightsAreTaken
        return None

    def is_sold_elsewhere(self, wanted: Stay) -> bool:
        """Whether what was read last says so of a night of theirs that is free here by now."""
        blocked = [
            nights
            for uid, (nights, _) in self.items.items()
            if self.is_a(block_of(FEED, uid), Status.EXTERNAL_BLOCK)
        ]
        blocked += [
            nights
            for nights, _ in self.told.values()
            if not any(booked.overlaps(nights) for booked in self.stays.values())
        ]
        return any(nights.overlaps(wanted) for nights in blocked)

    @rule(booking_id=BOOKINGS, wanted=STAYS, buffer=BUFFERS)
    def hold(self, booking_id: BookingId, wanted: Stay, buffer: int) -> None:
        expected = self.why_not_bookable(booking_id, wanted, buffer)
        command = PlaceHold(unit_id=UNIT, booking_id=booking_id, stay=wanted, buffer_nights=buffer)
        assert self.run(PROCESS, command, booking_id) is expected
        if expected is None:
            self.take_for_booking(booking_id, Status.HOLD, wanted, buffer)
            self.held_until[booking_id] = self.now + timedelta(minutes=15)
            self.longest[booking_id] = self.now + timedelta(minutes=45)

    @rule(booking_id=BOOKINGS, in_flight=st.booleans())
    def extend(self, booking_id: BookingId, in_flight: bool) -> None:
        expected: type[Refused] | None = None
        if not self.is_a(booking_id, Status.HOLD) or booking_id not in self.longest:
            expected = TransitionNotAllowed
        elif not in_flight:
            expected = NoPaymentInFlight
        elif self.now >= self.longest[booking_id]:
            expected = HoldHasExpired
        command = ExtendHold(unit_id=UNIT, booking_id=booking_id, in_flight=in_flight)
        assert self.run(PROCESS, command, booking_id) is expected
        if expected is None:
            wanted = min(self.now + timedelta(minutes=15), self.longest[booking_id])
            self.held_until[booking_id] = max(wanted, self.held_until[booking_id])

    @rule(booking_id=BOOKINGS, hours=st.sampled_from([2, 12, 13, 20, 200]))
    def keep_for_the_host(self, booking_id: BookingId, hours: int) -> None:
        capture_before = self.now + timedelta(hours=hours)
        expected: type[Refused] | None = None
        until = check_in_at = self.now
        if not self.is_a(booking_id, Status.HOLD) or booking_id not in self.longest:
            expected = TransitionNotAllowed
        else:
            first = min(night for night, owner in self.owner.items() if owner == booking_id)
            check_in_at = LISBON.check_in_at(stay(first, first + timedelta(days=1)))
            until = min(self.now + timedelta(hours=min(24, hours - 12)), check_in_at)
            expected = NoTimeToAnswer if until <= self.now else None
        command = ToRequestHold(
            unit_id=UNIT,
            booking_id=booking_id,
            capture_before=capture_before,
            check_in_at=check_in_at,
        )
        assert self.run(PROCESS, command, booking_id) is expected
        if expected is None:
            self.held_until[booking_id] = until
            del self.longest[booking_id]

    @rule(booking_id=BOOKINGS)
    def convert(self, booking_id: BookingId) -> None:
        expected: type[Refused] | None = None
        if not self.is_a(booking_id, Status.HOLD):
            expected = TransitionNotAllowed
        elif self.now >= self.held_until[booking_id]:
            expected = HoldHasExpired
        command = ConvertHold(unit_id=UNIT, booking_id=booking_id)
        assert self.run(PROCESS, command, booking_id) is expected
        if expected is None:
            self.kind[booking_id] = Status.RESERVATION
            del self.held_until[booking_id]
            self.longest.pop(booking_id, None)

    @rule(booking_id=BOOKINGS)
    def expire(self, booking_id: BookingId) -> None:
        expected: type[Refused] | None = None
        if not self.is_a(booking_id, Status.HOLD):
            expected = TransitionNotAllowed
        elif self.now < self.held_until[booking_id]:
            expected = TooEarly
        command = ExpireHold(unit_id=UNIT, booking_id=booking_id)
        assert self.run(TIMER, command, booking_id) is expected
        if expected is None:
            self.let_go(booking_id)

    @rule(booking_id=BOOKINGS)
    def release_hold(self, booking_id: BookingId) -> None:
        refused = self.run(PROCESS, ReleaseHold(unit_id=UNIT, booking_id=booking_id), booking_id)
        if self.is_a(booking_id, Status.HOLD):
            assert refused is None
            self.let_go(booking_id)
        else:
            assert refused is TransitionNotAllowed

    # -- Reservations

    @rule(booking_id=BOOKINGS, wanted=STAYS, buffer=BUFFERS)
    def reacquire(self, booking_id: BookingId, wanted: Stay, buffer: int) -> None:
        expected = self.why_not_bookable(booking_id, wanted, buffer)
        command = Reacquire(unit_id=UNIT, booking_id=booking_id, stay=wanted, buffer_nights=buffer)
        assert self.run(PROCESS, command, booking_id) is expected
        if expected is None:
            self.take_for_booking(booking_id, Status.RESERVATION, wanted, buffer)

    @rule(booking_id=BOOKINGS, by_host=st.booleans())
    def release_reservation(self, booking_id: BookingId, by_host: bool) -> None:
        command = ReleaseReservation(unit_id=UNIT, booking_id=booking_id, cancelled_by_host=by_host)
        refused = self.run(PROCESS, command, booking_id)
        if not self.is_a(booking_id, Status.RESERVATION):
            assert refused is TransitionNotAllowed
            return
        assert refused is None
        if by_host:
            self.take(booking_id, Status.HOST_BLOCK, set(self.stays[booking_id].nights()))
            self.cancelled.add(booking_id)
        else:
            self.let_go(booking_id)

    @rule(booking_id=BOOKINGS, wanted=STAYS)
    def move(self, booking_id: BookingId, wanted: Stay) -> None:
        expected: type[Refused] | None = None
        if not self.is_a(booking_id, Status.RESERVATION):
            expected = TransitionNotAllowed
        elif self.others_in(wanted, booking_id, self.buffers[booking_id]) or any(
            self.is_sold_elsewhere(stay(night, _ahead_of(night)))
            for night in set(wanted.nights()) - set(self.stays[booking_id].nights())
        ):
            expected = NightsAreTaken
        command = MoveReservation(unit_id=UNIT, booking_id=booking_id, stay=wanted)
        assert self.run(PROCESS, command, booking_id) is expected
        if expected is None:
            buffer = self.buffers[booking_id]
            self.take_for_booking(booking_id, Status.RESERVATION, wanted, buffer)

    # -- Blocks

    @rule(block_id=BLOCKS, wanted=STAYS)
    def block(self, block_id: BlockId, wanted: Stay) -> None:
        expected: type[Refused] | None = None
        if not self.is_a(block_id, Status.FREE):
            expected = TransitionNotAllowed
        elif self.others_in(wanted):
            expected = NightsAreTaken
        command = BlockNights(unit_id=UNIT, block_id=block_id, stay=wanted)
        assert self.run(HOST, command, block_id) is expected
        if expected is None:
            self.take(block_id, Status.HOST_BLOCK, set(wanted.nights()))

    @rule(claim_id=BLOCKS | BOOKINGS, by=st.sampled_from([HOST, OPERATOR]))
    def unblock(self, claim_id: str, by: Actor) -> None:
        expected: type[Refused] | None = None
        if not self.is_a(claim_id, Status.HOST_BLOCK):
            expected = TransitionNotAllowed
        elif claim_id in self.cancelled:
            expected = HostCancelledTheseNights
        command = UnblockNights(unit_id=UNIT, block_id=BlockId(claim_id))
        assert self.run(by, command, claim_id) is expected
        if expected is None:
            self.let_go(claim_id)

    @rule(claim_id=BLOCKS | BOOKINGS, by=st.sampled_from([HOST, OPERATOR]))
    def reopen(self, claim_id: str, by: Actor) -> None:
        command = ReopenNights(unit_id=UNIT, block_id=BlockId(claim_id), reason="appealed")
        refused = self.run(by, command, claim_id)
        if by is OPERATOR and self.is_a(claim_id, Status.HOST_BLOCK):
            assert refused is None
            self.let_go(claim_id)
        else:
            assert refused is TransitionNotAllowed

    # -- Feeds

    @rule(uid=UIDS, wanted=STAYS, revision=st.sampled_from("12"))
    def import_item(self, uid: str, wanted: Stay, revision: str) -> None:
        self.fetch(uid, wanted, revision)

    @rule(uid=UIDS)
    def import_the_same_item_again(self, uid: str) -> None:
        known = self.told.get(uid) or self.items.get(uid)
        if known is not None:
            self.fetch(uid, *known)

    def fetch(self, uid: str, wanted: Stay, revision: str) -> None:
        item, form = block_of(FEED, uid), (wanted, revision)
        command = ImportFeedItem(
            unit_id=UNIT, feed_id=FEED, uid=uid, stay=wanted, revision=revision
        )
        before = len(self.world.history)
        refused = self.run(PROCESS, command, item)
        happened = [type(event) for event in self.world.history[before:]]
        if not self.active:
            assert refused is TransitionNotAllowed
            return
        assert refused is None
        today = local_date(self.now, self.house.time_zone)
        to_leave = [booked for booked in self.stays.values() if booked.check_out > today]
        if any(booked.overlaps(wanted) for booked in to_leave):
            assert happened == ([] if self.told.get(uid) == form else [FeedConflictDetected])
            self.told[uid] = form
            return
        own = {night for night, owner in self.owner.items() if owner == item}
        left = {night for night in wanted.nights() if self.owner.get(night, item) == item}
        same = self.is_a(item, Status.EXTERNAL_BLOCK) and self.items[uid] == form and own == left
        if same and uid not in self.told:
            assert happened == []
            return
        assert happened == [ExternalBlockAdded]
        self.take(item, Status.EXTERNAL_BLOCK, left)
        self.items[uid] = form
        self.told.pop(uid, None)

    @rule(uid=UIDS, good_fetches=st.integers(0, 3))
    def item_gone(self, uid: str, good_fetches: int) -> None:
        item = block_of(FEED, uid)
        expected: type[Refused] | None = None
        if self.kind.get(item) is not Status.EXTERNAL_BLOCK and uid not in self.told:
            expected = TransitionNotAllowed
        elif good_fetches < 2:
            expected = FeedItemMayReturn
        command = FeedItemGone(unit_id=UNIT, feed_id=FEED, block_id=item, good_fetches=good_fetches)
        assert self.run(PROCESS, command, item) is expected
        if expected is None:
            self.let_go(item)
            self.told.pop(uid, None)

    # -- The unit whole

    @precondition(lambda self: len(self.world.history) > 12)
    @rule()
    def deactivate(self) -> None:
        expected: type[Refused] | None = None
        if not self.active:
            expected = TransitionNotAllowed
        elif any(map(self.is_owed, self.kind)):
            expected = ObligationsAreOpen
        assert self.run(HOST, Deactivate(unit_id=UNIT), UNIT) is expected
        self.active = self.active and expected is not None

    def is_owed(self, claim_id: str) -> bool:
        if self.kind[claim_id] is not Status.RESERVATION:
            return self.kind[claim_id] is Status.HOLD
        return self.now < self.house.check_out_at(self.stays[claim_id])

    @rule()
    def let_again(self) -> None:
        expected = TransitionNotAllowed if self.active else None
        assert self.run(HOST, ReopenCalendar(unit_id=UNIT), UNIT) is expected
        self.active = True

    @rule(house=st.sampled_from([LISBON, LATE_IN_LISBON]))
    def change_hours(self, house: House) -> None:
        expected = None if self.active else TransitionNotAllowed
        assert self.run(PROCESS, ChangeHours(unit_id=UNIT, house=house), UNIT) is expected
        self.house = house if self.active else self.house

    # -- What must hold after each step

    @rule(wanted=STAYS)
    def ask_for_the_gap(self, wanted: Stay) -> None:
        gap = gap_counted_night_by_night(set(self.owner), wanted)
        assert self.calendar.taken.gap_around(wanted) == gap
        assert (best_fit({UNIT: self.calendar}, wanted) == UNIT) == (
            self.active and gap is not None
        )

    @invariant()
    def the_calendar_knows_who_has_each_night(self) -> None:
        claims = self.calendar.claims
        assert {claim_id: claim.status for claim_id, claim in claims.items()} == self.kind
        assert self.owner == {
            night: claim_id
            for claim_id, claim in claims.items()
            for part in claim.nights
            for night in part.nights()
        }
        for claim_id, claim in claims.items():
            assert claim.expires_at == self.held_until.get(claim_id)
            assert claim.host_cancelled == (claim_id in self.cancelled)

    @invariant()
    def postgres_would_claim_the_same_nights_for_the_same_cases(self) -> None:
        assert self.world.nights == {(UNIT, night): owner for night, owner in self.owner.items()}

    @invariant()
    def stays_stand_in_order_and_apart(self) -> None:
        stays = self.calendar.taken.stays
        assert sum(one.nights_count() for one in stays) == len(self.owner)
        for one, following in pairwise(stays):
            assert one.check_out <= following.check_in


CalendarMachine.TestCase.settings = settings(
    max_examples=150, stateful_step_count=60, deadline=None
)
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
