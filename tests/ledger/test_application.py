"""The ledger at work on a real Postgres: asked once, decided on what is true, all or nothing."""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial

import psycopg
import pytest
from msgspec.structs import replace as changed

from ledger import processes
from ledger.aggregates.booking import BOOKING as BOOKINGS
from ledger.aggregates.booking import Book
from ledger.aggregates.unit_calendar import UNIT_CALENDAR, PlaceHold, ReleaseHold, UnitCalendar
from ledger.application import SNAPSHOT_EVERY, Asked, Ledger, fingerprint
from ledger.draft import Draft, Plan, Request
from ledger.errors import (
    Conflict,
    CorruptHistory,
    LedgerError,
    NightsAreTaken,
    NotFound,
    RepeatedWithDifferences,
    TransitionNotAllowed,
)
from ledger.events import Envelope, Event
from ledger.store import Commit, EventStore, Expected, NewEvent, Receipt
from ledger.values.clock import StandingClock
from ledger.values.ids import BookingId, CommandId, GuestId, StreamId
from tests.conftest import Database
from tests.facts import (
    BOOKING,
    GUEST,
    NOW,
    PROCESS,
    PROCESSOR,
    UNIT,
    a_booking,
    a_stay,
    an_id,
    cancelled,
    confirmed,
    to_book,
    to_open_calendar,
)

RACERS = 200


@pytest.fixture
def store(database: Database) -> Iterator[EventStore]:
    opened = EventStore(database.url)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(NOW)


@pytest.fixture
def ledger(store: EventStore, clock: StandingClock) -> Ledger:
    ledger = Ledger(store, clock)
    ledger.execute(a_request("open"), open_the_calendar)
    return ledger


@pytest.fixture
def another(store: EventStore, clock: StandingClock, ledger: Ledger) -> Ledger:
    """Another process, with a memory of its own."""
    return Ledger(store, clock)


def a_request(name: str, content: bytes = b"as asked", answer: bytes = b"") -> Request:
    return Request(
        command_id=CommandId(an_id(f"request {name}")),
        case_id=BOOKING,
        content=content,
        answer=answer,
    )


def a_request_of(booking_id: BookingId) -> Request:
    return Request(
        command_id=CommandId(an_id(f"request of {booking_id}")),
        case_id=booking_id,
        content=b"as asked",
    )


def open_the_calendar(draft: Draft) -> None:
    draft.do(PROCESS, to_open_calendar())


def to_ask(command: Book | None = None) -> Plan:
    return lambda draft: processes.book(draft, GUEST, command or to_book())


def to_give_up(draft: Draft) -> None:
    processes.abandon(draft, GUEST, BOOKING)


def a_booking_of(number: int) -> BookingId:
    return BookingId(an_id(f"booking {number}"))


def history(store: EventStore, *streams: str) -> list[str]:
    return [recorded.event.topic for stream in streams for recorded in store.read(StreamId(stream))]


# -- Asked once -------------------------------------------------------------------------


def test_a_request_is_durable_when_it_is_answered(ledger: Ledger, store: EventStore) -> None:
    receipt = ledger.execute(a_request("book", answer=b'{"said":1}'), to_ask())

    assert history(store, BOOKING) == ["booking.requested"]
    assert history(store, UNIT) == ["unit_calendar.opened", "unit_calendar.hold_placed"]
    assert receipt.position == store.head()
    assert receipt.answer == b'{"said":1}'
    assert not receipt.repeated


def test_the_same_request_again_answers_the_same_and_does_nothing(
    ledger: Ledger, store: EventStore
) -> None:
    first = ledger.execute(a_request("book", answer=b"1"), to_ask())
    head = store.head()

    again = ledger.execute(a_request("book", answer=b"2"), to_ask())

    assert (again.position, again.answer, again.repeated) == (first.position, b"1", True)
    assert store.head() == head


def test_the_same_request_to_another_process_answers_the_same(
    ledger: Ledger, another: Ledger
) -> None:
    first = ledger.execute(a_request("book"), to_ask())

    again = another.execute(a_request("book"), to_ask())

    assert again.repeated
    assert again.position == first.position


def test_a_request_is_still_answered_when_things_have_moved_on(ledger: Ledger) -> None:
    first = ledger.execute(a_request("book"), to_ask())
    ledger.execute(a_request("give up"), to_give_up)

    assert ledger.execute(a_request("book"), to_ask()).position == first.position


def test_the_same_id_with_other_content_is_refused(ledger: Ledger, store: EventStore) -> None:
    ledger.execute(a_request("book"), to_ask())
    head = store.head()

    with pytest.raises(RepeatedWithDifferences):
        ledger.execute(a_request("book", content=b"something else"), to_ask())

    assert store.head() == head


def test_another_request_for_what_is_already_so_is_refused(ledger: Ledger) -> None:
    ledger.execute(a_request("book"), to_ask())
    ledger.execute(a_request("give up"), to_give_up)

    with pytest.raises(TransitionNotAllowed) as refused:
        ledger.execute(a_request("give up once more"), to_give_up)

    assert refused.value.before == "abandoned"


def test_a_refusal_is_remembered_even_when_the_nights_are_free_again(ledger: Ledger) -> None:
    late = to_book(booking_id=a_booking_of(2))
    ledger.execute(a_request("book"), to_ask())
    with pytest.raises(NightsAreTaken):
        ledger.execute(a_request("late"), to_ask(late))
    ledger.execute(a_request("give up"), to_give_up)

    with pytest.raises(NightsAreTaken):
        ledger.execute(a_request("late"), to_ask(late))

    assert not ledger.execute(a_request("anew"), to_ask(late)).repeated


def test_a_refusal_leaves_no_event(ledger: Ledger, store: EventStore) -> None:
    head = store.head()

    with pytest.raises(NotFound):
        ledger.execute(a_request("give up"), to_give_up)

    assert store.head() == head


def test_a_plan_may_say_what_is_answered_to_whoever_repeats_it(ledger: Ledger) -> None:
    def ask_and_tell(draft: Draft) -> None:
        to_ask()(draft)
        draft.answer(b'{"unit":1}')

    first = ledger.execute(a_request("book"), ask_and_tell)
    again = ledger.execute(a_request("book"), ask_and_tell)

    assert first.answer == again.answer == b'{"unit":1}'


# -- Who and why ------------------------------------------------------------------------


def test_an_event_tells_who_did_it_for_whom_why_and_under_which_rules(
    ledger: Ledger, store: EventStore
) -> None:
    request = Request(
        command_id=CommandId(an_id("told")),
        case_id=BOOKING,
        content=b"",
        origin="import",
        causation="somebody/1",
        on_behalf_of="Joana",
    )

    ledger.execute(request, to_ask())

    (recorded,) = store.read(StreamId(BOOKING))
    envelope = recorded.envelope
    assert envelope.actor == GUEST
    assert (envelope.on_behalf_of, envelope.causation) == ("Joana", "somebody/1")
    assert (envelope.graph, envelope.policy, envelope.billing) == (1, "half/1", 1)
    assert recorded.imported
    assert recorded.case_id == BOOKING
    assert recorded.occurred_at == NOW


# -- What is remembered is never trusted ------------------------------------------------


def test_nights_that_another_process_freed_can_be_had(ledger: Ledger, another: Ledger) -> None:
    ledger.execute(a_request("book"), to_ask())
    another.execute(a_request("give up"), to_give_up)

    receipt = ledger.execute(a_request("late"), to_ask(to_book(booking_id=a_booking_of(2))))

    assert not receipt.repeated


def test_nights_that_another_process_took_cannot_be_had(ledger: Ledger, another: Ledger) -> None:
    another.execute(a_request("book"), to_ask())

    with pytest.raises(NightsAreTaken):
        ledger.execute(a_request("late"), to_ask(to_book(booking_id=a_booking_of(2))))


def test_a_booking_that_another_process_ended_has_ended(ledger: Ledger, another: Ledger) -> None:
    ledger.execute(a_request("book"), to_ask())
    another.execute(a_request("give up"), to_give_up)

    with pytest.raises(TransitionNotAllowed) as refused:
        ledger.execute(a_request("pay"), lambda draft: processes.pay(draft, PROCESS, BOOKING, "ch"))

    assert refused.value.before == "abandoned"


def test_a_stream_that_opens_is_not_taken_for_new_where_it_is_there(
    ledger: Ledger, another: Ledger
) -> None:
    with pytest.raises(TransitionNotAllowed) as refused:
        another.execute(a_request("open again"), open_the_calendar)

    assert refused.value.before == "free"


def test_a_ledger_without_memory_decides_the_same(store: EventStore, clock: StandingClock) -> None:
    forgetful = Ledger(store, clock, remembered=0)

    forgetful.execute(a_request("open"), open_the_calendar)
    forgetful.execute(a_request("book"), to_ask())
    forgetful.execute(a_request("give up"), to_give_up)

    booking = forgetful.state(BOOKINGS, BOOKING)
    assert booking is not None
    assert booking.status == "abandoned"
    assert forgetful.state(BOOKINGS, a_booking_of(9)) is None


# -- Somebody wrote first ---------------------------------------------------------------


def test_a_lost_race_is_decided_anew(ledger: Ledger, another: Ledger, store: EventStore) -> None:
    looked: list[int] = []

    def hold_while_another_holds(draft: Draft) -> None:
        looked.append(len(calendar_in(draft).claims))
        if len(looked) == 1:
            elsewhere = to_book(booking_id=a_booking_of(2), stay=a_stay("2026-08-01"))
            another.execute(a_request("elsewhere"), to_ask(elsewhere))
        to_ask()(draft)

    ledger.execute(a_request("book"), hold_while_another_holds)

    assert looked == [0, 1]
    assert history(store, UNIT).count("unit_calendar.hold_placed") == 2


def calendar_in(draft: Draft) -> UnitCalendar:
    calendar = draft.state(UNIT_CALENDAR, UNIT)
    assert calendar is not None
    return calendar


def test_who_always_loses_hears_of_the_conflict(ledger: Ledger, another: Ledger) -> None:
    rounds: list[int] = []

    def always_too_late(draft: Draft) -> None:
        calendar = calendar_in(draft)
        rounds.append(len(calendar.claims))
        begins = a_stay("2026-08-01", 1).check_in + timedelta(days=len(rounds))
        one_night = a_stay(begins.isoformat(), 1)
        somebody = GuestId(an_id(f"guest {len(rounds)}"))
        elsewhere = to_book(booking_id=a_booking_of(len(rounds)), stay=one_night, guest_id=somebody)
        another.execute(a_request(f"elsewhere {len(rounds)}"), to_ask(elsewhere))
        to_ask()(draft)

    with pytest.raises(Conflict):
        ledger.execute(a_request("book"), always_too_late)

    assert ledger.state(BOOKINGS, BOOKING) is None


@pytest.mark.parametrize("processes_count", [1, 2])
def test_of_two_hundred_who_race_for_a_night_one_gets_it(
    store: EventStore, clock: StandingClock, ledger: Ledger, processes_count: int
) -> None:
    ledgers = [ledger, *(Ledger(store, clock) for _ in range(processes_count - 1))]
    start = threading.Barrier(RACERS)

    def race(number: int) -> str:
        booking_id = a_booking_of(number)
        start.wait(timeout=60)
        try:
            racer = ledgers[number % len(ledgers)]
            racer.execute(a_request_of(booking_id), to_ask(to_book(booking_id=booking_id)))
        except LedgerError as error:
            return error.code
        return "held"

    with ThreadPoolExecutor(RACERS) as threads:
        told = Counter(threads.map(race, range(RACERS)))

    assert told == {"held": 1, "DATES_UNAVAILABLE": RACERS - 1}
    assert history(store, UNIT).count("unit_calendar.hold_placed") == 1


# -- In order ---------------------------------------------------------------------------


def asked(name: str, plan: Plan, minutes: int = 0) -> Asked:
    return Asked(a_request(name), plan, NOW + timedelta(minutes=minutes))


def pay(draft: Draft) -> None:
    processes.pay(draft, PROCESSOR, BOOKING, "ch_1")


def confirm(draft: Draft) -> None:
    processes.confirm(draft, BOOKING)


def test_later_plans_build_on_earlier_ones_each_at_its_own_time(
    ledger: Ledger, store: EventStore
) -> None:
    plans = [asked("book", to_ask()), asked("pay", pay, 5), asked("confirm", confirm, 10)]

    answers = ledger.execute_in_order(plans)

    assert [type(answer) for answer in answers] == [Receipt, Receipt, Receipt]
    requested, confirmed = store.read(StreamId(BOOKING))
    assert requested.occurred_at == NOW
    assert confirmed.occurred_at == NOW + timedelta(minutes=10)


def test_a_refusal_in_the_middle_holds_up_nobody(ledger: Ledger, store: EventStore) -> None:
    twice = to_book(booking_id=a_booking_of(2))
    plans = [
        asked("book", to_ask()),
        asked("too late", to_ask(twice)),
        asked("pay", pay, 5),
        asked("confirm", confirm, 10),
    ]

    answers = ledger.execute_in_order(plans)

    assert [type(answer) for answer in answers] == [Receipt, NightsAreTaken, Receipt, Receipt]
    assert history(store, BOOKING) == ["booking.requested", "booking.confirmed"]
    assert history(store, twice.booking_id) == []


def test_the_same_order_again_answers_the_same_and_does_nothing(
    ledger: Ledger, another: Ledger, store: EventStore
) -> None:
    twice = to_book(booking_id=a_booking_of(2))
    plans = [asked("book", to_ask()), asked("too late", to_ask(twice)), asked("pay", pay, 5)]
    first = ledger.execute_in_order(plans)
    head = store.head()

    for again in (ledger.execute_in_order(plans), another.execute_in_order(plans)):
        assert [type(answer) for answer in again] == [type(answer) for answer in first]
        for one, other in zip(again, first, strict=True):
            if isinstance(one, Receipt) and isinstance(other, Receipt):
                assert one.repeated
                assert one.position == other.position
    assert store.head() == head


def test_an_order_that_loses_a_race_is_decided_anew(
    ledger: Ledger, another: Ledger, store: EventStore
) -> None:
    ledger.state(UNIT_CALENDAR, UNIT)
    first = to_book(booking_id=a_booking_of(2))
    another.execute(a_request("first"), to_ask(first))
    plans = [asked("book", to_ask()), asked("elsewhere", to_ask(elsewhere())), asked("pay", pay)]

    answers = ledger.execute_in_order(plans)

    assert [type(answer) for answer in answers] == [NightsAreTaken, Receipt, NotFound]
    assert history(store, UNIT).count("unit_calendar.hold_placed") == 2


def test_what_is_not_durable_yet_is_nobody_elses_business(
    ledger: Ledger, store: EventStore
) -> None:
    """A plan in an order is decided on what stands before it in the order; others are not."""
    seen: list[int] = []

    def look_from_outside(draft: Draft) -> None:
        looking = Request(command_id=CommandId(an_id("look")), case_id=BOOKING, content=b"")
        ledger.execute(looking, lambda other: seen.append(len(calendar_in(other).claims)))
        seen.append(len(calendar_in(draft).claims))
        to_ask(elsewhere())(draft)

    ledger.execute_in_order([asked("book", to_ask()), asked("elsewhere", look_from_outside)])

    assert seen[:2] == [0, 1]


def elsewhere() -> Book:
    return to_book(booking_id=a_booking_of(7), stay=a_stay("2026-08-01"))


# -- A history that contradicts itself --------------------------------------------------


@pytest.mark.parametrize(
    "contradiction",
    [(confirmed(),), (a_booking(), changed(cancelled(), to="cancelled_by_nobody"))],
    ids=["no beginning", "a state that is none"],
)
def test_a_history_that_contradicts_itself_is_said_to_be_corrupt(
    ledger: Ledger, store: EventStore, contradiction: Sequence[Event]
) -> None:
    store.append(
        Commit(
            command_id=CommandId(an_id("by another's hand")),
            case_id=BOOKING,
            content=bytes(32),
            occurred_at=NOW,
            events=tuple(
                NewEvent(StreamId(BOOKING), version, event, Envelope(actor=PROCESS))
                for version, event in enumerate(contradiction, start=1)
            ),
            expected=(Expected(StreamId(BOOKING), 0),),
        )
    )

    for ask in (
        lambda: ledger.state(BOOKINGS, BOOKING),
        lambda: ledger.execute(a_request("give up"), to_give_up),
    ):
        with pytest.raises(CorruptHistory) as told:
            ask()
        assert told.value.stream == BOOKING


@pytest.mark.parametrize("who", ["who remembers", "who reads"])
def test_an_id_of_something_else_is_not_found(ledger: Ledger, another: Ledger, who: str) -> None:
    asked = ledger if who == "who remembers" else another

    for ask in (
        lambda: asked.state(BOOKINGS, UNIT),
        lambda: asked.execute(
            a_request("give up"),
            lambda draft: processes.abandon(draft, GUEST, BookingId(UNIT)),
        ),
    ):
        with pytest.raises(NotFound) as told:
            ask()
        assert told.value.booking == UNIT


# -- Snapshots (CASE-E5) ----------------------------------------------------------------


def a_long_history(ledger: Ledger) -> None:
    """Holds come and go until the calendar is long enough to be kept as a snapshot."""
    for number in range(SNAPSHOT_EVERY // 2):
        booking_id = BookingId(a_booking_of(number))
        hold = PlaceHold(unit_id=UNIT, booking_id=booking_id, stay=a_stay())
        release = ReleaseHold(unit_id=UNIT, booking_id=booking_id)
        ledger.execute(a_request_of(booking_id), partial(both, hold=hold, release=release))


def both(draft: Draft, hold: PlaceHold, release: ReleaseHold) -> None:
    draft.do(PROCESS, hold)
    draft.do(PROCESS, release)


def spoil(database: Database, statement: str) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        assert connection.execute(statement).rowcount == 1


@pytest.fixture
def long(ledger: Ledger, store: EventStore) -> UnitCalendar:
    a_long_history(ledger)
    assert store.snapshot(StreamId(UNIT), fingerprint(UNIT_CALENDAR)) is not None
    return calendar_of(ledger)


def calendar_of(ledger: Ledger) -> UnitCalendar:
    calendar = ledger.state(UNIT_CALENDAR, UNIT)
    assert calendar is not None
    return calendar


def test_a_long_stream_is_read_from_its_snapshot_on(
    long: UnitCalendar, ledger: Ledger, another: Ledger, store: EventStore
) -> None:
    ledger.execute(a_request("book"), to_ask())
    kept = store.snapshot(StreamId(UNIT), fingerprint(UNIT_CALENDAR))

    assert kept is not None
    assert kept[0] == SNAPSHOT_EVERY + 1, "the calendar was opened, then every hold let go"
    assert calendar_of(another) == calendar_of(ledger)
    assert BOOKING in calendar_of(another).claims


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger.snapshots SET state = substr(state, 1, length(state) - 1)",
        "UPDATE ledger.snapshots SET state = '{}'::bytea",
        "UPDATE ledger.snapshots SET checksum = '\\x00'::bytea",
        "UPDATE ledger.snapshots SET fingerprint = 'of an older class'",
        "UPDATE ledger.snapshots SET version = version + 1000000",
        "DELETE FROM ledger.snapshots",
    ],
    ids=["cut off", "another state", "another checksum", "an older class", "the future", "gone"],
)
def test_a_snapshot_that_cannot_be_right_is_ignored(
    long: UnitCalendar, another: Ledger, database: Database, statement: str
) -> None:
    spoil(database, statement)

    assert calendar_of(another) == long
    assert not another.execute(a_request("book"), to_ask()).repeated


def test_a_sound_snapshot_that_no_longer_fits_the_class_is_ignored(
    long: UnitCalendar, another: Ledger, store: EventStore
) -> None:
    nonsense = b'{"house":"a tent"}'
    kept_as = fingerprint(UNIT_CALENDAR)
    store.keep_snapshot(StreamId(UNIT), SNAPSHOT_EVERY + 1, kept_as, nonsense)

    assert calendar_of(another) == long


NO_ROOM_FOR_SNAPSHOTS = """
    CREATE FUNCTION ledger.no_room() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$;
    CREATE TRIGGER no_room BEFORE INSERT ON ledger.snapshots
        FOR EACH ROW EXECUTE FUNCTION ledger.no_room();
"""


def test_what_is_durable_is_answered_although_its_snapshot_cannot_be_kept(
    database: Database, clock: StandingClock
) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute(NO_ROOM_FOR_SNAPSHOTS)
    hurried = EventStore(database.url, patience_seconds=2)
    ledger = Ledger(hurried, clock)
    ledger.execute(a_request("open"), open_the_calendar)

    a_long_history(ledger)

    assert hurried.snapshot(StreamId(UNIT), fingerprint(UNIT_CALENDAR)) is None
    assert len(history(hurried, UNIT)) == SNAPSHOT_EVERY + 1
    hurried.close()


def test_a_class_that_remembers_something_else_has_another_fingerprint() -> None:
    grown = replace(UNIT_CALENDAR, evolution=UNIT_CALENDAR.evolution + 1)

    assert fingerprint(grown) != fingerprint(UNIT_CALENDAR)
    assert fingerprint(BOOKINGS) != fingerprint(UNIT_CALENDAR)
