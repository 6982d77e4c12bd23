"""Listings: what guests read and see of one property before they name any dates. Questions over
search, availability, verifications, descriptions and documents; no tables of its own.

Only what was approved is told, and nothing that only the host and the platform may know.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, func, select

from ledger.errors import NotDiscoverable, NotFound
from ledger.values.clock import Instant
from ledger.values.ids import PropertyId
from ledger.values.listing import Facts
from ledger.values.policy_text import text_of
from ledger.values.tariff import BookingMode, Rates
from projections.availability import AVAILABILITY
from projections.descriptions import DESCRIPTIONS, description_of
from projections.documents import DOCUMENTS
from projections.finding.visibility import visibility_of
from projections.projection import Answer, standing_of
from projections.search import SEARCH, SHOWN, STARS, properties, ratings, terms
from projections.showing.facts import FactsTold, RulesTold, facts_told, rules_told
from projections.showing.photos import Photo, photos_to_see
from projections.verifications import VERIFICATIONS
from projections.verifications import properties as reviewed

READ = (SEARCH, AVAILABILITY, VERIFICATIONS, DESCRIPTIONS, DOCUMENTS)
"""The read models that are asked."""


class PolicyTold(BaseModel):
    """By which rules a stay can be called off, in words."""

    model_config = ConfigDict(frozen=True)

    name: str
    text: str


class Listing(Answer):
    """A property that can be found now, by its approved facts; its words are found by their id.

    `mode` says whether stays are booked at once or asked for. Of several `policies` the guest
    chooses one. `stars_hundredths` are the average of what guests gave it overall.
    """

    property_id: str
    host_id: str
    currency: str
    facts: FactsTold
    amenities: Sequence[str]
    rules: RulesTold | None
    text_id: str | None
    photos: Sequence[Photo]
    mode: BookingMode
    policies: Sequence[PolicyTold]
    reviews_count: int
    stars_hundredths: int | None


class Photos(Answer):
    """The photos of a property that can be found now, in the order of its host."""

    photos: Sequence[Photo]


def listing_of(db: Connection, property_id: PropertyId, now: Instant) -> Listing:
    """What guests read and see of a property. Raises NotFound, NotDiscoverable."""
    position = position_of_listings(db)
    refuse_unless_found(db, property_id, now)
    kept = _kept(db, property_id)
    if kept is None:
        # Search knows it already; one of the others has not come so far.
        raise NotFound(property_id=property_id, position=position)
    rates = msgspec.json.decode(kept.rates, type=Rates)
    said = description_of(db, property_id)
    return Listing(
        position=position,
        property_id=property_id,
        host_id=kept.host_id,
        currency=kept.currency,
        facts=facts_told(msgspec.json.decode(kept.approved, type=Facts)),
        amenities=said.amenities if said else (),
        rules=rules_told(said.rules) if said else None,
        text_id=said.words.text_id if said and said.words else None,
        photos=photos_to_see(db, property_id),
        mode=rates.mode,
        policies=_policies(rates),
        reviews_count=kept.reviews_count,
        stars_hundredths=kept.stars_hundredths,
    )


def photos_of(db: Connection, property_id: PropertyId, now: Instant) -> Photos:
    """What guests see of a property. Raises NotFound, NotDiscoverable."""
    position = position_of_listings(db)
    refuse_unless_found(db, property_id, now)
    return Photos(position=position, photos=photos_to_see(db, property_id))


def position_of_listings(db: Connection) -> int:
    """The position that every read model has come to that is asked here."""
    return min(standing.position for standing in standing_of(db, READ))


def refuse_unless_found(db: Connection, property_id: PropertyId, now: Instant) -> None:
    """Let a property pass that can be found now.

    Raises NotFound; NotDiscoverable with all reasons, as quotes do.
    """
    parts = visibility_of(db, property_id, now).parts
    if because := [part.hindrance for part in parts if not part.holds]:
        raise NotDiscoverable(property_id=property_id, because=because)


def _kept(db: Connection, property_id: PropertyId) -> Any:
    shown = (ratings.c.property_id == property_id) & SHOWN
    count = select(func.count()).select_from(ratings).where(shown)
    stars = select(STARS).where(shown)
    query = (
        select(
            properties.c.host_id,
            properties.c.currency,
            reviewed.c.approved,
            terms.c.rates,
            count.scalar_subquery().label("reviews_count"),
            stars.scalar_subquery().label("stars_hundredths"),
        )
        .join(reviewed, reviewed.c.property_id == properties.c.property_id)
        .join(terms, terms.c.property_id == properties.c.property_id)
        .where(properties.c.property_id == property_id, reviewed.c.approved.is_not(None))
    )
    return db.execute(query).one_or_none()


def _policies(rates: Rates) -> Sequence[PolicyTold]:
    choices = (False, True) if rates.non_refundable else (False,)
    policies = (rates.policy_for(non_refundable=choice) for choice in choices)
    return [PolicyTold(name=policy.name, text=text_of(policy)) for policy in policies]
