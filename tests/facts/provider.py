"""Rui as a provider, and the account that he is paid to."""

from datetime import date, timedelta
from typing import Any

from ledger.aggregates.provider import RecordPayoutAccount, RegisterProvider, Standing
from ledger.events.provider import (
    BankAccountChanged,
    BankAccountFailed,
    BankAccountReviewed,
    PayoutAccountChanged,
    PayoutAccountOpened,
    PayoutAccountSeen,
    ProviderClosed,
    ProviderRegistered,
    ProviderReinstated,
    ProviderRejected,
    ProviderReminded,
    ProviderReopened,
    ProviderSuspended,
    ProviderVerified,
    ProviderVouchedFor,
    ReverificationDue,
)
from ledger.values.clock import Instant
from tests.facts.story import ACCOUNT, BANK_ACCOUNT, MARTA, NOW, RUI
from tests.facts.verification import GOOD_UNTIL, VERIFICATION


def to_register(**changed: Any) -> RegisterProvider:
    """Rui asks to host."""
    told: dict[str, Any] = {"host_id": RUI, "country": "PT", "email_verified": True}
    return RegisterProvider(**told | changed)


def to_record_account(**changed: Any) -> RecordPayoutAccount:
    """The processor says that Rui's account is being set up."""
    told: dict[str, Any] = {
        "host_id": RUI,
        "account": ACCOUNT,
        "country": "PT",
        "currency": "EUR",
        "standing": Standing.ONBOARDING,
        "requirements": (),
        "disabled_reason": None,
        "bank_account": None,
        "seen_at": NOW,
    }
    return RecordPayoutAccount(**told | changed)


def a_provider() -> ProviderRegistered:
    """Rui asked to host."""
    return ProviderRegistered(country="PT")


def provider_vouched_for() -> ProviderVouchedFor:
    """Somebody vouches that Rui was verified elsewhere."""
    return ProviderVouchedFor(reason="verified before we began", source="hotel-bookings.csv")


def verified() -> ProviderVerified:
    """A reviewer found Rui to be who he says."""
    return ProviderVerified(verification_id=VERIFICATION, valid_until=GOOD_UNTIL, account=None)


def rejected_host() -> ProviderRejected:
    """A reviewer said no to Rui."""
    return ProviderRejected(verification_id=VERIFICATION, reason="not_who_they_say")


def host_reopened() -> ProviderReopened:
    """Rui may ask again."""
    return ProviderReopened(appeal="case 21")


def renewal_due() -> ReverificationDue:
    """Rui's identity card runs out soon."""
    return ReverificationDue(deadline=GOOD_UNTIL)


def host_reminded() -> ProviderReminded:
    """Rui has not renewed yet."""
    return ProviderReminded(deadline=GOOD_UNTIL)


def suspended(reason: str = "safety") -> ProviderSuspended:
    """Rui takes no new bookings."""
    return ProviderSuspended(reason=reason)


def reinstated(
    second_person: str | None = None, renew_by: date | None = None
) -> ProviderReinstated:
    """The reason is cleared."""
    return ProviderReinstated(
        cleared_by="case 17", operator=MARTA, second_person=second_person, renew_by=renew_by
    )


def closed() -> ProviderClosed:
    """Rui hosts no more."""
    return ProviderClosed()


def an_account(seen_at: Instant = NOW) -> PayoutAccountOpened:
    """Rui has an account at the processor."""
    return PayoutAccountOpened(account=ACCOUNT, country="PT", currency="EUR", seen_at=seen_at)


def an_account_that_is(
    standing: Standing = Standing.ENABLED,
    disabled_reason: str | None = None,
    requirements: tuple[str, ...] = (),
    seen_at: Instant = NOW + timedelta(hours=1),
) -> PayoutAccountChanged:
    """The processor says how Rui's account stands."""
    return PayoutAccountChanged(
        to=standing.value,
        requirements=requirements,
        disabled_reason=disabled_reason,
        seen_at=seen_at,
    )


def an_account_seen(seen_at: Instant = NOW + timedelta(hours=3)) -> PayoutAccountSeen:
    """The processor says the same again."""
    return PayoutAccountSeen(seen_at=seen_at)


def a_bank_account(
    bank_account: str = BANK_ACCOUNT, changed_at: Instant = NOW + timedelta(hours=2)
) -> BankAccountChanged:
    """Rui is paid to a bank account that is new here."""
    return BankAccountChanged(bank_account=bank_account, changed_at=changed_at)


def a_reviewed_bank_account() -> BankAccountReviewed:
    """Finance has looked at Rui's bank account."""
    return BankAccountReviewed(bank_account=BANK_ACCOUNT, reason="host_called_back")


def a_failed_bank_account() -> BankAccountFailed:
    """Rui's bank gave a payout back."""
    return BankAccountFailed(bank_account=BANK_ACCOUNT)
