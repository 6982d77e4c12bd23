"""Whether a property can be found and booked: worked out each time, and never set by anybody.

Search, direct links, quotes and bookings ask the same (spec: domain, section 2).
"""

from collections.abc import Iterator
from enum import StrEnum

from ledger.aggregates.property import PROPERTY, Property
from ledger.aggregates.property import Status as Listed
from ledger.aggregates.provider import PROVIDER, Standing
from ledger.aggregates.tariff import TARIFF, tariff_of
from ledger.aggregates.unit_calendar import UNIT_CALENDAR
from ledger.draft import Draft
from ledger.errors import NotDiscoverable
from ledger.processes.hosts import MAY_HOST
from ledger.values.ids import HostId, PropertyId
from ledger.values.listing import REGISTERED_IN, units_of


class Hindrance(StrEnum):
    """What keeps a property from being found. The words are answered to hosts and guests."""

    NOT_PUBLISHED = "not_published"
    BLOCKED = "blocked_by_moderation"
    NOT_VERIFIED = "host_not_verified"
    NOT_PAYABLE = "payout_account_not_enabled"
    NO_UNIT = "no_active_unit_with_a_price"
    NOT_REGISTERED = "registration_missing"


def refuse_unless_discoverable(draft: Draft, property_id: PropertyId, listed: Property) -> None:
    """Let a property pass that can be found now. Raises NotDiscoverable, with all reasons."""
    because = [hindrance.value for hindrance in hindrances(draft, property_id, listed)]
    if because:
        raise NotDiscoverable(property_id=property_id, because=because)


def refuse_unless_may_host(draft: Draft, property_id: PropertyId, host_id: HostId) -> None:
    """Let a property pass whose host somebody vouches for, unless we know better by now.

    Who came with history from outside may not be known as a provider. Raises NotDiscoverable.
    """
    provider = draft.state(PROVIDER, host_id)
    if provider is not None and provider.status not in MAY_HOST:
        raise NotDiscoverable(property_id=property_id, because=[Hindrance.NOT_VERIFIED.value])


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
    if not _has_unit_with_price(draft, property_id, listed):
        yield Hindrance.NO_UNIT
    facts = listed.facts
    if facts is not None and facts.place.country in REGISTERED_IN and not facts.registration:
        yield Hindrance.NOT_REGISTERED


def in_the_way_of_publication(draft: Draft, property_id: PropertyId) -> tuple[str, ...]:
    """What a host must see to before a property of theirs is published (PY8). Raises NotFound."""
    listed = draft.state(PROPERTY, property_id)
    found = () if listed is None else hindrances(draft, property_id, listed)
    return tuple(each.value for each in found if each is not Hindrance.NOT_PUBLISHED)


def _has_unit_with_price(draft: Draft, property_id: PropertyId, listed: Property) -> bool:
    tariff = draft.state(TARIFF, tariff_of(property_id))
    if listed.facts is None or tariff is None or tariff.rates is None or tariff.levies is None:
        return False
    priced = {room.room_type for room in tariff.rates.rooms}
    for unit_id, room, _ in units_of(property_id, listed.facts):
        if room.room_type in priced:
            calendar = draft.state(UNIT_CALENDAR, unit_id)
            if calendar is not None and calendar.active:
                return True
    return False
