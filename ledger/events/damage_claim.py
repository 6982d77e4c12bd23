"""What happens to the claim of a host whose house a guest damaged; a booking has one at most."""

from ledger.events.event import Event, MoneyEvent
from ledger.values.clock import Instant
from ledger.values.damage import DamageTerms
from ledger.values.ids import BookingId, HostId, PaymentId
from ledger.values.money import Money
from ledger.values.shares import Shares


class DamageClaimOpened(Event, topic="damage_claim.opened", frozen=True, kw_only=True):
    """A host claims an amount of a guest who has left, for a reason of a list.

    The amount is in the guest's currency; `at_most` is what the rule named by `cap` allows. Until
    `answer_by` the guest may answer. `terms` are what the stay was booked under.
    """

    booking_id: BookingId
    host_id: HostId
    amount: Money
    reason: str
    cap: str
    at_most: Money
    terms: DamageTerms
    answer_by: Instant
    time_zone: str


class DamageClaimAgreed(Event, topic="damage_claim.agreed", frozen=True, kw_only=True):
    """The guest agrees to pay what is claimed."""


class DamageClaimContested(Event, topic="damage_claim.contested", frozen=True, kw_only=True):
    """The guest does not agree, for a reason of a list; the platform decides."""

    reason: str


class DamageClaimEscalated(Event, topic="damage_claim.escalated", frozen=True, kw_only=True):
    """The guest has not answered in time; the platform decides."""


class DamageClaimWithdrawn(Event, topic="damage_claim.withdrawn", frozen=True, kw_only=True):
    """The host took the claim back before it was agreed or decided."""


class DamageClaimDecided(Event, topic="damage_claim.decided", frozen=True, kw_only=True):
    """The platform decided what the guest is to pay: as much as was claimed, or less."""

    amount: Money
    reason: str
    decided_by: str


class DamageClaimDismissed(Event, topic="damage_claim.dismissed", frozen=True, kw_only=True):
    """Somebody of the platform decided that the guest pays nothing, or no more is asked for."""

    reason: str
    decided_by: str


class DamageAsked(Event, topic="damage_claim.asked", frozen=True, kw_only=True):
    """The guest is asked for the amount, by a payment of its own, until `pay_by`.

    `number` counts how often they were asked.
    """

    number: int
    amount: Money
    payment_id: PaymentId
    pay_by: Instant


class DamageCharged(MoneyEvent, topic="damage_claim.charged", frozen=True, kw_only=True):
    """The guest has paid, and it is the host's, less the platform's fee and the tax on it.

    `settled` is the gross that the processor holds for it, where that is another currency.
    """

    booking_id: BookingId
    host_id: HostId
    payment_id: PaymentId
    paid: Money
    settled: Money | None
    shares: Shares


class DamageLeftUnpaid(Event, topic="damage_claim.left_unpaid", frozen=True, kw_only=True):
    """The guest was asked for so much and has not paid; they may be asked again."""

    amount: Money
    reason: str


DamageClaimEvent = (
    DamageClaimOpened
    | DamageClaimAgreed
    | DamageClaimContested
    | DamageClaimEscalated
    | DamageClaimWithdrawn
    | DamageClaimDecided
    | DamageClaimDismissed
    | DamageAsked
    | DamageCharged
    | DamageLeftUnpaid
)
