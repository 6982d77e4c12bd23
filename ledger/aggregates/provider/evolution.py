"""What follows from an event: whether a provider may host, and what the mirror shows."""

from typing import assert_never

from msgspec.structs import replace

from ledger.aggregates.provider.lifecycle import LIFECYCLE
from ledger.aggregates.provider.state import PayoutAccount, Provider, Standing, Status
from ledger.events.provider import (
    BankAccountChanged,
    BankAccountFailed,
    BankAccountReviewed,
    PayoutAccountChanged,
    PayoutAccountOpened,
    PayoutAccountSeen,
    ProviderClosed,
    ProviderEvent,
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
from ledger.values.verification import REMINDED_BEFORE

AccountEvent = (
    PayoutAccountChanged
    | PayoutAccountSeen
    | BankAccountChanged
    | BankAccountReviewed
    | BankAccountFailed
)


def evolve(provider: Provider | None, event: ProviderEvent) -> Provider:
    """The provider after an event."""
    status = LIFECYCLE.after(event, provider and provider.status)
    if isinstance(event, ProviderRegistered):
        return Provider(status=status, country=event.country)
    assert provider is not None
    match event:
        case ProviderVouchedFor() | ProviderReinstated() | ProviderClosed():
            return replace(provider, status=status, suspended_for=None)
        case ProviderVerified():
            return replace(_reviewed(provider, status), renew_by=event.valid_until)
        case ProviderRejected():
            return _reviewed(provider, status)
        case ProviderReopened():
            return replace(provider, status=status)
        case ReverificationDue():
            remind_on = event.deadline - REMINDED_BEFORE
            return replace(provider, status=status, renew_by=event.deadline, remind_on=remind_on)
        case ProviderReminded():
            return replace(provider, remind_on=None)
        case ProviderSuspended():
            return replace(provider, status=status, suspended_for=event.reason)
        case PayoutAccountOpened():
            opened = PayoutAccount(Standing.ONBOARDING, event.account, event.seen_at)
            return replace(provider, payout_account=opened)
        case (
            PayoutAccountChanged()
            | PayoutAccountSeen()
            | BankAccountChanged()
            | BankAccountReviewed()
            | BankAccountFailed()
        ):
            assert provider.payout_account is not None
            return replace(provider, payout_account=reflected(provider.payout_account, event))
        case _:
            assert_never(event)


def _reviewed(provider: Provider, status: Status) -> Provider:
    """The provider after an answer: what the verification before it rested on counts no more."""
    return replace(
        provider,
        status=status,
        suspended_for=None,
        reviews=provider.reviews + 1,
        renew_by=None,
        remind_on=None,
    )


def reflected(mirror: PayoutAccount, event: AccountEvent) -> PayoutAccount:
    """The payout account after an event that is about it alone."""
    match event:
        case PayoutAccountChanged():
            return replace(
                mirror,
                standing=Standing(event.to),
                seen_at=event.seen_at,
                requirements=event.requirements,
                disabled_reason=event.disabled_reason,
            )
        case PayoutAccountSeen():
            return replace(mirror, seen_at=event.seen_at)
        case BankAccountChanged():
            return replace(
                mirror,
                seen_at=event.changed_at,
                bank_account=event.bank_account,
                changed_at=event.changed_at,
                out_of_use=False,
            )
        case BankAccountReviewed():
            return replace(mirror, changed_at=None)
        case BankAccountFailed():
            return replace(mirror, out_of_use=True)
        case _:
            assert_never(event)
