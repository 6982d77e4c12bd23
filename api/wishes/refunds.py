"""What staff may wish to give back: lines of the price, or a gift of the platform's own."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from api.shapes import LARGEST_AMOUNT_MINOR, Amount, Body, Digest, Uuid
from ledger.draft import Draft
from ledger.events.refund import Funding
from ledger.processes import AskedRefund, booking_in
from ledger.values.ids import BookingId
from ledger.values.money import same_currency
from ledger.values.policy import LineBack

Code = Annotated[str, Field(pattern=r"^[a-z_]{1,30}$")]
Of = Annotated[str, Field(max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")]

RefundReason = Literal[
    "amenity_missing", "cleanliness", "noise", "illness", "charged_twice", "host_agreed", "other"
]
"""Why money goes back. No free text: what is said here stays for ever."""

GIFT = "goodwill"
"""The one line of a refund that the platform pays for."""


class LineWish(Body):
    """How much of one line of the price goes back, in minor units of what the guest paid in."""

    code: Code
    of: Of = ""
    minor: Annotated[int, Field(ge=1, le=LARGEST_AMOUNT_MINOR)]


class RefundWish(Body):
    """Either lines of the booking's price, or a `gift`, which the platform pays for.

    What a coupon paid of the lines is taken out of them: the guest never paid it.
    """

    lines: Annotated[list[LineWish], Field(max_length=100, default_factory=list)]
    gift: Amount | None = None
    reason: RefundReason

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if bool(self.lines) == (self.gift is not None):
            raise ValueError("name either lines or a gift")
        return self

    def asked(self, draft: Draft, booking_id: BookingId) -> AskedRefund:
        """The wish as the ledger has it. Raises NotFound, CurrenciesDiffer."""
        lines = tuple(LineBack(line.code, line.of, line.minor) for line in self.lines)
        if self.gift is not None:
            total = booking_in(draft, booking_id).price.total
            lines = (LineBack(GIFT, "", same_currency(total, self.gift.money).minor),)
        return AskedRefund(
            booking_id=booking_id,
            lines=lines,
            funded_by=Funding.BOOKING if self.gift is None else Funding.PLATFORM,
            reason=self.reason,
        )


class AcceptedRefundWish(RefundWish):
    """A refund as it was shown: `preview` is the digest of what it was said to do.

    `by` says who asks for it, as long as nobody signs in.
    """

    by: Uuid
    preview: Digest


class SupportsWish(AcceptedRefundWish):
    """A refund that support, or finance, asks for."""

    role: Literal["support", "finance"] = "support"


class Approval(Body):
    """Who of finance approves, and what they were shown: the `approval` that the refund has now."""

    by: Uuid
    preview: Digest


class RefundRejection(Body):
    """Who of finance says no, or takes it back, and why."""

    by: Uuid
    reason: Literal["asked_twice", "not_owed", "offered_otherwise", "proof_missing", "other"]
