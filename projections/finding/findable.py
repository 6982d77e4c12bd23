"""Findable: the rooms that somebody may look for, by everything that one statement can judge.

The predicate of discovery, the stay rules and the free nights are asked at once; of the price only
what it cannot be below is known here. What is shown is judged once more, by the rules themselves.
"""

from typing import Any

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
from projections.finding.ranks import affordable, least, paid_in_wished, rank
from projections.finding.sought import Sought
from projections.search import arrivals, hosts, properties, rooms, tariffs


def findable(sought: Sought) -> Subquery:
    """The keys of all candidates, their rank, and the least that each can cost."""
    paid = paid_in_wished(sought)
    return (
        select(
            properties.c.property_id,
            properties.c.latitude_e6,
            properties.c.longitude_e6,
            arrivals.c.place,
            arrivals.c.room_type,
            rank(sought, paid).label("rank"),
            least(sought, paid).label("least"),
        )
        .join(hosts, hosts.c.host_id == properties.c.host_id)
        .join(tariffs, tariffs.c.property_id == properties.c.property_id)
        .join(arrivals, arrivals.c.property_id == properties.c.property_id)
        .join(rooms, of_revision(arrivals.c.room_type))
        .outerjoin(paid, paid.c.currency == properties.c.currency)
        .where(*_discoverable(sought), *_somewhere(sought), *_wished(sought), *_let(sought))
        .where(*affordable(sought, paid), _free_unit(sought).is_not(None))
        .subquery("keys")
    )


# -- What is judged ---------------------------------------------------------------------


def _discoverable(sought: Sought) -> list[ColumnElement[bool]]:
    """The predicate of discovery, at the time of asking (spec: domain, section 2)."""
    until = properties.c.valid_until
    return [
        properties.c.status == "published",
        ~properties.c.blocked,
        properties.c.registered,
        or_(until.is_(None), until > sought.asked.at),
        hosts.c.status.in_(("verified", "reverification_due")),
        hosts.c.standing == "enabled",
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
        rooms.c.capacity >= heads,
        check_in > asked.at,
    ]


def of_revision(room_type: ColumnElement[str]) -> ColumnElement[bool]:
    """Which row tells what was approved of the rooms of a type."""
    return and_(
        rooms.c.property_id == properties.c.property_id,
        rooms.c.revision == properties.c.revision,
        rooms.c.room_type == room_type,
    )


def _free_unit(sought: Sought) -> ColumnElement[Any]:
    """A unit whose nights are free, with those after them that are kept to get it ready.

    Asked room by room, of those that everything else lets through: never of all units at once.
    """
    stay = sought.asked.stay
    ends = literal(stay.check_out, Date) + arrivals.c.buffer_nights
    taken = (
        select(nights.c.night)
        .where(nights.c.unit_id == units.c.unit_id)
        .where(nights.c.night >= stay.check_in, nights.c.night < ends)
    )
    return (
        select(units.c.unit_id)
        .where(units.c.property_id == properties.c.property_id)
        .where(units.c.room_type == arrivals.c.room_type, units.c.active)
        .where(~taken.exists())
        .correlate(properties, arrivals)
        .limit(1)
        .scalar_subquery()
    )
