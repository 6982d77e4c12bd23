"""Tariffs, and which stays are let under them."""

from typing import Any

import msgspec
from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, Table, Text, Uuid

from ledger.events import Recorded
from ledger.events.tariff import LeviesSet, RatesSet
from ledger.values.rates import ALL_BP, children_are_free, lowest_nights
from ledger.values.stay_rules import StayRules
from ledger.values.tariff import BookingMode, Levies, Rates, RoomRates
from projections.projection import Rows
from projections.search.schema import tables

tariffs = Table(
    "tariffs",
    tables,
    Column("property_id", Uuid(as_uuid=False), primary_key=True),
    Column("rates_version", Integer, nullable=False),
    Column("rates_by", Text),
    Column("rates", Text),
    Column("instant", Boolean),
    Column("levies_version", Integer, nullable=False),
    Column("levies_by", Text),
    Column("levies", Text),
    Column("fee_at_least_bp", Integer, nullable=False),
)
"""What a property's stays are priced under, as JSON; version 0 of what nobody has set.

A guest's fee with its tax is `fee_at_least_bp` of what the host asks, or more.
"""


LOWEST = tuple(f"lowest_{month:02}_minor" for month in range(1, 13))
"""The columns with what no night of a month costs less than."""


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
    Column("children_count", Boolean, nullable=False),
    Column("infants_count", Boolean, nullable=False),
    *(Column(lowest, BigInteger, nullable=False) for lowest in LOWEST),
)
"""Which stays are let in the rooms of a type that begin from a day to before another.

The rows of a room type cover all days, and each day once. Those of the tariff's own `rates_version`
count: whoever asks for fewer rooms than before leaves rows behind. Days of the week are bits, of
which Monday's is the lowest.
"""


TariffEvent = RatesSet | LeviesSet


def project(rows: Rows, recorded: Recorded[Any], event: RatesSet | LeviesSet) -> None:
    """What a property's stays are priced under, and which of them are let."""
    if recorded.version == 1:
        unset = {column.name: None for column in tariffs.columns if column.nullable}
        zeros = {"rates_version": 0, "levies_version": 0, "fee_at_least_bp": 0}
        rows.insert(tariffs, property_id=event.property_id, **unset | zeros)
    if isinstance(event, RatesSet):
        told = _rates(event.rates) | {"rates_version": event.version, "rates_by": recorded.event_id}
        replace_arrivals(rows, event)
    else:
        told = _levies(event.levies)
        told |= {"levies_version": event.version, "levies_by": recorded.event_id}
    rows.change(tariffs, event.property_id, **told)


def _rates(rates: Rates) -> dict[str, object]:
    text = msgspec.json.encode(rates).decode()
    return {"rates": text, "instant": rates.mode is BookingMode.INSTANT}


def _levies(levies: Levies) -> dict[str, object]:
    fees = levies.fee_plan
    taxed_bp = fees.guest_fee_bp + fees.guest_fee_bp * fees.guest_vat_bp // ALL_BP
    certain_bp = taxed_bp if fees.guest_fee_at_most_minor is None else 0
    return {"levies": msgspec.json.encode(levies).decode(), "fee_at_least_bp": certain_bp}


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
        "children_count": plan.children_count,
        "infants_count": plan.infants_count,
        **dict(zip(LOWEST, lowest_nights(plan), strict=True)),
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
