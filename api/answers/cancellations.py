"""Previews: what calling a booking off would do now, line by line, and until when that holds."""

from typing import Literal

from pydantic import BaseModel

from api.answers.quotes import Signed
from api.shapes import Amount, amount_of
from ledger.aggregates.booking import Booking, Status
from ledger.values.clock import Instant
from ledger.values.ids import BookingId
from ledger.values.money import Money, zero
from ledger.values.policy import Occupancy, Settlement, next_boundary
from projections.projection import Answer

NOTHING_WAS_PAID = "nothing-was-paid"
"""What a guest accepts who gives up before paying."""


class LineGivenBack(BaseModel):
    """What goes back of one line of the price. `of` is the night or the tax, or empty.

    What a coupon paid of the price is taken off again.
    """

    code: str
    of: str
    amount: Signed


class Preview(Answer):
    """What a cancellation would do now: `abandon` before paying, `cancel` after.

    The refund is of what was paid. `by_policy` is what the policy gives back of all of it: more
    than the refund where the guest has some of it from elsewhere already. `lasts_until` is the last
    instant at which this answer holds; to accept it, send `preview` back.
    """

    booking_id: str
    step: Literal["abandon", "cancel"]
    policy: str
    refund: Amount
    by_policy: Amount
    lines: list[LineGivenBack]
    lasts_until: Instant
    preview: str


def preview_of(after: Booking, booking_id: BookingId, now: Instant, position: int) -> Preview:
    """The preview of a booking, as it would be once it is called off."""
    abandoned = after.status is Status.ABANDONED
    return Preview(
        position=position,
        booking_id=booking_id,
        step="abandon" if abandoned else "cancel",
        policy=after.policy.label,
        refund=amount_of(refunded(after)),
        by_policy=amount_of(after.settlement.refund if after.settlement else refunded(after)),
        lines=_lines(after.settles),
        lasts_until=after.hold_expires_at if abandoned else _lasts_until(after, now),
        preview=after.settles.digest if after.settles else NOTHING_WAS_PAID,
    )


def refunded(booking: Booking) -> Money:
    """What goes back of a stay that was called off."""
    settled = booking.settles
    return settled.refund if settled else zero(booking.price.currency)


def _lasts_until(booking: Booking, at: Instant) -> Instant:
    occupancy = Occupancy(booking.stay, booking.house, booking.booked_at, at)
    until = next_boundary(booking.policy, occupancy)
    assert until is not None, "a stay is called off before it begins"
    return until


def _lines(settled: Settlement | None) -> list[LineGivenBack]:
    if settled is None:
        return []
    currency = settled.refund.currency
    return [
        LineGivenBack(
            code=line.code, of=line.of, amount=Signed(minor=line.minor, currency=currency)
        )
        for line in settled.lines
    ]
