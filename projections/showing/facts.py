"""House facts: what a property is and what may be done there, in the words that are answered."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from ledger.values.listing import Facts, HouseRules, PropertyKind
from projections.finding.found import degrees


class RoomsTold(BaseModel):
    """Rooms that are alike, and how many of them there are."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    room_type: str
    units: int
    capacity: int
    bedrooms: int
    beds: int
    bathrooms: int


class PlaceTold(BaseModel):
    """Where a property is, as precisely as search tells it: in degrees (WGS 84)."""

    model_config = ConfigDict(frozen=True)

    country: str
    region: str
    city: str
    latitude: str
    longitude: str


class FactsTold(BaseModel):
    """What a property is; times are of its own clocks.

    `registration` is its number in a public register, where its country has one: guests are to see
    it (Regulation (EU) 2024/1028).
    """

    model_config = ConfigDict(frozen=True)

    kind: PropertyKind
    place: PlaceTold
    time_zone: str
    check_in_time: str
    check_out_time: str
    rooms: Sequence[RoomsTold]
    registration: str | None


class RulesTold(BaseModel):
    """What guests may do there; quiet hours are whole hours of the local day."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    pets: bool
    smoking: bool
    parties: bool
    quiet_from: int
    quiet_until: int


def facts_told(facts: Facts) -> FactsTold:
    """Facts as everybody may read them."""
    place, house = facts.place, facts.house
    return FactsTold(
        kind=facts.kind,
        place=PlaceTold(
            country=place.country,
            region=place.region,
            city=place.city,
            latitude=degrees(place.latitude_e6),
            longitude=degrees(place.longitude_e6),
        ),
        time_zone=house.time_zone,
        check_in_time=house.check_in_time.isoformat("minutes"),
        check_out_time=house.check_out_time.isoformat("minutes"),
        rooms=[RoomsTold.model_validate(room) for room in facts.rooms],
        registration=facts.registration,
    )


def rules_told(rules: HouseRules) -> RulesTold:
    """House rules as everybody may read them."""
    return RulesTold.model_validate(rules)
