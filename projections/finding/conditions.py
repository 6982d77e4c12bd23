"""Conditions: what a room and its property must be for somebody, one list for each matter.

A condition names parameters; what a search gives them, it is asked here as well.
"""

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    SmallInteger,
    Subquery,
    Text,
    all_,
    any_,
    bindparam,
    cast,
    func,
    literal,
    or_,
    type_coerce,
)

from ledger.values.listing import REGISTERED_IN, PropertyKind, folded
from projections.finding.costs import AHEAD_AT_LEAST, AHEAD_AT_MOST, COUNT
from projections.finding.sought import Shape, Sought, Values
from projections.search import arrivals, properties, tariffs

AT = bindparam("at", type_=DateTime(timezone=True))
CHECK_IN, CHECK_OUT = bindparam("check_in", type_=Date), bindparam("check_out", type_=Date)
HEADS = bindparam("heads", type_=Integer)
REGISTERS = literal(sorted(REGISTERED_IN), ARRAY(Text))


def values_of_rooms(sought: Sought) -> Values:
    """What the conditions of this file are given."""
    asked, box = sought.asked, sought.box
    stay = asked.stay
    return {
        "at": asked.at,
        "check_in": stay.check_in,
        "check_out": stay.check_out,
        "arrival_day": 1 << stay.check_in.weekday(),
        "departure_day": 1 << stay.check_out.weekday(),
        "heads": asked.party.heads(),
        "with_pets": asked.pets > 0,
        "south_e6": box.south_e6 if box else None,
        "west_e6": box.west_e6 if box else None,
        "north_e6": box.north_e6 if box else None,
        "east_e6": box.east_e6 if box else None,
        "place": folded(sought.place) if sought.place else None,
        "country": sought.country,
        "kinds": list(sought.kinds or map(str, PropertyKind)),
        "amenities": [f"%,{_escaped(code)},%" for code in sought.amenities],
        "instant": sought.instant,
        "children_free": sought.children_free,
    }


def _escaped(code: str) -> str:
    """A code as `LIKE` reads it."""
    return code.replace("\\", r"\\").replace("_", r"\_").replace("%", r"\%")


def published() -> list[ColumnElement[bool]]:
    """The property's part of the predicate of discovery (spec: domain, section 2)."""
    until = properties.c.valid_until
    return [
        properties.c.status == "published",
        ~properties.c.blocked,
        or_(properties.c.has_number, properties.c.country != all_(REGISTERS)),
        or_(until.is_(None), until > AT),
    ]


def priced() -> list[ColumnElement[bool]]:
    """The tariff's part of it; and the wish for a stay that no host has to accept first."""
    at_once = bindparam("instant", type_=Boolean)
    return [
        tariffs.c.rates_version > 0,
        tariffs.c.levies_version > 0,
        or_(~at_once, tariffs.c.instant),
    ]


def somewhere(shape: Shape) -> list[ColumnElement[bool]]:
    """Where the properties are: in a box, in a city or region of a name, or both."""
    within: list[ColumnElement[bool]] = []
    if shape.in_box:
        south, north, west, east = (
            bindparam(f"{side}_e6", type_=Integer) for side in ("south", "north", "west", "east")
        )
        latitude, longitude = properties.c.latitude_e6, properties.c.longitude_e6
        within.append(latitude.between(south, north))
        if shape.round_the_back:
            within.append(or_(longitude >= west, longitude <= east))
        else:
            within.append(longitude.between(west, east))
    if shape.in_place:
        name = bindparam("place", type_=Text)
        within.append(or_(properties.c.city_folded == name, properties.c.region_folded == name))
    return within


def wished() -> list[ColumnElement[bool]]:
    """What does not narrow the search where it was not wished."""
    country = bindparam("country", type_=Text)
    return [
        or_(country.is_(None), properties.c.country == country),
        properties.c.kind == any_(bindparam("kinds", type_=ARRAY(Text))),
        properties.c.amenities.like(all_(bindparam("amenities", type_=ARRAY(Text)))),
        or_(~bindparam("with_pets", type_=Boolean), properties.c.pets),
    ]


def let(listed: Subquery) -> list[ColumnElement[bool]]:
    """The stay rules, in the property's own time; they judge once more what is shown.

    The property's clock is only asked where its zone decides: that takes long.
    """
    today = cast(func.timezone(listed.c.time_zone, AT), Date)
    ahead_days = type_coerce(CHECK_IN - today, Integer)
    check_in = func.timezone(listed.c.time_zone, CHECK_IN + listed.c.check_in_time)
    arrival_day = bindparam("arrival_day", type_=SmallInteger)
    departure_day = bindparam("departure_day", type_=SmallInteger)
    limits = arrivals.c
    return [
        limits.rates_version == tariffs.c.rates_version,
        limits.begins <= CHECK_IN,
        limits.ends > CHECK_IN,
        limits.min_nights <= COUNT,
        or_(limits.max_nights.is_(None), limits.max_nights >= COUNT),
        limits.arrival_days.op("&")(arrival_day) > 0,
        limits.departure_days.op("&")(departure_day) > 0,
        or_(limits.notice_days <= AHEAD_AT_LEAST, limits.notice_days <= ahead_days),
        or_(
            limits.window_days.is_(None),
            limits.window_days >= AHEAD_AT_MOST,
            limits.window_days >= ahead_days,
        ),
        or_(limits.capacity.is_(None), limits.capacity >= HEADS),
        or_(~bindparam("children_free", type_=Boolean), limits.children_free),
        or_(AHEAD_AT_LEAST > 0, check_in > AT),
    ]
