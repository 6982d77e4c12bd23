"""What a provider is: where they stand, and the mirror of the account that they are paid to."""

from datetime import date
from enum import StrEnum

from msgspec import Struct

from ledger.values.clock import Instant


class Status(StrEnum):
    """Where a provider stands; their review has states of its own."""

    DRAFT = "draft"
    VERIFIED = "verified"
    REVERIFICATION_DUE = "reverification_due"
    REJECTED = "rejected"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class Standing(StrEnum):
    """What a payout account can do, from the first word to the last; RESTRICTED pays nothing."""

    NONE = "none"
    ONBOARDING = "onboarding"
    ENABLED = "enabled"
    RESTRICTED = "restricted"
    DISABLED = "disabled"


STOPPED = (Standing.RESTRICTED, Standing.DISABLED)
"""A new account owes the processor every answer from its first day; that alone stops nobody."""


class Reason(StrEnum):
    """Why a provider is suspended."""

    FRAUD = "fraud"
    SAFETY = "safety"
    LEGAL = "legal"
    TERMS = "terms"
    PROCESSOR_REJECTED = "processor_rejected"
    REQUIREMENTS_PAST_DUE = "requirements_past_due"
    RENEWAL_MISSED = "renewal_missed"


class PayoutAccount(Struct, frozen=True):
    """What the processor said last, and the bank account behind it.

    `changed_at` is when that became another one, until finance has reviewed it.
    """

    standing: Standing
    account: str
    seen_at: Instant
    requirements: tuple[str, ...] = ()
    disabled_reason: str | None = None
    bank_account: str | None = None
    changed_at: Instant | None = None
    out_of_use: bool = False


class Provider(Struct, frozen=True):
    """What the rules need to remember; `country` is where it is established (ISO 3166).

    `reviews` counts those that came to an answer, `renew_by` is the day on which a verification
    ends that is not renewed, `remind_on` when they are to be reminded of it.
    """

    status: Status
    country: str
    suspended_for: str | None = None
    reviews: int = 0
    renew_by: date | None = None
    remind_on: date | None = None
    payout_account: PayoutAccount | None = None

    @property
    def may_ask_for_review(self) -> bool:
        """Whether there is something to look at: they are new, or renew, be it too late."""
        asks = self.status in (Status.DRAFT, Status.REVERIFICATION_DUE)
        return asks or self.suspended_for == Reason.RENEWAL_MISSED

    @property
    def standing(self) -> Standing:
        """What the payout account can do."""
        return Standing.NONE if self.payout_account is None else self.payout_account.standing

    @property
    def account_changed_at(self) -> Instant | None:
        """Since when another bank account is paid to, if nobody has reviewed it (PO5)."""
        return None if self.payout_account is None else self.payout_account.changed_at

    @property
    def bank_account_in_use(self) -> bool:
        """Whether there is a bank account that no payout has come back from."""
        mirror = self.payout_account
        return mirror is not None and mirror.bank_account is not None and not mirror.out_of_use

    @property
    def grounds(self) -> Reason | None:
        """What the processor has against them, as what they are suspended for; if anything."""
        mirror = self.payout_account
        if mirror is None or mirror.standing not in STOPPED:
            return None
        told = mirror.disabled_reason or ""
        if told == "requirements.past_due":
            return Reason.REQUIREMENTS_PAST_DUE
        if told == "rejected.fraud":
            return Reason.FRAUD
        return Reason.PROCESSOR_REJECTED if told.startswith("rejected.") else None
