"""An own transfer: the platform's own money between the processor and its bank, either way.

People order it at the processor; what stands here is what the processor says of it.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.aggregates import postings
from ledger.aggregates.decider import Command, Decider, Lifecycle, Step, actors, states
from ledger.events.own_transfer import (
    OwnTransferEvent,
    OwnTransferMade,
    OwnTransferReturned,
    Way,
)
from ledger.values.clock import Instant
from ledger.values.ids import OwnTransferId, derived_id
from ledger.values.money import Money
from ledger.values.stay import local_date

ZONE = "UTC"
"""The platform's own days: no property's calendar has a part in them."""

# -- State ------------------------------------------------------------------------------


class Status(StrEnum):
    """Where an own transfer stands."""

    MADE = "made"
    RETURNED = "returned"


class OwnTransfer(Struct, frozen=True):
    """What the rules need to remember."""

    status: Status
    way: Way
    amount: Money


def own_transfer_of(processor_object: str) -> OwnTransferId:
    """The id of the stream of a payout or top-up of the processor's."""
    return OwnTransferId(derived_id("own transfer", processor_object))


# -- Commands ---------------------------------------------------------------------------


class RecordOwnTransfer(Command, frozen=True, kw_only=True):
    """Take in that the platform's own money moved."""

    processor_object: str
    way: Way
    amount: Money
    balance_transaction: str


class ReturnOwnTransfer(Command, frozen=True, kw_only=True):
    """Take in that what was paid out is at the processor again."""

    processor_object: str
    reason: str
    balance_transaction: str


OwnTransferCommand = RecordOwnTransfer | ReturnOwnTransfer

# -- Lifecycle --------------------------------------------------------------------------

S = Status

LIFECYCLE = Lifecycle(
    "own_transfer",
    Step("OT1", RecordOwnTransfer, states(None), actors("P"), OwnTransferMade, S.MADE),
    Step("OT2", ReturnOwnTransfer, states(S.MADE), actors("P"), OwnTransferReturned, S.RETURNED,
         "it went to the bank"),
)  # fmt: skip

# -- Decisions --------------------------------------------------------------------------


def decide(
    transfer: OwnTransfer | None, command: OwnTransferCommand, now: Instant
) -> Sequence[OwnTransferEvent]:
    """Book what the processor says. Raises TransitionNotAllowed."""
    on = local_date(now, ZONE)
    match command:
        case RecordOwnTransfer():
            out = command.way is Way.TO_THE_BANK
            booked = (
                postings.paid_out(command.amount) if out else postings.topped_up(command.amount)
            )
            return [
                OwnTransferMade(
                    way=command.way,
                    amount=command.amount,
                    processor_object=command.processor_object,
                    balance_transaction=command.balance_transaction,
                    effective_on=on,
                    entries=(booked,),
                )
            ]
        case ReturnOwnTransfer():
            assert transfer is not None, "the lifecycle begins with what was made"
            if transfer.way is not Way.TO_THE_BANK:
                LIFECYCLE.refuse(ReturnOwnTransfer, transfer.status, way=transfer.way.value)
            return [
                OwnTransferReturned(
                    amount=transfer.amount,
                    reason=command.reason,
                    balance_transaction=command.balance_transaction,
                    effective_on=on,
                    entries=(postings.paid_out_in_vain(transfer.amount),),
                )
            ]
        case _:
            assert_never(command)


# -- Evolution --------------------------------------------------------------------------


def evolve(transfer: OwnTransfer | None, event: OwnTransferEvent) -> OwnTransfer:
    """The own transfer after an event."""
    status = LIFECYCLE.after(event, transfer and transfer.status)
    match event:
        case OwnTransferMade():
            return OwnTransfer(status=status, way=event.way, amount=event.amount)
        case OwnTransferReturned():
            assert transfer is not None
            return replace(transfer, status=status)
        case _:
            assert_never(event)


OWN_TRANSFER = Decider(
    lifecycle=LIFECYCLE,
    state=OwnTransfer,
    stream_of=lambda command: own_transfer_of(command.processor_object),
    decide=decide,
    evolve=evolve,
)
