"""What may be asked of a tax account."""

from datetime import date

from ledger.aggregates.decider import Command
from ledger.values.money import Money


class GiveTaxBack(Command, frozen=True, kw_only=True):
    """Count what goes back of a tax; `recoverable` where it is booked as remitted already."""

    jurisdiction: str
    amount: Money
    earned_on: date | None
    recoverable: bool
    caused_by: str


class OweTaxAgain(Command, frozen=True, kw_only=True):
    """Count what does not go back after all; `recoverable` where it was booked as such."""

    jurisdiction: str
    amount: Money
    earned_on: date | None
    recoverable: bool
    caused_by: str


class ProposeRemittance(Command, frozen=True, kw_only=True):
    """Propose to remit what was earned before a day.

    `earned` is what stays brought from the day `begins` on, until which all is remitted, up to that
    day, as the journal has it; `amount` is what the proposer was shown to be due.
    """

    jurisdiction: str
    begins: date | None
    until: date
    earned: Money
    amount: Money
    proposer: str


class RejectRemittance(Command, frozen=True, kw_only=True):
    """Do not remit what was proposed, and say why."""

    jurisdiction: str
    amount: Money
    reason: str
    reviewer: str


class RemitTax(Command, frozen=True, kw_only=True):
    """Record, as the second person, that our bank has paid what was proposed."""

    jurisdiction: str
    amount: Money
    approver: str | None
    reference: str
    proof: str


TaxAccountCommand = GiveTaxBack | OweTaxAgain | ProposeRemittance | RejectRemittance | RemitTax
