"""Findable: the rooms that somebody may look for, by everything that one statement can judge.

The predicate of discovery, the stay rules and the free nights are asked here; of the price, only
what it cannot be below is known. What is shown is judged once more, by the rules themselves.
"""

from sqlalchemy import (
    ColumnElement,
    Date,
    Subquery,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
)

from ledger.values.listing import folded
from projections.availability import nights, units
from projections.finding.ranks import affordable, cost_of, rank
from projections.finding.sought import Sought
from projections.search import arrivals, hosts, properties, rooms, tariffs


def findable(sought: Sought) -> Subquery:
    """The rooms that somebody may look for, in their order: all but whether they are to be had.

    Whoever takes them one by one, as far as they need, asks `to_be_had` of each.
    """
    rent, cost = cost_of(sought)
    order = (rank(sought, cost).label("rank"), properties.c.property_id, arrivals.c.room_type)
    return (
        select(
            *order,
            properties.c.host_id,
            properties.c.revision,
            properties.c.latitude_e6,
            properties.c.longitude_e6,
            arrivals.c.buffer_nights,
        )
        .join(tariffs, tariffs.c.property_id == properties.c.property_id)
        .join(arrivals, arrivals.c.property_id == properties.c.property_id)
        .join(rent, literal(value=True))
        .join(cost, literal(value=True))
        .where(*_listed(sought), *_somewhere(sought), *_wished(sought), *_let(sought))
        .where(*affordable(sought, cost))
        .order_by(*order)
        .offset(0)  # keeps what is asked of each room out of here: it would be asked of all
        .subquery("keys")
    )


def to_be_had(sought: Sought, keys: Subquery) -> ColumnElement[bool]:
    """Whether the host may let, the room takes the party, and a unit is free for the whole stay.

    So are the nights after the stay that are kept to get it ready.
    """
    stay, heads = sought.asked.stay, sought.asked.party.heads()
    taken = (
        select(nights.c.night)
        .where(nights.c.unit_id == units.c.unit_id, nights.c.night >= stay.check_in)
        .where(nights.c.night < literal(stay.check_out, Date) + keys.c.buffer_nights)
        .correlate(units, keys)
    )
    theirs = units.join(hosts, hosts.c.host_id == keys.c.host_id)
    free = (
        select(units.c.unit_id)
        .select_from(theirs.join(rooms, and_(*of_revision(keys))))
        .where(units.c.property_id == keys.c.property_id)
        .where(units.c.room_type == keys.c.room_type, units.c.active, ~taken.exists())
        .where(hosts.c.status.in_(("verified", "reverification_due")))
        .where(hosts.c.standing == "enabled", rooms.c.capacity >= heads)
        .correlate(keys)
        .limit(1)
    )
    return free.scalar_subquery().is_not(None)


def of_revision(keys: Subquery) -> list[ColumnElement[bool]]:
    """Which row tells what was approved of the rooms of a type."""
    return [
        rooms.c.property_id == keys.c.property_id,
        rooms.c.revision == keys.c.revision,
        rooms.c.room_type == keys.c.room_type,
    ]


# -- What is judged ---------------------------------------------------------------------


def _listed(sought: Sought) -> list[ColumnElement[bool]]:
    """The predicate of discovery, but for the host's part (spec: domain, section 2)."""
    until = properties.c.valid_until
    return [
        properties.c.status == "published",
        ~properties.c.blocked,
        properties.c.registered,
        or_(until.is_(None), until > sought.asked.at),
        tariffs.c.rates_version > 0,
        tariffs.c.levies_version > 0,
    ]


def _somewhere(sought: Sought) -> list[ColumnElement[bool]]:
    within: list[ColumnElement[bool]] = []
    if sought.box is not None:
        box, longitude = sought.box, properties.c.longitude_e6
        within.append(properties.c.latitude_e6.between(box.south_e6, box.north_e6))
        if box.west_e6 <= box.east_e6:
            within.append(longitude.between(box.west_e6, box.east_e6))
        else:
            within.append(or_(longitude >= box.west_e6, longitude <= box.east_e6))
    if sought.place is not None:
        name = folded(sought.place)
        within.append(or_(properties.c.city_folded == name, properties.c.region_folded == name))
    if sought.country is not None:
        within.append(properties.c.country == sought.country)
    return within


def _wished(sought: Sought) -> list[ColumnElement[bool]]:
    wished: list[ColumnElement[bool]] = [
        properties.c.amenities.contains(f",{code},", autoescape=True) for code in sought.amenities
    ]
    if sought.kinds:
        wished.append(properties.c.kind.in_(sought.kinds))
    if sought.instant:
        wished.append(tariffs.c.instant)
    if sought.children_free:
        wished.append(arrivals.c.children_free)
    if sought.asked.pets:
        wished.append(properties.c.pets)
    return wished


def _let(sought: Sought) -> list[ColumnElement[bool]]:
    """The stay rules, in the property's own time; they judge once more what is shown."""
    asked = sought.asked
    stay, heads, count = asked.stay, asked.party.heads(), asked.stay.nights_count()
    today = cast(func.timezone(properties.c.time_zone, asked.at), Date)
    ahead_days = literal(stay.check_in, Date) - today
    check_in = func.timezone(
        properties.c.time_zone, literal(stay.check_in, Date) + properties.c.check_in_time
    )
    limits = arrivals.c
    return [
        limits.rates_version == tariffs.c.rates_version,
        limits.begins <= stay.check_in,
        limits.ends > stay.check_in,
        limits.min_nights <= count,
        or_(limits.max_nights.is_(None), limits.max_nights >= count),
        limits.arrival_days.op("&")(1 << stay.check_in.weekday()) > 0,
        limits.departure_days.op("&")(1 << stay.check_out.weekday()) > 0,
        limits.notice_days <= ahead_days,
        or_(limits.window_days.is_(None), limits.window_days >= ahead_days),
        or_(limits.capacity.is_(None), limits.capacity >= heads),
        check_in > asked.at,
    ]
