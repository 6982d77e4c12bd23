"""What a unit's calendar is: which claims on its nights are alive."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from ledger.values.clock import Instant
from ledger.values.ids import BlockId, BookingId, FeedId, HostId, PropertyId, UnitId
from ledger.values.nights import Taken
from ledger.values.stay import House, Stay

HOLD = timedelta(minutes=15)
"""How long nights are kept for somebody who pays (spec: domain, section 12)."""

LONGEST_HOLD = timedelta(minutes=45)
"""How long they are kept at most, from placing on, while a payment is under way (UC2)."""


class Status(StrEnum):
    """What a range of nights is, for the one who asks: free, or under a claim of a kind."""

    FREE = "free"
    HOLD = "hold"
    RESERVATION = "reservation"
    HOST_BLOCK = "host_block"
    EXTERNAL_BLOCK = "external_block"
    INACTIVE = "inactive"


SOLD = (Status.HOLD, Status.RESERVATION)
"""The kinds of claims that a booking has."""

ClaimId = BookingId | BlockId


class Claim(Struct, frozen=True):
    """Nights that are not free, why, and until when if that ends by itself.

    `extendable_until` is None for what cannot be extended, such as a hold for the host's answer.
    `buffer_nights` after the stay are kept free as well, to get the unit ready for the next guest.
    `parts` is what an external block has of its stay, where other blocks have the rest. `feed_id`
    and `revision` are those of the feed's item.
    """

    status: Status
    stay: Stay
    expires_at: Instant | None = None
    extendable_until: Instant | None = None
    host_cancelled: bool = False
    buffer_nights: int = 0
    parts: tuple[Stay, ...] | None = None
    feed_id: FeedId | None = None
    revision: str = ""

    @property
    def nights(self) -> tuple[Stay, ...]:
        """The nights that nobody else can have."""
        return (self.stay.kept(self.buffer_nights),) if self.parts is None else self.parts


class Conflict(Struct, frozen=True):
    """A feed's item that was told to be in conflict, so that it is told once."""

    feed_id: FeedId
    stay: Stay
    revision: str


class UnitCalendar(Struct, frozen=True):
    """The claims that are alive, by booking or block; and the stays under them, in order of time.

    Whose unit it is never changes; a booking is checked against it. The `house` is that which the
    property was approved with last, so a booking may have been made under another.
    """

    property_id: PropertyId
    host_id: HostId
    room_type: str
    house: House
    claims: dict[ClaimId, Claim]
    taken: Taken = Taken()
    conflicts: dict[BlockId, Conflict] = {}
    active: bool = True

    def is_sold_elsewhere(self, nights: Stay) -> bool:
        """Whether a feed said so of these nights when it was read last, be they free here by now.

        Who had them may have let them go since, and they are blocked when the feed is read again.
        An item in conflict bars nobody as long as somebody is in its way (UC12).
        """
        if any(one.feed_id and one.stay.overlaps(nights) for one in self.claims.values()):
            return True
        told = (one.stay for one in self.conflicts.values() if one.stay.overlaps(nights))
        return any(not any(self.sold_in(stay)) for stay in told)

    def sold_in(self, nights: Stay) -> Iterator[BookingId]:
        """The bookings that hold or have any of these nights, but for the pauses after stays."""
        for claim_id, claim in self.claims.items():
            if claim.status in SOLD and claim.stay.overlaps(nights):
                yield BookingId(claim_id)


def best_fit(calendars: Mapping[UnitId, UnitCalendar], stay: Stay) -> UnitId | None:
    """The unit whose smallest free stretch takes the stay, the first of equals; None if none does.

    Ask with the nights that are kept free after it. Best fit keeps long stretches whole
    (spec: domain, section 3).
    """
    fits = [
        (gap, place, unit_id)
        for place, (unit_id, calendar) in enumerate(calendars.items())
        if calendar.active and (gap := calendar.taken.gap_around(stay)) is not None
    ]
    return min(fits)[2] if fits else None


def taken_without(taken: Taken, nights: Sequence[Stay]) -> Taken:
    """The nights that are taken, but for some of them."""
    for part in nights:
        taken = taken.without(part)
    return taken
