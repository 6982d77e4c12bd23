"""What happens to the changes that guest and host propose to a confirmed booking, one at a time."""

from ledger.events.event import Event
from ledger.values.clock import Instant
from ledger.values.guests import Party
from ledger.values.ids import BookingId, PaymentId, RefundId, UnitId
from ledger.values.money import Money
from ledger.values.price import Price
from ledger.values.stay import Stay


class AlterationProposed(Event, topic="alteration.proposed", frozen=True, kw_only=True):
    """A guest or a host proposes another stay or party, at a price worked out for it.

    `proposed_by` is the letter of their role; `difference` is the new total less the old one, in
    the guest's currency.
    """

    booking_id: BookingId
    number: int
    proposed_by: str
    unit_id: UnitId
    stay: Stay
    party: Party
    price: Price
    difference: Money
    expires_at: Instant


class AlterationAccepted(Event, topic="alteration.accepted", frozen=True, kw_only=True):
    """The other side agrees."""

    accepted_by: str


class AlterationDeclined(Event, topic="alteration.declined", frozen=True, kw_only=True):
    """The other side does not agree; the booking stays as it is."""

    reason: str


class AlterationWithdrawn(Event, topic="alteration.withdrawn", frozen=True, kw_only=True):
    """Who proposed it took it back; the booking stays as it is."""


class AlterationExpired(Event, topic="alteration.expired", frozen=True, kw_only=True):
    """Nobody answered in time; the booking stays as it is."""


class AlterationSettling(Event, topic="alteration.settling", schema=2, frozen=True, kw_only=True):
    """The difference is on its way: a payment of it, or a refund of it, or nothing to settle.

    `waits_until` is when the guest must have paid it, or somebody have approved its refund; nothing
    where it waits for neither, or from before it was told.
    """

    payment_id: PaymentId | None
    refund_id: RefundId | None
    waits_until: Instant | None


class AlterationApplied(Event, topic="alteration.applied", frozen=True, kw_only=True):
    """The booking is as it was agreed; `revision` is the booking's new one."""

    revision: int


class AlterationFailed(Event, topic="alteration.failed", frozen=True, kw_only=True):
    """The difference was not paid, or the nights were gone; the booking stays as it is."""

    reason: str


AlterationEvent = (
    AlterationProposed
    | AlterationAccepted
    | AlterationDeclined
    | AlterationWithdrawn
    | AlterationExpired
    | AlterationSettling
    | AlterationApplied
    | AlterationFailed
)
