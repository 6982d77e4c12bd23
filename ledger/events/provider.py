"""What happens to one provider: the legal person who hosts, and the account they are paid to."""

from datetime import date

from ledger.events.event import Event
from ledger.values.clock import Instant
from ledger.values.ids import VerificationId


class ProviderRegistered(Event, topic="provider.registered", frozen=True, kw_only=True):
    """A legal person asked to host; `country` is where it is established (ISO 3166, alpha-2)."""

    country: str


class ProviderVouchedFor(Event, topic="provider.vouched_for", frozen=True, kw_only=True):
    """Somebody vouches that the provider was verified elsewhere.

    `reason` says why nobody verifies again, `source` names the file or system that is relied upon.
    """

    reason: str
    source: str


class ProviderVerified(Event, topic="provider.verified", frozen=True, kw_only=True):
    """A reviewer found a provider to be who they say; they may host, until a day if there is one.

    On that day the first of the documents runs out that were shown. `account` is the one at the
    processor that they have already, which is so when a verification is renewed.
    """

    verification_id: VerificationId
    valid_until: date | None
    account: str | None


class ProviderRejected(Event, topic="provider.rejected", frozen=True, kw_only=True):
    """A reviewer said no to a provider, for a reason that has a code."""

    verification_id: VerificationId
    reason: str


class ProviderReopened(Event, topic="provider.reopened", frozen=True, kw_only=True):
    """A provider who was rejected may ask again, because of an appeal."""

    appeal: str


class ReverificationDue(Event, topic="provider.reverification_due", frozen=True, kw_only=True):
    """What a verification rests on ends on a day; until then it is to be renewed."""

    deadline: date


class ProviderReminded(Event, topic="provider.reminded", frozen=True, kw_only=True):
    """A provider was reminded to renew their verification, which ends in a few days."""

    deadline: date


class ProviderSuspended(Event, topic="provider.suspended", frozen=True, kw_only=True):
    """The provider takes no new bookings and is paid nothing, for a reason that has a code."""

    reason: str


class ProviderReinstated(Event, topic="provider.reinstated", schema=2, frozen=True, kw_only=True):
    """The reason of a suspension is cleared, and somebody says by what.

    `second_person` agreed to it; there always is one where the reason was fraud. What the
    verification rests on ends on `renew_by`, as it did before.
    """

    cleared_by: str
    operator: str
    second_person: str | None
    renew_by: date | None


class ProviderClosed(Event, topic="provider.closed", frozen=True, kw_only=True):
    """The provider hosts no more, and nobody owes anybody anything."""


class PayoutAccountOpened(Event, topic="provider.payout_account_opened", frozen=True, kw_only=True):
    """The provider has an account at the processor, which cannot be paid to yet."""

    account: str
    country: str
    currency: str
    seen_at: Instant


class PayoutAccountChanged(
    Event, topic="provider.payout_account_changed", frozen=True, kw_only=True
):
    """The processor says something else of the payout account than before.

    `requirements` is what it still asks the provider for, `disabled_reason` why it pays out
    nothing; both in its own words. `seen_at` is when it was so, not when we heard of it.
    """

    to: str
    requirements: tuple[str, ...]
    disabled_reason: str | None
    seen_at: Instant


class PayoutAccountSeen(Event, topic="provider.payout_account_seen", frozen=True, kw_only=True):
    """The processor said the same of the payout account again, later: older words count no more."""

    seen_at: Instant


class BankAccountChanged(Event, topic="provider.bank_account_changed", frozen=True, kw_only=True):
    """The payout account pays to another bank account, or for the first time to one.

    `bank_account` is an opaque name for it (the processor's id, or a hash): no digit of its number.
    """

    bank_account: str
    changed_at: Instant


class BankAccountReviewed(
    Event, topic="provider.bank_account_reviewed", schema=2, frozen=True, kw_only=True
):
    """Finance looked at a bank account that was changed, and lets it be paid to.

    `reason` is what convinced them, nothing for reviews from before it was told.
    """

    bank_account: str
    reason: str | None


class BankAccountFailed(Event, topic="provider.bank_account_failed", frozen=True, kw_only=True):
    """The bank gave a payout back: its account is out of use until the provider names another."""

    bank_account: str


ProviderEvent = (
    ProviderRegistered
    | ProviderVouchedFor
    | ProviderVerified
    | ProviderRejected
    | ProviderReopened
    | ReverificationDue
    | ProviderReminded
    | ProviderSuspended
    | ProviderReinstated
    | ProviderClosed
    | PayoutAccountOpened
    | PayoutAccountChanged
    | PayoutAccountSeen
    | BankAccountChanged
    | BankAccountReviewed
    | BankAccountFailed
)
