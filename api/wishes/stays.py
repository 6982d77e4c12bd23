"""What a guest may wish for: the body of a booking, checked for its shape and for nothing else."""

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from api.shapes import Amount, Body, Currency, Digest, LocalDate, Name, Uuid

Heads = Annotated[int, Field(ge=0, le=50)]


class PartyWish(Body):
    """Who comes: heads by age class, one adult at least."""

    adults: Annotated[int, Field(ge=1, le=50)]
    children: Heads = 0
    infants: Heads = 0


class StayWish(Body):
    """A stay that a guest wants: in one unit, or in whichever of a room type fits best."""

    guest_id: Uuid
    property_id: Uuid
    unit_id: Uuid | None = None
    room_type: Name | None = None
    check_in: LocalDate
    check_out: LocalDate
    party: PartyWish

    @model_validator(mode="after")
    def _names_a_unit_or_a_room_type(self) -> Self:
        if (self.unit_id is None) == (self.room_type is None):
            raise ValueError("name either unit_id or room_type")
        return self


class BookingWish(StayWish):
    """A stay at a price that the caller states, in a property that somebody vouches for: one that
    its host described here is booked by a quote."""

    price_per_night: Amount
    policy: Name
    mode: Literal["instant", "request"] = "instant"


class QuoteWish(StayWish):
    """A stay whose price a guest wants to know; in the listing's currency if none is named."""

    pets: Heads = 0
    currency: Currency | None = None
    coupon: Name | None = None
    non_refundable: bool = False


class QuotedWish(Body):
    """A quote that a guest wants booked, and the hash of the policy's text that they accept.

    `guest_id` is who asks; where it is left out, it is who the quote was made for.
    """

    quote: Annotated[str, Field(min_length=1, max_length=60_000, pattern=r"^[A-Za-z0-9_.-]+$")]
    accepted_policy: Digest
    guest_id: Uuid | None = None


def _kind(body: Any) -> str:
    return "quoted" if isinstance(body, dict) and "quote" in body else "stated"


AnyBookingWish = Annotated[
    Annotated[BookingWish, Tag("stated")] | Annotated[QuotedWish, Tag("quoted")],
    Discriminator(_kind),
]
"""What may be booked: a quote of ours, or a stay at a stated price."""
