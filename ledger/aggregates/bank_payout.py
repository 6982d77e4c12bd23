"""A bank payout: a host's own money on its way from their account at the processor to their bank.

A mirror of what the processor says, beside the books (J7). It says where a payout stands, in any
order and as often as it likes; what cannot follow is refused, and is for people to look at.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates.decider import Command, Decider, Lifecycle, Step, actors, states
from ledger.errors import AmountsDiffer
from ledger.events.bank_payout import (
    BankPayoutCancelled,
    BankPayoutEvent,
    BankPayoutFailed,
    BankPayoutPaid,
    BankPayoutSeen,
    BankPayoutSent,
)
from ledger.events.event import Event
from ledger.values.clock import Instant
from ledger.values.ids import BankPayoutId, HostId, derived_id
from ledger.values.money import Money

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Where a bank payout stands, in the processor's words."""

    PENDING = "pending"
    IN_TRANSIT = "in_transit"
    PAID = "paid"
    FAILED = "failed"
    CANCELED = "canceled"


class BankPayout(Struct, frozen=True):
    """What the rules need to remember."""

    status: Status
    host_id: HostId
    bank_account: str
    amount: Money


def bank_payout_of(processor_payout: str) -> BankPayoutId:
    """The id of the stream that mirrors a payout of the processor's."""
    return BankPayoutId(derived_id("bank payout", processor_payout))


# -- Commands ---------------------------------------------------------------------------


class RecordBankPayout(Command, frozen=True, kw_only=True):
    """Take in what the processor says of a payout to a bank; `code` and `reason` if it failed."""

    processor_payout: str
    account: str
    host_id: HostId
    bank_account: str
    amount: Money
    arrives_on: date
    standing: Status
    code: str = ""
    reason: str = ""


BankPayoutCommand = RecordBankPayout

# -- Lifecycle --------------------------------------------------------------------------

S = Status

LIFECYCLE = Lifecycle(
    "bank_payout",
    Step("BP1", RecordBankPayout, states(None), actors("P"), BankPayoutSeen, S.PENDING),
    Step("BP2", RecordBankPayout, states(S.PENDING), actors("P"), BankPayoutSent, S.IN_TRANSIT),
    Step("BP3", RecordBankPayout, states(S.PENDING, S.IN_TRANSIT), actors("P"), BankPayoutPaid,
         S.PAID),
    Step("BP4", RecordBankPayout, states(S.PENDING, S.IN_TRANSIT, S.PAID, S.FAILED), actors("P"),
         BankPayoutFailed, S.FAILED, "said again, it changes nothing"),
    Step("BP5", RecordBankPayout, states(S.PENDING, S.CANCELED), actors("P"), BankPayoutCancelled,
         S.CANCELED, "said again, it changes nothing"),
)  # fmt: skip

SAYS: Mapping[Status, type[Event]] = {
    S.PENDING: BankPayoutSeen,
    S.IN_TRANSIT: BankPayoutSent,
    S.PAID: BankPayoutPaid,
    S.FAILED: BankPayoutFailed,
    S.CANCELED: BankPayoutCancelled,
}
"""The event that leads to each standing."""

# -- Decisions --------------------------------------------------------------------------


def decide(
    payout: BankPayout | None, command: BankPayoutCommand, now: Instant
) -> Sequence[BankPayoutEvent]:
    """Follow the processor's word.

    Raises AmountsDiffer, TransitionNotAllowed where it cannot follow from what was said before.
    """
    del now
    if payout is None:
        seen = BankPayoutSeen(
            processor_payout=command.processor_payout,
            account=command.account,
            host_id=command.host_id,
            bank_account=command.bank_account,
            amount=command.amount,
            arrives_on=command.arrives_on,
        )
        return [seen, *follow(evolve(None, seen), command)]
    if command.amount != payout.amount:
        raise AmountsDiffer(seen=str(payout.amount), told=str(command.amount))
    return follow(payout, command)


def follow(payout: BankPayout, command: RecordBankPayout) -> Sequence[BankPayoutEvent]:
    """Go where the word leads; one that we are at, or came by, is no news."""
    before, to = payout.status, command.standing
    if to is before or LIFECYCLE.allows(SAYS[before], to):
        return []
    if not LIFECYCLE.allows(SAYS[to], before):
        LIFECYCLE.refuse(RecordBankPayout, before, to=to.value)
    match to:
        case S.IN_TRANSIT:
            return [BankPayoutSent()]
        case S.PAID:
            return [BankPayoutPaid()]
        case S.FAILED:
            return [
                BankPayoutFailed(
                    host_id=payout.host_id,
                    bank_account=payout.bank_account,
                    amount=payout.amount,
                    code=command.code,
                    reason=command.reason,
                )
            ]
        case S.CANCELED:
            return [BankPayoutCancelled()]
        case S.PENDING:
            raise AssertionError("nothing leads back to pending")
        case _:
            assert_never(to)


# -- Evolution --------------------------------------------------------------------------


def evolve(payout: BankPayout | None, event: BankPayoutEvent) -> BankPayout:
    """The bank payout after an event."""
    status = LIFECYCLE.after(event, payout and payout.status)
    if isinstance(event, BankPayoutSeen):
        return BankPayout(
            status=status,
            host_id=event.host_id,
            bank_account=event.bank_account,
            amount=event.amount,
        )
    assert payout is not None
    match event:
        case BankPayoutSent() | BankPayoutPaid() | BankPayoutFailed() | BankPayoutCancelled():
            return replace(payout, status=status)
        case _:
            assert_never(event)


BANK_PAYOUT = Decider(
    lifecycle=LIFECYCLE,
    state=BankPayout,
    stream_of=lambda command: bank_payout_of(command.processor_payout),
    decide=decide,
    evolve=evolve,
)
