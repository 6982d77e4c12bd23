"""Alterations as they are answered: what a change would cost, line by line, and how one stands."""

from datetime import date
from typing import Literal

from pydantic import BaseModel

from api.answers.quotes import Signed
from api.shapes import Amount, amount_of
from ledger.aggregates.alteration import Alteration
from ledger.aggregates.booking import Booking
from ledger.processes import change_of
from ledger.values.change import Change, given_back, loses_length_discount
from ledger.values.clock import Instant
from ledger.values.guests import Party
from ledger.values.ids import BookingId
from ledger.values.money import Money
from projections.projection import Answer


class PartyShown(BaseModel):
    """Who comes, by age class."""

    adults: int
    children: int
    infants: int


class LineChanged(BaseModel):
    """What a line of the price is dearer by, or cheaper. `of` is the night or the tax, or empty."""

    code: str
    of: str
    difference: Signed


class ChangeShown(Answer):
    """What a booking would become. `difference` is what the guest pays more, or gets back.

    Nights that stay keep their price, unless `loses_length_discount`: then the stay gets too short
    for a discount that each of its nights had. To propose it, or to agree to it, send `preview`
    back.
    """

    booking_id: str
    unit_id: str
    check_in: date
    check_out: date
    party: PartyShown
    total: Amount
    difference: Signed
    settled_by: Literal["payment", "refund", "nothing"]
    lines: list[LineChanged]
    loses_length_discount: bool
    preview: str


class AlterationNow(Answer):
    """Where the last alteration of a booking stands.

    While it is `settling`, `payment_id` is what the guest pays, or `refund_id` what waits for
    somebody's approval.
    """

    booking_id: str
    number: int
    status: str
    proposed_by: Literal["guest", "host"]
    answer_by: Instant
    unit_id: str
    check_in: date
    check_out: date
    party: PartyShown
    total: Amount
    difference: Signed
    payment_id: str | None
    refund_id: str | None
    preview: str


def change_shown(
    before: Booking, booking_id: BookingId, change: Change, position: int
) -> ChangeShown:
    """A change as it is shown to who wishes for it."""
    difference = change.price.total - before.price.total
    settled_by: Literal["payment", "refund"] = "payment" if difference.minor > 0 else "refund"
    return ChangeShown(
        position=position,
        booking_id=booking_id,
        unit_id=change.unit_id,
        check_in=change.stay.check_in,
        check_out=change.stay.check_out,
        party=_party(change.party),
        total=amount_of(change.price.total),
        difference=_signed(difference),
        settled_by=settled_by if difference.minor else "nothing",
        lines=_lines(before, change),
        loses_length_discount=loses_length_discount(before.price, change.stay.nights_count()),
        preview=change.digest,
    )


def alteration_now(alteration: Alteration, position: int) -> AlterationNow:
    """An alteration as it stands."""
    return AlterationNow(
        position=position,
        booking_id=alteration.booking_id,
        number=alteration.number,
        status=alteration.status.value,
        proposed_by="host" if alteration.proposed_by == "H" else "guest",
        answer_by=alteration.expires_at,
        unit_id=alteration.unit_id,
        check_in=alteration.stay.check_in,
        check_out=alteration.stay.check_out,
        party=_party(alteration.party),
        total=amount_of(alteration.price.total),
        difference=_signed(alteration.difference),
        payment_id=alteration.payment_id,
        refund_id=alteration.refund_id,
        preview=change_of(alteration).digest,
    )


def _lines(before: Booking, change: Change) -> list[LineChanged]:
    currency = change.price.total.currency
    return [
        LineChanged(
            code=line.code, of=line.of, difference=Signed(minor=-line.minor, currency=currency)
        )
        for line in given_back(before.price, change.price).lines
    ]


def _party(party: Party) -> PartyShown:
    return PartyShown.model_validate(party, from_attributes=True)


def _signed(money: Money) -> Signed:
    return Signed(minor=money.minor, currency=money.currency)
