"""What happens to what the platform owes one authority in one currency, beside what stays bring it.

That a tax is owed, bookings tell; here is what of it went back to guests, and what was remitted.
"""

from datetime import date

from ledger.events.event import Event, MoneyEvent
from ledger.values.money import Money


class TaxGivenBack(Event, topic="tax_account.given_back", frozen=True, kw_only=True):
    """Some tax that was earned goes back to a guest, so that the authority is owed less.

    `earned_on` is the first day that its stay was earned on, or nothing where it lessens whatever
    is remitted next; `recoverable` says that it was remitted already; `caused_by` is the id of the
    refund, dispute or correction.
    """

    jurisdiction: str
    amount: Money
    earned_on: date | None
    recoverable: bool
    caused_by: str
    to: str


class TaxOwedAgain(MoneyEvent, topic="tax_account.owed_again", frozen=True, kw_only=True):
    """Some tax does not go back after all, so that the authority is owed more.

    Where the authority had it back by a lower remittance, it becomes payable again: only that moves
    money. `recoverable` says that it stood as such.
    """

    jurisdiction: str
    amount: Money
    earned_on: date | None
    recoverable: bool
    caused_by: str
    to: str


class RemittanceProposed(Event, topic="tax_account.remittance_proposed", frozen=True, kw_only=True):
    """Somebody of finance wants to remit what was earned before a day, and not given back.

    `begins` is the day up to which all was remitted before, or nothing the first time. `payable` is
    what is due for it, `recovered` what of that the authority has had already; the bank pays
    `amount`, the rest.
    """

    jurisdiction: str
    begins: date | None
    until: date
    payable: Money
    recovered: Money
    amount: Money
    proposer: str


class RemittanceRejected(Event, topic="tax_account.remittance_rejected", frozen=True, kw_only=True):
    """A second person looked at the proposed remittance and said no."""

    jurisdiction: str
    amount: Money
    reason: str
    reviewer: str


class TaxRemitted(MoneyEvent, topic="tax_account.remitted", frozen=True, kw_only=True):
    """Our bank has paid an authority what was proposed, and a second person has seen the proof.

    `reference` is the bank's; `proof` is the SHA-256 of the bank's document, in hexadecimal.
    """

    jurisdiction: str
    until: date
    payable: Money
    recovered: Money
    amount: Money
    proposer: str
    approver: str
    reference: str
    proof: str


TaxAccountEvent = (
    TaxGivenBack | TaxOwedAgain | RemittanceProposed | RemittanceRejected | TaxRemitted
)
