"""Properties by their approved facts, and their rooms."""

from typing import Any, assert_never

from sqlalchemy import Boolean, Column, DateTime, Index, Integer, Table, Text, Time, Uuid

from ledger.events import Recorded
from ledger.events.property import (
    ListingBlocked,
    ListingUnblocked,
    PropertyApproved,
    PropertyArchived,
    PropertyDescribed,
    PropertyDrafted,
    PropertyPublished,
    PropertyReinstated,
    PropertyRejected,
    PropertySuspended,
    PropertyUnlisted,
    RevisionApproved,
)
from ledger.values.files import expires_at
from ledger.values.listing import Description, folded
from projections.projection import Rows
from projections.search.schema import tables

properties = Table(
    "properties",
    tables,
    Column("property_id", Uuid(as_uuid=False), primary_key=True),
    Column("host_id", Uuid(as_uuid=False), nullable=False),
    Column("currency", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("status_by", Text, nullable=False),
    Column("published_at", DateTime(timezone=True)),
    Column("blocked", Boolean, nullable=False),
    Column("blocked_by", Text),
    Column("revision", Integer, nullable=False),
    Column("facts_by", Text),
    Column("valid_until", DateTime(timezone=True)),
    Column("has_number", Boolean, nullable=False),
    Column("kind", Text),
    Column("country", Text),
    Column("region", Text),
    Column("city", Text),
    Column("region_folded", Text),
    Column("city_folded", Text),
    Column("latitude_e6", Integer),
    Column("longitude_e6", Integer),
    Column("time_zone", Text),
    Column("check_in_time", Time),
    Column("check_out_time", Time),
    Column("amenities", Text, nullable=False),
    Column("pets", Boolean, nullable=False),
    Column("text_id", Uuid(as_uuid=False)),
    Column("photo_id", Uuid(as_uuid=False)),
    Index("properties_by_place", "latitude_e6", "longitude_e6"),
    Index("properties_by_city", "city_folded"),
    Index("properties_by_region", "region_folded"),
)
"""A property by its approved facts, whatever is proposed; `revision` is their number, 0 for none.

They hold until `valid_until`, if that is told: when it has come is judged by who asks. `has_number`
says whether it carries one of a register; whether its country asks for one, who asks judges too.
Amenities stand between commas, with one before the first and one after the last.
"""


rooms = Table(
    "rooms",
    tables,
    Column("property_id", Uuid(as_uuid=False), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("room_type", Text, primary_key=True),
    Column("capacity", Integer, nullable=False),
    Column("bedrooms", Integer, nullable=False),
    Column("beds", Integer, nullable=False),
    Column("bathrooms", Integer, nullable=False),
)
"""What was approved of the rooms of a type; those of the property's own `revision` count."""


ListingEvent = (
    PropertyDrafted
    | PropertyApproved
    | PropertyRejected
    | RevisionApproved
    | PropertyDescribed
    | PropertyPublished
    | PropertyUnlisted
    | PropertySuspended
    | PropertyReinstated
    | PropertyArchived
    | ListingBlocked
    | ListingUnblocked
)


def project(  # noqa: C901 - one case per event
    rows: Rows, recorded: Recorded[Any], event: ListingEvent
) -> None:
    """What a property is and whether its host lets it; what is proposed changes nothing."""
    property_id, by = recorded.stream_id, recorded.event_id
    match event:
        case PropertyDrafted():
            draft_property(rows, recorded, event)
        case PropertyApproved():
            approve(rows, recorded, 1, event)
            rows.change(properties, property_id, status="approved", status_by=by)
        case RevisionApproved():
            approve(rows, recorded, event.number, event)
        case PropertyDescribed():
            rows.change(properties, property_id, **_described(event.description))
        case PropertyPublished():
            at = recorded.occurred_at
            rows.change(properties, property_id, status="published", status_by=by, published_at=at)
        case PropertyUnlisted() | PropertyReinstated():
            rows.change(properties, property_id, status="unlisted", status_by=by)
        case PropertySuspended():
            rows.change(properties, property_id, status="suspended", status_by=by)
        case PropertyRejected() | PropertyArchived():
            rows.change(properties, property_id, status="archived", status_by=by)
        case ListingBlocked():
            rows.change(properties, property_id, blocked=True, blocked_by=by)
        case ListingUnblocked():
            rows.change(properties, property_id, blocked=False, blocked_by=by)
        case _:
            assert_never(event)


def draft_property(rows: Rows, recorded: Recorded[Any], event: PropertyDrafted) -> None:
    """A property that nobody has looked at yet."""
    unknown = {column.name: None for column in properties.columns if column.nullable}
    told = {
        "property_id": recorded.stream_id,
        "host_id": event.host_id,
        "currency": event.currency,
        "status": "draft",
        "status_by": recorded.event_id,
        "blocked": False,
        "revision": 0,
        "has_number": False,
        "amenities": ",",
        "pets": False,
    }
    rows.insert(properties, **unknown | told)


def approve(
    rows: Rows,
    recorded: Recorded[Any],
    revision: int,
    event: PropertyApproved | RevisionApproved,
) -> None:
    """From now on these facts are the ones that hold."""
    facts, until = event.facts, event.valid_until
    place, house = facts.place, facts.house
    told = {
        "revision": revision,
        "facts_by": recorded.event_id,
        "valid_until": None if until is None else expires_at(until),
        "has_number": bool(facts.registration),
        "kind": facts.kind.value,
        "country": place.country,
        "region": place.region,
        "city": place.city,
        "region_folded": folded(place.region),
        "city_folded": folded(place.city),
        "latitude_e6": place.latitude_e6,
        "longitude_e6": place.longitude_e6,
        "time_zone": house.time_zone,
        "check_in_time": house.check_in_time,
        "check_out_time": house.check_out_time,
    }
    rows.change(properties, recorded.stream_id, **told)
    for room in facts.rooms:
        rows.insert(
            rooms,
            property_id=recorded.stream_id,
            revision=revision,
            room_type=room.room_type,
            capacity=room.capacity,
            bedrooms=room.bedrooms,
            beds=room.beds,
            bathrooms=room.bathrooms,
        )


def _described(description: Description) -> dict[str, object]:
    words, photos = description.words, description.photos
    return {
        "amenities": ",".join(["", *description.amenities, ""]),
        "pets": description.rules.pets,
        "text_id": words.text_id if words else None,
        "photo_id": photos[0] if photos else None,
    }
