"""Calendars: the nights of one unit that are taken, as guests may know it and as its host does."""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, select

from ledger.values.ids import HostId, UnitId
from projections.availability import AVAILABILITY, nights, units
from projections.projection import Answer, position_of

BLOCKS = ("host_block", "external_block")
"""The kinds of nights that are under a block."""


class NightTaken(BaseModel):
    """A night that is not free, and what it is to its host.

    `booking_id` is told of a `reservation`: who is at the checkout with a `hold` is nobody's
    business yet. A `buffer` is kept free after one of both. `block_id` is that of a
    `host_block`, or of an `external_block`.
    """

    model_config = ConfigDict(frozen=True)

    night: date
    kind: str
    booking_id: str | None
    block_id: str | None


class HostsCalendar(Answer):
    """The nights of a host's unit that are not free, in order; none of a unit of somebody else."""

    unit_id: str
    taken: Sequence[NightTaken]


class TakenNights(Answer):
    """The nights of a unit that are not free, in order, whyever."""

    unit_id: str
    taken: Sequence[date]


def taken_nights(db: Connection, unit_id: UnitId, begins: date, ends: date) -> TakenNights:
    """The nights of a unit that are taken, from a date to before another."""
    position = position_of(db, AVAILABILITY)
    query = (
        select(nights.c.night)
        .where(nights.c.unit_id == unit_id, nights.c.night >= begins, nights.c.night < ends)
        .order_by(nights.c.night)
    )
    return TakenNights(position=position, unit_id=unit_id, taken=db.scalars(query).all())


def hosts_calendar(
    db: Connection, host_id: HostId, unit_id: UnitId, begins: date, ends: date
) -> HostsCalendar:
    """The same for the host whose unit it is, with what each night is."""
    position = position_of(db, AVAILABILITY)
    query = (
        select(nights.c.night, nights.c.kind, nights.c.claim_id)
        .join(units, units.c.unit_id == nights.c.unit_id)
        .where(units.c.host_id == host_id, nights.c.unit_id == unit_id)
        .where(nights.c.night >= begins, nights.c.night < ends)
        .order_by(nights.c.night)
    )
    taken = [_night(*row) for row in db.execute(query)]
    return HostsCalendar(position=position, unit_id=unit_id, taken=taken)


def _night(night: date, kind: str, claim_id: str) -> NightTaken:
    return NightTaken(
        night=night,
        kind=kind,
        booking_id=claim_id if kind == "reservation" else None,
        block_id=claim_id if kind in BLOCKS else None,
    )
