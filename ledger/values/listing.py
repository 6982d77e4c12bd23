"""A property as its host describes it: what a reviewer looks at, and what guests only read."""

import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum

from msgspec import Struct

from ledger.errors import RevisionContradicts, UnknownTimeZone
from ledger.values.ids import PropertyId, UnitId, derived_id
from ledger.values.stay import House, zone
from ledger.values.texts import Written

PHOTOS_NEEDED = 5
"""Of how many photos a property is shown at least (spec: domain, PY2)."""

VOUCHABLE = ("photos",)
"""What may be missing before a review where somebody vouches that it was seen elsewhere."""

AREAS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)
"""The first words of the names of time zones that are named after places (IANA tz database)."""

REGISTERED_IN = frozenset({"BE", "ES", "FR", "GR", "IT", "NL", "PT"})
"""Countries where a dwelling that is let for short stays carries a number of a public register.

As their laws stand under Regulation (EU) 2024/1028; operators extend the list.
"""


class PropertyKind(StrEnum):
    """What it is."""

    HOUSE = "house"
    APARTMENT = "apartment"
    ROOM = "room"
    HOTEL = "hotel"


class Place(Struct, frozen=True, gc=False):
    """Where it is: ISO 3166 country, place names, and WGS 84 in millionths of a degree.

    `address` is street and number, a text that is kept apart from history.
    """

    country: str
    region: str
    city: str
    latitude_e6: int
    longitude_e6: int
    address: Written | None = None


class RoomType(Struct, frozen=True, gc=False):
    """Rooms that are alike: a whole house or apartment is one of one unit."""

    room_type: str
    units: int
    capacity: int
    bedrooms: int = 1
    beds: int = 1
    bathrooms: int = 1


class Facts(Struct, frozen=True, gc=False):
    """What is material: a change of it is reviewed. `safety` names documents by their ids."""

    kind: PropertyKind
    place: Place
    house: House
    rooms: tuple[RoomType, ...]
    registration: str | None = None
    safety: tuple[str, ...] = ()

    def room(self, room_type: str) -> RoomType | None:
        """The rooms of a type, where there are any."""
        return next((room for room in self.rooms if room.room_type == room_type), None)


class HouseRules(Struct, frozen=True, gc=False):
    """What guests may do there; quiet hours are whole hours of the local day."""

    pets: bool = False
    smoking: bool = False
    parties: bool = False
    quiet_from: int = 22
    quiet_until: int = 7


class Description(Struct, frozen=True, gc=False):
    """What guests read and see; the first line of the words is the title, photos are ids."""

    words: Written | None
    amenities: tuple[str, ...]
    photos: tuple[str, ...]
    rules: HouseRules


class Moderation(StrEnum):
    """Why something is kept from being found."""

    ILLEGAL = "illegal"
    UNSAFE = "unsafe"
    MISLEADING = "misleading"
    FRAUD = "fraud"


class Occupant(Struct, frozen=True, gc=False):
    """A booking that is still to come or under way, as a change of its property must respect it.

    It goes by the clocks of the `time_zone` that it was made in.
    """

    booking_id: str
    unit_id: UnitId
    room_type: str
    heads: int
    time_zone: str


def unit_of(property_id: PropertyId, room_type: str, number: int) -> UnitId:
    """The id of a physical unit: the room of this number among those of its type, from 1."""
    return UnitId(derived_id(property_id, "unit", room_type, number))


def units_of(property_id: PropertyId, facts: Facts) -> Iterable[tuple[UnitId, RoomType, int]]:
    """Every physical unit, with its type and its number."""
    for room in facts.rooms:
        for number in range(1, room.units + 1):
            yield unit_of(property_id, room.room_type, number), room, number


def folded(name: str) -> str:
    """The name of a place as it is looked for: without accents, in small letters."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(plain.split())


def refuse_odd_facts(facts: Facts) -> None:
    """Let facts pass that can be so. Raises RevisionContradicts, UnknownTimeZone."""
    house, place = facts.house, facts.place
    _refuse_unless_of_a_place(house.time_zone)
    if house.check_out_time > house.check_in_time:  # one guest would come before another leaves
        hours = {"check_in": house.check_in_time, "check_out": house.check_out_time}
        raise RevisionContradicts(**{name: f"{hour:%H:%M}" for name, hour in hours.items()})
    if abs(place.latitude_e6) > 90_000_000 or abs(place.longitude_e6) > 180_000_000:
        raise RevisionContradicts(latitude=place.latitude_e6, longitude=place.longitude_e6)
    names = [room.room_type for room in facts.rooms]
    if not names or len(set(names)) < len(names):
        raise RevisionContradicts(room_types=names)
    for room in facts.rooms:
        if min(room.units, room.capacity) < 1 or min(room.bedrooms, room.beds, room.bathrooms) < 0:
            raise RevisionContradicts(room_type=room.room_type)


def _refuse_unless_of_a_place(time_zone: str) -> None:
    """Let the name of a zone pass that people live in. Raises UnknownTimeZone.

    Machines know other names as well (`localtime`, `right/Europe/Lisbon`): each by itself, and the
    database that searches by it perhaps not.
    """
    if time_zone.partition("/")[0] not in AREAS:
        raise UnknownTimeZone(time_zone=time_zone, example="Europe/Lisbon")
    zone(time_zone)


def changed_between(old: Facts, new: Facts) -> list[str]:
    """The names of what is stated otherwise, those of a place as `place.city` and the like."""
    before, after = (dict(_parts_of(facts)) for facts in (old, new))
    return sorted(name for name, value in after.items() if before[name] != value)


def _parts_of(facts: Facts) -> Iterator[tuple[str, object]]:
    for name in facts.__struct_fields__:
        part = getattr(facts, name)
        if isinstance(part, Place | House):
            yield from ((f"{name}.{each}", getattr(part, each)) for each in part.__struct_fields__)
        else:
            yield name, part


def missing_of(
    facts: Facts | None, description: Description | None, photos: int
) -> tuple[str, ...]:
    """What a property still lacks before it is reviewed, by codes (PY2); `photos` can be seen."""
    missing = []
    if facts is None:
        missing.append("facts")
    else:
        if facts.place.address is None:
            missing.append("address")
        if facts.place.country in REGISTERED_IN and not facts.registration:
            missing.append("registration")
    if description is None:
        return (*missing, "description")
    if description.words is None:
        missing.append("words")
    if photos < PHOTOS_NEEDED:
        missing.append("photos")
    return tuple(missing)
