"""Availability: the units of each property, and who has which of their nights.

Which properties there are is asked in `projections.properties`, for the nights of one unit in
`projections.calendars`.
"""

from collections.abc import Sequence
from typing import assert_never, get_args

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
    select,
)

from ledger.events import Recorded
from ledger.events.attestation import PropertyAttested
from ledger.events.unit_calendar import (
    CalendarOpened,
    CalendarReopened,
    ExternalBlockAdded,
    ExternalBlockRemoved,
    HoldExpired,
    HoldPlaced,
    HoldReleased,
    HoursChanged,
    NightsBlocked,
    NightsUnblocked,
    ReservationMade,
    ReservationMoved,
    ReservationReleased,
    UnitDeactivated,
)
from ledger.values.ids import BlockId, BookingId, PropertyId
from ledger.values.nights import FAR
from ledger.values.stay import Stay
from projections.projection import Answer, Projection, Rows, position_of

# -- Tables -----------------------------------------------------------------------------

tables = MetaData(schema="availability_v5")

names = Table(
    "names",
    tables,
    Column("stream_id", Uuid(as_uuid=False), primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("property_id", Uuid(as_uuid=False), nullable=False),
    Column("name", Text, nullable=False),
    Column("named_at", DateTime(timezone=True), nullable=False),
)
"""How properties were called, and when; the last name counts."""

units = Table(
    "units",
    tables,
    Column("unit_id", Uuid(as_uuid=False), primary_key=True),
    Column("property_id", Uuid(as_uuid=False), nullable=False),
    Column("host_id", Uuid(as_uuid=False), nullable=False),
    Column("room_type", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("active_by", Text, nullable=False),
    Index("units_by_property", "property_id", "room_type", "number"),
)
"""Units; `active_by` names the event by which one is let or not, as `stream/version`."""


nights = Table(
    "nights",
    tables,
    Column("unit_id", Uuid(as_uuid=False), primary_key=True),
    Column("night", Date, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("claim_id", Uuid(as_uuid=False), nullable=False),
)
"""Nights that are not free; `kind` is `hold` or `reservation`, or the `buffer` after one, whose
claim is a booking's, or `host_block` or `external_block`, whose claim is a block's."""

# -- Events -----------------------------------------------------------------------------

AvailabilityEvent = (
    PropertyAttested
    | CalendarOpened
    | HoldPlaced
    | ReservationMade
    | HoldExpired
    | HoldReleased
    | ReservationReleased
    | ReservationMoved
    | NightsBlocked
    | NightsUnblocked
    | ExternalBlockAdded
    | ExternalBlockRemoved
    | HoursChanged
    | UnitDeactivated
    | CalendarReopened
)


def project(  # noqa: C901 - one case per event
    rows: Rows, recorded: Recorded[AvailabilityEvent]
) -> None:
    """Take or free the nights that the event is about."""
    unit_id = recorded.stream_id
    match recorded.event:
        case HoldPlaced() | ReservationMade(reacquired=True) as event:
            take_for_booking(rows, unit_id, event)
        case ReservationMade() as event:
            for night in event.stay.nights():
                rows.change(nights, (unit_id, night), kind="reservation")
        case ReservationMoved() as event:
            free(rows, unit_id, event.moved_from.kept(event.buffer_nights))
            take_for_booking(rows, unit_id, event)
        case NightsBlocked() as event:
            take(rows, unit_id, "host_block", event.block_id, event.stay)
        case ExternalBlockAdded() as event:
            free(rows, unit_id, *event.replaced)
            take(rows, unit_id, "external_block", event.block_id, *event.parts)
        case ExternalBlockRemoved() as event:
            free(rows, unit_id, *event.parts)
        case HoldExpired() | HoldReleased() | ReservationReleased() as event:
            free(rows, unit_id, event.stay.kept(event.buffer_nights))
        case NightsUnblocked() as event:
            free(rows, unit_id, event.stay)
        case CalendarOpened() as event:
            open_unit(rows, recorded, event)
        case HoursChanged() as event:
            rows.change(units, unit_id, time_zone=event.house.time_zone)
        case UnitDeactivated():
            rows.change(units, unit_id, active=False, active_by=recorded.event_id)
        case CalendarReopened():
            rows.change(units, unit_id, active=True, active_by=recorded.event_id)
        case PropertyAttested() as event:
            name_property(rows, recorded, event)
        case _:
            assert_never(recorded.event)


def take(rows: Rows, unit_id: str, kind: str, claim_id: BookingId | BlockId, *stays: Stay) -> None:
    """Nights of a unit are somebody's, or nobody's to book."""
    for stay in stays:
        for night in stay.nights():
            rows.insert(nights, unit_id=unit_id, night=night, kind=kind, claim_id=claim_id)


def take_for_booking(
    rows: Rows, unit_id: str, event: HoldPlaced | ReservationMade | ReservationMoved
) -> None:
    """Nights of a unit are a booking's, and those after them are kept to get the unit ready."""
    stay, kind = event.stay, "hold" if isinstance(event, HoldPlaced) else "reservation"
    take(rows, unit_id, kind, event.booking_id, stay)
    if event.buffer_nights:
        buffer = Stay(stay.check_out, stay.kept(event.buffer_nights).check_out)
        take(rows, unit_id, "buffer", event.booking_id, buffer)


def free(rows: Rows, unit_id: str, *stays: Stay) -> None:
    """Nights of a unit can be booked."""
    for stay in stays:
        for night in stay.nights():
            rows.remove(nights, (unit_id, night))


def name_property(
    rows: Rows, recorded: Recorded[AvailabilityEvent], event: PropertyAttested
) -> None:
    """A property is called so from now on."""
    rows.insert(
        names,
        stream_id=recorded.stream_id,
        version=recorded.version,
        property_id=event.property_id,
        name=event.name,
        named_at=recorded.occurred_at,
    )


def open_unit(rows: Rows, recorded: Recorded[AvailabilityEvent], event: CalendarOpened) -> None:
    """Add a unit, all of its nights free."""
    rows.insert(
        units,
        unit_id=recorded.stream_id,
        property_id=event.property_id,
        host_id=event.host_id,
        room_type=event.room_type,
        number=event.number,
        time_zone=event.house.time_zone,
        active=True,
        active_by=recorded.event_id,
    )


# All that happens to a night happens in its unit's stream, whosever booking it is.
AVAILABILITY = Projection(
    "availability", 5, tables, get_args(AvailabilityEvent), project, sliced_by="stream"
)

# -- Questions --------------------------------------------------------------------------


class Unit(BaseModel):
    """A physical unit; `number` counts within its property and room type."""

    model_config = ConfigDict(frozen=True)

    unit_id: str
    property_id: str
    room_type: str
    number: int


class FreeUnits(Answer):
    """Units that are free for a stay, the best fit first."""

    units: Sequence[Unit]


def free_units(db: Connection, property_id: PropertyId, room_type: str, stay: Stay) -> FreeUnits:
    """The units of a room type that are free for a stay.

    In the order of the free gap that takes the stay, the smallest first: so long stretches stay
    whole. A side on which nothing is taken counts as `FAR`, as it does where the import and the
    rules reckon (`ledger.values.nights`). Ties go by the unit's number.
    """
    position = position_of(db, AVAILABILITY)
    of_unit = nights.c.unit_id == units.c.unit_id
    before = select(func.max(nights.c.night)).where(of_unit, nights.c.night < stay.check_in)
    after = select(func.min(nights.c.night)).where(of_unit, nights.c.night >= stay.check_in)
    last_before, next_after = before.scalar_subquery(), after.scalar_subquery()
    begins = func.coalesce(last_before + 1, stay.check_in - FAR)
    ends = func.coalesce(next_after, stay.check_out + FAR)
    query = (
        select(units.c.unit_id, units.c.property_id, units.c.room_type, units.c.number)
        .where(units.c.property_id == property_id, units.c.room_type == room_type)
        .where(units.c.active)
        .where(ends >= stay.check_out)
        .order_by(ends - begins, units.c.number)
    )
    return FreeUnits(position=position, units=[Unit(**row._mapping) for row in db.execute(query)])
