"""What happens to the platform's own money between the processor and its bank (J25)."""

from enum import StrEnum

from ledger.events.event import MoneyEvent
from ledger.values.money import Money


class Way(StrEnum):
    """Where the money goes."""

    TO_THE_BANK = "to_the_bank"
    FROM_THE_BANK = "from_the_bank"


class OwnTransferMade(MoneyEvent, topic="own_transfer.made", frozen=True, kw_only=True):
    """The processor pays the platform out to its bank, or took money in from there.

    `processor_object` is its name of the payout or of the top-up.
    """

    way: Way
    amount: Money
    processor_object: str
    balance_transaction: str


class OwnTransferReturned(MoneyEvent, topic="own_transfer.returned", frozen=True, kw_only=True):
    """What was paid out is at the processor again: the bank gave it back, or it never left.

    `reason` is the processor's own word.
    """

    amount: Money
    reason: str
    balance_transaction: str


OwnTransferEvent = OwnTransferMade | OwnTransferReturned
