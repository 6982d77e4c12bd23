"""What may be asked of a damage claim."""

from ledger.aggregates.decider import Command
from ledger.values.clock import Instant
from ledger.values.damage import DamageTerms
from ledger.values.ids import BookingId, DamageClaimId, HostId, PaymentId
from ledger.values.money import Money


class OpenClaim(Command, frozen=True, kw_only=True):
    """Claim an amount of a guest; `check_out_at` is when the stay was to end."""

    claim_id: DamageClaimId
    booking_id: BookingId
    host_id: HostId
    amount: Money
    reason: str
    terms: DamageTerms
    check_out_at: Instant
    time_zone: str


class AgreeToClaim(Command, frozen=True, kw_only=True):
    """Agree, as the guest, to pay what is claimed."""

    claim_id: DamageClaimId


class ContestClaim(Command, frozen=True, kw_only=True):
    """Do not agree, as the guest."""

    claim_id: DamageClaimId
    reason: str


class EscalateClaim(Command, frozen=True, kw_only=True):
    """Leave it to the platform, because the guest does not answer."""

    claim_id: DamageClaimId


class WithdrawClaim(Command, frozen=True, kw_only=True):
    """Take the claim back, as the host."""

    claim_id: DamageClaimId


class DecideClaim(Command, frozen=True, kw_only=True):
    """Decide, for the platform, how much the guest is to pay."""

    claim_id: DamageClaimId
    amount: Money
    reason: str
    decided_by: str


class DismissClaim(Command, frozen=True, kw_only=True):
    """Decide, for the platform, that the guest is asked for nothing, or no more."""

    claim_id: DamageClaimId
    reason: str
    decided_by: str


class AskForDamage(Command, frozen=True, kw_only=True):
    """Ask the guest for what is agreed or decided, by this payment."""

    claim_id: DamageClaimId
    payment_id: PaymentId


class ChargeDamage(Command, frozen=True, kw_only=True):
    """Record that the guest has paid; `settled` is the gross that the processor holds for it."""

    claim_id: DamageClaimId
    payment_id: PaymentId
    paid: Money
    settled: Money | None = None


class LeaveUnpaid(Command, frozen=True, kw_only=True):
    """Wait no longer for the guest's money."""

    claim_id: DamageClaimId
    reason: str


DamageClaimCommand = (
    OpenClaim
    | AgreeToClaim
    | ContestClaim
    | EscalateClaim
    | WithdrawClaim
    | DecideClaim
    | DismissClaim
    | AskForDamage
    | ChargeDamage
    | LeaveUnpaid
)
