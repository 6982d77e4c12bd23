"""Hosts' houses: which there are, and all that the host of one has said of it, whether it can be
found or not. Questions over search, verifications, descriptions and documents.
"""

from collections.abc import Sequence

import msgspec
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, select

from ledger.errors import NotFound
from ledger.values.ids import HostId, PropertyId
from ledger.values.listing import Facts
from projections.descriptions import description_of, descriptions
from projections.projection import Answer
from projections.search import properties
from projections.showing.facts import FactsTold, RulesTold, facts_told, rules_told
from projections.showing.listings import position_of_listings
from projections.showing.photos import Photo, first_photos, photos_accepted, photos_to_see
from projections.verifications import properties as reviewed


class HostsFacts(FactsTold):
    """Facts with what guests are not told: the id of the address, and documents about safety."""

    address_id: str | None
    safety: Sequence[str]


class Said(BaseModel):
    """What guests read, by the id of its words; photos by theirs, also those taken down since."""

    model_config = ConfigDict(frozen=True)

    text_id: str | None
    amenities: Sequence[str]
    rules: RulesTold
    photos: Sequence[str]


class HostsHouse(Answer):
    """A property as its host knows it.

    `approved` is what guests are told, `stated` what waits for a review or is to be sent to one; of
    either there may be nothing. `photos` is what guests see, `other_photos` what else they could.
    """

    property_id: str
    host_id: str
    currency: str
    status: str
    approved_revision: int | None
    approved: HostsFacts | None
    stated: HostsFacts | None
    description: Said | None
    photos: Sequence[Photo]
    other_photos: Sequence[Photo]


class HouseListed(BaseModel):
    """A property of a host: where it stands, and whether anything stated of it waits.

    Its words are found by their id; its photo is the first that can be seen.
    """

    model_config = ConfigDict(frozen=True)

    property_id: str
    status: str
    approved_revision: int | None
    something_waits: bool
    text_id: str | None
    photo_id: str | None


class HousesListed(Answer):
    """Properties of a host, by their ids."""

    properties: Sequence[HouseListed]


def houses_of_host(
    db: Connection, host_id: HostId, at_most: int, after: str | None = None
) -> HousesListed:
    """The properties of a host, those after one of them if it is named."""
    position = position_of_listings(db)
    query = (
        select(properties, reviewed.c.stated)
        .join(descriptions, descriptions.c.property_id == properties.c.property_id)
        .join(reviewed, reviewed.c.property_id == descriptions.c.property_id)
        .where(descriptions.c.host_id == host_id)
        .order_by(descriptions.c.property_id)
        .limit(at_most)
    )
    if after is not None:
        query = query.where(descriptions.c.property_id > after)
    rows = db.execute(query).all()
    photos = first_photos(db, {row.property_id: row.photo_id for row in rows if row.photo_id})
    listed = [
        HouseListed(
            property_id=row.property_id,
            status=row.status,
            approved_revision=row.revision or None,
            something_waits=row.stated is not None,
            text_id=row.text_id,
            photo_id=photos.get(row.property_id),
        )
        for row in rows
    ]
    return HousesListed(position=position, properties=listed)


def house_of_host(db: Connection, host_id: HostId, property_id: PropertyId) -> HostsHouse:
    """A property of this host. Raises NotFound, also where it is another's."""
    found = house(db, property_id)
    if found.host_id != host_id:
        raise NotFound(property_id=property_id, host_id=host_id, position=found.position)
    return found


def house(db: Connection, property_id: PropertyId) -> HostsHouse:
    """A property as its host knows it. Raises NotFound."""
    position = position_of_listings(db)
    query = (
        select(properties, reviewed.c.approved, reviewed.c.stated)
        .outerjoin(reviewed, reviewed.c.property_id == properties.c.property_id)
        .where(properties.c.property_id == property_id)
    )
    row = db.execute(query).one_or_none()
    if row is None:
        raise NotFound(property_id=property_id, position=position)
    photos = photos_to_see(db, property_id)
    return HostsHouse(
        position=position,
        property_id=property_id,
        host_id=row.host_id,
        currency=row.currency,
        status=row.status,
        approved_revision=row.revision or None,
        approved=_facts(row.approved),
        stated=_facts(row.stated),
        description=_said(db, property_id),
        photos=photos,
        other_photos=[one for one in photos_accepted(db, property_id) if one not in photos],
    )


def _facts(kept: str | None) -> HostsFacts | None:
    if kept is None:
        return None
    facts = msgspec.json.decode(kept, type=Facts)
    address = facts.place.address
    return HostsFacts(
        **facts_told(facts).model_dump(),
        address_id=address.text_id if address else None,
        safety=facts.safety,
    )


def _said(db: Connection, property_id: PropertyId) -> Said | None:
    description = description_of(db, property_id)
    if description is None:
        return None
    words = description.words
    return Said(
        text_id=words.text_id if words else None,
        amenities=description.amenities,
        rules=rules_told(description.rules),
        photos=description.photos,
    )
