"""What finance may wish about taxes: to see what is due, to have it remitted, or not."""

from typing import Annotated, Literal, NamedTuple

from fastapi import Depends
from pydantic import Field

from api.shapes import Amount, Body, Currency, LocalDate, Name, Query, Uuid
from ledger import errors
from ledger.aggregates.tax_account import tax_account_of
from ledger.values.ids import TaxAccountId
from ledger.values.money import Money


class Authority(NamedTuple):
    """Whom taxes are remitted to, and in which currency."""

    jurisdiction: str
    currency: str

    @property
    def stream(self) -> TaxAccountId:
        """Where it is kept what was remitted: a stream of its own, beside the bookings'."""
        return tax_account_of(self.jurisdiction, self.currency)

    def amount(self, told: Amount) -> Money:
        """An amount in the currency that the address names. Raises AmountsDiffer."""
        if told.currency != self.currency:
            raise errors.AmountsDiffer(currency=self.currency, told=str(told.money))
        return told.money


async def authority_of(jurisdiction: Name, currency: Currency) -> Authority:
    """Whom an address names."""
    return Authority(jurisdiction, currency)


OfAuthority = Annotated[Authority, Depends(authority_of)]


class Until(Query):
    """All that was earned before a day."""

    until: LocalDate


class Proposal(Body):
    """Until when taxes are to be remitted, and what is due for it: as it was shown."""

    by: Uuid
    until: LocalDate
    amount: Amount


class Paid(Body):
    """What our bank paid, who has seen that, and by which document.

    `reference` is the bank's, and `proof` the SHA-256 of its document.
    """

    by: Uuid
    amount: Amount
    reference: Annotated[str, Field(pattern=r"^[A-Za-z0-9 ./-]{1,40}$")]
    proof: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Refusal(Body):
    """Who of finance says no, to which amount, and why."""

    by: Uuid
    amount: Amount
    reason: Literal["wrong_period", "wrong_amount", "not_due", "other"]
