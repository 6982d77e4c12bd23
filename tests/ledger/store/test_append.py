"""What an append promises: all or nothing, once, in its place, and a reason where it cannot be."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from typing import Any

import psycopg
import pytest

from ledger.errors import (
    Conflict,
    CorruptHistory,
    NightsAreTaken,
    RepeatedWithDifferences,
    StoreUnavailable,
    TooLate,
)
from ledger.events import Event
from ledger.store import Codec, Commit, EventStore, Expected, Receipt
from ledger.values.ids import CommandId, fresh_id
from tests.conftest import Database
from tests.ledger.store.commits import (
    A_GUEST,
    NOON,
    a_commit,
    a_hold,
    a_stream,
    a_unit,
    count_of,
    july,
    positions,
    versions,
)

# -- Streams ----------------------------------------------------------------------------------


def test_an_appended_event_is_read_back_as_it_was(store: EventStore) -> None:
    commit = a_commit(answer=b'{"hold":1}')

    receipt = store.append(commit)

    assert receipt == Receipt(commit.command_id, 1, repeated=False, answer=b'{"hold":1}')
    (recorded,) = store.read(commit.events[0].stream_id)
    assert recorded.position == 1
    assert recorded.version == 1
    assert recorded.case_id == commit.case_id
    assert recorded.command_id == commit.command_id
    assert recorded.occurred_at == NOON
    assert recorded.occurred_at.utcoffset() == recorded.recorded_at.utcoffset()
    assert recorded.envelope == A_GUEST
    assert recorded.event == a_hold()


def test_a_stream_is_read_from_any_version_on(store: EventStore) -> None:
    stream_id = a_stream()
    store.append_in_order([a_commit(stream_id, version) for version in (1, 2, 3)])

    assert versions(store.read(stream_id)) == [1, 2, 3]
    assert versions(store.read(stream_id, after=2)) == [3]
    assert store.read(a_stream()) == []


def test_many_streams_are_read_by_one_question(store: EventStore) -> None:
    one, other, none = a_stream(), a_stream(), a_stream()
    store.append_in_order([a_commit(one), a_commit(other), a_commit(one, 2)])

    streams = store.read_many([one, other, none])

    assert {stream: versions(events) for stream, events in streams.items()} == {
        one: [1, 2],
        other: [1],
        none: [],
    }


def test_a_decision_on_an_old_version_is_a_conflict(store: EventStore) -> None:
    stream_id = a_stream()
    store.append(a_commit(stream_id))

    with pytest.raises(Conflict) as conflict:
        store.append(a_commit(stream_id))

    assert conflict.value.streams == [stream_id]
    assert count_of(store, stream_id) == 1


def test_a_stream_that_was_only_looked_at_may_not_have_moved(store: EventStore) -> None:
    looked_at, written = a_stream(), a_stream()
    store.append(a_commit(looked_at))
    blind = a_commit(written, expected=(Expected(written, 0), Expected(looked_at, 0)))
    seeing = a_commit(written, expected=(Expected(written, 0), Expected(looked_at, 1)))

    with pytest.raises(Conflict) as conflict:
        store.append(blind)
    store.append(seeing)

    assert conflict.value.streams == [looked_at]
    assert count_of(store, written) == 1


def test_a_commit_over_two_streams_is_all_or_nothing(store: EventStore) -> None:
    moved, untouched = a_stream(), a_stream()
    store.append(a_commit(moved))
    first, second = a_commit(untouched), a_commit(moved)
    both = a_commit(events=first.events + second.events, expected=first.expected + second.expected)

    with pytest.raises(Conflict):
        store.append(both)

    assert count_of(store, untouched) == 0


def test_losers_draw_no_positions(store: EventStore) -> None:
    stream_id = a_stream()
    store.append(a_commit(stream_id))
    for _ in range(5):
        with pytest.raises(Conflict):
            store.append(a_commit(stream_id))

    assert store.append(a_commit()).position == 2
    assert store.head() == 2


def test_the_recording_time_never_goes_back(
    store: EventStore, connection: psycopg.Connection[Any]
) -> None:
    for _ in range(20):
        store.append(a_commit())

    (backwards,) = connection.execute(
        "SELECT count(*) FROM (SELECT recorded_at < lag(recorded_at) OVER (ORDER BY position) "
        "AS earlier FROM ledger.events) AS pairs WHERE earlier"
    ).fetchone() or (None,)
    assert backwards == 0


# -- Commands are idempotent ------------------------------------------------------------------


def test_a_repeated_command_gets_its_first_answer(store: EventStore) -> None:
    commit = a_commit(answer=b'{"total":"12.00 EUR"}')
    first = store.append(commit)
    store.append(a_commit())

    again = store.append(commit)

    assert again == Receipt(first.command_id, first.position, repeated=True, answer=commit.answer)
    assert store.head() == 2


def test_a_command_id_is_not_used_for_two_contents(store: EventStore) -> None:
    commit = a_commit()
    store.append(commit)

    with pytest.raises(RepeatedWithDifferences):
        store.append(a_commit(command_id=commit.command_id))

    assert store.head() == 1


def test_a_refusal_is_remembered_under_its_command(store: EventStore) -> None:
    store.append(a_commit())
    refused = a_commit(events=(), expected=(), refusal=TooLate(closed_on=date(2026, 3, 1)))

    receipt = store.append(refused)

    assert receipt.position == 1
    with pytest.raises(TooLate) as again:
        store.append(refused)
    assert again.value.closed_on == "2026-03-01"
    assert store.head() == 1


def test_what_was_answered_can_be_asked_for(store: EventStore) -> None:
    done, refused = a_commit(answer=b"{}"), a_commit(events=(), expected=(), refusal=TooLate(by=3))
    store.append_in_order([done, refused])
    unknown = CommandId(fresh_id())

    answers = store.recorded([done.command_id, refused.command_id, unknown])

    assert answers[done.command_id] == Receipt(done.command_id, 1, repeated=True, answer=b"{}")
    refusal = answers[refused.command_id]
    assert isinstance(refusal, TooLate)
    assert refusal.by == 3
    assert unknown not in answers


def test_one_command_sent_by_many_at_once_happens_once(
    store: EventStore, database: Database
) -> None:
    commit = a_commit()
    with (
        closing(EventStore(database.url)) as other,
        ThreadPoolExecutor(16) as callers,
    ):
        receipts = list(callers.map(lambda to: to.append(commit), [store, other] * 16))

    assert {receipt.position for receipt in receipts} == {1}
    assert [receipt.repeated for receipt in receipts].count(False) == 1
    assert store.head() == 1


# -- Many at once -----------------------------------------------------------------------------


def test_a_bad_commit_does_not_take_others_with_it(store: EventStore) -> None:
    stream_id = a_stream()
    store.append(a_commit(stream_id))

    good, bad, better = store.append_in_order([a_commit(), a_commit(stream_id), a_commit()])

    assert isinstance(bad, Conflict)
    assert isinstance(good, Receipt)
    assert isinstance(better, Receipt)
    assert (good.position, better.position) == (2, 3)


def test_a_later_commit_builds_on_an_earlier_one_of_its_batch(store: EventStore) -> None:
    stream_id = a_stream()

    outcomes = store.append_in_order([a_commit(stream_id, version) for version in range(1, 6)])

    assert [receipt.position for receipt in outcomes if isinstance(receipt, Receipt)] == [
        1,
        2,
        3,
        4,
        5,
    ]


def test_what_builds_on_a_failed_commit_fails_too(store: EventStore) -> None:
    stream_id = a_stream()
    store.append(a_commit(stream_id))

    outcomes = store.append_in_order([a_commit(stream_id, 3), a_commit(stream_id, 4), a_commit()])

    assert [type(outcome) for outcome in outcomes] == [Conflict, Conflict, Receipt]


def test_a_future_gives_what_append_would(store: EventStore) -> None:
    commit = a_commit()

    assert store.submit(commit).result(timeout=10).position == 1
    with pytest.raises(Conflict):
        store.submit(a_commit(commit.events[0].stream_id)).result(timeout=10)


def test_writers_racing_for_one_stream_take_turns(store: EventStore, database: Database) -> None:
    stream_id, rounds = a_stream(), 5

    def keep_trying(store: EventStore) -> int:
        conflicts = 0
        for _ in range(rounds):
            while True:
                try:
                    store.append(a_commit(stream_id, count_of(store, stream_id) + 1))
                    break
                except Conflict:
                    conflicts += 1
        return conflicts

    with closing(EventStore(database.url)) as other, ThreadPoolExecutor(8) as writers:
        list(writers.map(keep_trying, [store, other] * 4))

    assert versions(store.read(stream_id)) == list(range(1, 8 * rounds + 1))
    assert store.head() == 8 * rounds


def test_an_event_that_postgres_cannot_store_fails_alone(database: Database) -> None:
    class Cursed(Event, topic="test.\0", frozen=True, kw_only=True):
        pass

    codec = Codec([type(a_hold()), Cursed])
    with closing(EventStore(database.url, codec=codec)) as store:
        futures = [
            store.submit(commit) for commit in (a_commit(), a_commit(event=Cursed()), a_commit())
        ]

        assert isinstance(futures[1].exception(timeout=10), psycopg.DataError)
        assert {futures[0].result().position, futures[2].result().position} == {1, 2}


# -- Nights -----------------------------------------------------------------------------------


def test_a_night_is_claimed_once(store: EventStore) -> None:
    unit_id = a_unit()
    store.append(a_commit(taken=july(unit_id, 1, 2, 3)))
    late = a_commit(taken=july(unit_id, 3, 4))

    with pytest.raises(NightsAreTaken) as refusal:
        store.append(late)

    assert refusal.value.unit_id == unit_id
    assert refusal.value.nights == [date(2026, 7, 3)]
    assert count_of(store, late.events[0].stream_id) == 0
    store.append(a_commit(taken=july(unit_id, 4)))


def test_freed_nights_can_be_claimed_by_others(store: EventStore) -> None:
    unit_id = a_unit()
    holder = a_commit(taken=july(unit_id, 1, 2))
    store.append(holder)
    stream_id = holder.events[0].stream_id
    store.append(a_commit(stream_id, 2, freed=july(unit_id, 1)))

    store.append(a_commit(taken=july(unit_id, 1)))
    with pytest.raises(NightsAreTaken):
        store.append(a_commit(taken=july(unit_id, 2)))


def test_case_n11_a_stay_is_moved_over_its_own_nights(store: EventStore) -> None:
    unit_id = a_unit()
    holder = a_commit(taken=july(unit_id, 1, 2, 3))
    store.append(holder)
    moved = a_commit(
        holder.events[0].stream_id, 2, freed=july(unit_id, 1, 2, 3), taken=july(unit_id, 2, 3, 4)
    )

    store.append(moved)

    store.append(a_commit(taken=july(unit_id, 1)))
    with pytest.raises(NightsAreTaken) as refusal:
        store.append(a_commit(taken=july(unit_id, 2, 3, 4)))
    assert len(refusal.value.nights) == 3


def test_a_night_that_is_not_held_cannot_be_freed(store: EventStore) -> None:
    unit_id = a_unit()
    store.append(a_commit(taken=july(unit_id, 1)))

    with pytest.raises(CorruptHistory) as found:
        store.append(a_commit(freed=july(unit_id, 1)))

    assert found.value.not_held == date(2026, 7, 1)
    assert store.head() == 1


def booked_and_cancelled(unit_id: Any, day: int) -> list[Commit]:
    """Two commits of one case: it takes a night, and gives it back."""
    stream_id = a_stream()
    return [
        a_commit(stream_id, 1, taken=july(unit_id, day)),
        a_commit(stream_id, 2, freed=july(unit_id, day)),
    ]


def test_a_night_may_change_hands_within_a_batch(store: EventStore) -> None:
    unit_id = a_unit()
    first, second = booked_and_cancelled(unit_id, 1), booked_and_cancelled(unit_id, 1)
    last = a_commit(taken=july(unit_id, 1))

    outcomes = store.append_in_order([*first, *second, last])

    assert all(isinstance(outcome, Receipt) for outcome in outcomes)
    with pytest.raises(NightsAreTaken):
        store.append(a_commit(taken=july(unit_id, 1)))


def test_a_batch_that_wants_a_taken_night_for_a_while_is_refused(store: EventStore) -> None:
    unit_id = a_unit()
    store.append(a_commit(taken=july(unit_id, 1)))

    booked, cancelled = store.append_in_order(booked_and_cancelled(unit_id, 1))

    assert isinstance(booked, NightsAreTaken)
    assert isinstance(cancelled, Conflict)


def test_case_n1_two_hundred_racing_for_a_night_have_one_winner(
    store: EventStore, database: Database
) -> None:
    unit_id = a_unit()
    start = threading.Barrier(40)

    def race(store: EventStore) -> list[object]:
        start.wait()
        return [attempt(store) for _ in range(5)]

    def attempt(store: EventStore) -> object:
        try:
            return store.append(a_commit(taken=july(unit_id, 1, 2)))
        except NightsAreTaken as refusal:
            return refusal

    with closing(EventStore(database.url)) as other, ThreadPoolExecutor(40) as guests:
        outcomes = [one for many in guests.map(race, [store, other] * 20) for one in many]

    winners = [outcome for outcome in outcomes if isinstance(outcome, Receipt)]
    assert len(winners) == 1
    assert len(outcomes) == 200
    assert store.head() == 1


# -- Limits -----------------------------------------------------------------------------------


def test_a_closed_store_takes_nothing_more(database: Database) -> None:
    store = EventStore(database.url)
    future = store.submit(a_commit())
    store.close()

    assert future.result(timeout=10).position == 1
    with pytest.raises(RuntimeError, match="closed"):
        store.append(a_commit())


def test_fault_17_a_lock_held_by_another_ends_in_a_clear_refusal(
    database: Database, connection: psycopg.Connection[Any]
) -> None:
    with closing(EventStore(database.url, patience_seconds=1)) as hurried:
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(7204, 1)")
            with pytest.raises(StoreUnavailable) as refusal:
                hurried.append(a_commit())

        assert not refusal.value.in_doubt
        assert hurried.append(a_commit()).position == 1


def test_events_of_one_commit_stand_together(store: EventStore) -> None:
    stream_id = a_stream()
    first, second = a_commit(stream_id, 1), a_commit(stream_id, 2)
    with ThreadPoolExecutor(8) as others:
        noise = others.map(store.append, [a_commit() for _ in range(50)])
        both = store.append(a_commit(stream_id, events=first.events + second.events))
        list(noise)

    assert positions(store.read(stream_id)) == [both.position - 1, both.position]
