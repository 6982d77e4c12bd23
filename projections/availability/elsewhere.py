"""Elsewhere: what feeds said when they were read last, be it blocked here by now or not.

Who had the nights of an item may have let them go since: they are nobody's until the feed is read
again, and are not sold (`UnitCalendar.is_sold_elsewhere`).
"""

from datetime import date
from typing import assert_never

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Table,
    Text,
    Uuid,
    any_,
    literal,
    or_,
    select,
)

from ledger.events.unit_calendar import (
    ExternalBlockAdded,
    ExternalBlockRemoved,
    FeedConflictDetected,
    FeedConflictEnded,
)
from ledger.values.ids import BlockId
from projections.availability.letting import units
from projections.availability.schema import tables
from projections.availability.taking import free, nights, take
from projections.projection import Rows

BOOKED = literal(["hold", "reservation"], ARRAY(Text))
"""The kinds of nights that a booking has."""

sold_elsewhere = Table(
    "sold_elsewhere",
    tables,
    Column("unit_id", Uuid(as_uuid=False), primary_key=True),
    Column("block_id", Uuid(as_uuid=False), primary_key=True),
    Column("in_conflict", Boolean, primary_key=True),
    Column("check_in", Date, nullable=False),
    Column("check_out", Date, nullable=False),
)
"""The stays that items of feeds tell of: as they were blocked, and as they are in conflict."""


FeedEvent = ExternalBlockAdded | ExternalBlockRemoved | FeedConflictDetected | FeedConflictEnded


def take_in_feed(rows: Rows, unit_id: str, event: FeedEvent) -> None:
    """An item says something else, or is gone."""
    match event:
        case ExternalBlockAdded():
            free(rows, unit_id, *event.replaced)
            take(rows, unit_id, "external_block", event.block_id, *event.parts)
            _forget(rows, unit_id, event.block_id)
            _tell(rows, unit_id, event, in_conflict=False)
        case ExternalBlockRemoved():
            free(rows, unit_id, *event.parts)
            _forget(rows, unit_id, event.block_id)
        case FeedConflictDetected():
            _settle(rows, unit_id, event.block_id)
            _tell(rows, unit_id, event, in_conflict=True)
        case FeedConflictEnded():
            _settle(rows, unit_id, event.block_id)
        case _:
            assert_never(event)


def _tell(
    rows: Rows,
    unit_id: str,
    event: ExternalBlockAdded | FeedConflictDetected,
    *,
    in_conflict: bool,
) -> None:
    rows.insert(
        sold_elsewhere,
        unit_id=unit_id,
        block_id=event.block_id,
        in_conflict=in_conflict,
        check_in=event.stay.check_in,
        check_out=event.stay.check_out,
    )


def _forget(rows: Rows, unit_id: str, block_id: BlockId) -> None:
    _settle(rows, unit_id, block_id)
    rows.remove(sold_elsewhere, (unit_id, block_id, False))


def _settle(rows: Rows, unit_id: str, block_id: BlockId) -> None:
    """It is in conflict no more."""
    rows.remove(sold_elsewhere, (unit_id, block_id, True))


def is_sold_elsewhere(
    check_in: ColumnElement[date], check_out: ColumnElement[date]
) -> ColumnElement[bool]:
    """Whether a feed said so of these nights of one of the `units`.

    An item in conflict bars nobody as long as somebody is in its way (UC12).
    """
    told = sold_elsewhere.c
    in_its_way = (
        select(nights.c.night)
        .where(nights.c.unit_id == told.unit_id, nights.c.kind == any_(BOOKED))
        .where(nights.c.night >= told.check_in, nights.c.night < told.check_out)
        .correlate(sold_elsewhere)
    )
    said = (
        select(told.block_id)
        .where(told.unit_id == units.c.unit_id)
        .where(told.check_in < check_out, told.check_out > check_in)
        .where(or_(~told.in_conflict, ~in_its_way.exists()))
        .correlate(units)
    )
    return said.exists()
