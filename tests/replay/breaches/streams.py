"""Breaches of how streams are kept: versions, causes, commands, clocks."""

from ledger.events.booking import StayStarted
from tests.conftest import Database
from tests.facts import TIMER, an_id
from tests.replay.breaches.planted import ARRIVAL, breaks
from tests.replay.breaches.tampering import exchange, unguarded, update
from tests.replay.small_history import AHEAD, CANCELLED, STAYED, History


@breaks("E1")
def skip_a_version(history: History, database: Database) -> None:
    """A stream goes from one version to the next but one."""
    update(database, "version = version + 1", "booking.stay_completed", STAYED)


@breaks("E1", "B3")
def swap_two_events_of_a_stream(history: History, database: Database) -> None:
    """Two events of one stream changed places."""
    exchange(database, STAYED, "payout.due", "payout.released")


@breaks("E2")
def name_a_cause_that_is_still_to_come(history: History, database: Database) -> None:
    """An event was caused by one that was not there yet."""
    started = (AHEAD, StayStarted())
    history.plant(AHEAD, started, by=TIMER, causation=f"{STAYED}/99", at=ARRIVAL)


@breaks("E2")
def swap_cause_and_effect(history: History, database: Database) -> None:
    """A payment was opened before the booking that it is for was asked for."""
    exchange(database, CANCELLED, "booking.requested", "payment.opened")


@breaks("E3")
def record_a_command_twice(history: History, database: Database) -> None:
    """The events of one command were written in two commits."""
    with unguarded(database) as connection:
        connection.execute(
            "UPDATE ledger.events SET command_id = (SELECT command_id FROM ledger.events "
            "WHERE topic = 'booking.stay_started' AND case_id = %(case)s) "
            "WHERE topic = 'booking.stay_completed' AND case_id = %(case)s",
            {"case": STAYED},
        )


@breaks("E3")
def lose_the_record_of_a_command(history: History, database: Database) -> None:
    """A command has events, and no record that would stop it from being done again."""
    with unguarded(database) as connection:
        connection.execute(
            "DELETE FROM ledger.commands WHERE command_id = "
            "(SELECT command_id FROM ledger.events WHERE topic = 'booking.stay_completed' LIMIT 1)"
        )


@breaks("E3")
def lose_what_was_acknowledged(history: History, database: Database) -> None:
    """A command was acknowledged, and its event is gone."""
    with unguarded(database) as connection:
        connection.execute(
            "DELETE FROM ledger.events WHERE case_id = %s AND topic = 'booking.stay_completed'",
            (STAYED,),
        )


@breaks("E7")
def write_in_an_unknown_language(history: History, database: Database) -> None:
    """An event has a topic that nobody knows."""
    update(database, "topic = 'booking.teleported'", "booking.stay_completed", STAYED)


@breaks("E7", "B10")
def write_by_a_newer_schema(history: History, database: Database) -> None:
    """An event has a schema from the future."""
    update(database, "schema = 99", "attestation.property_attested", an_id("attestation"))


@breaks("E7", "B10")
def damage_bytes(history: History, database: Database) -> None:
    """The bytes of an event are cut off in the middle."""
    cut = "state = substring(state FOR length(state) / 2)"
    update(database, cut, "attestation.property_attested", an_id("attestation"))


@breaks("E8")
def set_the_clock_back(history: History, database: Database) -> None:
    """An event was stamped an hour before the one in front of it."""
    back = "recorded_at = recorded_at - interval '1 hour'"
    update(database, back, "booking.stay_completed", STAYED)


@breaks("E8")
def live_in_the_future(history: History, database: Database) -> None:
    """An event was stamped tomorrow."""
    with unguarded(database) as connection:
        connection.execute(
            "UPDATE ledger.events SET recorded_at = recorded_at + interval '1 day' "
            "WHERE position = (SELECT max(position) FROM ledger.events)"
        )


@breaks("E8")
def know_what_is_still_to_happen(history: History, database: Database) -> None:
    """An event was recorded before it happened."""
    later = "occurred_at = recorded_at + interval '1 day'"
    update(database, later, "booking.stay_completed", STAYED)
