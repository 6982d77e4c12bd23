"""What a guest may wish for: the body of a booking, checked for its shape and for nothing else."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from api.shapes import Amount, Body, LocalDate, Name, Uuid

Heads = Annotated[int, Field(ge=0, le=50)]


class PartyWish(Body):
    """Who comes: heads by age class, one adult at least."""

    adults: Annotated[int, Field(ge=1, le=50)]
    children: Heads = 0
    infants: Heads = 0


class BookingWish(Body):
    """A stay that a guest wants: in one unit, or in whichever of a room type fits best."""

    guest_id: Uuid
    property_id: Uuid
    unit_id: Uuid | None = None
    room_type: Name | None = None
    check_in: LocalDate
    check_out: LocalDate
    party: PartyWish
    price_per_night: Amount
    policy: Name

    @model_validator(mode="after")
    def _names_a_unit_or_a_room_type(self) -> Self:
        if (self.unit_id is None) == (self.room_type is None):
            raise ValueError("name either unit_id or room_type")
        return self
