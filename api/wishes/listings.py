"""What a host may say of a property: bodies of facts and descriptions, checked for their shape."""

from datetime import time
from decimal import Decimal
from typing import Annotated, Self

import tzfpy
from pydantic import Field

from api.shapes import Body, Name, Uuid, Worded, Words
from ledger.values.listing import (
    Description,
    Facts,
    HouseRules,
    Place,
    PropertyKind,
    RoomType,
)
from ledger.values.stay import House
from ledger.values.texts import Written

DEGREE = Decimal(1_000_000)
"""How many of our parts a degree has."""

Few = Annotated[int, Field(ge=0, le=1_000)]
Some = Annotated[int, Field(ge=1, le=1_000)]
Hour = Annotated[int, Field(ge=0, le=23)]
WallTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["15:00"])]
Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]
Code = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,39}$")]


class PlaceWish(Body):
    """Where it is; the address is kept apart from history and can be erased.

    Latitude and longitude are degrees (WGS 84), as text, to six places after the point.
    """

    country: Country
    region: Name
    city: Name
    latitude: Annotated[str, Field(pattern=r"^-?\d{1,2}(\.\d{1,6})?$", examples=["38.697"])]
    longitude: Annotated[str, Field(pattern=r"^-?\d{1,3}(\.\d{1,6})?$", examples=["-9.421"])]
    address: Words


class RoomTypeWish(Body):
    """Rooms that are alike; a whole house is one of one unit."""

    room_type: Name
    units: Some
    capacity: Some
    bedrooms: Few = 1
    beds: Few = 1
    bathrooms: Few = 1


class FactsWish(Worded):
    """What is looked at by a reviewer. The time zone follows from the place."""

    kind: Annotated[PropertyKind, Field(strict=False)]
    place: PlaceWish
    check_in_time: WallTime
    check_out_time: WallTime
    rooms: list[RoomTypeWish] = Field(min_length=1, max_length=100)
    registration: Name | None = None
    safety: list[Uuid] = Field(default_factory=list, max_length=20)

    def spoken(self) -> str:
        """The address."""
        return self.place.address

    def silent(self) -> Self:
        """Everything but the address."""
        return self.model_copy(update={"place": self.place.model_copy(update={"address": ""})})

    def facts(self, address: Written) -> Facts:
        """In the ledger's words, with the address where it is kept."""
        where = self.place
        longitude, latitude = Decimal(where.longitude), Decimal(where.latitude)
        return Facts(
            kind=self.kind,
            place=Place(
                country=where.country,
                region=where.region,
                city=where.city,
                latitude_e6=int(latitude * DEGREE),
                longitude_e6=int(longitude * DEGREE),
                address=address,
            ),
            house=House(
                tzfpy.get_tz(float(longitude), float(latitude)),
                time.fromisoformat(self.check_in_time),
                time.fromisoformat(self.check_out_time),
            ),
            rooms=tuple(RoomType(**room.model_dump()) for room in self.rooms),
            registration=self.registration,
            safety=tuple(self.safety),
        )


class HouseRulesWish(Body):
    """What guests may do there; quiet hours are whole hours of the local day."""

    pets: bool = False
    smoking: bool = False
    parties: bool = False
    quiet_from: Hour = 22
    quiet_until: Hour = 7


class DescriptionWish(Worded):
    """What guests read and see: the first line of the words is the title."""

    words: Words
    amenities: list[Code] = Field(default_factory=list, max_length=200)
    photos: list[Uuid] = Field(default_factory=list, max_length=100)
    rules: HouseRulesWish = HouseRulesWish()

    def spoken(self) -> str:
        """What guests read."""
        return self.words

    def silent(self) -> Self:
        """Everything but that."""
        return self.model_copy(update={"words": ""})

    def description(self, words: Written) -> Description:
        """In the ledger's words, with the text where it is kept."""
        return Description(
            words=words,
            amenities=tuple(sorted(set(self.amenities))),
            photos=tuple(dict.fromkeys(self.photos)),
            rules=HouseRules(**self.rules.model_dump()),
        )
