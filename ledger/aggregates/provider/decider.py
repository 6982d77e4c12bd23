"""A provider's rules, whole: which decision answers a command."""

from collections.abc import Sequence
from typing import assert_never

from ledger.aggregates.decider import Decider
from ledger.aggregates.provider import hosting, payout_account
from ledger.aggregates.provider.commands import (
    AskForRenewal,
    CloseProvider,
    MissRenewal,
    ProviderCommand,
    RecordPayoutAccount,
    RegisterProvider,
    ReinstateProvider,
    RejectProvider,
    RemindOfRenewal,
    ReopenProvider,
    RetireBankAccount,
    ReviewBankAccount,
    SuspendProvider,
    VerifyProvider,
    VouchForProvider,
)
from ledger.aggregates.provider.evolution import evolve
from ledger.aggregates.provider.lifecycle import LIFECYCLE
from ledger.aggregates.provider.state import Provider
from ledger.errors import NotFound
from ledger.events.provider import ProviderEvent
from ledger.values.clock import Instant


def decide(
    provider: Provider | None, command: ProviderCommand, now: Instant
) -> Sequence[ProviderEvent]:
    """What a command does to a provider. Raises Refused."""
    if isinstance(command, RegisterProvider):
        return hosting.register(command)
    if provider is None:
        raise NotFound(host_id=command.host_id)
    match command:
        case VouchForProvider():
            return hosting.vouch(provider, command)
        case VerifyProvider():
            return hosting.verify(provider, command)
        case RejectProvider():
            return hosting.reject(provider, command)
        case ReopenProvider():
            return hosting.reopen(command)
        case AskForRenewal():
            return hosting.ask_for_renewal(command, now)
        case RemindOfRenewal():
            return hosting.remind_of_renewal(provider, now)
        case MissRenewal():
            return hosting.miss_renewal(provider, now)
        case SuspendProvider():
            return hosting.suspend(provider, command)
        case ReinstateProvider():
            return hosting.reinstate(provider, command)
        case CloseProvider():
            return hosting.close(command)
        case RecordPayoutAccount():
            return payout_account.record(provider, command)
        case ReviewBankAccount():
            return payout_account.review(provider, command)
        case RetireBankAccount():
            return payout_account.retire(provider, command)
        case _:
            assert_never(command)


PROVIDER = Decider(
    lifecycle=LIFECYCLE,
    state=Provider,
    stream_of=lambda command: command.host_id,
    decide=decide,
    evolve=evolve,
    evolution=3,
)
