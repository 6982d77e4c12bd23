"""Houses that can be found, told event by event: each with its own host, tariff and units."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection

from ledger.aggregates.tariff import tariff_of
from ledger.events import Event
from ledger.values.clock import Instant
from ledger.values.currency import CURRENCIES
from ledger.values.exchange import ReferenceRates
from ledger.values.guests import Party
from ledger.values.ids import BookingId, HostId, PropertyId, UnitId
from ledger.values.listing import Facts, HouseRules, unit_of
from ledger.values.offer import Asked, exchange_on_offer
from ledger.values.stay import Stay
from projections.availability import AVAILABILITY
from projections.finding.found import FoundRoom, FoundStays, stays_to_book
from projections.finding.sought import Box, Place, Sought
from projections.search import SEARCH
from tests.facts import (
    NOW,
    SEA_VIEW,
    a_calendar,
    a_description,
    a_draft,
    a_hold,
    a_provider,
    a_stay,
    an_account,
    an_account_that_is,
    an_id,
    approved_house,
    described,
    levies_set,
    published,
    rates_set,
    some_facts,
    verified,
)
from tests.projections.story import Story, asking, drive_to_end

CASCAIS = Box(38_600_000, -9_500_000, 38_800_000, -9_300_000)
JULY = a_stay("2026-07-10")


@dataclass
class Listed:
    """A house and what is told of it; a part that is given takes the usual one's place."""

    name: str
    facts: Facts = field(default_factory=some_facts)
    amenities: Sequence[str] = ("cot", "wifi")
    pets: bool = True
    rates: dict[str, Any] = field(default_factory=dict)
    levies: dict[str, Any] = field(default_factory=dict)
    currency: str = "EUR"
    valid_until: date | None = None
    published_at: Instant = NOW
    hosts: Sequence[Event] = (a_provider(), verified(), an_account(), an_account_that_is())
    afterwards: Sequence[Event] = ()
    rates_and_levies: tuple[bool, bool] = (True, True)

    @property
    def property_id(self) -> PropertyId:
        """The house."""
        return PropertyId(an_id(f"house {self.name}"))

    @property
    def host_id(self) -> HostId:
        """Whose it is."""
        return HostId(an_id(f"host of {self.name}"))

    def unit(self, number: int = 1, room_type: str = SEA_VIEW) -> UnitId:
        """A room of it."""
        return unit_of(self.property_id, room_type, number)

    def events_of_property(self) -> list[Event]:
        """How it came to be published."""
        description = a_description(
            amenities=tuple(self.amenities), rules=HouseRules(pets=self.pets)
        )
        return [
            replace(a_draft(), host_id=self.host_id, currency=self.currency),
            replace(approved_house(), facts=self.facts, valid_until=self.valid_until),
            replace(described(), description=description),
            published(),
        ]

    def events_of_tariff(self) -> list[Event]:
        """What it costs."""
        asked = replace(rates_set(**self.rates), property_id=self.property_id)
        taken = replace(levies_set(**self.levies), property_id=self.property_id)
        is_set = zip((asked, taken), self.rates_and_levies, strict=True)
        return [event for event, told in is_set if told]


def list_house(story: Story, house: Listed) -> Listed:
    """Tell a house from its host's registration to its publication, and what comes after."""
    of_property, tariff = house.property_id, tariff_of(house.property_id)
    story.tells(*house.hosts, stream=house.host_id, case=house.host_id)
    *before, let = house.events_of_property()
    story.tells(*before, stream=of_property, case=of_property)
    story.tells(*house.events_of_tariff(), stream=tariff, case=of_property)
    for room in house.facts.rooms:
        for number in range(1, room.units + 1):
            unit = house.unit(number, room.room_type)
            opened = replace(
                a_calendar(),
                property_id=of_property,
                host_id=house.host_id,
                room_type=room.room_type,
                number=number,
            )
            story.tells(opened, stream=unit, case=unit)
    story.tells(let, stream=of_property, case=of_property, at=house.published_at)
    for event in house.afterwards:
        tell_of(story, house, event)
    return house


def tell_of(story: Story, house: Listed, event: Event) -> None:
    """Tell one more thing of a house, in the stream that it belongs to."""
    kind, _, _ = event.topic.partition(".")
    streams = {
        "provider": house.host_id,
        "property": house.property_id,
        "tariff": tariff_of(house.property_id),
        "unit_calendar": house.unit(),
    }
    story.tells(event, stream=streams[kind], case=house.property_id)


def take(story: Story, unit: UnitId, nights: Stay, buffer_nights: int = 0) -> None:
    """Somebody holds nights of a unit."""
    booking = BookingId(an_id(f"{unit} {nights}"))
    held = replace(a_hold(booking, nights), buffer_nights=buffer_nights)
    story.tells(held, stream=unit, case=booking)


def sought(
    stay: Stay = JULY,
    party: Party | None = None,
    at: Instant = NOW,
    reference: ReferenceRates | None = None,
    **wished: Any,
) -> Sought:
    """What a couple looks for around Cascais, in euros; and what else they wish."""
    pets = wished.pop("pets", 0)
    currency = wished.setdefault("currency", "EUR")
    exchanges = {
        listing: exchange_on_offer(reference, listing, currency, at) for listing in CURRENCIES
    }
    if "place" not in wished:
        wished.setdefault("box", CASCAIS)
    asked = Asked(stay=stay, party=party or Party(2), at=at, pets=pets)
    return Sought(asked=asked, exchanges=exchanges, **wished)


def follow(story: Story) -> None:
    """Let both read models take in all that was told."""
    for read_model in (SEARCH, AVAILABILITY):
        drive_to_end(story.database.url, read_model)


def find(story: Story, *wishes: Sought, at_most: int = 20) -> list[Sequence[FoundRoom]]:
    """What each of the searches finds."""
    follow(story)
    with asking(story.database.url) as db:
        return [stays_to_book(db, wish, None, at_most).rooms for wish in wishes]


def pages(db: Connection, wish: Sought, at_most: int) -> list[FoundStays]:
    """All pages of a search, one after the other."""
    found, after = [], None
    while True:
        page = stays_to_book(db, wish, after, at_most)
        found.append(page)
        if page.ends_at is None:
            return found
        after = Place(*page.ends_at)


def later(days: int) -> Instant:
    """So many days from now."""
    return NOW + timedelta(days=days)
