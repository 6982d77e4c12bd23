"""Which stays are let, and what their nights cost at least: rows that a search goes through."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, Table, Text, Uuid

from ledger.events.tariff import RatesSet
from ledger.values.rates import (
    ALL_BP,
    Tiered,
    children_are_free,
    highest_night,
    kept_by_length,
    lowest_nights,
)
from ledger.values.stay_rules import StayRules
from ledger.values.tariff import RoomRates
from projections.projection import Rows
from projections.search.schema import tables

LOWEST = tuple(f"lowest_{month:02}_minor" for month in range(1, 13))
"""The columns with what no night of a month costs less than, before anything is taken off."""

WEEK, MONTH = 7, 28

KEPT = {
    "kept_of_days_bp": WEEK,
    "kept_of_weeks_bp": MONTH,
    "kept_of_months_bp": None,
}
"""The columns with what is left of a night at least, in basis points, where a stay has fewer nights
than so many. Hosts discount weeks and months."""


arrivals = Table(
    "arrivals",
    tables,
    Column("property_id", Uuid(as_uuid=False), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("rates_version", Integer, nullable=False),
    Column("room_type", Text, nullable=False),
    Column("begins", Date, nullable=False),
    Column("ends", Date, nullable=False),
    Column("min_nights", Integer, nullable=False),
    Column("max_nights", Integer),
    Column("arrival_days", Integer, nullable=False),
    Column("departure_days", Integer, nullable=False),
    Column("notice_days", Integer, nullable=False),
    Column("window_days", Integer),
    Column("capacity", Integer),
    Column("buffer_nights", Integer, nullable=False),
    Column("children_free", Boolean, nullable=False),
    Column("cleaning_minor", BigInteger, nullable=False),
    Column("included_guests", Integer, nullable=False),
    Column("extra_guest_minor", BigInteger, nullable=False),
    Column("pet_minor", BigInteger, nullable=False),
    Column("highest_minor", BigInteger, nullable=False),
    Column("children_count", Boolean, nullable=False),
    Column("infants_count", Boolean, nullable=False),
    *(Column(lowest, BigInteger, nullable=False) for lowest in LOWEST),
    *(Column(kept, Integer, nullable=False) for kept in KEPT),
    Column("early_bird_days", Integer),
    Column("early_bird_kept_bp", Integer),
    Column("last_minute_days", Integer),
    Column("last_minute_kept_bp", Integer),
)
"""Which stays are let in the rooms of a type that begin from a day to before another.

The rows of a room type cover all days, and each day once. Those of the tariff's own `rates_version`
count: whoever asks for fewer rooms than before leaves rows behind. Days of the week are bits, of
which Monday's is the lowest.
"""


def replace_arrivals(rows: Rows, event: RatesSet) -> None:
    """Let other stays from now on."""
    place = 0
    for room in event.rates.rooms:
        floors = _floors(room)
        for begins, ends, rules in room.rules_by_arrival():
            rows.remove(arrivals, (event.property_id, place))
            rows.insert(
                arrivals,
                property_id=event.property_id,
                place=place,
                rates_version=event.version,
                begins=begins,
                ends=ends,
                **floors | _rules(rules),
            )
            place += 1


def _floors(room: RoomRates) -> dict[str, object]:
    plan = room.plan
    return {
        "room_type": room.room_type,
        "children_free": children_are_free(plan),
        "cleaning_minor": plan.cleaning_minor,
        "included_guests": plan.included_guests,
        "extra_guest_minor": plan.extra_guest_minor,
        "pet_minor": plan.pet_minor,
        "highest_minor": highest_night(plan),
        "children_count": plan.children_count,
        "infants_count": plan.infants_count,
        **dict(zip(LOWEST, lowest_nights(plan), strict=True)),
        **{kept: kept_by_length(plan, fewer_than) for kept, fewer_than in KEPT.items()},
        **_kept_by_day("early_bird", plan.early_bird),
        **_kept_by_day("last_minute", plan.last_minute),
    }


def _kept_by_day(name: str, tier: Tiered | None) -> dict[str, object]:
    return {
        f"{name}_days": tier.threshold if tier else None,
        f"{name}_kept_bp": ALL_BP - tier.off_bp if tier else None,
    }


def _rules(rules: StayRules) -> dict[str, object]:
    return {
        "min_nights": rules.min_nights,
        "max_nights": rules.max_nights,
        "arrival_days": _bits(rules.arrival_days),
        "departure_days": _bits(rules.departure_days),
        "notice_days": rules.notice_days,
        "window_days": rules.window_days,
        "capacity": rules.capacity,
        "buffer_nights": rules.buffer_nights,
    }


def _bits(days: tuple[int, ...]) -> int:
    return sum(1 << (day - 1) for day in set(days))
