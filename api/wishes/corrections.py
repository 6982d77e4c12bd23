"""What staff may wish to put right: an entry of the books, and the lines to stand instead."""

from typing import Annotated, Literal

from pydantic import Field

from api.shapes import LARGEST_AMOUNT_MINOR, Body, Currency, Digest, Uuid
from ledger.values.journal import Line

Signed = Annotated[int, Field(ge=-LARGEST_AMOUNT_MINOR, le=LARGEST_AMOUNT_MINOR)]


class LegWish(Body):
    """A leg that is right, in minor units; debit is above zero."""

    account: Annotated[str, Field(pattern=r"^[a-z_]{1,30}$")]
    of: Annotated[str, Field(max_length=120, pattern=r"^[A-Za-z0-9/_.-]*$")] = ""
    minor: Signed
    currency: Currency


class CorrectionWish(Body):
    """Which entry is wrong, counted from 1 in an event of a stream, and what is right instead.

    No leg at all says that nothing should stand there.
    """

    stream: Uuid
    version: Annotated[int, Field(ge=1, le=10**6)]
    entry: Annotated[int, Field(ge=1, le=20)] = 1
    right: Annotated[list[LegWish], Field(max_length=60)]

    @property
    def lines(self) -> tuple[Line, ...]:
        """The legs as the books have them."""
        return tuple(Line(leg.account, leg.of, leg.minor, leg.currency) for leg in self.right)


class AcceptedCorrectionWish(CorrectionWish):
    """A correction as it was shown, and who of finance wants it, and why."""

    by: Uuid
    reason: Literal["wrong_account", "wrong_amount", "wrong_party", "booked_twice", "other"]
    preview: Digest


class SecondWord(Body):
    """Who agrees, and what they were shown: the `approval` that the correction has now."""

    by: Uuid
    preview: Digest


class FirmNo(Body):
    """Who does not agree, and why."""

    by: Uuid
    reason: Literal["not_wrong", "wrong_otherwise", "asked_twice", "other"]
