"""What a damage claim is: where it stands, and what its rules remember of it."""

from enum import StrEnum

from msgspec import Struct

from ledger.values.clock import Instant
from ledger.values.damage import DamageTerms
from ledger.values.ids import BookingId, HostId, PaymentId
from ledger.values.money import Money
from ledger.values.shares import Shares


class Status(StrEnum):
    """Where a claim stands."""

    OPENED = "opened"
    AGREED = "agreed"
    ESCALATED = "escalated"
    DECIDED = "decided"
    CHARGING = "charging"
    UNPAID = "unpaid"
    CHARGED = "charged"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"


class DamageClaim(Struct, frozen=True):
    """What the rules need to remember.

    `amount` is what is claimed, or what was decided of it; `asked` counts how often the guest was
    asked to pay, the last time by `payment_id`; `shares` are who got what once it is charged.
    """

    status: Status
    booking_id: BookingId
    host_id: HostId
    amount: Money
    terms: DamageTerms
    answer_by: Instant
    time_zone: str
    asked: int = 0
    payment_id: PaymentId | None = None
    pay_by: Instant | None = None
    shares: Shares | None = None
