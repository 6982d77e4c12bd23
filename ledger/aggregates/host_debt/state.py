"""What a host's debt is, and what its rules remember of it."""

from enum import StrEnum

from msgspec import Struct

from ledger.values.ids import HostId, StreamId, derived_id
from ledger.values.money import Money


class Status(StrEnum):
    """Whether anything is owed, in whatever currency."""

    CLEAR = "clear"
    OWING = "owing"


class Cause(StrEnum):
    """Why a host owes the platform."""

    REFUND_AFTER_PAYOUT = "refund_after_payout"
    DISPUTE_LOST = "dispute_lost"
    HOST_PENALTY = "host_penalty"


class Proposal(Struct, frozen=True):
    """A write-off that waits for a second person."""

    amount: Money
    proposer: str


class HostDebt(Struct, frozen=True):
    """What is owed in minor units and what may be written off, by currency.

    `settled` has the amount of each thing that raised or paid a debt, by its own name, so that
    none of them counts twice; of a payout it is all that it has netted, by however many orders.
    """

    status: Status
    owed_minor: dict[str, int]
    proposals: dict[str, Proposal]
    settled: dict[str, Money]

    def owed(self, currency: str) -> Money:
        """What is owed in a currency; nothing if nothing ever was."""
        return Money(self.owed_minor.get(currency, 0), currency)


def debt_of(host_id: HostId) -> StreamId:
    """The id of the stream of a host's debt."""
    return StreamId(derived_id(host_id, "debt"))
