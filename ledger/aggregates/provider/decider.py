"""A provider's rules, whole: which decision answers a command."""

from collections.abc import Sequence
from typing import assert_never

from ledger.aggregates.decider import Decider
from ledger.aggregates.provider.commands import (
    CloseProvider,
    ProviderCommand,
    RecordPayoutAccount,
    RegisterProvider,
    ReinstateProvider,
    RetireBankAccount,
    ReviewBankAccount,
    SuspendProvider,
    VouchForProvider,
)
from ledger.aggregates.provider.evolution import evolve
from ledger.aggregates.provider.hosting import close, register, reinstate, suspend
from ledger.aggregates.provider.lifecycle import LIFECYCLE
from ledger.aggregates.provider.payout_account import record, retire, review
from ledger.aggregates.provider.state import Provider
from ledger.errors import NotFound
from ledger.events.provider import ProviderEvent, ProviderVouchedFor
from ledger.values.clock import Instant


def decide(
    provider: Provider | None, command: ProviderCommand, now: Instant
) -> Sequence[ProviderEvent]:
    """What a command does to a provider. Raises Refused."""
    del now
    if isinstance(command, RegisterProvider):
        return register(command)
    if provider is None:
        raise NotFound(host_id=command.host_id)
    match command:
        case VouchForProvider():
            return [ProviderVouchedFor(reason=command.reason, source=command.source)]
        case SuspendProvider():
            return suspend(provider, command)
        case ReinstateProvider():
            return reinstate(provider, command)
        case CloseProvider():
            return close(command)
        case RecordPayoutAccount():
            return record(provider, command)
        case ReviewBankAccount():
            return review(provider, command)
        case RetireBankAccount():
            return retire(provider, command)
        case _:
            assert_never(command)


PROVIDER = Decider(
    lifecycle=LIFECYCLE,
    state=Provider,
    stream_of=lambda command: command.host_id,
    decide=decide,
    evolve=evolve,
)
