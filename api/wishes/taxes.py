"""What finance may wish about taxes: to see what is due, to have it remitted, or not."""

from typing import Annotated, Literal, NamedTuple

from fastapi import Depends

from api.shapes import Amount, BankReference, Currency, Digest, LocalDate, Name, Query
from api.wishes.staff import OfFinance
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


class RemittanceProposal(OfFinance):
    """Until when taxes are to be remitted, and what is due for it: as it was shown."""

    until: LocalDate
    amount: Amount


class RemittancePayment(OfFinance):
    """What our bank paid, who has seen that, and by which document.

    `reference` is the bank's, and `proof` the SHA-256 of its document.
    """

    amount: Amount
    reference: BankReference
    proof: Digest


class RemittanceRejection(OfFinance):
    """Who of finance says no, to which amount, and why."""

    amount: Amount
    reason: Literal["wrong_period", "wrong_amount", "not_due", "other"]
