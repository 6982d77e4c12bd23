"""Availability: the units of each property, and who has which of their nights.

Which properties there are is asked in `projections.properties`.
"""

from collections.abc import Sequence
from datetime import date
from typing import assert_never, get_args

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    BigInteger,
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
    HoldExpired,
    HoldPlaced,
    HoldReleased,
    ReservationMade,
    ReservationReleased,
)
from ledger.values.ids import PropertyId, UnitId
from ledger.values.nights import FAR
from ledger.values.stay import Stay
from projections.projection import Answer, Projection, Rows, position_of

# -- Tables -----------------------------------------------------------------------------

tables = MetaData(schema="availability_v1")

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
    Index("units_by_property", "property_id", "room_type", "number"),
)

nights = Table(
    "nights",
    tables,
    Column("unit_id", Uuid(as_uuid=False), primary_key=True),
    Column("night", Date, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("booking_id", Uuid(as_uuid=False), nullable=False),
)
"""Nights that are not free; `kind` is `hold` or `reservation`."""

# -- Events -----------------------------------------------------------------------------

AvailabilityEvent = (
    PropertyAttested
    | CalendarOpened
    | HoldPlaced
    | ReservationMade
    | HoldExpired
    | HoldReleased
    | ReservationReleased
)


def project(  # noqa: C901 - one case per event
    rows: Rows, recorded: Recorded[AvailabilityEvent]
) -> None:
    """Take or free the nights that the event is about."""
    match recorded.event:
        case HoldPlaced() as event:
            for night in event.stay.nights():
                rows.insert(
                    nights,
                    unit_id=recorded.stream_id,
                    night=night,
                    kind="hold",
                    booking_id=event.booking_id,
                )
        case ReservationMade() as event:
            for night in event.stay.nights():
                rows.change(nights, (recorded.stream_id, night), kind="reservation")
        case HoldExpired() | HoldReleased() | ReservationReleased() as event:
            for night in event.stay.nights():
                rows.remove(nights, (recorded.stream_id, night))
        case CalendarOpened() as event:
            open_unit(rows, recorded, event)
        case PropertyAttested() as event:
            rows.insert(
                names,
                stream_id=recorded.stream_id,
                version=recorded.version,
                property_id=event.property_id,
                name=event.name,
                named_at=recorded.occurred_at,
            )
        case _:
            assert_never(recorded.event)


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
    )


# All that happens to a night happens in its unit's stream, whosever booking it is.
AVAILABILITY = Projection(
    "availability", 1, tables, get_args(AvailabilityEvent), project, sliced_by="stream"
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


class NightTaken(BaseModel):
    """A night that is not free: `hold` or `reservation`, and for which booking."""

    model_config = ConfigDict(frozen=True)

    night: date
    kind: str
    booking_id: str


class Calendar(Answer):
    """The nights of a unit that are not free, in order."""

    unit_id: str
    taken: Sequence[NightTaken]


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
        .where(ends >= stay.check_out)
        .order_by(ends - begins, units.c.number)
    )
    return FreeUnits(position=position, units=[Unit(**row._mapping) for row in db.execute(query)])


def calendar_of(db: Connection, unit: UnitId, begins: date, ends: date) -> Calendar:
    """The nights of a unit that are taken, from a date to before another."""
    position = position_of(db, AVAILABILITY)
    query = (
        select(nights.c.night, nights.c.kind, nights.c.booking_id)
        .where(nights.c.unit_id == unit, nights.c.night >= begins, nights.c.night < ends)
        .order_by(nights.c.night)
    )
    taken = [NightTaken(**row._mapping) for row in db.execute(query)]
    return Calendar(position=position, unit_id=unit, taken=taken)
