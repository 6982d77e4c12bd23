"""Tariffs: what is priced under them, and what they say to a search."""

from fractions import Fraction
from math import ceil, prod
from typing import Any, assert_never

import msgspec
from sqlalchemy import BigInteger, Boolean, Column, Integer, Table, Text, Uuid

from ledger.events import Recorded
from ledger.events.tariff import LeviesSet, RatesSet
from ledger.values.ids import PropertyId
from ledger.values.rates import ALL_BP
from ledger.values.tariff import BookingMode, Levies, Rates
from projections.projection import Rows
from projections.search.letting import replace_arrivals
from projections.search.schema import tables

tariffs = Table(
    "tariffs",
    tables,
    Column("property_id", Uuid(as_uuid=False), primary_key=True),
    Column("rates_version", Integer, nullable=False),
    Column("levies_version", Integer, nullable=False),
    Column("instant", Boolean, nullable=False),
    Column("fee_at_least_bp", Integer, nullable=False),
    Column("head_night_minor", BigInteger, nullable=False),
    Column("stay_minor", BigInteger, nullable=False),
    Column("levied_at_most_bp", BigInteger, nullable=False),
)
"""What a property's tariff says to a search; version 0 of what nobody has set. Its rows are narrow:
every room of a map is held against one.

A guest's fee with its tax is `fee_at_least_bp` of what the host asks, or more. With all fees and
taxes a stay is no more than `levied_at_most_bp` of what the host asks, `stay_minor` and, for each
head and night, `head_night_minor`.
"""


terms = Table(
    "terms",
    tables,
    Column("property_id", Uuid(as_uuid=False), primary_key=True),
    Column("rates", Text),
    Column("rates_by", Text),
    Column("levies", Text),
    Column("levies_by", Text),
)
"""What a property's stays are priced under, as JSON, and the events that said so."""


TariffEvent = RatesSet | LeviesSet


def project(rows: Rows, recorded: Recorded[Any], event: RatesSet | LeviesSet) -> None:
    """What a property's stays are priced under, and which of them are let."""
    if recorded.version == 1:
        begin(rows, event.property_id)
    match event:
        case RatesSet():
            set_rates(rows, recorded.event_id, event)
        case LeviesSet():
            set_levies(rows, recorded.event_id, event)
        case _:
            assert_never(event)


def begin(rows: Rows, property_id: PropertyId) -> None:
    """A tariff of which nothing is set."""
    zeros = {column.name: 0 for column in tariffs.columns if column.name != "instant"}
    rows.insert(tariffs, **zeros | {"property_id": property_id, "instant": False})
    unsaid = {column.name: None for column in terms.columns if column.nullable}
    rows.insert(terms, property_id=property_id, **unsaid)


def set_rates(rows: Rows, by: str, event: RatesSet) -> None:
    """The host's part."""
    instant = event.rates.mode is BookingMode.INSTANT
    rows.change(tariffs, event.property_id, rates_version=event.version, instant=instant)
    rows.change(terms, event.property_id, rates=_json(event.rates), rates_by=by)
    replace_arrivals(rows, event)


def set_levies(rows: Rows, by: str, event: LeviesSet) -> None:
    """The operator's part."""
    fees = event.levies.fee_plan
    taxed_bp = fees.guest_fee_bp + fees.guest_fee_bp * fees.guest_vat_bp // ALL_BP
    certain_bp = taxed_bp if fees.guest_fee_at_most_minor is None else 0
    told = {"levies_version": event.version, "fee_at_least_bp": certain_bp}
    rows.change(tariffs, event.property_id, **told, **_at_most(event.levies))
    rows.change(terms, event.property_id, levies=_json(event.levies), levies_by=by)


def _at_most(levies: Levies) -> dict[str, int]:
    """What no stay is levied more than, whichever taxes hold by then."""
    fees = levies.fee_plan
    with_tax = 1 + Fraction(fees.guest_vat_bp, ALL_BP)
    parts = [1 + Fraction(rule.part_bp, ALL_BP) for rule in levies.taxes if not rule.inclusive]
    all_of_it = (1 + Fraction(fees.guest_fee_bp, ALL_BP) * with_tax) * prod(parts)
    return {
        "head_night_minor": sum(rule.minor for rule in levies.taxes),
        "stay_minor": ceil(fees.guest_fee_at_least_minor * with_tax),
        "levied_at_most_bp": ceil(all_of_it * ALL_BP),
    }


def _json(terms: Rates | Levies) -> str:
    return msgspec.json.encode(terms).decode()
