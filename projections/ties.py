"""Ties: what is a host's, or one property's, by its ids.

Whether anything of it is open the write side judges.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from ledger.values.ids import HostId, PropertyId
from projections.availability import AVAILABILITY, units
from projections.hosting import HOSTING, stays
from projections.projection import Answer, position_of
from projections.review_queue import WAITING
from projections.verifications import VERIFICATIONS, reviews


class Ids(Answer):
    """Some ids, in order."""

    ids: Sequence[str]


def bookings_of(db: Connection, host_id: HostId) -> Ids:
    """Every booking that a host ever had, the latest stays first."""
    position = position_of(db, HOSTING)
    query = select(stays.c.booking_id).where(stays.c.host_id == host_id)
    ordered = query.order_by(stays.c.check_in.desc(), stays.c.booking_id)
    return Ids(position=position, ids=db.scalars(ordered).all())


def bookings_at(db: Connection, host_id: HostId, property_id: PropertyId) -> Ids:
    """Every booking that a property of a host ever had, the latest stays first."""
    position = position_of(db, HOSTING)
    query = select(stays.c.booking_id).where(stays.c.host_id == host_id)
    ordered = query.where(stays.c.property_id == property_id).order_by(
        stays.c.check_in.desc(), stays.c.booking_id
    )
    return Ids(position=position, ids=db.scalars(ordered).all())


def units_of(db: Connection, host_id: HostId) -> Ids:
    """The units of a host, let or not."""
    position = position_of(db, AVAILABILITY)
    query = select(units.c.unit_id).where(units.c.host_id == host_id).order_by(units.c.unit_id)
    return Ids(position=position, ids=db.scalars(query).all())


def units_at(db: Connection, property_id: PropertyId) -> Ids:
    """The units of a property, let or not, whoever opened them."""
    position = position_of(db, AVAILABILITY)
    query = select(units.c.unit_id).where(units.c.property_id == property_id)
    return Ids(position=position, ids=db.scalars(query.order_by(units.c.unit_id)).all())


def reviews_of(db: Connection, host_id: HostId) -> Ids:
    """The reviews of a host, and of what they let, that wait for an answer."""
    position = position_of(db, VERIFICATIONS)
    waiting = (reviews.c.host_id == host_id) & reviews.c.status.in_(WAITING)
    query = select(reviews.c.verification_id).where(waiting).order_by(reviews.c.due_at)
    return Ids(position=position, ids=db.scalars(query).all())
