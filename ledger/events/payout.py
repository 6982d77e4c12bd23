"""What happens to one payout of a host's earnings."""

from ledger.events.event import Event, MoneyEvent
from ledger.values.clock import Instant
from ledger.values.ids import BookingId, HostId
from ledger.values.money import Money


class PayoutScheduled(Event, topic="payout.scheduled", frozen=True, kw_only=True):
    """A host will be paid for a booking, not before `release_at`."""

    booking_id: BookingId
    host_id: HostId
    amount: Money
    release_at: Instant
    time_zone: str


class PayoutRecalculated(Event, topic="payout.recalculated", frozen=True, kw_only=True):
    """The booking changed, and with it what the host is owed or when."""

    amount: Money
    release_at: Instant


class PayoutCancelled(Event, topic="payout.cancelled", frozen=True, kw_only=True):
    """Nothing is owed to the host any more."""


class PayoutDue(Event, topic="payout.due", frozen=True, kw_only=True):
    """The time of the payout has come."""


class PayoutReleased(Event, topic="payout.released", frozen=True, kw_only=True):
    """Every guard was passed; the transfer was ordered under a key that makes it happen once."""

    amount: Money
    idempotency_key: str


class PayoutTransferred(MoneyEvent, topic="payout.transferred", frozen=True, kw_only=True):
    """The host's account has the money."""

    booking_id: BookingId
    host_id: HostId
    amount: Money
    transfer: str


PayoutEvent = (
    PayoutScheduled
    | PayoutRecalculated
    | PayoutCancelled
    | PayoutDue
    | PayoutReleased
    | PayoutTransferred
)
