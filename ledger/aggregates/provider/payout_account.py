"""Decisions about the account that the host is paid to, and the bank account behind it."""

from collections.abc import Iterator, Sequence

from ledger.aggregates.provider.commands import (
    RecordPayoutAccount,
    RetireBankAccount,
    ReviewBankAccount,
)
from ledger.aggregates.provider.evolution import evolve
from ledger.aggregates.provider.lifecycle import CAN_FOLLOW, LIFECYCLE
from ledger.aggregates.provider.state import PayoutAccount, Provider, Standing
from ledger.errors import NotTheBankAccount
from ledger.events.provider import (
    BankAccountChanged,
    BankAccountFailed,
    BankAccountReviewed,
    PayoutAccountChanged,
    PayoutAccountOpened,
    PayoutAccountSeen,
    ProviderEvent,
)
from ledger.values.clock import Instant
from ledger.values.consent import told


def record(provider: Provider, command: RecordPayoutAccount) -> Sequence[ProviderEvent]:
    """Follow the newest word on the payout account; an older one changes nothing.

    Raises TransitionNotAllowed where it is another account, or cannot have come to stand so.
    """
    mirror = provider.payout_account
    if mirror is None:
        opened = PayoutAccountOpened(
            account=command.account,
            country=command.country,
            currency=command.currency,
            seen_at=command.seen_at,
        )
        return [opened, *_news(evolve(provider, opened), command)]
    if command.account != mirror.account:
        LIFECYCLE.refuse(RecordPayoutAccount, provider.status, account=command.account)
    if _place(command) < _place(mirror):
        return []
    news = list(_news(provider, command))
    if not news and command.seen_at > mirror.seen_at:
        return [PayoutAccountSeen(seen_at=command.seen_at)]
    return news


def _place(said: RecordPayoutAccount | PayoutAccount) -> tuple[Instant, int]:
    """Where a word belongs: the processor's clock shows seconds, so the table breaks its ties."""
    return said.seen_at, list(Standing).index(said.standing)


def _news(provider: Provider, command: RecordPayoutAccount) -> Iterator[ProviderEvent]:
    mirror = provider.payout_account
    assert mirror is not None
    requirements = tuple(sorted(set(command.requirements)))
    said = (command.standing, requirements, command.disabled_reason)
    if said != (mirror.standing, mirror.requirements, mirror.disabled_reason):
        if command.standing not in CAN_FOLLOW[mirror.standing]:
            told = {"payout_account": mirror.standing.value, "to": command.standing.value}
            LIFECYCLE.refuse(RecordPayoutAccount, provider.status, **told)
        yield PayoutAccountChanged(
            to=command.standing.value,
            requirements=requirements,
            disabled_reason=command.disabled_reason,
            seen_at=command.seen_at,
        )
    if command.bank_account not in (None, mirror.bank_account):
        yield BankAccountChanged(bank_account=command.bank_account, changed_at=command.seen_at)


def review(provider: Provider, command: ReviewBankAccount) -> Sequence[ProviderEvent]:
    """Lift the wait after a change, once. Raises NotTheBankAccount, ReasonIsMissing."""
    mirror = provider.payout_account
    if mirror is None or mirror.bank_account != command.bank_account:
        raise NotTheBankAccount(bank_account=command.bank_account)
    if mirror.changed_at is None:
        return []
    return [BankAccountReviewed(bank_account=command.bank_account, reason=told(command.reason))]


def retire(provider: Provider, command: RetireBankAccount) -> Sequence[ProviderEvent]:
    """Take the present bank account out of use, once; one that was replaced already is no news."""
    mirror = provider.payout_account
    if mirror is None or mirror.bank_account != command.bank_account or mirror.out_of_use:
        return []
    return [BankAccountFailed(bank_account=command.bank_account)]
