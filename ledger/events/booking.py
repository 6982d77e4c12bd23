"""What happens to one booking, from the request to the last night."""

from datetime import date

from ledger.events.event import Event, MoneyEvent
from ledger.values.clock import Instant
from ledger.values.guests import Party
from ledger.values.ids import (
    AttestationId,
    GuestId,
    HostId,
    PaymentId,
    PropertyId,
    QuoteId,
    RefundId,
    UnitId,
)
from ledger.values.money import Money
from ledger.values.policy import Ending, LineBack, Policy, Settlement
from ledger.values.price import Price
from ledger.values.shares import Shares
from ledger.values.stay import House, Stay
from ledger.values.tariff import BookingMode


class BookingRequested(Event, topic="booking.requested", schema=3, frozen=True, kw_only=True):
    """A guest asked for a stay at a price; the nights are held until it is paid or expires.

    `quote_id` names the quote of the price, and `policy_text` is the SHA-256 of the policy's text
    as the guest accepted it; history from outside has neither. Either somebody vouches for the
    property (`vouched_by`), or it was reviewed, and booked as its `revision` of then describes it.
    """

    guest_id: GuestId
    host_id: HostId
    property_id: PropertyId
    unit_id: UnitId
    room_type: str
    stay: Stay
    house: House
    party: Party
    price: Price
    policy: Policy
    vouched_by: AttestationId | None
    hold_expires_at: Instant
    booked_at: Instant
    mode: BookingMode = BookingMode.INSTANT
    quote_id: QuoteId | None = None
    policy_text: str | None = None
    revision: int | None = None


class BookingConfirmed(MoneyEvent, topic="booking.confirmed", frozen=True, kw_only=True):
    """The stay is paid, or costs nothing, and the nights are the guest's."""

    payment_id: PaymentId | None
    total: Money


class HostDecisionRequested(
    Event, topic="booking.host_decision_requested", frozen=True, kw_only=True
):
    """The guest's money is authorised; the host decides by `decide_by`, or the booking expires."""

    payment_id: PaymentId
    decide_by: Instant


class HostAccepted(Event, topic="booking.host_accepted", frozen=True, kw_only=True):
    """The host wants the guest; the authorised money is captured now."""


class CaptureFailedForBooking(Event, topic="booking.capture_failed", frozen=True, kw_only=True):
    """The authorised money could not be had.

    `to` says whether the host's acceptance may be tried again (awaiting_host) or not (declined).
    """

    to: str
    reason: str


class BookingDeclined(Event, topic="booking.declined", frozen=True, kw_only=True):
    """The host does not want the guest."""

    reason: str


class BookingWithdrawn(Event, topic="booking.withdrawn", frozen=True, kw_only=True):
    """The guest took the request back before the host had decided."""


class BookingExpired(Event, topic="booking.expired", frozen=True, kw_only=True):
    """The hold ran out before the booking was paid, or before the host had decided."""


class BookingAbandoned(Event, topic="booking.abandoned", frozen=True, kw_only=True):
    """The guest gave up before paying."""


class StayStarted(Event, topic="booking.stay_started", frozen=True, kw_only=True):
    """The guest's stay began."""


class StayCompleted(Event, topic="booking.stay_completed", frozen=True, kw_only=True):
    """The guest left and the stay is over."""


class FallenAway(Event, frozen=True, kw_only=True):
    """A stay does not take place, or not to its end.

    `settlement` is what the policy says of all that was paid. `capped` is what goes back in its
    place, and is kept, where less was left to give back: the guest has some of it from elsewhere.
    """

    settlement: Settlement
    capped: Settlement | None

    @property
    def gives_back(self) -> Settlement:
        """Who really gets what of what was left."""
        return self.capped or self.settlement


class BookingCancelled(FallenAway, topic="booking.cancelled", schema=3, frozen=True, kw_only=True):
    """A confirmed booking was called off; the policy says who gets what.

    `to` says by whom: cancelled_by_guest, cancelled_by_host or cancelled_by_platform; `ending`
    under which rule of the policy it was settled; `approved_by` who agreed beside the one who
    acted.
    """

    to: str
    ending: Ending
    reason: str
    approved_by: str | None = None


class StayCurtailed(
    FallenAway, topic="booking.stay_curtailed", schema=2, frozen=True, kw_only=True
):
    """The stay ends before its last night; the policy says who gets what of the nights to come.

    `check_out` is the new local date of departure, `ending` says who ends it.
    """

    check_out: date
    ending: Ending


class PenaltyCharged(MoneyEvent, topic="booking.penalty_charged", frozen=True, kw_only=True):
    """A host who called a confirmed stay off owes the platform a penalty."""

    host_id: HostId
    penalty: Money


class NoShowReversed(Event, topic="booking.no_show_reversed", frozen=True, kw_only=True):
    """Support found that the guest did come.

    `to` says where the stay stands by the clock: in_stay or completed. `evidence` is an object key.
    """

    to: str
    evidence: str


class BookingAltered(MoneyEvent, topic="booking.altered", frozen=True, kw_only=True):
    """Guest and host agreed on another stay or party, and the difference is settled.

    `revision` counts the alterations; what is dearer now is booked here, what is cheaper goes back
    by a refund of its own. `payment_id` names the payment of the difference, if there is one.
    """

    revision: int
    unit_id: UnitId
    stay: Stay
    house: House
    party: Party
    price: Price
    payment_id: PaymentId | None


class NoShowReported(
    FallenAway, topic="booking.no_show_reported", schema=3, frozen=True, kw_only=True
):
    """Nobody came; the policy says who gets what."""


class AllowanceGranted(Event, topic="booking.allowance_granted", frozen=True, kw_only=True):
    """Some of what the guest paid goes back beside what the stay's end gives back.

    `refund_id` names the refund that carries it; the lines are in the guest's currency, `back` says
    in the listing's whose parts they come from.
    """

    refund_id: RefundId
    lines: tuple[LineBack, ...]
    back: Shares


class AllowanceRevoked(Event, topic="booking.allowance_revoked", frozen=True, kw_only=True):
    """What was to go back beside the stay's end stays, because its refund was cancelled."""

    refund_id: RefundId


class EarningsRecognized(
    MoneyEvent, topic="booking.earnings_recognized", schema=2, frozen=True, kw_only=True
):
    """What the stay brought is earned now, by the host and by the platform."""

    earned: Shares


BookingEvent = (
    BookingRequested
    | BookingConfirmed
    | HostDecisionRequested
    | HostAccepted
    | CaptureFailedForBooking
    | BookingDeclined
    | BookingWithdrawn
    | BookingExpired
    | BookingAbandoned
    | StayStarted
    | StayCompleted
    | BookingCancelled
    | StayCurtailed
    | PenaltyCharged
    | NoShowReported
    | NoShowReversed
    | BookingAltered
    | AllowanceGranted
    | AllowanceRevoked
    | EarningsRecognized
)
