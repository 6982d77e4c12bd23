"""Houses as they are answered, with their words: to guests one that can be found, to its host and
to support everything that was said of it.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from api.answers.texts import Text, texts, title_of
from api.cursors import AMONG_PROPERTIES, page_of, place_of
from api.shapes import Page
from ledger.values.clock import Instant
from ledger.values.ids import HostId, PropertyId
from projections.projection import Answer
from projections.showing.houses import (
    HostsFacts,
    HostsHouse,
    HouseListed,
    Said,
    house,
    house_of_host,
    houses_of_host,
)
from projections.showing.listings import Listing, listing_of


class ListingToRead(Listing):
    """A property that can be found now, with its words; their first line is the title, which is
    missing where they are erased.
    """

    title: str | None
    words: Text | None


class FactsToRead(HostsFacts):
    """Facts with the address, as its host knows them."""

    address: Text | None


class SaidToRead(Said):
    """What guests read, with its words."""

    words: Text | None


class HouseToRead(HostsHouse):
    """A property as its host knows it, with its words and its address."""

    approved: FactsToRead | None
    stated: FactsToRead | None
    description: SaidToRead | None


class HouseToList(HouseListed):
    """A property of a host; its title is the first line of its words."""

    title: str | None


class HousesToList(Answer):
    """A page of a host's properties. `cursor` asks for the next one; without it there is none."""

    properties: Sequence[HouseToList]
    cursor: str | None


def listing_to_read(db: Connection, property_id: PropertyId, now: Instant) -> ListingToRead:
    """What guests read and see of a property. Raises NotFound, NotDiscoverable."""
    found = listing_of(db, property_id, now)
    words = texts(db, [found.text_id])[found.text_id] if found.text_id else None
    title = title_of(words.words) if words else None
    return ListingToRead(**found.model_dump(), title=title, words=words)


def houses_to_list(db: Connection, host_id: HostId, query: Page) -> HousesToList:
    """A page of the properties of a host, with their titles. Raises InvalidRequest."""
    ended = place_of(query, query.cursor, AMONG_PROPERTIES, host_id)
    found = houses_of_host(db, host_id, query.limit + 1, ended[0] if ended else None)
    shown, cursor = page_of(query, found.properties, lambda one: (one.property_id,), host_id)
    words = texts(db, [one.text_id for one in shown if one.text_id])
    listed = [
        HouseToList(
            **one.model_dump(), title=title_of(words[one.text_id].words) if one.text_id else None
        )
        for one in shown
    ]
    return HousesToList(position=found.position, properties=listed, cursor=cursor)


def house_to_host(db: Connection, host_id: HostId, property_id: PropertyId) -> HouseToRead:
    """A property as its host reads it. Raises NotFound, also where it is another's."""
    return _with_words(db, house_of_host(db, host_id, property_id))


def house_to_support(db: Connection, property_id: PropertyId) -> HouseToRead:
    """A property as support reads it. Raises NotFound."""
    return _with_words(db, house(db, property_id))


def _with_words(db: Connection, found: HostsHouse) -> HouseToRead:
    facts = [one for one in (found.approved, found.stated) if one]
    named = [one.address_id for one in facts] + [found.description and found.description.text_id]
    words = texts(db, [text_id for text_id in named if text_id])
    told = found.model_dump(exclude={"approved", "stated", "description"})
    return HouseToRead(
        **told,
        approved=_facts(found.approved, words),
        stated=_facts(found.stated, words),
        description=_said(found.description, words),
    )


def _facts(facts: HostsFacts | None, words: Mapping[str, Text]) -> FactsToRead | None:
    if facts is None:
        return None
    address = words[facts.address_id] if facts.address_id else None
    return FactsToRead(**facts.model_dump(), address=address)


def _said(said: Said | None, words: Mapping[str, Text]) -> SaidToRead | None:
    if said is None:
        return None
    return SaidToRead(**said.model_dump(), words=words[said.text_id] if said.text_id else None)
