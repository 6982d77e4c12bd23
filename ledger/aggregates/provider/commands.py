"""What may be asked of a provider."""

from datetime import date

from ledger.aggregates.decider import Command
from ledger.aggregates.provider.state import Reason, Standing
from ledger.values.clock import Instant
from ledger.values.ids import HostId, VerificationId


class RegisterProvider(Command, frozen=True, kw_only=True):
    """Ask to host."""

    host_id: HostId
    country: str
    email_verified: bool


class VouchForProvider(Command, frozen=True, kw_only=True):
    """Vouch that a provider was verified elsewhere; `under_review` says that one is under way."""

    host_id: HostId
    reason: str
    source: str
    under_review: bool


class VerifyProvider(Command, frozen=True, kw_only=True):
    """Take in that a reviewer approved; `valid_until` is when the first document runs out."""

    host_id: HostId
    verification_id: VerificationId
    valid_until: date | None


class RejectProvider(Command, frozen=True, kw_only=True):
    """Take in that a reviewer said no."""

    host_id: HostId
    verification_id: VerificationId
    reason: str


class ReopenProvider(Command, frozen=True, kw_only=True):
    """Let somebody ask again who was rejected, because of an appeal."""

    host_id: HostId
    appeal: str


class AskForRenewal(Command, frozen=True, kw_only=True):
    """Want a verification renewed, because what it rests on ends on a day."""

    host_id: HostId
    deadline: date


class RemindOfRenewal(Command, frozen=True, kw_only=True):
    """Remind a provider whose verification is to be renewed."""

    host_id: HostId


class MissRenewal(Command, frozen=True, kw_only=True):
    """Stop a provider whose verification was not renewed in time."""

    host_id: HostId


class SuspendProvider(Command, frozen=True, kw_only=True):
    """Stop new bookings and payouts; no booking is cancelled by it."""

    host_id: HostId
    reason: Reason


class ReinstateProvider(Command, frozen=True, kw_only=True):
    """Lift a suspension, because its reason is cleared; the two persons are named by their ids."""

    host_id: HostId
    cleared_by: str
    operator: str
    second_person: str | None = None


class CloseProvider(Command, frozen=True, kw_only=True):
    """Host no more; `obligations` is what all other streams say is still open."""

    host_id: HostId
    obligations: tuple[str, ...]


class RecordPayoutAccount(Command, frozen=True, kw_only=True):
    """Take in what the processor says of the payout account as a whole, and when it was so."""

    host_id: HostId
    account: str
    country: str
    currency: str
    standing: Standing
    requirements: tuple[str, ...]
    disabled_reason: str | None
    bank_account: str | None
    seen_at: Instant


class ReviewBankAccount(Command, frozen=True, kw_only=True):
    """Let a changed bank account be paid to at once; `reason` is what convinced somebody of it."""

    host_id: HostId
    bank_account: str
    reason: str


class RetireBankAccount(Command, frozen=True, kw_only=True):
    """Take a bank account out of use that gave a payout back."""

    host_id: HostId
    bank_account: str


ProviderCommand = (
    RegisterProvider
    | VouchForProvider
    | VerifyProvider
    | RejectProvider
    | ReopenProvider
    | AskForRenewal
    | RemindOfRenewal
    | MissRenewal
    | SuspendProvider
    | ReinstateProvider
    | CloseProvider
    | RecordPayoutAccount
    | ReviewBankAccount
    | RetireBankAccount
)
