"""Decisions by which less is owed to an authority than stays brought it, or more again."""

from collections.abc import Sequence

from ledger.aggregates import postings
from ledger.aggregates.tax_account.commands import GiveTaxBack, OweTaxAgain
from ledger.aggregates.tax_account.lifecycle import LIFECYCLE
from ledger.aggregates.tax_account.state import ZONE, TaxAccount
from ledger.errors import AmountsDiffer
from ledger.events.tax_account import TaxAccountEvent, TaxGivenBack, TaxOwedAgain
from ledger.values.clock import Instant
from ledger.values.journal import Entry
from ledger.values.money import Money
from ledger.values.stay import local_date


def give_back(account: TaxAccount, command: GiveTaxBack) -> Sequence[TaxAccountEvent]:
    """Owe less, once for each cause.

    Raises AmountsDiffer, and TransitionNotAllowed where that much is proposed.
    """
    above_zero(command.amount)
    if name_of(command) in account.counted:
        return []
    if not command.recoverable and account.proposal and command.earned_on is None:
        LIFECYCLE.refuse(GiveTaxBack, account.status, proposed=str(account.proposal.amount))
    return [
        TaxGivenBack(
            jurisdiction=command.jurisdiction,
            amount=command.amount,
            earned_on=command.earned_on,
            recoverable=command.recoverable,
            caused_by=command.caused_by,
            to=account.status.value,
        )
    ]


def owe_again(account: TaxAccount, command: OweTaxAgain, now: Instant) -> Sequence[TaxAccountEvent]:
    """Owe more, once for each cause: what a remittance was lower by meanwhile has to be paid.

    Raises AmountsDiffer.
    """
    above_zero(command.amount)
    if name_of(command) in account.counted:
        return []
    again = due_again(account, command)
    entries: tuple[Entry, ...] = ()
    if again.minor:
        entries = (postings.tax_due_again(command.jurisdiction, again),)
    return [
        TaxOwedAgain(
            jurisdiction=command.jurisdiction,
            amount=command.amount,
            earned_on=command.earned_on,
            recoverable=command.recoverable,
            caused_by=command.caused_by,
            to=account.status.value,
            effective_on=local_date(now, ZONE),
            entries=entries,
        )
    ]


def due_again(account: TaxAccount, change: OweTaxAgain | TaxOwedAgain) -> Money:
    """What of a change the authority has had back by a lower remittance, or will have."""
    spoken_for = account.proposal.recovered.minor if account.proposal else 0
    left = account.recoverable_minor - spoken_for
    missing = max(change.amount.minor - left, 0) if change.recoverable else 0
    return Money(missing, change.amount.currency)


def name_of(change: GiveTaxBack | OweTaxAgain | TaxGivenBack | TaxOwedAgain) -> str:
    """What a change is known by: a cause takes once, and gives back once, of each of the two."""
    back = isinstance(change, GiveTaxBack | TaxGivenBack)
    account = "recoverable" if change.recoverable else "payable"
    return f"{'back' if back else 'again'}/{account}/{change.caused_by}"


def above_zero(amount: Money) -> None:
    """Let an amount pass. Raises AmountsDiffer where it is nothing."""
    if amount.minor <= 0:
        raise AmountsDiffer(amount=str(amount))
