"""Letting: how properties are called, and which of their units are let."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Integer, Table, Text, Uuid

from ledger.events import Recorded
from ledger.events.attestation import PropertyAttested
from ledger.events.unit_calendar import CalendarOpened
from projections.availability.schema import tables
from projections.projection import Rows

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


def name_property(rows: Rows, recorded: Recorded[Any], event: PropertyAttested) -> None:
    """A property is called so from now on."""
    rows.insert(
        names,
        stream_id=recorded.stream_id,
        version=recorded.version,
        property_id=event.property_id,
        name=event.name,
        named_at=recorded.occurred_at,
    )


def open_unit(rows: Rows, recorded: Recorded[Any], event: CalendarOpened) -> None:
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
