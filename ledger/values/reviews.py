"""Reviews: what guests and hosts may say of each other, in stars and words, and until when."""

from datetime import date, time, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import asdict

from ledger.errors import RatingOutOfRange
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, GuestId, HostId, PropertyId
from ledger.values.stay import local_instant
from ledger.values.texts import Written

WINDOW_DAYS = 14
"""How many local days after check-out a review may be written (spec: domain, section 12)."""

ANSWERED_WITHIN = timedelta(days=30)
"""How long the other side may answer a review that is published (spec: domain, section 9)."""


class Side(StrEnum):
    """The two sides of a stay."""

    GUEST = "guest"
    HOST = "host"

    @property
    def other(self) -> "Side":
        """Who is reviewed by this side, and may answer it."""
        return Side.HOST if self is Side.GUEST else Side.GUEST


class EndedStay(Struct, frozen=True, kw_only=True):
    """A stay that has ended: its two sides, where it was, and the state that its booking is in."""

    booking_id: BookingId
    property_id: PropertyId
    guest_id: GuestId
    host_id: HostId
    ended: str


class StayRating(Struct, frozen=True, kw_only=True, gc=False):
    """What a guest thinks of a stay, in stars from 1 to 5: overall, and of each part of it."""

    overall: int
    cleanliness: int
    accuracy: int
    check_in: int
    communication: int
    location: int
    value: int


class GuestRating(Struct, frozen=True, kw_only=True, gc=False):
    """What a host thinks of a guest, in stars from 1 to 5: overall, and of each part of it."""

    overall: int
    cleanliness: int
    communication: int
    house_rules: int


class StayReview(Struct, frozen=True):
    """A guest's review of a stay."""

    rating: StayRating
    text: Written


class GuestReview(Struct, frozen=True):
    """A host's review of a guest."""

    rating: GuestRating
    text: Written


def within_range(rating: StayRating | GuestRating) -> None:
    """Let a rating pass that has one to five stars for everything. Raises RatingOutOfRange."""
    for part, stars in asdict(rating).items():
        if not 1 <= stars <= 5:
            raise RatingOutOfRange(part=part, stars=stars)


def window_closes_at(check_out: date, time_zone: str) -> Instant:
    """When a review can no longer be written: as the property's own last day of it ends."""
    return local_instant(check_out + timedelta(days=WINDOW_DAYS + 1), time(0), time_zone)
