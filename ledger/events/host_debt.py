"""What happens to the debt of one host: what they owe the platform, per currency."""

from ledger.events.event import Event, MoneyEvent
from ledger.values.ids import BookingId, HostId, PayoutId
from ledger.values.money import Money


class DebtRaised(Event, topic="host_debt.raised", frozen=True, kw_only=True):
    """A host owes more, because money of a booking that they were paid has to go back.

    `caused_by` is the id of what raised it; the lines of the journal stand in its own event (J11,
    J20, J21).
    """

    host_id: HostId
    amount: Money
    cause: str
    booking_id: BookingId
    caused_by: str


class DebtNetted(MoneyEvent, topic="host_debt.netted", frozen=True, kw_only=True):
    """What a host would have been paid for a booking pays a part of their debt instead."""

    host_id: HostId
    booking_id: BookingId
    payout_id: PayoutId
    amount: Money
    to: str


class DebtCollected(Event, topic="host_debt.collected", frozen=True, kw_only=True):
    """Taking a transfer back paid a part of the debt.

    `reversal` is the processor's id of it; the lines stand in the payout's own event (J15).
    """

    host_id: HostId
    amount: Money
    reversal: str
    to: str


class DebtDropped(Event, topic="host_debt.dropped", frozen=True, kw_only=True):
    """What raised a debt was taken back before the guest had the money: the host owes it no more.

    `caused_by` is the id of what had raised it; the lines of the journal stand in its own event.
    """

    host_id: HostId
    amount: Money
    cause: str
    booking_id: BookingId
    caused_by: str
    to: str


class WriteOffProposed(Event, topic="host_debt.write_off_proposed", frozen=True, kw_only=True):
    """Somebody proposes to give a part of the debt up; it takes a second person to do so."""

    host_id: HostId
    amount: Money
    reason: str
    proposer: str


class WriteOffRejected(Event, topic="host_debt.write_off_rejected", frozen=True, kw_only=True):
    """A reviewer does not give the debt up: it is owed as before."""

    host_id: HostId
    amount: Money
    reviewer: str


class DebtWrittenOff(MoneyEvent, topic="host_debt.written_off", frozen=True, kw_only=True):
    """Two persons gave a part of the debt up, and the platform bears it."""

    host_id: HostId
    amount: Money
    proposer: str
    approver: str
    to: str


HostDebtEvent = (
    DebtRaised
    | DebtNetted
    | DebtCollected
    | DebtDropped
    | WriteOffProposed
    | WriteOffRejected
    | DebtWrittenOff
)
