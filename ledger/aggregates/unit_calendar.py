"""A unit's calendar: which nights of one physical unit are held, reserved or blocked, and for whom.

Two guards keep a night from being sold twice: this stream's version, and one night claim per night
in the same transaction, which Postgres refuses to have twice (spec: domain, section 3).
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates.decider import (
    SAME,
    Command,
    Decider,
    Lifecycle,
    Nights,
    Planned,
    Step,
    actors,
    states,
)
from ledger.errors import HoldHasExpired, NightsAreTaken, NotFound, TooEarly, TooLate
from ledger.events.unit_calendar import (
    CalendarOpened,
    HoldExpired,
    HoldPlaced,
    HoldReleased,
    ReservationMade,
    ReservationReleased,
    UnitCalendarEvent,
)
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, HostId, PropertyId, UnitId
from ledger.values.nights import Taken
from ledger.values.stay import House, Stay, local_date
from ledger.values.stay import stay as at_least_one_night

HOLD = timedelta(minutes=15)
"""How long nights are kept for somebody who pays (spec: domain, section 12)."""

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """What a range of nights is, for the one who asks: free, or under a claim of a kind."""

    FREE = "free"
    HOLD = "hold"
    RESERVATION = "reservation"
    HOST_BLOCK = "host_block"
    EXTERNAL_BLOCK = "external_block"
    INACTIVE = "inactive"


class Claim(Struct, frozen=True):
    """Nights that are not free, why, and until when if that ends by itself."""

    status: Status
    stay: Stay
    expires_at: Instant | None = None


class UnitCalendar(Struct, frozen=True):
    """The claims that are alive, by booking; and the stays under them, in order of time.

    Whose unit it is never changes; a booking is checked against it.
    """

    property_id: PropertyId
    room_type: str
    house: House
    claims: dict[BookingId, Claim]
    taken: Taken = Taken()


def best_fit(calendars: Mapping[UnitId, UnitCalendar], stay: Stay) -> UnitId | None:
    """The unit whose smallest free stretch takes the stay, the first of equals; None where none does.

    Best fit keeps long stretches whole (spec: domain, section 3).
    """
    fits = [
        (gap, place, unit_id)
        for place, (unit_id, calendar) in enumerate(calendars.items())
        if (gap := calendar.taken.gap_around(stay)) is not None
    ]
    return min(fits)[2] if fits else None


# -- Commands ---------------------------------------------------------------------------


class OpenCalendar(Command, frozen=True, kw_only=True):
    """Add a unit to a property and open its nights."""

    unit_id: UnitId
    property_id: PropertyId
    host_id: HostId
    room_type: str
    number: int
    house: House


class PlaceHold(Command, frozen=True, kw_only=True):
    """Keep nights for a booking while it is paid."""

    unit_id: UnitId
    booking_id: BookingId
    stay: Stay


class ConvertHold(Command, frozen=True, kw_only=True):
    """Make held nights the booking's own."""

    unit_id: UnitId
    booking_id: BookingId


class ExpireHold(Command, frozen=True, kw_only=True):
    """Free the nights of a hold that ran out."""

    unit_id: UnitId
    booking_id: BookingId


class ReleaseHold(Command, frozen=True, kw_only=True):
    """Let a hold go before it runs out."""

    unit_id: UnitId
    booking_id: BookingId


class ReleaseReservation(Command, frozen=True, kw_only=True):
    """Give the nights of a booking back."""

    unit_id: UnitId
    booking_id: BookingId


UnitCalendarCommand = (
    OpenCalendar | PlaceHold | ConvertHold | ExpireHold | ReleaseHold | ReleaseReservation
)

# -- Lifecycle --------------------------------------------------------------------------

FREE, HELD, RESERVED = states(Status.FREE), states(Status.HOLD), states(Status.RESERVATION)
HOST_BLOCKED, EXTERNAL = states(Status.HOST_BLOCK), states(Status.EXTERNAL_BLOCK)
ANY = FREE | HELD | RESERVED | HOST_BLOCKED | EXTERNAL

LIFECYCLE = Lifecycle(
    "unit_calendar",
    Step("UC0", OpenCalendar, states(None), actors("HOX"), CalendarOpened, Status.FREE),
    Step("UC1", PlaceHold, FREE, actors("X"), HoldPlaced, Status.HOLD,
         "at least one night; before check-in; no claim that is alive on a night"),
    Planned("UC2", "ExtendHold", HELD, actors("X"), ("HoldExtended",), Status.HOLD),
    Planned("UC3", "ToRequestHold", HELD, actors("X"), ("HoldExtended",), Status.HOLD),
    Step("UC4", ConvertHold, HELD, actors("X"), ReservationMade, Status.RESERVATION,
         "the hold has not run out"),
    Step("UC5", ExpireHold, HELD, actors("T"), HoldExpired, Status.FREE, "the hold has run out"),
    Step("UC6", ReleaseHold, HELD, actors("GX"), HoldReleased, Status.FREE),
    Planned("UC7", "Reacquire", FREE, actors("X"), ("ReservationMade",), Status.RESERVATION),
    Step("UC8", ReleaseReservation, RESERVED, actors("X"), ReservationReleased, Status.FREE),
    Planned("UC9", "MoveReservation", RESERVED, actors("X"), ("ReservationMoved",), SAME),
    Planned("UC10", "BlockNights", FREE, actors("H"), ("NightsBlocked",), Status.HOST_BLOCK),
    Planned("UC11", "UnblockNights", HOST_BLOCKED, actors("HO"), ("NightsUnblocked",), Status.FREE),
    Planned("UC12", "ImportFeedItem", ANY, actors("X"),
            ("ExternalBlockAdded", "FeedConflictDetected"), (Status.EXTERNAL_BLOCK, Status.FREE)),
    Planned("UC13", "FeedItemGone", EXTERNAL, actors("X"), ("ExternalBlockRemoved",), Status.FREE),
    Planned("UC14", "Deactivate", FREE, actors("HO"), ("UnitDeactivated",), Status.INACTIVE),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def status_of(calendar: UnitCalendar | None, command: UnitCalendarCommand) -> Status | None:
    """The state of the nights that a command is about: those of its booking, or free ones."""
    if calendar is None:
        return None
    if isinstance(command, OpenCalendar):
        return Status.FREE
    claim = calendar.claims.get(command.booking_id)
    return Status.FREE if claim is None else claim.status


def decide(
    calendar: UnitCalendar | None, command: UnitCalendarCommand, now: Instant
) -> Sequence[UnitCalendarEvent]:
    """What a command does to the nights. Raises Refused."""
    if isinstance(command, OpenCalendar):
        return open_calendar(command)
    if calendar is None:
        raise NotFound(unit_id=command.unit_id)
    match command:
        case PlaceHold():
            return hold(calendar, command, now)
        case ConvertHold():
            return convert(calendar, command, now)
        case ExpireHold():
            return expire(calendar, command, now)
        case ReleaseHold():
            stay = calendar.claims[command.booking_id].stay
            return [HoldReleased(booking_id=command.booking_id, stay=stay)]
        case ReleaseReservation():
            stay = calendar.claims[command.booking_id].stay
            return [ReservationReleased(booking_id=command.booking_id, stay=stay)]
        case _:
            assert_never(command)


def open_calendar(command: OpenCalendar) -> Sequence[UnitCalendarEvent]:
    """Open the nights of a unit that is new."""
    return [
        CalendarOpened(
            property_id=command.property_id,
            host_id=command.host_id,
            room_type=command.room_type,
            number=command.number,
            house=command.house,
        )
    ]


def hold(calendar: UnitCalendar, command: PlaceHold, now: Instant) -> Sequence[UnitCalendarEvent]:
    """Keep nights that are free and still to come, for `HOLD`.

    Raises NoNights, TooLate, NightsAreTaken.
    """
    at_least_one_night(command.stay.check_in, command.stay.check_out)
    if now >= calendar.house.check_in_at(command.stay):
        today = local_date(now, calendar.house.time_zone)
        raise TooLate(check_in=command.stay.check_in, today=today)
    if calendar.taken.gap_around(command.stay) is None:
        raise NightsAreTaken(
            unit_id=command.unit_id,
            check_in=command.stay.check_in,
            check_out=command.stay.check_out,
        )
    return [HoldPlaced(booking_id=command.booking_id, stay=command.stay, expires_at=now + HOLD)]


def convert(
    calendar: UnitCalendar, command: ConvertHold, now: Instant
) -> Sequence[UnitCalendarEvent]:
    """Make a live hold a reservation. Raises HoldHasExpired."""
    held = calendar.claims[command.booking_id]
    assert held.expires_at is not None
    if now >= held.expires_at:
        raise HoldHasExpired(booking_id=command.booking_id, expired_at=held.expires_at)
    return [ReservationMade(booking_id=command.booking_id, stay=held.stay)]


def expire(
    calendar: UnitCalendar, command: ExpireHold, now: Instant
) -> Sequence[UnitCalendarEvent]:
    """Free the nights of a hold whose time has passed. Raises TooEarly."""
    held = calendar.claims[command.booking_id]
    assert held.expires_at is not None
    if now < held.expires_at:
        raise TooEarly(booking_id=command.booking_id, not_before=held.expires_at)
    return [HoldExpired(booking_id=command.booking_id, stay=held.stay)]


# -- Evolution --------------------------------------------------------------------------


def evolve(calendar: UnitCalendar | None, event: UnitCalendarEvent) -> UnitCalendar:
    """The calendar after an event."""
    if isinstance(event, CalendarOpened):
        return UnitCalendar(
            property_id=event.property_id,
            room_type=event.room_type,
            house=event.house,
            claims={},
        )
    assert calendar is not None
    match event:
        case HoldPlaced():
            return _claimed(
                calendar, event.booking_id, Claim(Status.HOLD, event.stay, event.expires_at)
            )
        case ReservationMade():
            kept = Claim(Status.RESERVATION, event.stay)
            return replace(calendar, claims={**calendar.claims, event.booking_id: kept})
        case HoldExpired() | HoldReleased() | ReservationReleased():
            return _freed(calendar, event.booking_id, event.stay)
        case _:
            assert_never(event)


def _claimed(calendar: UnitCalendar, booking_id: BookingId, claim: Claim) -> UnitCalendar:
    return replace(
        calendar,
        claims={**calendar.claims, booking_id: claim},
        taken=calendar.taken.with_(claim.stay),
    )


def _freed(calendar: UnitCalendar, booking_id: BookingId, stay: Stay) -> UnitCalendar:
    claims = {key: claim for key, claim in calendar.claims.items() if key != booking_id}
    return replace(calendar, claims=claims, taken=calendar.taken.without(stay))


def claims(stream_id: str, event: UnitCalendarEvent) -> Nights | None:
    """The night claims that Postgres writes with an event, in the same commit."""
    match event:
        case HoldPlaced():
            return Nights(UnitId(stream_id), taken=tuple(event.stay.nights()))
        case HoldExpired() | HoldReleased() | ReservationReleased():
            return Nights(UnitId(stream_id), freed=tuple(event.stay.nights()))
        case CalendarOpened() | ReservationMade():
            return None
        case _:
            assert_never(event)


UNIT_CALENDAR = Decider(
    lifecycle=LIFECYCLE,
    state=UnitCalendar,
    stream_of=lambda command: command.unit_id,
    status_of=status_of,
    decide=decide,
    evolve=evolve,
    claims=claims,
    streams_grow_long=True,
)
