"""Breaches about whose the nights are."""

import psycopg

from ledger.events.unit_calendar import (
    BlockKind,
    CalendarReopened,
    HoldPlaced,
    NightsBlocked,
    NightsUnblocked,
    ReservationMade,
    ReservationMoved,
    ReservationReleased,
)
from ledger.store import Night
from ledger.values.ids import BlockId, BookingId
from tests.conftest import Database
from tests.facts import HOST, UNIT, a_stay, an_id
from tests.replay.breaches.planted import breaks
from tests.replay.breaches.tampering import Shape, rewrite
from tests.replay.small_history import (
    ABANDONED,
    AHEAD,
    ATTIC,
    CANCELLED,
    GARDEN,
    JUNE_FIRST,
    History,
)


@breaks("B1", "B6")
def sell_a_night_twice(history: History, database: Database) -> None:
    """Nights that a booking has were held for another one, and the claims do not show it."""
    overlapping = HoldPlaced(
        booking_id=BookingId(an_id("second")), stay=a_stay("2025-09-02"), expires_at=JUNE_FIRST
    )
    history.plant(AHEAD, (UNIT, overlapping))


@breaks("B1", "B6")
def sell_a_night_that_is_blocked(history: History, database: Database) -> None:
    """Nights that a host blocked were held, and the claims do not show it."""
    blocked = HoldPlaced(
        booking_id=BookingId(an_id("second")), stay=a_stay("2025-10-11"), expires_at=JUNE_FIRST
    )
    history.plant(AHEAD, (UNIT, blocked))


@breaks("B1", "B6")
def keep_a_pause_that_somebody_has(history: History, database: Database) -> None:
    """Free nights were held, and with them the night after, which a booking has."""
    too_long = HoldPlaced(
        booking_id=BookingId(an_id("second")),
        stay=a_stay("2025-08-30", 2),
        buffer_nights=1,
        expires_at=JUNE_FIRST,
    )
    history.plant(AHEAD, (UNIT, too_long))


@breaks("B1", "B6")
def sell_a_night_that_a_feed_blocks(history: History, database: Database) -> None:
    """The one night that a feed blocks beside a host's block was held."""
    blocked = HoldPlaced(
        booking_id=BookingId(an_id("second")), stay=a_stay("2025-10-15", 1), expires_at=JUNE_FIRST
    )
    history.plant(AHEAD, (UNIT, blocked))


@breaks("B1", "B2")
def move_onto_nights_that_are_blocked(history: History, database: Database) -> None:
    """A booking was moved to nights that a host blocked, and claims none of them."""
    moved = ReservationMoved(
        booking_id=AHEAD, moved_from=a_stay("2025-09-01"), stay=a_stay("2025-10-10")
    )
    history.plant(AHEAD, (UNIT, moved))


@breaks("B1", "B2")
def win_back_nights_that_are_sold(history: History, database: Database) -> None:
    """Late money won nights back that somebody else has, and claims none of them."""
    again = BookingId(an_id("too late"))
    made = ReservationMade(booking_id=again, stay=a_stay("2025-09-02"), reacquired=True)
    history.plant(again, (UNIT, made))


@breaks("B2")
def block_without_a_claim(history: History, database: Database) -> None:
    """Nights were blocked, and Postgres would let them be sold."""
    block_id = BlockId(an_id("no claim"))
    blocked = NightsBlocked(block_id=block_id, stay=a_stay("2025-12-01"), kind=BlockKind.HOST)
    history.plant(block_id, (UNIT, blocked), by=HOST)


@breaks("B2")
def unblock_and_keep_the_claim(history: History, database: Database) -> None:
    """A host's block was lifted, and its nights cannot be sold all the same."""
    lifted = NightsUnblocked(
        block_id=GARDEN, stay=a_stay("2025-10-11"), kind=BlockKind.HOST, reason=""
    )
    history.plant(GARDEN, (UNIT, lifted), by=HOST)


@breaks("B2")
def lose_what_a_feed_blocks(history: History, database: Database) -> None:
    """What a feed blocks beside a host's block is claimed by nobody."""
    lose = "DELETE FROM ledger.night_claims WHERE night = '2025-10-15'"
    with psycopg.connect(database.owner_url) as connection:
        assert connection.execute(lose).rowcount == 1


@breaks("B2")
def leave_a_ghost(history: History, database: Database) -> None:
    """A night is claimed for a booking that was cancelled."""
    claim = "INSERT INTO ledger.night_claims VALUES (%s, '2025-12-24', %s)"
    with psycopg.connect(database.owner_url) as connection:
        connection.execute(claim, (UNIT, CANCELLED))


@breaks("B2")
def lose_a_claim(history: History, database: Database) -> None:
    """A night of a stay to come is claimed by nobody."""
    lose = "DELETE FROM ledger.night_claims WHERE case_id = %s AND night = '2025-09-02'"
    with psycopg.connect(database.owner_url) as connection:
        connection.execute(lose, (AHEAD,))


@breaks("B3")
def open_nights_that_one_cancelled(history: History, database: Database) -> None:
    """A host cancelled, and then put the nights back on sale, which is an operator's to do."""
    cancelled = BlockId(AHEAD)
    stay = a_stay("2025-09-01")
    freed = tuple(Night(UNIT, night) for night in stay.nights())
    kind = BlockKind.HOST_CANCELLED
    released = ReservationReleased(booking_id=AHEAD, stay=stay)
    blocked = NightsBlocked(block_id=cancelled, stay=stay, kind=kind)
    history.plant(AHEAD, (UNIT, released), (UNIT, blocked))
    opened = NightsUnblocked(block_id=cancelled, stay=stay, kind=kind, reason="")
    history.plant(AHEAD, (UNIT, opened), by=HOST, freed=freed)


@breaks("B3")
def block_as_cancelled_what_was_never_sold(history: History, database: Database) -> None:
    """Nights are blocked as those of a booking that the host cancelled, and there was none."""
    block_id, stay = BlockId(an_id("no booking")), a_stay("2025-12-01")
    blocked = NightsBlocked(block_id=block_id, stay=stay, kind=BlockKind.HOST_CANCELLED)
    taken = tuple(Night(UNIT, night) for night in stay.nights())
    history.plant(block_id, (UNIT, blocked), by=HOST, taken=taken)


@breaks("B3")
def block_nights_of_a_unit_that_is_not_let(history: History, database: Database) -> None:
    """Something happened in a calendar that had ended."""
    block_id, stay = BlockId(an_id("after the end")), a_stay("2025-12-01")
    blocked = NightsBlocked(block_id=block_id, stay=stay, kind=BlockKind.HOST)
    taken = tuple(Night(ATTIC, night) for night in stay.nights())
    history.plant(block_id, (ATTIC, blocked), by=HOST, taken=taken)


@breaks("B3")
def let_a_unit_again_that_is_let(history: History, database: Database) -> None:
    """A unit was let again that had never been taken out of its house."""
    history.plant(UNIT, (UNIT, CalendarReopened()), by=HOST)


@breaks("B7")
def hold_other_nights_than_were_asked_for(history: History, database: Database) -> None:
    """The nights that were held for a booking, and let go, are a day off."""

    def change(shape: Shape) -> None:
        shape["stay"] = ["2025-07-24", "2025-07-27"]

    for topic in ("unit_calendar.hold_placed", "unit_calendar.hold_released"):
        rewrite(database, topic, ABANDONED, change)


@breaks("B6")
def hold_nights_for_nobody(history: History, database: Database) -> None:
    """Nights are held for somebody who had until June to pay."""
    nobody = BookingId(an_id("nobody"))
    held = HoldPlaced(booking_id=nobody, stay=a_stay("2026-03-01"), expires_at=JUNE_FIRST)
    history.plant(nobody, (UNIT, held))
