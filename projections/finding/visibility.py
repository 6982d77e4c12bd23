"""Visibility: why a property can be found or not, part by part, with the event that says so."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, Connection, Row, select

from ledger.errors import NotFound
from ledger.values.clock import Instant
from ledger.values.ids import PropertyId
from projections.availability import units
from projections.finding.candidates import position_now
from projections.projection import Answer
from projections.search import arrivals, hosts, properties, rooms, tariffs


class Part(BaseModel):
    """A part of the predicate of discovery: what stands in the way where it does not hold.

    `by` is the event that it holds or not by, as `stream/version`; nothing where there was none.
    """

    model_config = ConfigDict(frozen=True)

    hindrance: str
    holds: bool
    by: str | None


class Visibility(Answer):
    """Whether a property can be found now: only where each of the parts holds."""

    property_id: str
    can_be_found: bool
    parts: Sequence[Part]


def visibility_of(db: Connection, property_id: PropertyId, now: Instant) -> Visibility:
    """Why a property can be found now, or not. Raises NotFound."""
    position = position_now(db)
    row = db.execute(_facts_of(property_id)).one_or_none()
    if row is None:
        raise NotFound(property_id=property_id, position=position)
    parts = _parts(row, now)
    return Visibility(
        position=position,
        property_id=property_id,
        can_be_found=all(part.holds for part in parts),
        parts=parts,
    )


def _parts(row: Row[Any], now: Instant) -> list[Part]:
    still_good = row.valid_until is None or row.valid_until > now
    verified = row.host_status in ("verified", "reverification_due")
    found = (
        ("not_published", row.status == "published", row.status_by),
        ("blocked_by_moderation", not row.blocked, row.blocked_by),
        ("host_not_verified", verified, row.host_status_by),
        ("payout_account_not_enabled", row.standing == "enabled", row.standing_by),
        ("no_fees_and_taxes", row.levies_by is not None, row.levies_by),
        ("no_rates", row.rates_by is not None, row.rates_by),
        ("no_active_unit_with_a_price", row.has_unit or row.rates_by is None, row.rates_by),
        ("registration_missing", row.registered or row.revision == 0, row.facts_by),
        ("documents_have_expired", still_good, row.facts_by),
    )
    return [Part(hindrance=code, holds=holds, by=by) for code, holds, by in found]


def _facts_of(property_id: PropertyId) -> Any:
    return (
        select(
            properties,
            hosts.c.status.label("host_status"),
            hosts.c.status_by.label("host_status_by"),
            hosts.c.standing,
            hosts.c.standing_by,
            tariffs.c.rates_by,
            tariffs.c.levies_by,
            _has_unit().label("has_unit"),
        )
        .outerjoin(hosts, hosts.c.host_id == properties.c.host_id)
        .outerjoin(tariffs, tariffs.c.property_id == properties.c.property_id)
        .where(properties.c.property_id == property_id)
    )


def _has_unit() -> ColumnElement[bool]:
    """Whether a unit of the approved rooms is let and has a price."""
    return (
        select(units.c.unit_id)
        .join_from(units, rooms, rooms.c.room_type == units.c.room_type)
        .join(arrivals, arrivals.c.room_type == units.c.room_type)
        .where(units.c.property_id == properties.c.property_id, units.c.active)
        .where(rooms.c.property_id == units.c.property_id)
        .where(rooms.c.revision == properties.c.revision)
        .where(arrivals.c.property_id == units.c.property_id)
        .where(arrivals.c.rates_version == tariffs.c.rates_version)
        .correlate(properties, tariffs)
        .exists()
    )
