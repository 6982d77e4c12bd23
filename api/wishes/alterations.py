"""What guest and host may wish for about a confirmed stay, checked for its shape and no more."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from api.shapes import Body, Digest, LocalDate, Uuid
from api.wishes.stays import PartyWish
from ledger.processes import AlterationWish
from ledger.values.guests import Party
from ledger.values.ids import UnitId
from ledger.values.stay import stay

Side = Literal["guest", "host"]
"""Who speaks: until somebody signs in, they say so themselves."""


class ChangeWish(Body):
    """What shall be different; what is left out stays as it is. Dates come both or not at all."""

    check_in: LocalDate | None = None
    check_out: LocalDate | None = None
    party: PartyWish | None = None
    unit_id: Uuid | None = None

    @model_validator(mode="after")
    def _says_both_dates_or_none(self) -> Self:
        if (self.check_in is None) != (self.check_out is None):
            raise ValueError("name both check_in and check_out, or neither")
        return self

    def asked(self) -> AlterationWish:
        """The wish as the ledger takes it. Raises NoNights."""
        return AlterationWish(
            stay=stay(self.check_in, self.check_out) if self.check_in and self.check_out else None,
            party=Party(**self.party.model_dump()) if self.party else None,
            unit_id=UnitId(self.unit_id) if self.unit_id else None,
        )


class ProposedChange(ChangeWish):
    """A change that one side proposes, as its `preview` showed it."""

    by: Side
    preview: Digest


class Agreement(Body):
    """The other side's yes, to the proposal with this number and as its `preview` shows it."""

    by: Side
    number: Annotated[int, Field(ge=1, le=10_000)]
    preview: Digest


class AlterationDeclining(Body):
    """The other side's no. No free text: what is said here stays for ever."""

    by: Side
    reason: Literal["dates_not_possible", "price_not_acceptable", "party_too_large", "other"]


class Retraction(Body):
    """Who proposed takes it back."""

    by: Side
