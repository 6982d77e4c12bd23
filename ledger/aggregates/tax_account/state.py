"""What the rules remember of a tax account."""

from datetime import date
from enum import StrEnum

from msgspec import Struct

from ledger.values.ids import TaxAccountId, derived_id
from ledger.values.money import Money

ZONE = "UTC"
"""The days of our bank. A day of it that is over has begun to be over everywhere."""


class Status(StrEnum):
    """Whether a remittance waits for a second person."""

    OPEN = "open"
    PROPOSED = "proposed"


class Proposal(Struct, frozen=True):
    """A remittance that waits.

    Of the account's changes the first `changes_count` were there when it was proposed; those of its
    days are in it.
    """

    until: date
    payable: Money
    recovered: Money
    proposer: str
    changes_count: int

    @property
    def amount(self) -> Money:
        """What the bank pays."""
        return self.payable - self.recovered


class Change(Struct, frozen=True):
    """How much less is owed, in minor units, of what was earned on a day; of any where None."""

    earned_on: date | None
    minor: int

    def before(self, until: date) -> bool:
        """Whether a remittance up to that day has it in it."""
        return self.earned_on is None or self.earned_on < until


class TaxAccount(Struct, frozen=True):
    """What the rules need to remember.

    `changes` are those since the last remittance, and `counted` the names of all that was counted
    since then, so that nothing is counted twice; `recoverable_minor` is what went back after it had
    been remitted, and no remittance was lower by yet.
    """

    status: Status
    remitted_until: date | None = None
    changes: tuple[Change, ...] = ()
    counted: frozenset[str] = frozenset()
    recoverable_minor: int = 0
    proposal: Proposal | None = None

    @property
    def covered_until(self) -> date | None:
        """The day before which all that was earned is remitted, or is proposed to be."""
        return self.proposal.until if self.proposal else self.remitted_until

    def has_left(self, earned_on: date | None) -> bool:
        """Whether the tax of a stay that was earned on a day has left for the authority."""
        covered = self.covered_until
        return earned_on is not None and covered is not None and earned_on < covered

    def payable(self, earned: Money, until: date) -> Money:
        """What is due of all that was earned before a day and is not remitted."""
        less = sum(change.minor for change in self.changes if change.before(until))
        return earned - Money(less, earned.currency)

    def recovered(self, payable: Money) -> Money:
        """What of an amount that is due the authority has had already."""
        return Money(min(self.recoverable_minor, max(payable.minor, 0)), payable.currency)


NEW = TaxAccount(status=Status.OPEN)


def tax_account_of(jurisdiction: str, currency: str) -> TaxAccountId:
    """The id of the stream of what one authority is owed in one currency."""
    return TaxAccountId(derived_id("tax account", jurisdiction, currency))
