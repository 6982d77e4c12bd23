"""Findable: the rooms that somebody may look for, by everything that one statement can judge.

The predicate of discovery, the stay rules and the free nights are asked here; of the price, only
what it cannot be below is known. What is shown is judged once more, by the rules themselves.

Statements are made once for each `Shape` and given the values of the one who asks.
"""

from sqlalchemy import ARRAY, ColumnElement, Subquery, Text, and_, any_, literal, select

from projections.availability import is_sold_elsewhere, nights, units
from projections.finding.conditions import (
    CHECK_IN,
    CHECK_OUT,
    HEADS,
    let,
    priced,
    published,
    somewhere,
    wished,
)
from projections.finding.costs import affordable, least_minor
from projections.finding.dearest import dear_enough
from projections.finding.ranks import rank_of_place
from projections.finding.sought import Order, Shape
from projections.search import MAY_HOST, arrivals, hosts, properties, rooms, tariffs


def findable(shape: Shape) -> Subquery:
    """The rooms that somebody may look for, in their order: all but whether they are to be had.

    Whoever takes them one by one, as far as they need, asks `to_be_had` of each.
    """
    listed = _listed(shape)
    least = least_minor(listed.c.currency).label("least")
    rank = least if shape.order is Order.PRICE else listed.c.rank
    order = (rank.label("rank"), listed.c.property_id, arrivals.c.room_type)
    return (
        select(
            *order,
            listed.c.host_id,
            listed.c.revision,
            listed.c.latitude_e6,
            listed.c.longitude_e6,
            arrivals.c.buffer_nights,
            least,
        )
        .join(tariffs, tariffs.c.property_id == listed.c.property_id)
        .join(arrivals, arrivals.c.property_id == listed.c.property_id)
        .where(*priced(), *let(listed), dear_enough(listed.c.currency))
        .order_by(*order)
        .offset(0)  # keeps what is asked of each room out of here: it would be asked of all
        .subquery("keys")
    )


def _listed(shape: Shape) -> Subquery:
    """The properties that somebody may look for, by what they are and where.

    Where they have an order of their own, they come in it, one by one, as they are taken: nothing
    is asked about the rooms of those that nobody gets to.
    """
    p = properties.c
    told = (p.property_id, p.host_id, p.revision, p.latitude_e6, p.longitude_e6, p.currency)
    house = (p.time_zone, p.check_in_time)
    query = select(*told, *house).where(*published(), *somewhere(shape), *wished())
    if shape.order is not Order.PRICE:
        rank = rank_of_place(shape.order).label("rank")
        query = query.add_columns(rank).order_by(rank, p.property_id).offset(0)
    return query.subquery("listed")


def to_be_had(keys: Subquery) -> ColumnElement[bool]:
    """Whether it may be cheap enough, the host may let, the room takes the party, and a unit of it
    is free for the whole stay.

    So are the nights after the stay that are kept to get it ready, and no feed says otherwise.
    """
    taken = (
        select(nights.c.night)
        .where(nights.c.unit_id == units.c.unit_id, nights.c.night >= CHECK_IN)
        .where(nights.c.night < CHECK_OUT + keys.c.buffer_nights)
        .correlate(units, keys)
    )
    theirs = units.join(hosts, hosts.c.host_id == keys.c.host_id)
    free = (
        select(units.c.unit_id)
        .select_from(theirs.join(rooms, and_(*of_revision(keys))))
        .where(units.c.property_id == keys.c.property_id)
        .where(units.c.room_type == keys.c.room_type, units.c.active, ~taken.exists())
        .where(~is_sold_elsewhere(CHECK_IN, CHECK_OUT))
        .where(hosts.c.status == any_(literal([*MAY_HOST], ARRAY(Text))))
        .where(hosts.c.standing == "enabled", rooms.c.capacity >= HEADS)
        .correlate(keys)
        .limit(1)
    )
    return and_(affordable(keys.c.least), free.scalar_subquery().is_not(None))


def of_revision(keys: Subquery) -> list[ColumnElement[bool]]:
    """Which row tells what was approved of the rooms of a type."""
    return [
        rooms.c.property_id == keys.c.property_id,
        rooms.c.revision == keys.c.revision,
        rooms.c.room_type == keys.c.room_type,
    ]
