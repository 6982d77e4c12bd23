"""What may be asked of a host's debt."""

from ledger.aggregates.decider import Command
from ledger.aggregates.host_debt.state import Cause
from ledger.values.ids import BookingId, HostId, PayoutId
from ledger.values.money import Money


class RaiseDebt(Command, frozen=True, kw_only=True):
    """Let a host owe more; `caused_by` is the id of the refund, dispute or cancellation."""

    host_id: HostId
    amount: Money
    cause: Cause
    booking_id: BookingId
    caused_by: str


class NetDebt(Command, frozen=True, kw_only=True):
    """Keep a part of what a payout would bring, in the time zone of the booking's property.

    `in_all` is what the payout has netted with it: where its transfer fails, it may net again.
    """

    host_id: HostId
    booking_id: BookingId
    payout_id: PayoutId
    amount: Money
    in_all: Money
    time_zone: str


class CollectDebt(Command, frozen=True, kw_only=True):
    """Count what taking a transfer back has paid of the debt."""

    host_id: HostId
    amount: Money
    reversal: str


class DropDebt(Command, frozen=True, kw_only=True):
    """Let a host owe no more what something raised that was taken back, such as a refund."""

    host_id: HostId
    amount: Money
    cause: Cause
    booking_id: BookingId
    caused_by: str


class ProposeWriteOff(Command, frozen=True, kw_only=True):
    """Propose to give a part of the debt up; `proposer` is who asks."""

    host_id: HostId
    amount: Money
    reason: str
    proposer: str


class ApproveWriteOff(Command, frozen=True, kw_only=True):
    """Give up what was proposed; `approver` is who asks, `time_zone` that of the books' day."""

    host_id: HostId
    amount: Money
    approver: str
    time_zone: str


class RejectWriteOff(Command, frozen=True, kw_only=True):
    """Do not give up what was proposed; `reviewer` is who asks."""

    host_id: HostId
    amount: Money
    reviewer: str


HostDebtCommand = (
    RaiseDebt
    | NetDebt
    | CollectDebt
    | DropDebt
    | ProposeWriteOff
    | ApproveWriteOff
    | RejectWriteOff
)
