"""Whether a property can be found and booked: worked out each time, and never set by anybody.

Search, direct links, quotes and bookings ask the same (spec: domain, section 2), and so does money
that comes after its booking had let the nights go.
"""

from collections.abc import Iterator

from ledger.aggregates.attestation import ATTESTATION
from ledger.aggregates.booking import Booking
from ledger.aggregates.property import PROPERTY, Property
from ledger.aggregates.property import Status as Listed
from ledger.aggregates.provider import PROVIDER, Standing
from ledger.aggregates.provider import Status as Hosting
from ledger.aggregates.tariff import TARIFF, tariff_of
from ledger.aggregates.unit_calendar import UNIT_CALENDAR
from ledger.draft import Draft
from ledger.errors import NotDiscoverable, QuoteExpired
from ledger.processes.hosts import MAY_HOST
from ledger.processes.names import attestation_of
from ledger.values.files import expires_at
from ledger.values.hindrance import Hindrance
from ledger.values.ids import PropertyId
from ledger.values.listing import REGISTERED_IN, units_of
from ledger.values.quote import Quote
from ledger.values.stay_rules import refuse_too_many
from ledger.values.tariff import Rates

CAME_WITH_HISTORY = (*MAY_HOST, Hosting.DRAFT)
"""Whoever somebody vouches for has let before they asked us to host, and may go on."""


def refuse_unless_discoverable(draft: Draft, property_id: PropertyId) -> None:
    """Let a property pass that can be found now. Raises NotDiscoverable, with all reasons."""
    listed = draft.state(PROPERTY, property_id)
    reasons = hindrances(draft, property_id, listed) if listed else _vouched(draft, property_id)
    if because := list(reasons):
        raise not_discoverable(property_id, *because)


def refuse_unless_let_as_before(draft: Draft, asked: Booking | Quote, room_type: str) -> None:
    """Let a stay pass that was asked for before, and could be asked for in such a room now (BK1).

    Raises NotDiscoverable; PartyExceedsCapacity where rooms of its type were approved for fewer
    heads meanwhile; QuoteExpired where it goes by the clocks of a time zone that the property is no
    longer in, or by the word of somebody who vouched for it before its host described it here.
    """
    property_id = asked.property_id
    refuse_unless_discoverable(draft, property_id)
    refuse_too_many(asked.party.heads(), approved_heads(draft, property_id, room_type))
    listed = draft.state(PROPERTY, property_id)
    if listed is None:
        return
    if asked.vouched_by is not None:
        raise QuoteExpired(property_id=property_id, vouched_by=asked.vouched_by)
    quoted_in = asked.house.time_zone
    if listed.facts is not None and listed.facts.house.time_zone != quoted_in:
        raise QuoteExpired(quoted_in=quoted_in, time_zone=listed.facts.house.time_zone)


def approved_heads(draft: Draft, property_id: PropertyId, room_type: str) -> int | None:
    """The heads that a property's rooms of a type were approved for, if anybody approved any."""
    listed = draft.state(PROPERTY, property_id)
    room = listed.facts.room(room_type) if listed and listed.facts else None
    return room.capacity if room else None


def not_discoverable(property_id: PropertyId, *because: Hindrance) -> NotDiscoverable:
    """The refusal of a property that cannot be found, for these reasons."""
    return NotDiscoverable(property_id=property_id, because=[each.value for each in because])


def _vouched(draft: Draft, property_id: PropertyId) -> Iterator[Hindrance]:
    """What stands against a property that somebody vouches for: what we know of its host by now.

    Who came with history from outside may not be known as a provider.
    """
    vouched = draft.state(ATTESTATION, attestation_of(property_id))
    if vouched is None:
        yield Hindrance.NOT_VOUCHED_FOR
        return
    provider = draft.state(PROVIDER, vouched.host_id)
    if provider is not None and provider.status not in CAME_WITH_HISTORY:
        yield Hindrance.NOT_VERIFIED


def hindrances(draft: Draft, property_id: PropertyId, listed: Property) -> Iterator[Hindrance]:
    """Everything that keeps a property from being found."""
    if listed.status is not Listed.PUBLISHED:
        yield Hindrance.NOT_PUBLISHED
    if listed.blocked_for is not None:
        yield Hindrance.BLOCKED
    provider = draft.state(PROVIDER, listed.host_id)
    if provider is None or provider.status not in MAY_HOST:
        yield Hindrance.NOT_VERIFIED
    if provider is None or provider.standing is not Standing.ENABLED:
        yield Hindrance.NOT_PAYABLE
    yield from _without_price(draft, property_id, listed)
    facts = listed.facts
    if facts is not None and facts.place.country in REGISTERED_IN and not facts.registration:
        yield Hindrance.NOT_REGISTERED
    if listed.valid_until is not None and expires_at(listed.valid_until) <= draft.now:
        yield Hindrance.RUN_OUT


def in_the_way_of_publication(draft: Draft, property_id: PropertyId) -> tuple[str, ...]:
    """What a host must see to before a property of theirs is published (PY8). Raises NotFound."""
    listed = draft.state(PROPERTY, property_id)
    found = () if listed is None else hindrances(draft, property_id, listed)
    return tuple(each.value for each in found if each is not Hindrance.NOT_PUBLISHED)


def _without_price(draft: Draft, property_id: PropertyId, listed: Property) -> Iterator[Hindrance]:
    tariff = draft.state(TARIFF, tariff_of(property_id))
    if tariff is None or tariff.levies is None:
        yield Hindrance.NO_LEVIES
    if tariff is None or tariff.rates is None:
        yield Hindrance.NO_RATES
    elif not _has_unit(draft, property_id, listed, tariff.rates):
        yield Hindrance.NO_UNIT


def _has_unit(draft: Draft, property_id: PropertyId, listed: Property, rates: Rates) -> bool:
    """Whether there is a unit that is let and has a price."""
    for unit_id, room, _ in units_of(property_id, listed.facts) if listed.facts else ():
        if rates.of(room.room_type) is not None:
            calendar = draft.state(UNIT_CALENDAR, unit_id)
            if calendar is not None and calendar.active:
                return True
    return False
