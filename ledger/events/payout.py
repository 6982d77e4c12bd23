"""What happens to one payout of a host's earnings."""

from ledger.events.event import Event, MoneyEvent
from ledger.values.clearance import Hold
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, HostId
from ledger.values.money import Money


class PayoutScheduled(Event, topic="payout.scheduled", schema=2, frozen=True, kw_only=True):
    """A host will be paid for a tranche of a booking's nights, not before `release_at`."""

    booking_id: BookingId
    host_id: HostId
    amount: Money
    release_at: Instant
    time_zone: str
    tranche: int


class PayoutRecalculated(Event, topic="payout.recalculated", frozen=True, kw_only=True):
    """The booking changed, and with it what the host is owed or when."""

    amount: Money
    release_at: Instant


class PayoutCancelled(Event, topic="payout.cancelled", frozen=True, kw_only=True):
    """Nothing is owed to the host any more."""


class PayoutHeld(Event, topic="payout.held", frozen=True, kw_only=True):
    """There is a reason to keep the payout back; `detail` names what gave it, such as a dispute."""

    reason: Hold
    detail: str = ""


class PayoutHoldLifted(Event, topic="payout.hold_lifted", frozen=True, kw_only=True):
    """A reason to keep the payout back is gone; after the last one, the clock says what next."""

    reason: Hold
    to: str


class PayoutDue(Event, topic="payout.due", frozen=True, kw_only=True):
    """The time of the payout has come."""


class PayoutReleased(Event, topic="payout.released", schema=2, frozen=True, kw_only=True):
    """Every guard was passed; the transfer was ordered under a key that makes it happen once.

    `amount` is what is transferred; `netted` stays here, because the host owed it.
    """

    amount: Money
    netted: Money
    idempotency_key: str


class PayoutNetted(Event, topic="payout.netted", frozen=True, kw_only=True):
    """Every guard was passed, and the host owed all of it: nothing is transferred."""

    netted: Money


class PayoutTransferred(
    MoneyEvent, topic="payout.transferred", schema=2, frozen=True, kw_only=True
):
    """The host's account has the money."""

    booking_id: BookingId
    host_id: HostId
    amount: Money
    transfer: str
    balance_transaction: str | None


class PayoutTransferFailed(Event, topic="payout.transfer_failed", frozen=True, kw_only=True):
    """The processor did not make the transfer, and said why."""

    reason: str


class TransferOutcomeUnknown(Event, topic="payout.outcome_unknown", frozen=True, kw_only=True):
    """Nobody answered whether the transfer was made; it is asked for again under the same key."""


class PayoutRetried(Event, topic="payout.retried", frozen=True, kw_only=True):
    """Every guard was passed again, and the transfer that failed was ordered anew under a new key.

    `amount` is what is transferred; `netted` stays here, because the host owes it by now.
    """

    amount: Money
    netted: Money
    idempotency_key: str


class ReversalOrdered(Event, topic="payout.reversal_ordered", frozen=True, kw_only=True):
    """A part of the transfer is to come back, because it is not the host's any more."""

    amount: Money
    cause: str
    idempotency_key: str


class PayoutReversed(MoneyEvent, topic="payout.reversed", frozen=True, kw_only=True):
    """A part of the transfer came back; `to_debt` of it pays what the host owes."""

    booking_id: BookingId
    host_id: HostId
    amount: Money
    to_debt: Money
    reversal: str
    idempotency_key: str
    to: str


class ReversalFailed(Event, topic="payout.reversal_failed", frozen=True, kw_only=True):
    """The processor did not take the transfer back, such as from an account with too little."""

    amount: Money
    reason: str
    idempotency_key: str


PayoutEvent = (
    PayoutScheduled
    | PayoutRecalculated
    | PayoutCancelled
    | PayoutHeld
    | PayoutHoldLifted
    | PayoutDue
    | PayoutReleased
    | PayoutNetted
    | PayoutTransferred
    | PayoutTransferFailed
    | TransferOutcomeUnknown
    | PayoutRetried
    | ReversalOrdered
    | PayoutReversed
    | ReversalFailed
)
